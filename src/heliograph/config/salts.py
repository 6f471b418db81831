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
from uuid import UUID

from django.db import connection, transaction

from heliograph.ledger.actions import append
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.histories import rows_last_told_by
from heliograph.ledger.models import Record

SUFFIX = ".salts"
GROUND = "备份之后已依法删除，恢复时再次删除"
BASIS = "个人信息保护法@2021:47"
NOBODY = UUID(int=0)

_ALL = "SELECT s.record_id::text || ' ' || encode(s.value, 'hex') FROM ledger_recordsalt s ORDER BY s.record_id"
_PUT = """
INSERT INTO ledger_recordsalt (record_id, value)
SELECT r.id, decode(given.salt, 'hex') FROM unnest(%s::uuid[], %s::text[]) AS given(id, salt)
JOIN ledger_record r ON r.id = given.id LEFT JOIN ledger_erasure e ON e.record_id = r.id WHERE e.record_id IS NULL
ON CONFLICT DO NOTHING
"""
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
        "installation": _installation(),
        "newest": lines[-1].split()[0] if lines else str(NOBODY),
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


def _installation() -> str:
    """Return what tells this installation's records from another's: the key of the first."""
    first = Record.objects.order_by("pk").values_list("pk", flat=True).first()
    return str(first or NOBODY)


def drop_older(target: Path) -> list[Path]:
    """Remove the files of salts that a new one replaces, in its directory; return which. Others' stay."""
    new = _head(target)
    beside = [path for path in target.parent.glob(f"*{SUFFIX}") if path != target]
    older = [
        path
        for path in beside
        if _head(path).get("installation") == new["installation"] and _head(path)["made_at"] < new["made_at"]
    ]
    for path in older:
        path.unlink()
    return older


def newest_salts(backup: Path) -> Path:
    """Return this installation's newest file of salts beside a backup, else the one that the backup's name asks for.

    Asked when the database has been restored: its first record tells whose files are its own.
    """
    own = [path for path in backup.parent.glob(f"*{SUFFIX}") if _head(path).get("installation") == _installation()]
    return max(own, key=lambda path: _head(path)["made_at"], default=backup.with_suffix(SUFFIX))


def _head(source: Path) -> dict[str, str]:
    """Return the first line of a file of salts; empty for another kind of file."""
    try:
        with source.open("rb") as stream:
            head = json.loads(stream.readline())
    except (OSError, ValueError):
        return {}
    return head if isinstance(head, dict) and {"installation", "made_at"} <= set(head) else {}


def restore_salts(source: Path, *, at: datetime) -> Restored:
    """Put the salts back, and take away again what was erased after the backup. SaltsError for a file not whole."""
    head, lines = _read(source)
    if head.get("installation") != _installation():
        raise SaltsError(f"盐值文件属于另一套系统，不能用于本库：{source}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            for chunk in _chunks(lines):
                pairs = [line.split(" ") for line in chunk]
                cursor.execute(_PUT, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
        gone = Record.objects.filter(content__isnull=False, salt__isnull=True, erasure__isnull=True)
        erased = list(gone.filter(pk__lte=head["newest"]))
        for record in erased:
            _erase_again(record, at)
    return Restored(len(lines), len(erased))


def _erase_again(record: Record, at: datetime) -> None:
    """Erase what was erased after the backup; the rows it was the last to tell of are digested anew."""
    rows = [row for _guard, row in rows_last_told_by(record)]
    erase_content(record.pk, ground=GROUND, basis=BASIS, by_id=NOBODY, at=at)
    if rows:
        agency_id = record.agency_id
        append("erasure.repeated", subject=record, agency_id=agency_id, actor_id=None, at=at, rows=rows)


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
