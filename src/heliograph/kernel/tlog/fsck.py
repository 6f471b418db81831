"""Full check of a log: every tile, every partial tile and the root derived anew from the bundles of entries.

Tiles are never believed: a forged entry with a forged tile beside it must not pass because the two agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import HASH_SIZE, leaf_hashes
from heliograph.kernel.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Mountain,
    Store,
    entries_path,
    read_entries,
    read_tile,
    tile_path,
)

CHECKPOINT: Final = "checkpoint"


@dataclass(frozen=True, slots=True)
class Problem:
    """The first resource that is not what the entries make it: missing, unreadable or different."""

    resource: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a check found: how far it came, and the first problem."""

    size: int
    checked_entries: int
    checked_bytes: int
    checked_tiles: int
    problem: Problem | None

    @property
    def sound(self) -> bool:
        """Say whether everything was derived and found as it should be."""
        return self.problem is None


Progress = Callable[[int, int], None]
"""Called with the entries checked and the size, once a bundle."""


def check_log(store: Store, size: int, root: bytes, progress: Progress | None = None) -> LogReport:
    """Derive the log of this size from its bundles and compare everything; the first difference ends the check."""
    check = _Check(store, size)
    problem = check.run(root, progress)
    return LogReport(size, check.entries, check.bytes, check.tiles, problem)


class _Check:
    """One run: the rows of unfinished hashes, and what was counted so far."""

    def __init__(self, store: Store, size: int) -> None:
        self.store = store
        self.size = size
        self.mountain = Mountain()
        self.entries = 0
        self.bytes = 0
        self.tiles = 0

    def run(self, root: bytes, progress: Progress | None) -> Problem | None:
        """Return the first problem: bundle by bundle with the tiles they fill, then the right edge, then the root."""
        for index in range(-(-self.size // TILE_WIDTH)):
            problem = self.bundle(index)
            if problem is not None:
                return problem
            if progress is not None:
                progress(self.entries, self.size)
        edge = self.mountain.edge(self.size)
        for level, hashes in enumerate(edge.levels):
            problem = self.tile(level, self.size >> (TILE_HEIGHT * (level + 1)), hashes) if hashes else None
            if problem is not None:
                return problem
        if edge.root() != root:
            return Problem(CHECKPOINT, "log.root", "the entries lead to another root than the checkpoint's")
        return None

    def bundle(self, index: int) -> Problem | None:
        """Read the entries of a bundle, and compare the tiles that they fill."""
        width = min(TILE_WIDTH, self.size - index * TILE_WIDTH)
        try:
            entries = read_entries(self.store, index, width)
        except TlogError as error:
            return Problem(entries_path(index, width), error.code, str(error))
        self.entries += width
        self.bytes += sum(map(len, entries))
        for level, hashes in self.mountain.add(leaf_hashes(entries)):
            problem = self.tile(level, (self.entries - 1) >> (TILE_HEIGHT * (level + 1)), hashes)
            if problem is not None:
                return problem
        return None

    def tile(self, level: int, index: int, hashes: bytes) -> Problem | None:
        """Compare a stored tile with the hashes that were derived."""
        width = len(hashes) // HASH_SIZE
        path = tile_path(level, index, width)
        try:
            stored = read_tile(self.store, level, index, width)
        except TlogError as error:
            return Problem(path, error.code, str(error))
        self.tiles += 1
        if stored != hashes:
            return Problem(path, "log.tile", f"{path} is not what the entries make it")
        return None
