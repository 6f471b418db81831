"""Records, written in the transaction of the act they tell of: the act and its record exist together or not at all.

Formats: a leaf is canonical JSON (RFC 8785). A private one shows a commitment only, `{"c", "v"}`; a public one also
what it is about. The commitment is SHA-256 over a label, a random salt and the canonical manifest, which says who did
what to which rows and carries the hash of the subject's former record (`prev`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.ids import uuid7
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.ledger.guards import Guard, digests_of_all, guard_of, shape_of
from heliograph.ledger.models import (
    SALT_BYTES,
    Record,
    RowShape,
    Tree,
)
from heliograph.ledger.queries import subject_key

LABEL = b"heliograph/record/v1\0"
VERSION = 1
LOCK_CLASS = 0x7265  # apart from the sequencer's and from the queue's
LOCKS = 1024
SUBJECT_LENGTH: int = Record._meta.get_field("subject_id").max_length or 0
_COLUMNS = Record._meta.concrete_fields

_FORMER = """
SELECT number, leaf_hash FROM ledger_record WHERE tree = %s AND subject_kind = %s AND subject_id = %s
ORDER BY number DESC LIMIT 1
"""
_WRITE = """
WITH record AS (
  INSERT INTO ledger_record
    (id, tree, kind, agency_id, subject_kind, subject_id, number, prev, actor_id, at, ref_id, leaf, leaf_hash)
  VALUES (%(id)s, %(tree)s, %(kind)s, %(agency_id)s, %(subject_kind)s, %(subject_id)s, %(number)s, %(prev)s,
    %(actor_id)s, %(at)s, %(ref_id)s, %(leaf)s, %(leaf_hash)s) RETURNING id, tree
), content AS (
  INSERT INTO ledger_recordcontent (record_id, manifest) SELECT id, %(manifest)s FROM record
), salt AS (
  INSERT INTO ledger_recordsalt (record_id, value) SELECT id, %(salt)s FROM record
), pending AS (
  INSERT INTO ledger_pending (record_id, tree) SELECT id, tree FROM record
)
INSERT INTO ledger_recordedrow (record_id, table_name, row_id, digest, shape)
SELECT record.id, r.table_name, r.row_id, r.digest, r.shape FROM record,
  unnest(%(tables)s::text[], %(keys)s::text[], %(digests)s::text[], %(shapes)s::text[])
  WITH ORDINALITY AS r(table_name, row_id, digest, shape, place) ORDER BY r.place
"""


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """What the public log says of an act: whose (the agency's code), and what was put before the public."""

    agency: str | None
    published: Mapping[str, Any]
    ref: Record | None = None


class _Digested(NamedTuple):
    """A row of `RecordedRow` that is still to be written."""

    table_name: str
    row_id: str
    digest: str
    shape: str


@dataclass(frozen=True, slots=True)
class _Act:
    kind: str
    subject: Model
    agency_id: UUID | None
    actor_id: UUID | None
    at: datetime
    rows: Iterable[Model] = ()
    removed: Iterable[Model] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    new: bool = False  # whether the act itself made what it is about
    over: Guard | None = None  # what the rows are digested over, where that is not their table's guard


@transaction.atomic(savepoint=False)
def append(
    kind: str,
    *,
    subject: Model,
    agency_id: UUID | None,
    actor_id: UUID | None,
    at: datetime,
    rows: Iterable[Model] = (),
    removed: Iterable[Model] = (),
    facts: Mapping[str, Any] | None = None,
    new: bool = False,
) -> Record:
    """Record an act in the process log: `kind` such as `entry.drafted`, the row it is about, every row it wrote.

    Call it last, when the rows stand as they are to stay; `removed` are rows the act deleted, which keep their key.
    `facts` is JSON without floats. `new` says that the act itself made the subject and this is its first record, so
    that no former one is looked for; the database refuses a second first one. Returns the record, whose `leaf_hash` is
    a receipt at once.
    """
    act = _Act(kind, subject, agency_id, actor_id, at, rows, removed, facts or {}, new=new)
    return _append(act, Tree.PROCESS, None)


@transaction.atomic(savepoint=False)
def append_public(
    kind: str, *, subject: Model, agency_id: UUID | None, actor_id: UUID | None, at: datetime, facts: PublicFacts
) -> Record:
    """Record in the public log that something was published, corrected or withdrawn; `facts.ref` is what it acts on."""
    return _append(_Act(kind, subject, agency_id, actor_id, at), Tree.PUBLIC, facts)


@transaction.atomic(savepoint=False)
def record_read(
    kind: str,
    *,
    subject: Model,
    agency_id: UUID | None,
    actor_id: UUID,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
) -> Record:
    """Record that somebody read something sensitive, such as an export or the records of a case."""
    return _append(_Act(kind, subject, agency_id, actor_id, at, facts=facts or {}), Tree.PROCESS, None)


@transaction.atomic(savepoint=False)
def append_digests(
    kind: str, over: Guard, rows: Iterable[Model], *, agency_id: UUID | None, at: datetime, facts: Mapping[str, Any]
) -> Record:
    """Record rows of one table, which the caller has locked and compared, digested anew over the columns of `over`.

    What it is about is the set of columns; whoever runs the installation did it.
    """
    shape = shape_of(over.table, over.columns)
    RowShape.objects.get_or_create(id=shape, defaults={"table_name": over.table, "columns": over.columns})
    subject = RowShape(id=shape[:SUBJECT_LENGTH])
    return _append(_Act(kind, subject, agency_id, None, at, rows, facts=facts, over=over), Tree.PROCESS, None)


def _append(act: _Act, tree: Tree, public: PublicFacts | None) -> Record:
    subject_kind, subject_id = subject_key(act.subject)
    number, prev = (1, None) if act.new else _next_of(tree, subject_kind, subject_id)
    record_id, salt = uuid7(), secrets.token_bytes(SALT_BYTES)
    rows = [*_row_digests(act.rows, salt, act.over), *_removals(act.removed)]
    record = Record(
        id=record_id,
        tree=tree,
        kind=act.kind,
        agency_id=act.agency_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        number=number,
        prev=prev,
        actor_id=act.actor_id,
        at=act.at,
        ref=public.ref if public else None,
    )
    manifest: dict[str, Any] = {
        "v": VERSION,
        **described(record),
        "rows": [[row.table_name, row.row_id, row.digest] for row in rows],
        "facts": act.facts,
    }
    if public is not None:
        manifest["published"] = public.published
    written = canonical_bytes(manifest)
    record.leaf = _leaf(act, record_id, commitment(salt, written), public)
    record.leaf_hash = leaf_hash(record.leaf)
    _write(record, written, salt, rows)
    return record


def _write(record: Record, manifest: bytes, salt: bytes, rows: list[_Digested]) -> None:
    """Write a record and all that hangs on it by one statement: it stands in the way of every act."""
    values: dict[str, Any] = {str(field.column): getattr(record, field.attname) for field in _COLUMNS}
    values |= {
        "manifest": manifest,
        "salt": salt,
        "tables": [row.table_name for row in rows],
        "keys": [row.row_id for row in rows],
        "digests": [row.digest for row in rows],
        "shapes": [row.shape for row in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)


def commitment(salt: bytes, manifest: bytes) -> bytes:
    """Return what a leaf shows of a manifest: it binds, and tells nothing without the salt."""
    return hashlib.sha256(LABEL + salt + manifest).digest()


def described(record: Record) -> dict[str, Any]:
    """Return what a manifest says of the fields that its record keeps beside it."""
    prev = record.prev
    return {
        "kind": record.kind,
        "agency": _text(record.agency_id),
        "id": str(record.pk),
        "subject": {"kind": record.subject_kind, "id": record.subject_id},
        "number": record.number,
        "prev": None if prev is None else bytes(prev).hex(),
        "actor": _text(record.actor_id),
        "at": _moment(record.at),
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _next_of(tree: Tree, kind: str, key: str) -> tuple[int, bytes | None]:
    """Return the number of a subject's next record and the hash of its last; others of the subject wait till commit."""
    with connection.cursor() as cursor:
        # One of few locks, shared by chance with other subjects: an act on thousands must not use up the server's.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s) & %s)", [LOCK_CLASS, f"{tree}/{kind}/{key}", LOCKS - 1]
        )
        cursor.execute(_FORMER, [tree, kind, key])  # by its own statement: it is to see what the lock waited for
        former = cursor.fetchone()
    return (1, None) if former is None else (former[0] + 1, bytes(former[1]))


def _leaf(act: _Act, record_id: UUID, committed: bytes, public: PublicFacts | None) -> bytes:
    leaf: dict[str, Any] = {"v": VERSION, "c": committed.hex()}
    if public is not None:
        leaf |= {
            "kind": act.kind,
            "agency": public.agency,
            "id": str(record_id),
            "at": act.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ref": _ref(public.ref),
        }
    return canonical_bytes(leaf)


def _ref(acted_on: Record | None) -> dict[str, Any] | None:
    """Name the leaf acted on; it has no index yet while it waits for the sequencer."""
    if acted_on is None:
        return None
    place = getattr(acted_on, "place", None)
    return {"hash": bytes(acted_on.leaf_hash).hex(), "index": None if place is None else place.index}


def _row_digests(rows: Iterable[Model], salt: bytes, over: Guard | None) -> list[_Digested]:
    """Digest the rows as they stand, in one query; a row named twice counts once."""
    by_guard: dict[Guard, dict[Any, None]] = defaultdict(dict)
    for row in rows:
        by_guard[over or guard_of(type(row))][row.pk] = None
    recorded: list[_Digested] = []
    digest_of = digests_of_all(by_guard, salt)
    for found, keys in by_guard.items():
        shape = shape_of(found.table, found.columns)
        recorded += [_Digested(found.table, str(key), digest_of[found][str(key)], shape) for key in keys]
    return recorded


def _removals(rows: Iterable[Model]) -> list[_Digested]:
    found = [(guard_of(type(row)), row.pk) for row in rows]
    if any(key is None for _, key in found):
        raise ValueError("a removed row has lost its key; keep it before the row is deleted")
    return [_Digested(guard.table, str(key), "", shape_of(guard.table, guard.columns)) for guard, key in found]
