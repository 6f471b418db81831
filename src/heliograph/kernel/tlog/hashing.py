"""Merkle tree hashes of RFC 6962, section 2.1: SHA-256 with one prefix for leaves and another for nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"

_PAIR: Final = 2 * HASH_SIZE
_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return _sha256(LEAF_PREFIX + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> bytes:
    """Return the hashes of many entries, one after the other."""
    return b"".join([_sha256(LEAF_PREFIX + entry).digest() for entry in entries])


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two subtrees."""
    return _sha256(NODE_PREFIX + left + right).digest()


def fold_once(hashes: bytes) -> bytes:
    """Return the next row up of concatenated hashes; an odd one at the end has no pair and is left out."""
    whole = len(hashes) - len(hashes) % _PAIR
    return b"".join([_sha256(NODE_PREFIX + hashes[at : at + _PAIR]).digest() for at in range(0, whole, _PAIR)])


def fold(hashes: bytes) -> bytes:
    """Return the root of a perfect subtree: concatenated hashes, their number a power of two."""
    while len(hashes) > HASH_SIZE:
        hashes = fold_once(hashes)
    return hashes


def root_of(hashes: list[bytes]) -> bytes:
    """Return the root over leaf hashes, any number of them."""
    if not hashes:
        return EMPTY_ROOT
    row = hashes
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        # A node without a sibling goes up as it is: the same tree as splitting at the largest power of two.
        row = pairs + row[len(pairs) * 2 :]
    return row[0]
