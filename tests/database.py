"""Databases of test runs: a template migrated once as the owner, cloned for each process that tests.

A transactional test cannot end with TRUNCATE, which the app role may not do; its clone is made anew instead.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections
from psycopg import sql

from heliograph.config.database_roles import OWNER
from heliograph.config.embedded_postgres import SUPERUSER, Connection, read_connection
from tests.settings import ROOT, TEST_HOME

CLONE = re.compile(r"test_(\d+)(_\d+)?")


def _cluster() -> Connection:
    found = read_connection(TEST_HOME)
    assert found is not None
    return found


def execute(statement: str, *names: str) -> None:
    """Run a statement on databases as the superuser of the throw-away cluster."""
    with psycopg.connect(**_cluster().dsn(SUPERUSER, "postgres"), autocommit=True) as link:
        link.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def link_as(role: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a connection of its own to the database that this process tests, as a role; each statement stands."""
    name = str(connection.settings_dict["NAME"])
    return psycopg.connect(**_cluster().dsn(role, name), autocommit=True)


def superuser_link() -> psycopg.Connection[tuple[Any, ...]]:
    """Return such a connection as the superuser, who owns the machine."""
    return link_as(SUPERUSER)


def database_names() -> list[str]:
    """Return the databases there are."""
    with psycopg.connect(**_cluster().dsn(SUPERUSER, "postgres"), autocommit=True) as link:
        return [row[0] for row in link.execute("SELECT datname FROM pg_database").fetchall()]


def schema_mark() -> str:
    """Return a hash of everything the schema is made from."""
    digest = hashlib.sha256()
    sources = [
        ROOT / "requirements.lock",
        *(ROOT / "src/heliograph/config").glob("database_roles.py"),
        *(ROOT / "src").rglob("migrations/*.py"),
    ]
    for path in sorted(sources):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(name: str, home: Path = TEST_HOME) -> None:
    """Migrate a database as the owner, in a process of its own: this one is the app role."""
    environment = {**os.environ, "HELIOGRAPH_HOME": str(home), "HELIOGRAPH_DB_NAME": name}
    environment |= {"HELIOGRAPH_DB_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
    subprocess.run([sys.executable, "-m", "heliograph.config.cli", "migrate"], env=environment, check=True)


def ensure_template() -> str:
    """Return the name of an up-to-date template; the first process makes it, the others wait."""
    name = f"template_{schema_mark()}"
    with (TEST_HOME / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        existing = database_names()
        if name not in existing:
            draft = f"draft_{os.getpid()}"
            execute("CREATE DATABASE {} OWNER {}", draft, OWNER)
            migrate(draft)
            execute("ALTER DATABASE {} RENAME TO {}", draft, name)
            _drop_leftovers([one for one in existing if one.startswith("draft_")])
        _drop_leftovers([one for one in existing if _is_orphan(one)])
    return name


def _is_orphan(name: str) -> bool:
    found = CLONE.fullmatch(name)
    return found is not None and not Path(f"/proc/{found.group(1)}").exists()


def _drop_leftovers(names: list[str]) -> None:
    for name in names:
        execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


class Clone:
    """The database of this process; a fresh one after each transactional test, all dropped at the end.

    A former copy is left alone meanwhile: dropping it by force would end connections that a test still holds.
    """

    def __init__(self, template: str) -> None:
        self.template = template
        self.made: list[str] = []

    def create(self) -> None:
        """Copy the template and point Django at the copy."""
        name = f"test_{os.getpid()}_{len(self.made)}"
        execute("CREATE DATABASE {} TEMPLATE {} OWNER {}", name, self.template, OWNER)
        self.made.append(name)
        connections.close_all()
        connection.settings_dict["NAME"] = name

    def drop(self) -> None:
        """Remove the copies."""
        connections.close_all()
        _drop_leftovers(self.made)

    def renew(self) -> None:
        """Give the next test an untouched copy."""
        self.create()
