"""Transparency log in the C2SP formats: hashes, tiles, proofs, signed checkpoints, witnesses. No disk, no clock."""
