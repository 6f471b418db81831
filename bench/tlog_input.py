"""The entries both sides of the log benchmark work on: 200 bytes each, the same on every machine."""

from __future__ import annotations

import hashlib

ENTRY_BYTES = 200
PROOFS = 20_000
_STRIDE = 48_271  # odd and far apart, so that neighbouring questions do not meet the same tile


def entries(count: int) -> list[bytes]:
    """Return that many distinct entries."""
    return [(hashlib.sha512(b"%d" % number).digest() * 4)[:ENTRY_BYTES] for number in range(count)]


def indices(count: int) -> list[int]:
    """Return which entries are asked for, spread over the log."""
    return [number * _STRIDE % count for number in range(PROOFS)]
