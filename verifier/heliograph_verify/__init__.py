"""Check records of a Heliograph ledger without Heliograph: no server, no database, no network.

The package shares no code with the product, on purpose: what the product wrote is checked here by a second reading of
the same public formats (C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature, tlog-proof, tlog-policy).
"""
