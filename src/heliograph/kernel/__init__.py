"""Time limits, calendars, verdicts, numbers and packs: pure Python, no framework, no clock, no disk."""
