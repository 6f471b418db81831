"""Reconciliation (重算核对): every guarded row as it stands against the digest that its last record keeps of it.

A change by other means than an act of the product (raw SQL) leaves the record behind: the row is named. The digests
themselves are checked against the manifest, and the manifest against the leaf in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from psycopg import sql

from heliograph.kernel.canonical import NotCanonicalError, parse_canonical
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.ledger.actions.alarms import raise_alarm, settle_alarms
from heliograph.ledger.actions.records import commitment, described
from heliograph.ledger.guards import Guard, columns_now, guards, shape_of
from heliograph.ledger.models import Erasure, Record, RowShape

ALARM = "row"
ERASED = "record.erased"
NAMED = 200  # findings that get an alarm of their own
CHANGED, UNRECORDED, MISSING, UNREADABLE = "changed", "unrecorded", "missing", "unreadable"
WORDS = {
    CHANGED: "内容与最后一次存证不符",
    UNRECORDED: "没有存证",
    MISSING: "存证中有而数据库中没有",
    UNREADABLE: "列已变动，无法核对，须重新登记摘要",
    "unguarded": "最后一次存证的内容已经删除，数据行无从核对",
    "unfounded": "有删除登记，没有删除的存证",
    "unplaced": "既不在日志中，也不在排序队列中",
    "gone": "存证内容或盐值不在，也没有删除的理由",
    "content": "存证内容与日志条目不符",
    "record": "存证的登记项与存证内容不符",
    "rows": "存证摘要与存证内容不符",
}

_QUERY = """
WITH latest AS (
  SELECT DISTINCT ON (row_id) row_id, digest, shape, record_id FROM ledger_recordedrow
  WHERE table_name = {name} AND {told} ORDER BY row_id, id DESC
), known AS (
  SELECT l.row_id, l.digest, l.shape, s.value AS salt, e.record_id IS NOT NULL AS erased,
         p.extra, p.unreadable
  FROM latest l LEFT JOIN ledger_recordsalt s ON s.record_id = l.record_id
  LEFT JOIN ledger_erasure e ON e.record_id = l.record_id
  LEFT JOIN (SELECT * FROM unnest(%(shapes)s::text[], %(extras)s::text[], %(unreadable)s::bool[])
             AS p(shape, extra, unreadable)) p ON p.shape = l.shape
)
SELECT coalesce(k.row_id, t.{key}::text),
  CASE WHEN k.row_id IS NULL THEN 'unrecorded'
       WHEN t.{key} IS NULL THEN 'missing'
       WHEN k.erased THEN 'unguarded'
       WHEN k.unreadable IS NOT FALSE THEN 'unreadable'
       ELSE 'changed' END
FROM (SELECT * FROM {table} WHERE {kept}) t FULL JOIN known k ON k.row_id = t.{key}::text
WHERE CASE
  WHEN k.row_id IS NULL THEN TRUE
  WHEN t.{key} IS NULL THEN k.digest <> ''
  WHEN k.erased THEN TRUE
  WHEN k.unreadable IS NOT FALSE THEN TRUE
  ELSE k.digest IS DISTINCT FROM encode(sha256(k.salt || convert_to(
    (to_jsonb(t) - string_to_array(k.extra, ','))::text, 'UTF8')), 'hex')
END
ORDER BY 1 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """A row, or a record, that is not as its record says."""

    table: str
    row_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}：{WORDS[self.what]}"


def compare_rows(found: Guard, *, keys: Collection[str] | None = None, most: int = NAMED) -> list[Finding]:
    """Return the rows of a guarded table that their last record does not describe. Three queries whatever its size.

    With `keys` only these rows are read, and all of them: a request must not recount a table. Columns added since a
    digest was made are left out of the comparison; a digest over a column that is gone cannot be checked, and is said
    to be so.
    """
    shapes = _shapes(found)
    told: sql.Composable = sql.SQL("TRUE")
    kept: sql.Composable = sql.SQL("TRUE")
    values: dict[str, Any] = {
        "shapes": [shape for shape, _, _ in shapes],
        "extras": [extra for _, extra, _ in shapes],
        "unreadable": [gone for _, _, gone in shapes],
        "most": most,
    }
    if keys is not None:
        told, kept = sql.SQL("row_id = ANY(%(names)s::text[])"), sql.SQL("{} = ANY(%(keys)s)").format(found.key_name)
        values |= {"names": list(keys), "keys": found.keys_of(keys), "most": None}
    statement = sql.SQL(_QUERY).format(
        name=sql.Literal(found.table), key=found.key_name, table=sql.Identifier(found.table), told=told, kept=kept
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Finding(found.table, row_id, what) for row_id, what in cursor.fetchall()]


def lock_rows(found: Guard, keys: Collection[str]) -> None:
    """Keep these rows as they are until the transaction ends, so that they can be compared and digested anew.

    Always in the order of their keys; columns are not read, for a migration may not have made them yet.
    """
    rows = found.model._base_manager.filter(pk__in=found.keys_of(keys)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def _shapes(found: Guard) -> list[tuple[str, str, bool]]:
    """Return each known set of columns of a table with the others that it has, and whether some are gone.

    Held against the table as it is: before a migration its columns are not those of the code.
    """
    now = columns_now(found)
    known = {shape_of(found.table, found.columns): found.columns}
    known |= {shape.id: shape.columns for shape in RowShape.objects.filter(table_name=found.table)}
    return [
        (shape, ",".join(sorted(set(now) - set(columns))), not set(columns) <= set(now))
        for shape, columns in known.items()
    ]


def compare_records(*, chunk: int = 2_000) -> Iterator[Finding]:
    """Yield the records whose content does not give the commitment of their leaf, or does not say what they say.

    Content and salt may be gone only where an erasure gives the ground.
    """
    told = Record.objects.filter(kind=ERASED).values("subject_id")
    for key in Erasure.objects.annotate(key=Cast("pk", CharField())).exclude(key__in=told).values_list("pk", flat=True):
        yield Finding(Erasure._meta.db_table, str(key), "unfounded")
    for key in Record.objects.filter(place__isnull=True, pending__isnull=True).values_list("pk", flat=True):
        yield Finding(Record._meta.db_table, str(key), "unplaced")
    records = Record.objects.select_related("content", "salt").filter(erasure__isnull=True).order_by("id")
    for record in records.prefetch_related("rows").iterator(chunk_size=chunk):
        what = _fault_of(record)
        if what is not None:
            yield Finding(Record._meta.db_table, str(record.pk), what)


def _fault_of(record: Record) -> str | None:
    content, salt = getattr(record, "content", None), getattr(record, "salt", None)
    if content is None or salt is None:
        return "gone"
    written, leaf = bytes(content.manifest), bytes(record.leaf)
    if leaf_hash(leaf) != bytes(record.leaf_hash) or commitment(bytes(salt.value), written).hex() != _committed(leaf):
        return "content"
    said = parse_canonical(written)
    if any(said[name] != value for name, value in described(record).items()):
        return "record"
    return "rows" if [[row.table_name, row.row_id, row.digest] for row in record.rows.all()] != said["rows"] else None


def _committed(leaf: bytes) -> str | None:
    """Return the commitment that a leaf shows, None for bytes that are no leaf."""
    try:
        said = parse_canonical(leaf)
    except NotCanonicalError:
        return None
    return said.get("c") if isinstance(said, dict) else None


def reconcile(*, at: datetime) -> list[Finding]:
    """Compare every guarded row and every record; raise an alarm for each finding and settle those that are gone."""
    findings = [finding for found in guards() for finding in compare_rows(found)]
    findings += compare_records()
    alarms = dict(_alarm(finding) for finding in findings)
    for key in list(alarms)[:NAMED]:
        raise_alarm(ALARM, key, alarms[key], at=at)
    settle_alarms(ALARM, still=list(alarms), at=at)
    return findings


def _alarm(finding: Finding) -> tuple[str, str]:
    """Return key and words of a finding's alarm; a table whose columns changed has one, not one for each row."""
    if finding.what == UNREADABLE:
        return f"{finding.table}/*", f"{finding.table}：{WORDS[UNREADABLE]}"
    return f"{finding.table}/{finding.row_id}", str(finding)


@transaction.atomic
def note_shapes() -> None:
    """Note the columns of each guarded table, so that digests made over them can be checked after they change."""
    RowShape.objects.bulk_create(
        [
            RowShape(id=shape_of(found.table, found.columns), table_name=found.table, columns=found.columns)
            for found in guards()
        ],
        ignore_conflicts=True,
    )
