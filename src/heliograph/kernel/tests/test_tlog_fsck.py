"""The full check finds a change of any bit of any resource, and names the first resource that is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, leaf_hash
from heliograph.kernel.tlog.proofs import inclusion_proof, verify_inclusion
from heliograph.kernel.tlog.tiles import Edge, Growth, MemoryStore, TileReader, bundle, grow, parse_bundle

SIZE = 66_000  # two full tiles of level 1, and partial ones on levels 0 to 2


def grown(size: int) -> Growth:
    return grow(Edge(), b"", [b"entry %d" % number for number in range(size)])


LARGE = grown(SIZE)
SMALL = grown(700)
NAMES = sorted(LARGE.resources)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 700])
def test_a_log_as_it_was_grown_is_sound(size: int) -> None:
    growth = grown(size)
    steps: list[tuple[int, int]] = []
    report = check_log(MemoryStore(growth.resources), size, growth.edge.root(), lambda *step: steps.append(step))
    assert report.sound
    assert report.problem is None
    assert (report.size, report.checked_entries) == (size, size)
    assert report.checked_tiles == sum(not name.startswith("tile/entries/") for name in growth.resources)
    assert report.checked_bytes == sum(len(b"entry %d" % number) for number in range(size))
    assert steps == [(min(at + 256, size), size) for at in range(0, size, 256)]


def test_a_log_of_all_levels_is_sound() -> None:
    report = check_log(MemoryStore(LARGE.resources), SIZE, LARGE.edge.root())
    assert report.sound
    assert report.checked_tiles == 261


@given(st.sampled_from(sorted(SMALL.resources)), st.data())
def test_any_flipped_bit_is_found_and_its_resource_named(name: str, data: st.DataObject) -> None:
    content = bytearray(SMALL.resources[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    report = check_log(MemoryStore({**SMALL.resources, name: bytes(content)}), 700, SMALL.edge.root())
    assert report.problem is not None
    # A changed entry is noticed at the tile of its hash, which the entries no longer make.
    named = {name, name.replace("entries", "0")}
    assert report.problem.resource in named


@pytest.mark.parametrize("name", ["tile/0/100", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"])
def test_a_flipped_bit_on_any_level_is_found(name: str) -> None:
    content = LARGE.resources[name]
    changed = {**LARGE.resources, name: content[:-1] + bytes([content[-1] ^ 0x80])}
    problem = check_log(MemoryStore(changed), SIZE, LARGE.edge.root()).problem
    assert problem is not None
    assert (problem.resource, problem.code) == (name, "log.tile")


@pytest.mark.parametrize("name", sorted(SMALL.resources))
def test_a_missing_or_cut_resource_is_named(name: str) -> None:
    without = {other: content for other, content in SMALL.resources.items() if other != name}
    problem = check_log(MemoryStore(without), 700, SMALL.edge.root()).problem
    assert problem is not None
    assert (problem.resource, problem.code) == (name, "tile.missing")
    for content in (SMALL.resources[name][:-1], SMALL.resources[name] + b"\0", b""):
        problem = check_log(MemoryStore({**without, name: content}), 700, SMALL.edge.root()).problem
        assert problem is not None
        assert problem.resource == name


def test_another_root_is_named_as_the_checkpoint_s() -> None:
    for size, root in [(700, leaf_hash(b"")), (0, leaf_hash(b""))]:
        problem = check_log(MemoryStore(SMALL.resources), size, root).problem
        assert problem is not None
        assert (problem.resource, problem.code) == ("checkpoint", "log.root")
    assert check_log(MemoryStore({}), 0, EMPTY_ROOT).sound


def forged(*, with_tile: bool) -> dict[str, bytes]:
    """Entry 5 replaced, and its hash in the tile, too."""
    entries = parse_bundle(SMALL.resources["tile/entries/000"], 256)
    entries[5] = b"forged"
    resources = {**SMALL.resources, "tile/entries/000": bundle(entries)}
    if with_tile:
        tile = resources["tile/0/000"]
        resources["tile/0/000"] = tile[: 5 * 32] + leaf_hash(b"forged") + tile[6 * 32 :]
    return resources


def test_a_forged_entry_is_caught() -> None:
    problem = check_log(MemoryStore(forged(with_tile=False)), 700, SMALL.edge.root()).problem
    assert problem is not None
    assert problem.resource == "tile/0/000"


def test_a_forged_entry_with_a_matching_tile_is_caught() -> None:
    """The tile above no longer fits; a reader that believes tiles gives a proof that nobody accepts."""
    store = MemoryStore(forged(with_tile=True))
    problem = check_log(store, 700, SMALL.edge.root()).problem
    assert problem is not None
    assert problem.resource == "tile/1/000.p/2"
    reader = TileReader(store, 700)
    proof = inclusion_proof(reader, 5, 700)
    with pytest.raises(ValueError, match="another root"):
        verify_inclusion(5, 700, leaf_hash(b"forged"), proof, SMALL.edge.root())


def test_an_earlier_size_of_a_grown_log_is_checked_from_what_is_still_there() -> None:
    """Partial tiles may go once the full ones are there."""
    early = grown(300)
    assert check_log(MemoryStore(SMALL.resources), 300, early.edge.root()).problem is not None
    later = {name: content for name, content in grown(1024).resources.items() if ".p/" not in name}
    later["tile/1/000.p/1"] = early.resources["tile/1/000.p/1"]
    assert check_log(MemoryStore(later), 300, early.edge.root()).sound
