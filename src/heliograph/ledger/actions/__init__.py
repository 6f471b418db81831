"""What the ledger writes: records, their order, signed states, keys, erasures, alarms."""

from heliograph.ledger.actions.records import PublicFacts, append, append_public, record_read

__all__ = ["PublicFacts", "append", "append_public", "record_read"]
