"""A backup brings everything back, and refuses what it should refuse."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from heliograph.config.database_roles import APP, OWNER
from heliograph.config.embedded_postgres import Cluster, read_connection
from tests.settings import POSTGRES

pytestmark = pytest.mark.database


def heliograph(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HELIOGRAPH_", "DJANGO_"))}
    line = [sys.executable, "-m", "heliograph.config.cli", *arguments]
    return subprocess.run(line, env={**environment, "HELIOGRAPH_HOME": str(home)}, capture_output=True, text=True)


def ask(home: Path, role: str, statement: str) -> list[tuple[object, ...]]:
    connection = read_connection(home)
    assert connection is not None
    with psycopg.connect(**connection.dsn(role), autocommit=True) as link:
        cursor = link.execute(statement.encode())
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="heliograph-backup-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def homes(folder: Path) -> Iterator[tuple[Path, Path]]:
    """An installation with something in it, and an empty one."""
    clusters = [Cluster(folder / name, source=POSTGRES, options=["fsync=off"]) for name in ("old", "new")]
    for cluster in clusters:
        cluster.start()
    old, new = (cluster.home for cluster in clusters)
    migrated = heliograph(old, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    (old / "files" / "2026").mkdir(parents=True)
    (old / "files" / "2026" / "photo.bin").write_bytes(bytes(range(256)) * 10_000)
    ask(old, OWNER, "CREATE TABLE kept (word text)")
    ask(old, OWNER, "REVOKE DELETE ON kept FROM heliograph_app")
    ask(old, APP, "INSERT INTO kept VALUES ('阳光')")
    yield old, new
    for cluster in clusters:
        cluster.remove()


@pytest.fixture(scope="module")
def backup(homes: tuple[Path, Path], folder: Path) -> Path:
    target = folder / "backup.tar"
    made = heliograph(homes[0], "backup", "--out", str(target))
    assert made.returncode == 0, made.stderr
    return target


def changed(backup: Path, target: Path, name: str, content: bytes) -> Path:
    """Copy a backup with one member replaced or added."""
    with tarfile.open(backup) as source, tarfile.open(target, "w") as copy:
        for member in source:
            if member.name != name:
                copy.addfile(member, source.extractfile(member))
        member = tarfile.TarInfo(name)
        member.size = len(content)
        copy.addfile(member, io.BytesIO(content))
    return target


def manifest(backup: Path) -> dict[str, object]:
    with tarfile.open(backup) as archive:
        stream = archive.extractfile("manifest.json")
        assert stream is not None
        return dict(json.loads(stream.read()))


def test_a_backup_is_private_and_names_what_it_holds(backup: Path, homes: tuple[Path, Path]) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    hashes = manifest(backup)["sha256"]
    assert isinstance(hashes, dict)
    assert {"database.dump", "files/2026/photo.bin", "keys/django-secret-key"} <= set(hashes)
    again = heliograph(homes[0], "backup", "--out", str(backup))
    assert again.returncode == 2
    assert "已存在" in again.stderr


def test_a_changed_backup_is_refused(backup: Path, folder: Path, homes: tuple[Path, Path]) -> None:
    for name in ("files/2026/photo.bin", "keys/extra", "files/../../escape"):
        bad = changed(backup, folder / "bad.tar", name, b"other")
        outcome = heliograph(homes[1], "restore", str(bad))
        assert outcome.returncode == 1
        assert "与其清单不符" in outcome.stderr
    (folder / "half.tar").write_bytes(backup.read_bytes()[:5000])
    assert heliograph(homes[1], "restore", str(folder / "half.tar")).returncode == 1


@pytest.mark.parametrize(("key", "value"), [("version", "99.0"), ("postgres_major", 99)])
def test_a_newer_backup_is_refused(
    backup: Path, folder: Path, homes: tuple[Path, Path], key: str, value: object
) -> None:
    content = json.dumps({**manifest(backup), key: value}).encode()
    outcome = heliograph(homes[1], "restore", str(changed(backup, folder / "newer.tar", "manifest.json", content)))
    assert outcome.returncode == 1
    assert "请先升级" in outcome.stderr


def test_an_installation_with_data_is_overwritten_only_by_force(backup: Path, homes: tuple[Path, Path]) -> None:
    old = homes[0]
    refused = heliograph(old, "restore", str(backup))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    ask(old, APP, "UPDATE kept SET word = 'changed'")
    forced = heliograph(old, "restore", str(backup), "--force")
    assert forced.returncode == 0, forced.stderr
    assert ask(old, APP, "SELECT word FROM kept") == [("阳光",)]


def test_a_database_in_use_is_not_replaced(backup: Path, homes: tuple[Path, Path]) -> None:
    connection = read_connection(homes[1])
    assert connection is not None
    with psycopg.connect(**connection.dsn(APP)):
        outcome = heliograph(homes[1], "restore", str(backup))
    assert outcome.returncode == 1
    assert "请先停止服务" in outcome.stderr


def test_a_schema_that_does_not_fit_the_code_is_not_served(homes: tuple[Path, Path]) -> None:
    outcome = heliograph(homes[1], "serve")
    assert outcome.returncode == 2
    assert "heliograph migrate" in outcome.stderr


def test_an_empty_installation_gets_everything_back(backup: Path, homes: tuple[Path, Path]) -> None:
    old, new = homes
    outcome = heliograph(new, "restore", str(backup))
    assert outcome.returncode == 0, outcome.stderr
    assert ask(new, APP, "SELECT word FROM kept") == [("阳光",)]
    for part in ("files/2026/photo.bin", "keys/django-secret-key"):
        assert (new / part).read_bytes() == (old / part).read_bytes()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(new, APP, "DELETE FROM kept")
    assert heliograph(new, "backup", "--out", str(new)).returncode == 0


def test_no_backup_undoes_an_erasure(homes: tuple[Path, Path], folder: Path) -> None:
    """Salts lie in a file of their own; a record erased after the backup is erased again when it is restored."""
    old = homes[0]
    line = ["--security-admin", "anquan", "--name", "安全员"]
    added = heliograph(old, "agency", "add", "wenshang-gxj@2026.11", *line)
    assert added.returncode == 0, added.stderr
    before, after = folder / "2026a.tar", folder / "2026b.tar"
    assert heliograph(old, "backup", "--out", str(before)).returncode == 0
    (kept,) = ask(old, APP, "SELECT count(*) FROM ledger_recordsalt")[0]
    assert isinstance(kept, int)
    (gone,) = ask(old, APP, "SELECT min(record_id::text) FROM ledger_recordsalt")[0]
    foreign = folder / "elsewhere.salts"
    head = (folder / "2026a.salts").read_text(encoding="utf-8").replace('"installation": "0', '"installation": "f', 1)
    foreign.write_text(head.replace("20", "19", 1), encoding="utf-8")
    ask(old, APP, f"INSERT INTO ledger_erasure VALUES ('{gone}', '依申请', '个人信息保护法@2021:47', '{gone}', now())")
    for table in ("ledger_recordcontent", "ledger_recordsalt"):
        ask(old, APP, f"DELETE FROM {table} WHERE record_id = '{gone}'")
    made = heliograph(old, "backup", "--out", str(after))
    assert "已删除旧的盐值文件 2026a.salts" in made.stdout
    assert stat.S_IMODE((folder / "2026b.salts").stat().st_mode) == 0o600

    assert foreign.exists()  # another installation's

    restored = heliograph(old, "restore", str(before), "--force")
    assert restored.returncode == 0, restored.stderr
    assert "再次删除 1 项" in restored.stdout
    for table in ("ledger_recordcontent", "ledger_recordsalt"):
        assert ask(old, APP, f"SELECT count(*) FROM {table} WHERE record_id = '{gone}'") == [(0,)]
    told = [
        kind for (kind,) in ask(old, APP, f"SELECT kind FROM ledger_record WHERE subject_id = '{gone}' ORDER BY id")
    ]
    assert told in (["record.erased"], ["record.erased", "erasure.repeated"])
    assert ask(old, APP, "SELECT count(*) FROM ledger_recordsalt") == [(kept - 1 + len(told),)]

    broken = folder / "2026b.salts"
    broken.write_bytes(broken.read_bytes()[:-9])
    refused = heliograph(old, "restore", str(before), "--force")
    assert refused.returncode == 1
    assert "盐值文件" in refused.stderr
    other = heliograph(old, "restore", str(before), "--force", "--salts", str(foreign))
    assert other.returncode == 1
