"""Digests over other columns (重新登记数据摘要): before a migration takes columns away, and after it added some.

A digest can be checked only while the table has every column that it was made over. So each row is first compared
under the columns of its last digest, and only one that is as its record says is digested anew, which is a record too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions.reconciling import Finding, compare_rows, lock_rows
from heliograph.ledger.actions.records import append_digests
from heliograph.ledger.guards import Guard, columns_now, shape_of
from heliograph.ledger.models import RowShape

KIND = "rows.redigested"
BASIS = "行政处罚法@2021:47"
CHUNK = 1_000  # rows in one transaction, and at most in one record

_TOLD = """
SELECT l.row_id, r.agency_id FROM (
  SELECT DISTINCT ON (row_id) row_id, digest, shape, record_id FROM ledger_recordedrow
  WHERE table_name = %(table)s AND row_id > %(after)s ORDER BY row_id, id DESC
) l JOIN ledger_record r ON r.id = l.record_id
WHERE l.digest <> '' AND (l.shape = ANY(%(shapes)s::text[])) = %(among)s
ORDER BY l.row_id LIMIT %(chunk)s
"""


@dataclass(slots=True)
class Redigested:
    """How many rows were digested anew, and which were refused because they are not as their record says."""

    rows: int = 0
    refused: list[Finding] = field(default_factory=list)


def redigest(found: Guard, *, reason: str, at: datetime, only_losing: bool = False) -> Redigested:
    """Digest a table's rows anew over the columns that it and the code have in common; one that differs is refused.

    `only_losing`, for the time before a migration: rows alone whose last digest covers a column that is to go. Done in
    pieces, each whole in itself; begun again, it goes on where it broke off. ActRefusedError without a reason.
    """
    if not reason.strip():
        require(Refused("redigest.reason", "重新登记数据摘要须写明理由。", BASIS))
    done = Redigested()
    over = _shared(found)
    if over is not None:
        for told in _chunks(found, over, only_losing=only_losing):
            _redigest_rows(found, over, told, reason.strip(), at, done)
    return done


def _shared(found: Guard) -> Guard | None:
    """Return the guard over what the code and the table have in common; None for a table that is not made yet."""
    now = set(columns_now(found))
    return Guard(found.model, found.left_out | (now ^ set(found.columns))) if now else None


def _chunks(found: Guard, over: Guard, *, only_losing: bool) -> Iterator[list[tuple[str, UUID | None]]]:
    """Yield rows whose last digest is over other columns, with the agency of the record that tells of them."""
    noted = RowShape.objects.filter(table_name=found.table)
    losing = [shape.id for shape in noted if not set(shape.columns) <= set(over.columns)]
    if only_losing and not losing:
        return
    values = {
        "table": found.table,
        "shapes": losing if only_losing else [shape_of(over.table, over.columns)],
        "among": only_losing,
        "chunk": CHUNK,
    }
    after = ""
    while told := _told_after(after, values):
        yield told
        after = told[-1][0]


def _told_after(after: str, values: Mapping[str, Any]) -> list[tuple[str, UUID | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {**values, "after": after})
        return list(cursor.fetchall())


@transaction.atomic
def _redigest_rows(
    found: Guard, over: Guard, told: list[tuple[str, UUID | None]], reason: str, at: datetime, done: Redigested
) -> None:
    """Lock, compare, and record the rows that are as they should be; one record for each agency."""
    keys = [key for key, _ in told]
    lock_rows(found, keys)
    refused = compare_rows(found, keys=keys)
    differing = {finding.row_id for finding in refused}
    by_agency: dict[UUID | None, list[str]] = defaultdict(list)
    for key, agency_id in told:
        if key not in differing:
            by_agency[agency_id].append(key)
    facts = {"table": str(found.model._meta.verbose_name), "reason": reason}
    for agency_id, matching in by_agency.items():
        rows = [found.model(pk=key) for key in found.keys_of(matching)]
        append_digests(KIND, over, rows, agency_id=agency_id, at=at, facts=facts)
    done.rows += len(keys) - len(differing)
    done.refused += refused
