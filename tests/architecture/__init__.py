"""Rules about the code itself; each is also shown a planted violation and must see it."""
