"""Legality review of major decisions (重大执法决定法制审核)."""
