"""The salts of records, kept beside the backups in a file of their own, so that no backup undoes an erasure.

An ordinary backup holds no salt. The file holds those of every record that is not erased, and takes the place of the
one made before it: what was erased meanwhile is in no file any more. At a restore, a record that the file does not know
although it is newer was erased after the backup; its content goes again.

The file is text: a line of JSON (`made_at`, `newest` record, `count`, `sha256` of the rest), then one line a record.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

SUFFIX = ".salts"
GROUND = "备份之后已依法删除，恢复时再次删除"
BASIS = "个人信息保护法@2021:47"
SYSTEM = "00000000-0000-0000-0000-000000000000"

_ALL = "SELECT s.record_id::text || ' ' || encode(s.value, 'hex') FROM ledger_recordsalt s ORDER BY s.record_id"
_PUT = """
INSERT INTO ledger_recordsalt (record_id, value)
SELECT r.id, decode(given.salt, 'hex') FROM unnest(%s::uuid[], %s::text[]) AS given(id, salt)
JOIN ledger_record r ON r.id = given.id LEFT JOIN ledger_erasure e ON e.record_id = r.id WHERE e.record_id IS NULL
ON CONFLICT DO NOTHING
"""
_MARK = """
INSERT INTO ledger_erasure (record_id, ground, basis, by_id, at)
SELECT c.record_id, %s, %s, %s, %s FROM ledger_recordcontent c
LEFT JOIN ledger_recordsalt s ON s.record_id = c.record_id LEFT JOIN ledger_erasure e ON e.record_id = c.record_id
WHERE s.record_id IS NULL AND e.record_id IS NULL AND c.record_id <= %s
"""
_CLEAR = "DELETE FROM ledger_recordcontent c USING ledger_erasure e WHERE e.record_id = c.record_id"
CHUNK = 5_000


class SaltsError(RuntimeError):
    """The file of salts is not whole, or not one; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a file of salts brought back, and how many contents it took away again."""

    salts: int
    erased: int


def write_salts(target: Path, *, at: datetime) -> int:
    """Write the salts of all records; return how many. The file appears whole or not at all."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        lines = [f"{row[0]}\n" for row in cursor.fetchall()]
    rest = "".join(lines).encode()
    head = {
        "product": "heliograph",
        "made_at": at.isoformat(),
        "newest": lines[-1].split()[0] if lines else SYSTEM,
        "count": len(lines),
        "sha256": hashlib.sha256(rest).hexdigest(),
    }
    draft = target.with_name(f"{target.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(json.dumps(head).encode() + b"\n" + rest)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(target)
    return len(lines)


def drop_older(target: Path) -> list[Path]:
    """Remove the files of salts that a new one replaces, in its directory; return which."""
    older = [path for path in target.parent.glob(f"*{SUFFIX}") if "" < made_at(path) < made_at(target)]
    for path in older:
        path.unlink()
    return older


def newest_salts(backup: Path) -> Path:
    """Return the newest file of salts beside a backup; where there is none, the one that its name asks for."""
    return max(backup.parent.glob(f"*{SUFFIX}"), key=made_at, default=backup.with_suffix(SUFFIX))


def made_at(source: Path) -> str:
    """Return when a file of salts was made, as its first line says; empty for another kind of file."""
    try:
        with source.open("rb") as stream:
            return str(json.loads(stream.readline())["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def restore_salts(source: Path, *, at: datetime) -> Restored:
    """Put the salts back, and take away again what was erased after the backup. SaltsError for a file not whole."""
    head, lines = _read(source)
    with transaction.atomic(), connection.cursor() as cursor:
        for chunk in _chunks(lines):
            pairs = [line.split(" ") for line in chunk]
            cursor.execute(_PUT, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
        cursor.execute(_MARK, [GROUND, BASIS, SYSTEM, at, head["newest"]])
        erased = cursor.rowcount
        cursor.execute(_CLEAR)
    return Restored(len(lines), erased)


def _read(source: Path) -> tuple[dict[str, str], list[str]]:
    try:
        first, _, rest = source.read_bytes().partition(b"\n")
        head: dict[str, str] = json.loads(first)
        whole = head.get("product") == "heliograph" and head["sha256"] == hashlib.sha256(rest).hexdigest()
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise SaltsError(f"不是完整的盐值文件：{source}") from error
    if not whole:
        raise SaltsError(f"盐值文件已损坏或被改动：{source}")
    return head, rest.decode("ascii").splitlines()


def _chunks(lines: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(lines), CHUNK):
        yield lines[start : start + CHUNK]
