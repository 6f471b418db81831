"""Backup and restore of a whole installation in one file: the database, the stored files and the keys.

The file is a tar: `database.dump` (pg_dump's custom format), `files/…`, `keys/…` and last `manifest.json` with the
product's version, the server's version, where the files lie and the SHA-256 of every other member. It holds the keys:
it is readable by its owner only, and should be kept like a key. The salts of records are not in it, see `salts`. Files
that lie in an object storage are not in it either: that has versions and copies of its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection
from packaging.version import Version

from heliograph.config.postgres_binaries import client_program
from heliograph.registers.storage import DRAFT

MANIFEST = "manifest.json"
DUMP = "database.dump"
PARTS = ("files", "keys")
CHUNK = 1 << 20
HERE, ELSEWHERE = "directory", "objects"


class BackupError(RuntimeError):
    """The backup cannot be made or may not be restored; the message says why."""


class _HashingReader(io.RawIOBase):
    """Hash what passes, so that a large file is read once."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        content = self.source.read(size)
        self.digest.update(content)
        return content


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def _client(program: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore on the database of the settings; the password goes by the environment."""
    database = settings.DATABASES["default"]
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"], "PGUSER": database["USER"]}
    environment |= {"PGHOST": database["HOST"], "PGPORT": str(database.get("PORT") or "5432")}
    line = [client_program(program, server_major=_server_major()), "--no-password", *arguments]
    outcome = subprocess.run(line, env=environment, capture_output=True, text=True)  # noqa: S603 - programs found by us
    if outcome.returncode:
        raise BackupError(f"{program} 未能完成：{outcome.stderr.strip()}")


def _members(home: Path) -> Iterator[tuple[str, Path]]:
    for part in PARTS:
        for path in sorted((home / part).rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix != DRAFT:
                yield path.relative_to(home).as_posix(), path


def storage_kind() -> str:
    """Return where this installation keeps its files: in its own directory, or in an object storage."""
    return HERE if settings.OBJECT_STORAGE is None else ELSEWHERE


def check_files_kept(*, without_files: bool) -> None:
    """Refuse a backup that would lack the files unless that was said."""
    if storage_kind() == ELSEWHERE and not without_files:
        raise BackupError(
            "文件存放在对象存储（HELIOGRAPH_STORAGE），不在本备份之内。请在对象存储上开启版本保留或者异地复制，"
            "然后加 --without-files 备份数据库和密钥。"
        )


def check_same_storage(manifest: dict[str, Any]) -> None:
    """Refuse a backup of another kind of storage: its rows would name files that are not there."""
    theirs = manifest.get("storage", HERE)
    if theirs != storage_kind():
        where = {HERE: "本机目录", ELSEWHERE: "对象存储"}
        raise BackupError(
            f"备份制作时文件存放在{where.get(theirs, theirs)}，现在设置为{where[storage_kind()]}。"
            "请把 HELIOGRAPH_STORAGE 设为与当时相同，再恢复。"
        )


def write_backup(home: Path, target: Path, *, at: datetime) -> dict[str, Any]:
    """Write the backup and return its manifest; an unfinished one never has the final name."""
    hashes: dict[str, str] = {}
    draft = target.with_name(f"{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, _private(draft) as raw:
        dump = Path(folder) / DUMP
        name = f"--dbname={settings.DATABASES['default']['NAME']}"
        _client("pg_dump", "--format=custom", "--exclude-table-data=ledger_recordsalt", f"--file={dump}", name)
        with tarfile.open(fileobj=raw, mode="w") as archive:
            for name, path in [(DUMP, dump), *_members(home)]:
                hashes[name] = _add(archive, name, path)
            manifest = {
                "product": "heliograph",
                "version": version("heliograph"),
                "postgres_major": _server_major(),
                "made_at": at.isoformat(),
                "storage": storage_kind(),
                "sha256": hashes,
            }
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            last = tarfile.TarInfo(MANIFEST)
            last.size = len(content)
            archive.addfile(last, io.BytesIO(content))
    draft.replace(target)
    return manifest


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as source:
        member = tarfile.TarInfo(name)
        member.size = path.stat().st_size
        reader = _HashingReader(source)
        archive.addfile(member, reader)
        return reader.digest.hexdigest()


def read_manifest(source: Path) -> dict[str, Any]:
    """Return the manifest after checking the hash of every member and that nothing was added or taken away."""
    try:
        with tarfile.open(source, mode="r:") as archive:
            found = {member.name: _digest(archive, member) for member in archive if member.name != MANIFEST}
            stream = archive.extractfile(MANIFEST)
            manifest: dict[str, Any] = json.loads(stream.read()) if stream else {}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError(f"不是完整的备份文件：{source}") from error
    if manifest.get("product") != "heliograph" or manifest.get("sha256") != found or DUMP not in found:
        raise BackupError(f"备份文件的内容与其清单不符，可能已损坏或被改动：{source}")
    for name in found:
        _check_name(name)
    return manifest


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    stream = archive.extractfile(member) if member.isreg() else None
    if stream is None:
        raise BackupError(f"备份文件中有不应出现的内容：{member.name}")
    digest = hashlib.sha256()
    while content := stream.read(CHUNK):
        digest.update(content)
    return digest.hexdigest()


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    if name != DUMP and (path.is_absolute() or ".." in path.parts or path.parts[0] not in PARTS):
        raise BackupError(f"备份文件中有不应出现的路径：{name}")


def check_versions(manifest: dict[str, Any]) -> None:
    """Refuse a backup made by a newer product or a newer database server than ours."""
    ours = version("heliograph")
    if Version(manifest["version"]) > Version(ours):
        raise BackupError(f"备份由较新的版本 {manifest['version']} 制作，本机为 {ours}，请先升级。")
    if manifest["postgres_major"] > _server_major():
        raise BackupError(
            f"备份来自 PostgreSQL {manifest['postgres_major']}，本机为 {_server_major()}，请先升级数据库。"
        )


def check_empty(home: Path) -> None:
    """Refuse to overwrite anything; the keys of an unused installation do not count."""
    has_files = any((home / "files").rglob("*"))
    if has_files or connection.introspection.table_names():
        raise BackupError("现有数据不为空。确需覆盖的，请加 --force。")


def check_unused() -> None:
    """Refuse to restore under a running server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if cursor.fetchone()[0]:
            raise BackupError("数据库正在使用中，请先停止服务。")


def restore_backup(home: Path, source: Path) -> None:
    """Put everything back: the database in one transaction, then the directories, each swapped in whole."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        root = Path(folder)
        with tarfile.open(source, mode="r:") as archive:
            for member in archive:
                if member.name != MANIFEST:
                    _extract(archive, member, root / member.name)
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
        connection.close()
        name = settings.DATABASES["default"]["NAME"]
        _client(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={name}", str(root / DUMP)
        )
        for part in PARTS:
            shutil.rmtree(home / part, ignore_errors=True)
            (root / part).mkdir(exist_ok=True)
            (root / part).replace(home / part)


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    stream = archive.extractfile(member)
    if stream is None:
        raise BackupError(f"备份文件中有不应出现的内容：{member.name}")
    with _private(target) as copy:
        shutil.copyfileobj(stream, copy, CHUNK)
