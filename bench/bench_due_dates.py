"""Due dates per second: a mix of limits as an agency uses them, beside a bare `date + timedelta` in the same run.

`PYTHONPATH=src .venv/bin/python bench/bench_due_dates.py` prints the figures; `run()` returns them.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from heliograph.kernel.timelimits import Extension, Interval, TimeLimit, due
from heliograph.kernel.workdays import WorkCalendar, parse_calendar_csv

CALENDAR = Path(__file__).resolve().parent.parent / "packs" / "cn-national" / "2026.11" / "calendar.csv"
RUNS = 5
EVENTS = [date(2024, 1, 1) + timedelta(days=step) for step in range(1000)]
# Kinds of period as they occur; the numbers only set the amount of work and are no law.
LIMITS = [
    TimeLimit(7, "working_days"),
    TimeLimit(20, "working_days"),
    TimeLimit(90, "calendar_days", roll="forward"),
    TimeLimit(6, "months", roll="forward"),
]
SUSPENSIONS = [Interval(date(2025, 3, 1), date(2025, 3, 20)), Interval(date(2025, 3, 15), date(2025, 4, 2))]
EXTENSIONS = [Extension(10, "working_days")]


def _plain() -> int:
    for limit in LIMITS:
        step = timedelta(days=limit.length or 0)
        for event in EVENTS:
            event + step
    return len(LIMITS) * len(EVENTS)


def _simple(calendar: WorkCalendar) -> int:
    for limit in LIMITS:
        for event in EVENTS:
            due(limit, event, calendar)
    return len(LIMITS) * len(EVENTS)


def _suspended(calendar: WorkCalendar) -> int:
    for limit in LIMITS:
        for event in EVENTS:
            due(limit, event, calendar, SUSPENSIONS, EXTENSIONS)
    return len(LIMITS) * len(EVENTS)


def _rate(work: Callable[[], int], repeats: int) -> float:
    rates = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        done = sum(work() for _ in range(repeats))
        rates.append(done / (time.perf_counter() - begin))
    return statistics.median(rates)


def run() -> dict[str, float | str]:
    """Return the figures: rates are medians of five runs, the ratio compares within this run."""
    rows, faults = parse_calendar_csv(CALENDAR.read_text(encoding="utf-8"))
    if faults:
        raise SystemExit("\n".join(str(fault) for fault in faults))
    calendar = WorkCalendar(rows)
    plain = _rate(_plain, 50)
    simple = _rate(lambda: _simple(calendar), 20)
    suspended = _rate(lambda: _suspended(calendar), 5)
    return {
        "what": "due dates (working days, calendar days, months; ten years of notices)",
        "python": sys.version.split()[0],
        "due_dates_per_second": round(simple),
        "due_dates_with_suspensions_and_extension_per_second": round(suspended),
        "date_plus_timedelta_per_second": round(plain),
        "times_slower_than_date_plus_timedelta": round(plain / simple, 1),
    }


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name}: {value}")
