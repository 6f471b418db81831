"""Paths, bundles, edges and readers: exactly one form each, and nothing read beyond its length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.hashing import leaf_hash, leaf_hashes
from heliograph.kernel.tlog.tiles import (
    MAX_ENTRY,
    MAX_SIZE,
    Edge,
    MemoryStore,
    MissingTileError,
    TileAddress,
    TileError,
    TileReader,
    bundle,
    check_tail,
    entries_path,
    grow,
    parse_bundle,
    parse_path,
    partial_resources,
    read_entries,
    read_tile,
    tile_path,
)

addresses = st.builds(
    TileAddress, st.none() | st.integers(0, 63), st.integers(0, MAX_SIZE) | st.integers(0, 2000), st.integers(1, 256)
)


@given(addresses)
def test_a_path_is_read_as_it_was_written(address: TileAddress) -> None:
    assert parse_path(address.path) == address


@given(st.text("tile/ns.px0123456789", max_size=30) | st.text(max_size=30))
def test_any_path_is_read_or_refused(path: str) -> None:
    try:
        address = parse_path(path)
    except TileError:
        return
    assert address.path == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/000.p/256", "tile/0/000.p/0",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/0/1000", "tile/0/x001", "tile/-1/000", "tile/entries/x000/000",
        "tile/0/000\n", "/tile/0/000", "tile/0/../0/000", "tile/entries/٠٠٠", "tile/0/" + "x999/" * 7 + "999",
        "checkpoint", "",
    ],
)  # fmt: skip
def test_paths_in_another_form_are_refused(path: str) -> None:
    with pytest.raises(TileError):
        parse_path(path)


def test_numbers_that_no_path_can_have_are_refused() -> None:
    for level, index, width in [
        (64, 0, 256),
        (-1, 0, 256),
        (0, -1, 256),
        (0, MAX_SIZE + 1, 256),
        (0, 0, 0),
        (0, 0, 257),
    ]:
        with pytest.raises(TileError):
            tile_path(level, index, width)
    with pytest.raises(TileError):
        entries_path(0, 257)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_comes_back(entries: list[bytes]) -> None:
    assert parse_bundle(bundle(entries), len(entries)) == entries


@given(st.binary(max_size=80), st.integers(0, 6))
def test_any_bundle_is_read_or_refused(data: bytes, width: int) -> None:
    try:
        entries = parse_bundle(data, width)
    except TileError:
        return
    assert bundle(entries) == data
    assert len(entries) == width


def test_bundles_of_another_length_are_refused_by_name() -> None:
    data = bundle([b"one", b"two"])
    for changed, width, code in [
        (data, 1, "bundle.length"),
        (data, 3, "bundle.short"),
        (data[:-1], 2, "bundle.length"),
        (data + b"\0", 2, "bundle.length"),
        (data + b"\0", 3, "bundle.short"),
    ]:
        with pytest.raises(TileError) as refused:
            parse_bundle(changed, width)
        assert refused.value.code == code


def test_the_longest_entry_is_taken_and_a_longer_one_is_not() -> None:
    longest = bytes(MAX_ENTRY)
    assert parse_bundle(bundle([longest]), 1) == [longest]
    with pytest.raises(TileError) as refused:
        grow(Edge(), b"", [longest + b"\0"])
    assert refused.value.code == "entry.too_long"


def test_an_edge_is_read_as_it_was_written_and_not_otherwise() -> None:
    edge = grow(Edge(), b"", [b"%d" % number for number in range(600)]).edge
    data = edge.to_bytes()
    assert Edge.from_bytes(data) == edge
    assert Edge.from_bytes(Edge().to_bytes()) == Edge()
    for changed in (b"", data[:7], data[:-1], data + b"\0", b"\xff" + data[1:], bytes(8) + b"\0"):
        with pytest.raises(TileError):
            Edge.from_bytes(changed)


@given(st.binary(max_size=120))
def test_any_edge_is_read_or_refused(data: bytes) -> None:
    try:
        edge = Edge.from_bytes(data)
    except TileError:
        return
    assert edge.to_bytes() == data


def test_edges_of_another_shape_are_refused() -> None:
    for size, levels in [(1, ()), (0, (b"",)), (1, (bytes(64),)), (-1, ()), (MAX_SIZE + 1, ())]:
        with pytest.raises(TileError):
            Edge(size, levels)


def test_a_tail_that_is_not_the_edge_s_is_refused() -> None:
    growth = grow(Edge(), b"", [b"a", b"b"])
    check_tail(growth.edge, growth.bundle_tail)
    check_tail(Edge(), b"")
    with pytest.raises(TileError) as refused:
        check_tail(growth.edge, bundle([b"a", b"c"]))
    assert refused.value.code == "edge.tail"
    for tail in (b"", bundle([b"a"]), bundle([b"a", b"b", b"c"])):
        with pytest.raises(TileError):
            grow(growth.edge, tail, [b"c"])


def test_growing_by_nothing_gives_the_partial_tiles_again() -> None:
    growth = grow(Edge(), b"", [b"a"] * 300)
    again = grow(growth.edge, growth.bundle_tail, [])
    assert (again.edge, again.bundle_tail) == (growth.edge, growth.bundle_tail)
    assert again.resources == partial_resources(growth.edge, growth.bundle_tail)
    assert set(again.resources) == {"tile/entries/001.p/44", "tile/0/001.p/44", "tile/1/000.p/1"}
    assert grow(Edge(), b"", []).resources == {}


def log_of(size: int) -> dict[str, bytes]:
    return grow(Edge(), b"", [b"%d" % number for number in range(size)]).resources


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one() -> None:
    store = MemoryStore({**log_of(512), "tile/1/000.p/1": log_of(256)["tile/1/000.p/1"]})
    assert read_tile(store, 0, 1, 100) == leaf_hashes([b"%d" % number for number in range(256, 356)])
    assert read_entries(store, 1, 3) == [b"256", b"257", b"258"]
    small, large = TileReader(MemoryStore(log_of(300)), 300), TileReader(store, 300)
    assert small.root() == large.root()


def read(store: MemoryStore, address: TileAddress) -> object:
    if address.level is None:
        return read_entries(store, address.index, address.width)
    return read_tile(store, address.level, address.index, address.width)


def test_tiles_that_are_missing_or_of_another_length_are_refused() -> None:
    resources = log_of(300)
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/entries/001.p/44"):
        address = parse_path(path)
        store = MemoryStore({name: content for name, content in resources.items() if name != path})
        with pytest.raises(MissingTileError) as missing:
            read(store, address)
        assert missing.value.path == path
    for content in (b"", bytes(44 * 32 - 1), bytes(45 * 32)):
        with pytest.raises(TileError):
            read_tile(MemoryStore({"tile/0/001.p/44": content}), 0, 1, 44)
    with pytest.raises(TileError):
        read_tile(MemoryStore({"tile/0/001": bytes(45 * 32)}), 0, 1, 44)


def test_a_reader_gives_leaves_and_refuses_what_is_outside() -> None:
    reader = TileReader(MemoryStore(log_of(300)), 300)
    assert [reader.leaf_hash(index) for index in (0, 255, 256, 299)] == [
        leaf_hash(b"%d" % number) for number in (0, 255, 256, 299)
    ]
    for height, index in [(0, 300), (0, -1), (-1, 0), (8, 1), (9, 0)]:
        with pytest.raises(TileError):
            reader.node(height, index)
    for size in (-1, 301):
        with pytest.raises(TileError):
            reader.root(size)
    with pytest.raises(TileError):
        TileReader(MemoryStore({}), -1)


def test_a_reader_keeps_no_more_tiles_than_it_may() -> None:
    reader = TileReader(MemoryStore(log_of(2000)), 2000, keep_tiles=2)
    kept = TileReader(MemoryStore(log_of(2000)), 2000)
    for index in (0, 300, 600, 1999, 0, 1500):
        assert reader.leaf_hash(index) == kept.leaf_hash(index)
    for size in (1, 2, 3, 1999, 2):
        assert reader.root(size) == kept.root(size)
    assert len(reader._rows) == 2
    assert len(reader._right_edges) == 2
