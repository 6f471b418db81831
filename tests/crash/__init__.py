"""Crashes and attacks: what the ledger promises when a process dies at any step, or somebody changes what it keeps."""
