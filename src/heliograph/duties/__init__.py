"""Duties (期限): every statutory time limit that an event opened, one row each, on any subject."""
