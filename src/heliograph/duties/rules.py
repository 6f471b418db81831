"""Pure rules of duties: what may be done with a time limit in which state, and where its due date falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from heliograph.kernel.packs.schema import TimeLimit as PackLimit
from heliograph.kernel.timelimits import DueDate, Extension, ExtensionUnit, Interval, TimeLimit, due
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.kernel.workdays import WorkCalendar

_EXTENSION_UNITS: dict[str, ExtensionUnit] = {
    "working_days": "working_days",
    "calendar_days": "calendar_days",
    "months": "months",
    "hours": "hours",
}
OVERDUE, SOON, NORMAL, NO_DATE, OTHERS = "overdue", "soon", "normal", "no_date", "others"


@dataclass(frozen=True, slots=True)
class Change:
    """An extension, or a suspension with its end, as recorded on a duty."""

    kind: str
    from_on: date | None = None
    to_on: date | None = None
    length: int | None = None
    unit: str = ""


def snapshot(limit: PackLimit) -> dict[str, Any]:
    """Return what a duty keeps of its rule, so that a later pack does not change a period that already runs."""
    kept = ("id", "name", "unit", "length", "month", "day", "roll", "basis", "extension", "bound")
    return {key: value for key, value in limit.model_dump(mode="json").items() if key in kept}


def due_of(
    limit: Mapping[str, Any], event: date | datetime, calendar: WorkCalendar, changes: Sequence[Change]
) -> DueDate:
    """Return the due date of a kept rule after its recorded changes."""
    period = TimeLimit(
        length=limit["length"],
        unit=limit["unit"],
        roll=limit["roll"],
        basis=tuple(limit["basis"]),
        month=limit["month"],
        day=limit["day"],
    )
    away = [Interval(change.from_on, change.to_on) for change in changes if change.kind == "suspend" and change.from_on]
    longer = [
        Extension(change.length, _EXTENSION_UNITS[change.unit])
        for change in changes
        if change.kind == "extend" and change.length
    ]
    return due(period, event, calendar, away, longer)


def alarm_day(plain_last_day: date | None, calendar: WorkCalendar) -> date | None:
    """Return the working day on or before the last day, before any rolling forward: the office must act while open."""
    if plain_last_day is None:
        return None
    return calendar.add_workdays(plain_last_day + timedelta(days=1), -1)


def may_change(state: str) -> Verdict:
    """Say whether a duty still takes an act: a fulfilled or cancelled one does not."""
    if state in {"fulfilled", "cancelled"}:
        return Refused("duty.closed", "该事项已办结或取消，期限不能再变动。", "行政处罚法@2021:85")
    return Allowed()


def may_cancel(state: str, *, reason: str) -> Verdict:
    """Say whether a duty opened by mistake may be cancelled: it is open, and somebody says what the mistake was."""
    if not reason.strip():
        return Refused("duty.no_reason", "取消期限须写明误登的情况。", "行政处罚法@2021:85")
    return may_change(state)


def may_suspend(state: str) -> Verdict:
    """Say whether a period may be suspended: it must be running."""
    if state == "suspended":
        return Refused("duty.suspended", "该期限已经中止，恢复后才能再次中止。", "行政处罚法@2021:85")
    return may_change(state)


def may_resume(state: str, *, suspended_from: date | None, on: date) -> Verdict:
    """Say whether a period may be resumed on a day: it must be suspended, since an earlier day."""
    if state != "suspended" or suspended_from is None:
        return Refused("duty.not_suspended", "该期限没有中止，无需恢复。", "行政处罚法@2021:85")
    if on <= suspended_from:
        message = f"恢复日应晚于中止日 {suspended_from.isoformat()}，现为 {on.isoformat()}。"
        return Refused("duty.resume_date", message, "行政处罚法@2021:85")
    return Allowed()


def may_extend(state: str, *, allowed: int | None, extended: int, length: int) -> Verdict:
    """Say whether a period may be extended by so much: only where its rule knows an extension, and no further."""
    if allowed is None:
        return Refused("duty.no_extension", "该期限的依据没有规定可以延长。", "行政处罚法@2021:85")
    if length < 1:
        return Refused("duty.length", f"延长数应为正数，现为 {length}。", "行政处罚法@2021:85")
    if extended + length > allowed:
        message = f"该期限最多延长 {allowed}，已延长 {extended}，不能再延长 {length}。"
        return Refused("duty.too_long", message, "行政处罚法@2021:85")
    return may_change(state)


def urgency(due_on: date | None, today: date, soon_on: date) -> str:
    """Return the lane of the desk: overdue or due today, soon, normal, or without a date (及时)."""
    if due_on is None:
        return NO_DATE
    if due_on <= today:
        return OVERDUE
    return SOON if due_on <= soon_on else NORMAL
