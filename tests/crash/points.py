"""Injection points: every statement, commit, write, rename and removal of a process, counted; at one of them it dies.

The product has no hooks for this. What it calls is wrapped in the process that is to die, and nowhere else.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
STATEMENT = re.compile(r'(SELECT|INSERT INTO|UPDATE|DELETE FROM|SAVEPOINT|RELEASE)\b(?:.*? FROM)?\s*"?(\w*)', re.DOTALL)


class Points:
    """Counts the points a process passes, notes their names in a file, and kills the process at one of them."""

    def __init__(self, kill_at: int, trace: Path) -> None:
        self.kill_at = kill_at
        self.passed = 0
        self.trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def pass_by(self, name: str) -> None:
        """Count a point; the process ends here, without a word, when it is the chosen one."""
        self.passed += 1
        os.write(self.trace, f"{name}\n".encode())
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str, label: Callable[..., str | None]) -> None:
        """Put a point before and after each call of a method for which `label` gives a name."""
        former = getattr(owner, name)

        def wrapped(itself: Any, *given: Any, **named: Any) -> Any:
            point = label(itself, *given)
            if point is None:
                return former(itself, *given, **named)
            self.pass_by(f"before {point}")
            answer = former(itself, *given, **named)
            self.pass_by(f"after {point}")
            return answer

        setattr(owner, name, wrapped)

    def install(self) -> None:
        """Wrap what writes."""
        for name in ("execute", "executemany"):
            self.around(CursorWrapper, name, _statement)
        self.around(BaseDatabaseWrapper, "_commit", lambda _link: "commit")
        for name in ("replace", "unlink", "rmdir", "mkdir"):
            self.around(Path, name, path_label(name))
        self._wrap_open()
        self._wrap_sqlite()

    def _wrap_open(self) -> None:
        former, points = Path.open, self

        def opened(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
            stream = former(path, mode, *given, **named)
            return _Halved(stream, points, path) if mode == "wb" else stream

        setattr(Path, "open", opened)  # noqa: B010 - mypy would refuse the plain form

    def _wrap_sqlite(self) -> None:
        former, points = sqlite3.connect, self

        class Link(sqlite3.Connection):
            def execute(self, statement: str, *given: Any) -> sqlite3.Cursor:
                point = f"second place {statement.split()[0]}"
                points.pass_by(f"before {point}")
                answer = super().execute(statement, *given)
                points.pass_by(f"after {point}")
                return answer

        def connect(path: Any, **named: Any) -> sqlite3.Connection:
            return former(path, factory=Link, **named)

        setattr(sqlite3, "connect", connect)  # noqa: B010 - as above


class _Halved:
    """A stream that writes in two halves, so that a process can die between them."""

    def __init__(self, stream: IO[bytes], points: Points, path: Path) -> None:
        self.stream, self.points, self.path = stream, points, path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stream.close()

    def write(self, data: bytes) -> int:
        middle = len(data) // 2
        self.stream.write(data[:middle])
        self.stream.flush()
        self.points.pass_by(f"half of {_named(self.path)}")
        return middle + self.stream.write(data[middle:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def path_label(verb: str) -> Callable[..., str]:
    """Return what names a call on a path."""
    return lambda path, *_given: f"{verb} {_named(path)}"


def _named(path: Path) -> str:
    """Name a file without what differs from run to run."""
    return re.sub(r"[0-9]+", "#", path.name)


def _statement(_cursor: Any, statement: Any, *_given: Any) -> str | None:
    text = " ".join(statement.split()) if isinstance(statement, str) else "composed"
    text = re.sub(r"^WITH \w+ AS \( ", "", text)
    if text.startswith(("SAVEPOINT", "RELEASE")):
        return None
    found = WRITE.match(text) or STATEMENT.match(text)
    return f"{found[1]} {found[2]}" if found else text[:30]
