"""A place to crash in: a database of its own, a directory, and a parent process that forks what is to die."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heliograph.config.database_roles import OWNER
from tests.database import ensure_template, execute
from tests.settings import ROOT, TEST_HOME

KILLED = -9


@dataclass(frozen=True)
class Parent:
    """The process that forks; it has imported the product and done nothing else."""

    process: subprocess.Popen[str]

    def ask(self, *jobs: dict[str, Any]) -> list[dict[str, Any]]:
        """Run jobs at the same time and return how each ended and what it said."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(jobs)}\n")
        self.process.stdin.flush()
        answers: list[dict[str, Any]] = json.loads(self.process.stdout.readline())
        return answers


@dataclass(frozen=True)
class Site:
    """A database, a directory and who works there."""

    parent: Parent
    database: str
    home: Path

    def job(self, name: str, **options: Any) -> dict[str, Any]:
        """Return what the parent is asked for."""
        return {"job": name, "database": self.database, "home": str(self.home), "options": options}

    def run(self, name: str, **options: Any) -> dict[str, Any]:
        """Run one job to its end and return what it said."""
        (answer,) = self.parent.ask(self.job(name, **options))
        assert answer["ended"] == 0, answer
        said: dict[str, Any] = answer["said"]
        return said

    def copy_database(self, name: str) -> None:
        """Keep the database as it stands, as a backup does."""
        execute("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, self.database, OWNER)

    def restore_database(self, name: str) -> None:
        """Put a kept one in its place."""
        execute("DROP DATABASE {} WITH (FORCE)", self.database)
        execute("CREATE DATABASE {} TEMPLATE {} OWNER {}", self.database, name, OWNER)


@contextmanager
def parent() -> Iterator[Parent]:
    """Start the process that forks, with the product's own settings on the throw-away cluster."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HELIOGRAPH_", "DJANGO_"))}
    told = {"HELIOGRAPH_HOME": str(TEST_HOME), "DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.jobs"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**own, **told, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    try:
        yield Parent(process)
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


@contextmanager
def site(forking: Parent, home: Path, number: int) -> Iterator[Site]:
    """Make a place of that number; its databases go with it."""
    names = [f"test_{os.getpid()}_{number}", f"test_{os.getpid()}_{number + 1}"]
    execute("CREATE DATABASE {} TEMPLATE {} OWNER {}", names[0], ensure_template(), OWNER)
    home.mkdir()
    (home / "witnesses.policy").write_text("quorum none\n", encoding="utf-8")
    try:
        yield Site(forking, names[0], home)
    finally:
        for name in names:
            execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
