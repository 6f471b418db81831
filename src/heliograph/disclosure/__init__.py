"""Disclosure (公示): release approval, what the public may read, withdrawal and dynamic adjustment."""
