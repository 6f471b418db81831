"""Roots and proofs of all sizes up to 1,100 against the recursive definitions of RFC 6962, section 2.1."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.hashing import EMPTY_ROOT, fold, leaf_hash, leaf_hashes, node_hash, root_of
from heliograph.kernel.tlog.proofs import (
    ProofError,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, check_tail, grow

LARGEST = 1_100
ENTRIES = [b"entry %d" % number for number in range(LARGEST)]
SPECIAL = {*range(70), 127, 128, 129, 255, 256, 257, 258, 511, 512, 513, 768, 1023, 1024, 1025, LARGEST}


@cache
def tree_hash(start: int, end: int) -> bytes:
    """MTH of the standard."""
    if start == end:
        return EMPTY_ROOT
    if end - start == 1:
        return leaf_hash(ENTRIES[start])
    middle = start + split(end - start)
    return node_hash(tree_hash(start, middle), tree_hash(middle, end))


def split(count: int) -> int:
    """The largest power of two smaller than the number."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def path(index: int, start: int, end: int) -> list[bytes]:
    """PATH of the standard."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return [*path(index, start, middle), tree_hash(middle, end)]
    return [*path(index, middle, end), tree_hash(start, middle)]


def subproof(old: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """SUBPROOF of the standard; ``old`` counts from the beginning of the log."""
    if old == end:
        return [] if known else [tree_hash(start, end)]
    middle = start + split(end - start)
    if old <= middle:
        return [*subproof(old, start, middle, known=known), tree_hash(middle, end)]
    return [*subproof(old, middle, end, known=False), tree_hash(start, middle)]


@cache
def whole_log() -> TileReader:
    """A log grown entry by entry, with every partial tile that was ever served."""
    edge, tail, resources = Edge(), b"", {}
    for entry in ENTRIES:
        growth = grow(edge, tail, [entry])
        edge, tail = growth.edge, growth.bundle_tail
        resources.update(growth.resources)
    return TileReader(MemoryStore(resources), LARGEST)


def test_root_of_every_size_is_the_recursive_one() -> None:
    edge, tail = Edge(), b""
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    assert edge.root() == root_of([]) == whole_log().root(0) == EMPTY_ROOT
    for size in range(1, LARGEST + 1):
        growth = grow(edge, tail, ENTRIES[size - 1 : size])
        edge, tail = growth.edge, growth.bundle_tail
        expected = tree_hash(0, size)
        assert edge.root() == expected
        assert root_of(leaves[:size]) == expected
        assert whole_log().root(size) == expected
        assert Edge.from_bytes(edge.to_bytes()) == edge
        check_tail(edge, tail)


@pytest.mark.parametrize("batch", [2, 7, 255, 256, 257, 1000])
def test_growing_in_batches_gives_the_same_log(batch: int) -> None:
    edge, tail = Edge(), b""
    for start in range(0, LARGEST, batch):
        growth = grow(edge, tail, ENTRIES[start : start + batch])
        edge, tail = growth.edge, growth.bundle_tail
        assert edge.root() == tree_hash(0, edge.size)
        for resource, content in growth.resources.items():
            assert whole_log().store.read(resource) == content


def assert_inclusion(size: int, index: int) -> None:
    proof = inclusion_proof(whole_log(), index, size)
    assert proof == path(index, 0, size)
    verify_inclusion(index, size, leaf_hash(ENTRIES[index]), proof, tree_hash(0, size))


def assert_consistency(old: int, new: int) -> None:
    proof = consistency_proof(whole_log(), old, new)
    assert proof == (subproof(old, 0, new, known=True) if old else [])
    verify_consistency(old, new, tree_hash(0, old), tree_hash(0, new), proof)


def test_inclusion_proofs_are_the_recursive_ones() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(0, size, 1 if size in SPECIAL else 61):
            assert_inclusion(size, index)


def test_consistency_proofs_are_the_recursive_ones() -> None:
    for new in range(LARGEST + 1):
        for old in range(0, new + 1, 1 if new in SPECIAL else 61):
            assert_consistency(old, new)


@pytest.mark.deep
def test_every_proof_of_every_size_is_the_recursive_one() -> None:
    for size in range(1, LARGEST + 1):
        for other in range(size):
            assert_inclusion(size, other)
            assert_consistency(other, size)


@given(st.data())
def test_a_changed_inclusion_proof_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    leaf, root = leaf_hash(ENTRIES[index]), tree_hash(0, size)
    proof = inclusion_proof(whole_log(), index, size)
    wrong = [
        (index, size, flipped(leaf), proof, root),
        (index, size, leaf, proof, flipped(root)),
        (index, size, leaf, [*proof, root], root),
        (index, size + size, leaf, proof, root),
        *[(index, size, leaf, [*proof[:at], *proof[at + 1 :]], root) for at in range(len(proof))],
        *[(index, size, leaf, [*proof[:at], flipped(proof[at]), *proof[at + 1 :]], root) for at in range(len(proof))],
    ]
    other = data.draw(st.integers(0, size - 1).filter(lambda place: place != index)) if size > 1 else None
    if other is not None:
        wrong.append((other, size, leaf, proof, root))
    for arguments in wrong:
        with pytest.raises(ProofError):
            verify_inclusion(*arguments)


@given(st.data())
def test_a_changed_consistency_proof_is_refused(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, LARGEST))
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(whole_log(), old, new)
    old_root, new_root = tree_hash(0, old), tree_hash(0, new)
    wrong = [
        (old, new, flipped(old_root), new_root, proof),
        (old, new, old_root, new_root, [*proof, new_root]),
        (new + 1, new, old_root, new_root, proof),
        *[(old, new, old_root, new_root, [*proof[:at], *proof[at + 1 :]]) for at in range(len(proof))],
        *[
            (old, new, old_root, new_root, [*proof[:at], flipped(proof[at]), *proof[at + 1 :]])
            for at in range(len(proof))
        ],
    ]
    if old:
        wrong.append((old, new, old_root, flipped(new_root), proof))
    for arguments in wrong:
        with pytest.raises(ProofError):
            verify_consistency(*arguments)


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def test_refusals_say_what_is_wrong() -> None:
    leaf, root = leaf_hash(ENTRIES[0]), tree_hash(0, 2)
    sibling = leaf_hash(ENTRIES[1])
    for arguments, code in [
        ((2, 2, leaf, [sibling], root), "proof.index"),
        ((-1, 2, leaf, [sibling], root), "proof.index"),
        ((0, 2, leaf, [], root), "proof.short"),
        ((0, 2, leaf, [sibling, sibling], root), "proof.long"),
        ((0, 2, leaf, [sibling[:31]], root), "proof.hash"),
        ((0, 2, leaf, [leaf], root), "proof.root"),
    ]:
        with pytest.raises(ProofError) as refused:
            verify_inclusion(*arguments)
        assert refused.value.code == code
    three = tree_hash(0, 3)
    for changed, code in [
        ((3, 2, three, root, []), "proof.sizes"),
        ((-1, 2, three, root, []), "proof.sizes"),
        ((2, 3, root, three, []), "proof.short"),
        ((3, 5, three, tree_hash(0, 5), []), "proof.short"),
        ((2, 2, root, three, []), "proof.root"),
        ((2, 2, root, root, [root]), "proof.long"),
        ((0, 2, root, root, []), "proof.old_root"),
        ((3, 4, root, tree_hash(0, 4), consistency_proof(whole_log(), 3, 4)), "proof.old_root"),
        ((2, 3, root, root, consistency_proof(whole_log(), 2, 3)), "proof.root"),
        ((2, 3, root, three[:31], []), "proof.hash"),
    ]:
        with pytest.raises(ProofError) as refused:
            verify_consistency(*changed)
        assert refused.value.code == code


def test_proofs_outside_the_log_are_refused() -> None:
    for index, size in [(0, 0), (5, 5), (-1, 5), (0, LARGEST + 1)]:
        with pytest.raises(ProofError):
            inclusion_proof(whole_log(), index, size)
    for old, new in [(2, 1), (-1, 1), (1, LARGEST + 1)]:
        with pytest.raises(ProofError):
            consistency_proof(whole_log(), old, new)


def test_fold_is_the_root_of_a_perfect_subtree() -> None:
    assert fold(leaf_hashes(ENTRIES[:256])) == tree_hash(0, 256)
    assert fold(leaf_hashes(ENTRIES[:1])) == tree_hash(0, 1)
