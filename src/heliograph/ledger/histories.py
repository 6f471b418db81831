"""The records that tell of one row: its own chain, and those of acts on something else that wrote the row too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from heliograph.kernel.tlog.policy import Policy, parse_policy
from heliograph.ledger.files import LogFiles
from heliograph.ledger.guards import Guard, guards
from heliograph.ledger.models import Alarm, Log, Record, RecordedRow, Tree
from heliograph.ledger.queries import newest_publication, subject_key

UUID_PATTERN = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


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


def asked_witnesses() -> Policy | None:
    """Return the witnesses of this installation, None while none are named. PolicyError when the file is not one."""
    if not settings.LEDGER_WITNESSES.is_file():
        return None
    return parse_policy(settings.LEDGER_WITNESSES.read_bytes())


def with_agencies(alarms: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """Add `agency_id` to alarms: that of the row, or the record, which one names; none where there is no such row."""
    named = Q(kind="row", key__regex=f"^{Record._meta.db_table}/{UUID_PATTERN}$")
    table, key = (Func(F("key"), Value("/"), Value(part), function="split_part") for part in (1, 2))
    found = alarms.annotate(
        table=Case(When(kind="row", then=table), default=None, output_field=CharField()),
        row_key=Case(When(kind="row", then=key), default=None, output_field=CharField()),
        record_key=Case(When(named, then=Cast(key, UUIDField())), default=None, output_field=UUIDField()),
    )
    rows = RecordedRow.objects.filter(table_name=OuterRef("table"), row_id=OuterRef("row_key")).order_by("-id")
    records = Record.objects.filter(pk=OuterRef("record_key"))
    of_row, of_record = rows.values("record__agency_id")[:1], records.values("agency_id")[:1]
    return found.annotate(agency_id=Coalesce(Subquery(of_record), Subquery(of_row), output_field=UUIDField()))
