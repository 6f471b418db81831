"""The records that tell of one row: its own chain, and those of acts on something else that wrote the row too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from heliograph.ledger.files import LogFiles
from heliograph.ledger.guards import Guard, guards
from heliograph.ledger.models import Alarm, Log, Record, RecordedRow, Tree
from heliograph.ledger.queries import newest_publication, subject_key


def history_of(*subjects: Model) -> QuerySet[Record]:
    """Return the records of both logs that tell of these rows, whatever they are about, the newest first.

    The keys are gathered by index from either table and then looked up: an OR across the two would read the ledger.
    """
    written, about = Q(pk__in=[]), Q(pk__in=[])
    for subject in subjects:
        kind, key = subject_key(subject)
        written |= Q(table_name=subject._meta.db_table, row_id=key)
        about |= Q(tree__in=Tree.values, subject_kind=kind, subject_id=key)
    by_row = RecordedRow.objects.filter(written).order_by().values("record_id")
    found = Record.objects.filter(pk__in=by_row.union(Record.objects.filter(about).order_by().values("pk")))
    return found.select_related("place__log", "content", "salt", "erasure").order_by("-id")


def covered_rows(records: Iterable[Record]) -> dict[UUID, list[tuple[str, int]]]:
    """Return how many rows of which tables each record covers. One query; a record may cover thousands."""
    counted = RecordedRow.objects.filter(record__in=[record.pk for record in records])
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    grouped = counted.values_list("record_id", "table_name").annotate(rows=Count("id")).order_by("table_name")
    for record_id, table, rows in grouped:
        found[record_id].append((table, rows))
    return found


def rows_last_told_by(record: Record) -> list[tuple[Guard, Model]]:
    """Return the rows, known by their keys alone, of which a record is the last to tell: its erasure unguards them."""
    later = RecordedRow.objects.filter(
        table_name=OuterRef("table_name"), row_id=OuterRef("row_id"), id__gt=OuterRef("id")
    )
    told = RecordedRow.objects.filter(~Exists(later), record=record).exclude(digest="")
    by_table = {found.table: found for found in guards()}
    left: list[tuple[Guard, Model]] = []
    for table, key in told.values_list("table_name", "row_id"):
        found = by_table[table]
        left.append((found, found.model(pk=found.model._meta.pk.to_python(key))))
    return left


def published_sizes(records: Iterable[Record]) -> dict[int, int]:
    """Return how many records of each log that these lie in a published checkpoint covers. One query for a log."""
    logs = {record.place.log_id for record in records if hasattr(record, "place")}
    newest = {log_id: newest_publication(log_id) for log_id in logs}
    return {log_id: found.checkpoint.size for log_id, found in newest.items() if found is not None}


def files_of(log: Log) -> LogFiles:
    """Return where this installation keeps a log's files."""
    return LogFiles(settings.LEDGER_HOME / log.tree / log.shard)


def agencies_of(alarms: Iterable[Alarm]) -> dict[UUID, UUID | None]:
    """Return the agency of the row, or of the record, that each alarm names; none where the alarm names no such row."""
    named = {alarm.pk: tuple(alarm.key.split("/", 1)) for alarm in alarms if alarm.kind == "row" and "/" in alarm.key}
    keys = [key for _table, key in named.values()]
    rows = RecordedRow.objects.filter(row_id__in=keys, table_name__in=[table for table, _key in named.values()])
    latest = rows.order_by("table_name", "row_id", "-id").distinct("table_name", "row_id")
    owners: dict[tuple[str, ...], UUID | None] = {
        (table, key): agency for table, key, agency in latest.values_list("table_name", "row_id", "record__agency_id")
    }
    records = [key for table, key in named.values() if table == Record._meta.db_table]
    own = Record.objects.filter(pk__in=records).values_list("pk", "agency_id")
    owners |= {(Record._meta.db_table, str(key)): agency for key, agency in own}
    return {alarm: owners[where] for alarm, where in named.items() if where in owners}
