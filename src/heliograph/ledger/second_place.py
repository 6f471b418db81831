"""The last signed state of each log in a second place: a small SQLite file, better on another disk.

It is never restored from a backup. A database that is behind it was restored, or rolled back, and would fork the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from heliograph.kernel.verdict import ActRefusedError, Refused

BASIS = "C2SP tlog-checkpoint"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed state: size and root."""

    size: int
    root: bytes


class SecondPlace:
    """The file; each act opens it anew, so that a moved or lost disk is noticed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        link = sqlite3.connect(self.path, isolation_level=None)
        try:
            link.execute("PRAGMA synchronous = FULL")
            link.execute(
                "CREATE TABLE IF NOT EXISTS signed (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL)"
            )
            yield link
        finally:
            link.close()

    def last(self, origin: str) -> Signed | None:
        """Return what was signed last for a log."""
        with self._open() as link:
            row = link.execute("SELECT size, root FROM signed WHERE origin = ?", [origin]).fetchone()
        return None if row is None else Signed(int(row[0]), bytes(row[1]))

    def origins(self) -> set[str]:
        """Return the logs of which something was signed, whatever the database still knows of them."""
        with self._open() as link:
            return {str(origin) for (origin,) in link.execute("SELECT origin FROM signed")}

    def keep(self, origin: str, former: Signed | None, new: Signed) -> None:
        """Replace `former` by `new`, in one step; refused when something else is there: another process signs too."""
        with self._open() as link:
            link.execute("BEGIN IMMEDIATE")
            row = link.execute("SELECT size, root FROM signed WHERE origin = ?", [origin]).fetchone()
            found = None if row is None else Signed(int(row[0]), bytes(row[1]))
            if found not in (former, new):
                link.execute("ROLLBACK")
                message = (
                    f"日志 {origin} 的最后签名状态已被另一进程改为 {found.size if found else 0} 条，本进程停止签名。"
                )
                raise ActRefusedError(Refused("ledger.second_place_moved", message, BASIS))
            link.execute("INSERT OR REPLACE INTO signed VALUES (?, ?, ?)", [origin, new.size, new.root])
            link.execute("COMMIT")
