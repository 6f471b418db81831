"""Proofs that an entry is in a log, and that a log only grew: made as RFC 6962 has it, verified as RFC 9162 does."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, HASH_SIZE, node_hash
from heliograph.kernel.tlog.tiles import TILE_HEIGHT, TILE_WIDTH, TileReader


class ProofError(TlogError):
    """A proof that cannot be made, or that does not prove what it is for."""


def inclusion_proof(reader: TileReader, index: int, size: int) -> list[bytes]:
    """Return the hashes from the sibling of an entry up to the child of the root of a log of this size."""
    if not 0 <= index < size <= reader.size:
        raise ProofError("proof.index", f"entry {index} is not in a log of {size} entries (read up to {reader.size})")
    edge = reader.right_edge(size)
    proof: list[bytes] = []
    last = size - 1
    for base in range(0, last.bit_length(), TILE_HEIGHT):
        place, end = index >> base, last >> base
        rows = reader.rows(base // TILE_HEIGHT, place // TILE_WIDTH)
        inner = place % TILE_WIDTH
        for above in range(min(TILE_HEIGHT, end.bit_length())):
            sibling = (place >> above) ^ 1
            if sibling < end >> above:
                at = (inner >> above ^ 1) * HASH_SIZE
                proof.append(rows[above][at : at + HASH_SIZE])
            elif sibling == end >> above:
                proof.append(edge[base + above])
    return proof


def consistency_proof(reader: TileReader, old: int, new: int) -> list[bytes]:
    """Return the proof that a log of ``new`` entries begins with the log of ``old`` entries."""
    if not 0 <= old <= new <= reader.size:
        raise ProofError("proof.sizes", f"no proof from {old} to {new} entries (read up to {reader.size})")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    start, end, known = 0, new, True
    while old != end:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle:
            proof.append(_subtree(reader, middle, end, new))
            end = middle
        else:
            proof.append(_subtree(reader, start, middle, new))
            start, known = middle, False
    if not known:
        proof.append(_subtree(reader, start, end, new))
    return proof[::-1]


def _subtree(reader: TileReader, start: int, end: int, size: int) -> bytes:
    """Return the root over entries of a log of a size: a perfect subtree, or what hangs at the right edge."""
    height = (end - start - 1).bit_length()
    if end - start == 1 << height:
        return reader.node(height, start >> height)
    return reader.right_edge(size)[height]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless the proof leads from the leaf hash at this index to the root of a log of this size."""
    _check_lengths([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofError("proof.index", f"entry {index} is not in a log of {size} entries")
    found = leaf
    for sibling, on_left in zip(proof, _sides(index, size - 1, len(proof)), strict=True):
        found = node_hash(sibling, found) if on_left else node_hash(found, sibling)
    if found != root:
        raise ProofError("proof.root", "the proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Refuse unless the log of ``new`` entries begins with exactly the log of ``old`` entries."""
    _check_lengths([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise ProofError("proof.sizes", f"a log of {new} entries cannot have grown from {old}")
    if old in {0, new}:
        _verify_trivial(old, old_root, new_root, proof, grown=old != new)
        return
    # The first hash is the largest perfect subtree at the end of the old log: the old root itself for a power of two.
    # Without any, a stand-in of no bytes: the way up then is too short, whatever it starts from.
    start, *rest = [old_root, *proof] if old & (old - 1) == 0 else proof or [b""]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = start
    for sibling, on_left in zip(rest, _sides(place, last, len(rest)), strict=True):
        if on_left:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    if first != old_root:
        raise ProofError("proof.old_root", "the proof does not contain the old log")
    if second != new_root:
        raise ProofError("proof.root", "the proof leads to another root")


def _verify_trivial(old: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes], *, grown: bool) -> None:
    """Nothing to prove from an empty log, or from a log to itself; then nothing may be brought either."""
    if proof:
        raise ProofError("proof.long", "there is nothing to prove, and yet there is a proof")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofError("proof.old_root", "the old log is empty and its root is not the empty one")
    if not grown and old_root != new_root:
        raise ProofError("proof.root", "the same size with another root")


def _sides(place: int, last: int, count: int) -> list[bool]:
    """Return for each hash of a proof whether it stands on the left, going up from a place in a row that ends at last.

    The way up has exactly one length; a proof of another length is refused (RFC 9162, 2.1.3.2 and 2.1.4.2).
    """
    sides: list[bool] = []
    for _ in range(count):
        if last == 0:
            raise ProofError("proof.long", "the proof goes on above the root")
        on_left = bool(place & 1) or place == last
        while on_left and place and not place & 1:
            # At the right edge a node without sibling goes up as it is.
            place, last = place >> 1, last >> 1
        sides.append(on_left)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise ProofError("proof.short", "the proof ends below the root")
    return sides


def _check_lengths(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError("proof.hash", f"a hash of {len(value)} bytes")
