"""Records and their order on PostgreSQL: what `append()` costs inside an act, and how fast the sequencer is.

`python -m bench ledger` prints the figures; `run()` returns them. CPU of our process only; the database's is apart.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from bench.django_setup import SETTINGS
from heliograph.ledger.actions import append
from heliograph.ledger.actions.alarms import raise_alarm
from heliograph.ledger.actions.sequencing import open_log, sequence
from heliograph.ledger.guards import guard
from heliograph.ledger.models import Alarm, Pending, Tree
from tests.cast import BEIJING
from tests.database import Clone, ensure_template

AT = datetime(2026, 11, 20, 12, 0, tzinfo=BEIJING)
APPENDS = 2_000
SEQUENCED = 10_000
BATCHES = (1, 100, 1_000)
MICRO = 1_000_000


class Watch:
    """Wall and CPU seconds of a stretch."""

    wall = 0.0
    cpu = 0.0


@contextmanager
def stretch() -> Iterator[Watch]:
    """Time what happens inside."""
    watch, wall, cpu = Watch(), time.perf_counter(), time.process_time()
    yield watch
    watch.wall, watch.cpu = time.perf_counter() - wall, time.process_time() - cpu


def run() -> dict[str, float | str]:
    """Measure on a fresh clone, which goes afterwards."""
    clone = Clone(ensure_template())
    clone.create()
    try:
        return {**_appending(), **_sequencing()}
    finally:
        clone.drop()


def _row(number: int) -> Alarm:
    raise_alarm("bench", str(number), "一行", at=AT)
    return Alarm.objects.get(kind="bench", key=str(number))


def _append(row: Alarm) -> None:
    append("bench.done", subject=row, agency_id=uuid4(), actor_id=uuid4(), at=AT, rows=[row], facts={"note": "办理"})


def _appending() -> dict[str, float | str]:
    """An act with and without its record, in the same run: the difference is the record's cost."""
    guard(Alarm)
    with stretch() as bare:
        for number in range(APPENDS):
            with transaction.atomic():
                _row(number)
    with stretch() as recorded:
        for number in range(APPENDS, 2 * APPENDS):
            with transaction.atomic():
                _append(_row(number))
    return {
        "append, CPU": f"{(recorded.cpu - bare.cpu) / APPENDS * MICRO:.0f} µs",
        "append, wall": f"{(recorded.wall - bare.wall) / APPENDS * MICRO:.0f} µs",
        "act with its record / without": f"{recorded.wall / bare.wall:.1f}",
    }


def _sequencing() -> dict[str, float | str]:
    row = _row(-1)
    with transaction.atomic():
        for _ in range(SEQUENCED - APPENDS):
            _append(row)
    log = open_log(Tree.PROCESS, origin="bench.invalid", at=AT)
    figures: dict[str, float | str] = {}
    for batch in BATCHES:
        some = min(Pending.objects.count(), max(100, batch * 3))
        with stretch() as watch:
            done = 0
            while done < some:
                done += sequence(log.pk, most=min(batch, some - done))
        figures[f"sequencer, batch {batch}"] = f"{done / watch.wall:.0f} records/s"
    return figures


if __name__ == "__main__":
    assert SETTINGS
    for name, value in run().items():
        print(f"{name}: {value}")
