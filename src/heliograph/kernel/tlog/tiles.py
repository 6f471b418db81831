"""Tiles and entry bundles (C2SP tlog-tiles): where they lie, what is in them, and how a log grows by some entries.

A tile holds up to 256 hashes of one level; hash *i* of tile *n* at level *l* stands for 256^l entries. A partial tile
is never hashed into the level above. Nothing here reads or writes a disk: growing returns what has to be stored.
"""

from __future__ import annotations

import re
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, HASH_SIZE, fold, fold_once, leaf_hashes, node_hash

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
TILE_BYTES: Final = TILE_WIDTH * HASH_SIZE
MAX_LEVEL: Final = 63
MAX_ENTRY: Final = 65_535
MAX_SIZE: Final = 2**63 - 1

_LENGTH: Final = struct.Struct(">H")
_THOUSAND: Final = 1000
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileError(TlogError):
    """A path, tile, bundle or edge that the format does not allow."""


class MissingTileError(TlogError):
    """The store has no such resource."""

    def __init__(self, path: str) -> None:
        super().__init__("tile.missing", f"there is no {path}")
        self.path = path


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Where a resource stands: ``level`` is None for a bundle of entries."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Return the path under the log's prefix."""
        if self.level is None:
            return entries_path(self.index, self.width)
        return tile_path(self.level, self.index, self.width)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile, partial when narrower than 256."""
    if not 0 <= level <= MAX_LEVEL:
        raise TileError("tile.level", f"level {level} is not between 0 and {MAX_LEVEL}")
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a bundle of entries, partial when of fewer than 256."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def parse_path(path: str) -> TileAddress:
    """Return what a path names; exactly the paths that this module writes are taken."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileError("tile.path", f"not the path of a tile or bundle: {path!r}")
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    address = TileAddress(level, index, width)
    if address.path != path:  # leading groups of zeros, a level above 63, a width of 256
        raise TileError("tile.path", f"not the canonical path of a tile or bundle: {path!r}")
    return address


def _number(index: int) -> str:
    if not 0 <= index <= MAX_SIZE:
        raise TileError("tile.index", f"index {index} is out of range")
    text = f"{index % _THOUSAND:03d}"
    while index >= _THOUSAND:
        index //= _THOUSAND
        text = f"x{index % _THOUSAND:03d}/{text}"
    return text


def _partial(width: int) -> str:
    if not 1 <= width <= TILE_WIDTH:
        raise TileError("tile.width", f"width {width} is not between 1 and {TILE_WIDTH}")
    return "" if width == TILE_WIDTH else f".p/{width}"


def partial_width(size: int, level: int) -> int:
    """Return how many hashes the partial tile of a level has in a log of a size; 0: there is none."""
    return (size >> (TILE_HEIGHT * level)) % TILE_WIDTH


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries with their lengths before them, as they are stored."""
    try:
        return b"".join([_LENGTH.pack(len(entry)) + entry for entry in entries])
    except struct.error as error:
        raise TileError("entry.too_long", f"an entry is longer than {MAX_ENTRY} bytes") from error


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the entries of a bundle; there must be exactly ``width`` of them and nothing after."""
    entries, at = [], 0
    try:
        for _ in range(width):
            end = at + 2 + (data[at] << 8 | data[at + 1])
            entries.append(data[at + 2 : end])
            at = end
    except IndexError as error:
        raise TileError("bundle.short", f"the bundle ends before entry {len(entries)} of {width}") from error
    if at != len(data):
        raise TileError("bundle.length", f"{width} entries make {at} bytes, the bundle has {len(data)}")
    return entries


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a log: its size and, level by level, the hashes of the tiles that are not full yet.

    All that is needed to go on appending, and to know the root: at most 255 hashes a level.
    """

    size: int = 0
    levels: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE:
            raise TileError("edge.size", f"size {self.size} is out of range")
        if [len(hashes) for hashes in self.levels] != _edge_lengths(self.size):
            raise TileError("edge.levels", f"these are not the hashes of the edge of a log of {self.size} entries")

    def root(self) -> bytes:
        """Return the root of the log, from right to left: partial tiles hang below the full ones beside them."""
        root: bytes | None = None
        for hashes in self.levels:
            for subtree in reversed(_perfect_subtrees(hashes)):
                root = subtree if root is None else node_hash(subtree, root)
        return EMPTY_ROOT if root is None else root

    def to_bytes(self) -> bytes:
        """Return size and hashes; the lengths follow from the size."""
        return self.size.to_bytes(8, "big") + b"".join(self.levels)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the edge that ``to_bytes`` wrote."""
        size, at = int.from_bytes(data[:8], "big"), 8
        levels = []
        for length in _edge_lengths(size) if len(data) >= at else ():
            levels.append(data[at : at + length])
            at += length
        if at != len(data):
            raise TileError("edge.length", f"the edge of a log of {size} entries has {at} bytes, not {len(data)}")
        return cls(size, tuple(levels))


def _edge_lengths(size: int) -> list[int]:
    levels = -(-size.bit_length() // TILE_HEIGHT)
    return [partial_width(size, level) * HASH_SIZE for level in range(levels)]


def _perfect_subtrees(hashes: bytes) -> list[bytes]:
    """Return the roots of the perfect subtrees a row decomposes into, the largest first."""
    roots, at, left = [], 0, len(hashes) // HASH_SIZE
    while left:
        width = 1 << (left.bit_length() - 1)
        roots.append(fold(hashes[at : at + width * HASH_SIZE]))
        at += width * HASH_SIZE
        left -= width
    return roots


class Mountain:
    """The rows of unfinished hashes while a log grows or is derived anew: full tiles fall out, the rest is the edge."""

    def __init__(self, levels: Sequence[bytes] = ()) -> None:
        self.levels = list(levels) or [b""]

    def add(self, leaves: bytes) -> list[tuple[int, bytes]]:
        """Take leaf hashes up to the end of the tile, and return the tiles that became full: (level, hashes)."""
        self.levels[0] += leaves
        full: list[tuple[int, bytes]] = []
        level = 0
        while len(self.levels[level]) == TILE_BYTES:
            tile, self.levels[level] = self.levels[level], b""
            full.append((level, tile))
            level += 1
            if level == len(self.levels):
                self.levels.append(b"")
            self.levels[level] += fold(tile)
        return full

    def edge(self, size: int) -> Edge:
        """Return what is left as the edge of a log of this size."""
        return Edge(size, tuple(self.levels) if size else ())


@dataclass(frozen=True, slots=True)
class Growth:
    """A log after an append, and what has to be stored before its checkpoint may be signed."""

    edge: Edge
    bundle_tail: bytes
    resources: dict[str, bytes]


def grow(edge: Edge, bundle_tail: bytes, entries: Sequence[bytes]) -> Growth:
    """Append entries: each tile and bundle that becomes full once, then the partial ones of the new size.

    ``bundle_tail`` is the partial bundle at the end of the log (empty when the size is a multiple of 256).
    """
    parse_bundle(bundle_tail, partial_width(edge.size, 0))
    mountain, size = Mountain(edge.levels), edge.size
    resources: dict[str, bytes] = {}
    done = 0
    while done < len(entries):
        chunk = entries[done : done + TILE_WIDTH - size % TILE_WIDTH]
        bundle_tail += bundle(chunk)
        done, size = done + len(chunk), size + len(chunk)
        for level, tile in mountain.add(leaf_hashes(chunk)):
            if level == 0:
                resources[entries_path((size - 1) // TILE_WIDTH)] = bundle_tail
                bundle_tail = b""
            resources[tile_path(level, (size - 1) >> (TILE_HEIGHT * (level + 1)))] = tile
    grown = mountain.edge(size)
    resources.update(partial_resources(grown, bundle_tail))
    return Growth(grown, bundle_tail, resources)


def partial_resources(edge: Edge, bundle_tail: bytes) -> dict[str, bytes]:
    """Return the partial bundle and tiles that have to be served beside the checkpoint of this size."""
    resources: dict[str, bytes] = {}
    if bundle_tail:
        resources[entries_path(edge.size // TILE_WIDTH, partial_width(edge.size, 0))] = bundle_tail
    for level, hashes in enumerate(edge.levels):
        if hashes:
            index = edge.size >> (TILE_HEIGHT * (level + 1))
            resources[tile_path(level, index, len(hashes) // HASH_SIZE)] = hashes
    return resources


def check_tail(edge: Edge, bundle_tail: bytes) -> None:
    """Refuse a partial bundle whose entries do not hash to the edge: one wrong hash would stay in the tree for ever."""
    entries = parse_bundle(bundle_tail, partial_width(edge.size, 0))
    if leaf_hashes(entries) != b"".join(edge.levels[:1]):
        raise TileError("edge.tail", "the entries at the end of the log do not hash to its edge")


class Store(Protocol):
    """Where the resources of a log lie: a directory, a web server, a table."""

    def read(self, path: str) -> bytes:
        """Return a resource, or raise ``MissingTileError``."""
        ...


class MemoryStore:
    """Resources held in memory, as the verifier reads them out of an archive."""

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        self.resources = resources

    def read(self, path: str) -> bytes:
        """Return a resource, or raise ``MissingTileError``."""
        found = self.resources.get(path)
        if found is None:
            raise MissingTileError(path)
        return found


def read_tile(store: Store, level: int, index: int, width: int) -> bytes:
    """Return the hashes of a tile; of a partial one that is gone, the beginning of the full one."""
    path = tile_path(level, index, width)
    content, is_full = _read(store, path, tile_path(level, index))
    if len(content) != (TILE_WIDTH if is_full else width) * HASH_SIZE:
        raise TileError("tile.length", f"{path}: {len(content)} bytes are not those hashes")
    return content[: width * HASH_SIZE]


def read_entries(store: Store, index: int, width: int) -> list[bytes]:
    """Return the entries of a bundle; of a partial one that is gone, the first of the full one."""
    content, is_full = _read(store, entries_path(index, width), entries_path(index))
    return parse_bundle(content, TILE_WIDTH if is_full else width)[:width]


def _read(store: Store, path: str, full_path: str) -> tuple[bytes, bool]:
    """Return a resource, or the full one that took its place, and whether it is that one."""
    try:
        return store.read(path), False
    except MissingTileError as missing:
        try:
            return store.read(full_path), True
        except MissingTileError:
            raise missing from None


class TileReader:
    """The tree of a log read from tiles. The nodes inside the tiles used last are kept: 16 KB a tile.

    A reader believes its store; what it builds is believed only by who verifies it against a signed checkpoint.
    """

    def __init__(self, store: Store, size: int, *, keep_tiles: int = 4096) -> None:
        if not 0 <= size <= MAX_SIZE:
            raise TileError("edge.size", f"size {size} is out of range")
        self.store = store
        self.size = size
        self._keep_tiles = keep_tiles
        self._rows: dict[tuple[int, int], list[bytes]] = {}
        self._right_edges: dict[int, list[bytes]] = {}
        self._lock = threading.Lock()

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the log, or of an earlier size of it."""
        size = self.size if size is None else size
        return self.right_edge(size)[-1] if size else EMPTY_ROOT

    def leaf_hash(self, index: int) -> bytes:
        """Return the hash of an entry."""
        return self.node(0, index)

    def node(self, height: int, index: int) -> bytes:
        """Return the root of the perfect subtree over the entries from ``index`` · 2^height on."""
        if height < 0 or index < 0 or (index + 1) << height > self.size:
            raise TileError("tile.index", f"node {index} at height {height} is not complete in {self.size} entries")
        level, above = divmod(height, TILE_HEIGHT)
        tile, slot = divmod(index, TILE_WIDTH >> above)
        at = slot * HASH_SIZE
        return self.rows(level, tile)[above][at : at + HASH_SIZE]

    def rows(self, level: int, index: int) -> list[bytes]:
        """Return the rows of nodes inside a tile, from its hashes (row 0) up to the root of a full tile (row 8)."""
        found = self._rows.get((level, index))
        if found is not None:
            return found
        width = min(TILE_WIDTH, (self.size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
        rows = [read_tile(self.store, level, index, width)]
        while len(rows[-1]) > HASH_SIZE:
            rows.append(fold_once(rows[-1]))
        with self._lock:
            if len(self._rows) >= self._keep_tiles:
                del self._rows[next(iter(self._rows))]
            self._rows[level, index] = rows
        return rows

    def right_edge(self, size: int) -> list[bytes]:
        """Return, from the last entry up to the root, the nodes over the end of the log when it had this size."""
        found = self._right_edges.get(size)
        if found is not None:
            return found
        if not 0 < size <= self.size:
            raise TileError("edge.size", f"size {size} is not within 1 to {self.size}")
        last = size - 1
        edge = [self.node(0, last)]
        for height in range(last.bit_length()):
            place = last >> height
            # An odd place has a complete sibling on its left; an even one has none, and goes up as it is.
            edge.append(node_hash(self.node(height, place - 1), edge[-1]) if place & 1 else edge[-1])
        with self._lock:
            if len(self._right_edges) >= self._keep_tiles:
                del self._right_edges[next(iter(self._right_edges))]
            self._right_edges[size] = edge
        return edge
