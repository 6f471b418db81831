"""The files of a log: written whole or not at all, safe on disk before anything is signed over them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from heliograph.kernel.tlog.tiles import MissingTileError

CHECKPOINT = "checkpoint"
_DRAFT = re.compile(r"(?:checkpoint|x?\d{1,3})\.\d+\.tmp")


class LogFiles:
    """A log's directory. `sync()` makes the names of what was written safe too; call it before signing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._touched: set[Path] = set()

    def read(self, path: str) -> bytes:
        """Return a resource; MissingTileError when it is not there."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingTileError(path) from error

    def write(self, path: str, data: bytes) -> None:
        """Write a resource: either the former content or all of the new one is there, whenever the power goes."""
        target = self.root / path
        self._make_directory(target.parent)
        draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
        self._touched.add(target.parent)

    def sync(self) -> None:
        """Make the renames safe."""
        for directory in sorted(self._touched):
            handle = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._touched.clear()

    def drop_partials(self, path: str) -> None:
        """Remove the partial versions of a tile whose full one is there."""
        partials = self.root / f"{path}.p"
        if partials.is_dir():
            for one in partials.iterdir():
                one.unlink()
            partials.rmdir()

    def tidy(self) -> int:
        """Remove what a killed process left half written, make every name safe, and return how many were removed.

        For the start of the one process that writes: a failed write may have left names that no `sync()` made safe.
        """
        removed = 0
        for directory, _, names in os.walk(self.root):
            drafts = [name for name in names if _DRAFT.fullmatch(name)]
            for name in drafts:
                Path(directory, name).unlink(missing_ok=True)
            removed += len(drafts)
            self._touched.add(Path(directory))
        self.sync()
        return removed

    def _make_directory(self, directory: Path) -> None:
        if not directory.is_dir():
            self._make_directory(directory.parent)
            directory.mkdir(exist_ok=True)
            self._touched.add(directory.parent)
