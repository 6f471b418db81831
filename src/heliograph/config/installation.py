"""The installation as a whole: its database server, its schema, its static files, and whether it is a demonstration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from heliograph.config.database_roles import GRANTS
from heliograph.config.databases import ROLE_VARIABLE, uses_embedded_cluster
from heliograph.config.embedded_postgres import Cluster, record_path
from heliograph.config.env import read_home
from heliograph.config.keys import write_private

DEMO_MARK = "demo.json"


@contextmanager
def database_running() -> Iterator[None]:
    """Have the embedded server running meanwhile; the last program to leave stops it."""
    if not uses_embedded_cluster():
        yield
        return
    cluster = Cluster(read_home())
    cluster.start()
    try:
        yield
    finally:
        cluster.stop_if_unused()


def migrate_as_owner() -> None:
    """Bring the schema up to date; the process must be the owner role."""
    with connection.cursor() as cursor:
        for statement in GRANTS:
            cursor.execute(statement)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def has_pending_migrations() -> bool:
    """Whether the schema is older than the code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate_in_own_process() -> None:
    """Run the migrate command as the owner, from a process that is the app role."""
    outcome = subprocess.run(
        [sys.executable, "-m", "heliograph.config.cli", "migrate"], env={**os.environ, ROLE_VARIABLE: "owner"}
    )
    if outcome.returncode:
        raise CommandError("数据库结构未能更新。", returncode=outcome.returncode)


def collect_static(static_root: Path) -> bool:
    """Collect the static files unless the collected ones are newer than every source; return whether it was done."""
    manifest = static_root / "staticfiles.json"
    collected = manifest.stat().st_mtime if manifest.exists() else 0.0
    newest = 0.0
    for finder in get_finders():
        for name, storage in finder.list([]):
            newest = max(newest, Path(storage.path(name)).stat().st_mtime)
    if collected > newest:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=static_root.exists())
    return True


@dataclass(frozen=True)
class DemoAccount:
    """What a visitor of the demonstration needs to sign in as one of its people."""

    username: str
    password: str
    totp_secret: str
    description: str


def read_demo_mark(home: Path) -> str | None:
    """Return the version of the loaded demonstration data, "" while none is complete, None outside a demonstration."""
    path = home / DEMO_MARK
    if not path.exists():
        return None
    return str(json.loads(path.read_text(encoding="utf-8"))["version"])


def read_demo_accounts(home: Path) -> list[DemoAccount]:
    """Return the demonstration's people."""
    content = json.loads((home / DEMO_MARK).read_text(encoding="utf-8"))
    return [DemoAccount(**account) for account in content["accounts"]]


def write_demo_mark(home: Path, version: str, accounts: list[DemoAccount]) -> None:
    """Note which demonstration data the home holds."""
    home.mkdir(parents=True, exist_ok=True)
    content = {"version": version, "accounts": [vars(account) for account in accounts]}
    write_private(home / DEMO_MARK, json.dumps(content, ensure_ascii=False, indent=1))


def claim_for_demo(home: Path) -> None:
    """Mark a new home as a demonstration; refuse one that was made for real work."""
    if read_demo_mark(home) is None:
        if record_path(home).exists() or not uses_embedded_cluster():
            raise CommandError(
                f"{home} 中的数据不是演示数据，不能用作演示环境。"
                "请以 HELIOGRAPH_HOME 指定其他目录，并取消 DATABASE_URL。",
                returncode=2,
            )
        write_demo_mark(home, "", [])
