"""Time limits: from an event to the last day on which an act is in time.

A limit comes from a pack with its article; no number of days lives here. The day of the event is not counted, days
inside a suspension (中止, hearing, testing, service by public notice, materials to be supplemented) are not counted,
a last day that is not worked rolls forward where the law says so, and a result that rests on a year without a
holiday notice is provisional (暂算). Dates are Beijing dates: an aware instant is read in Beijing time first, since
a server's UTC day ends eight hours late; a naive one is taken as local.
"""

from __future__ import annotations

import calendar as months_of_the_world
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, Literal

from heliograph.kernel.workdays import WorkCalendar

Unit = Literal["working_days", "calendar_days", "months", "hours", "date_of_year", "promptly"]
DayUnit = Literal["working_days", "calendar_days"]
ExtensionUnit = Literal["working_days", "calendar_days", "months", "hours"]
State = Literal["due", "suspended", "promptly"]

LEGAL_TIME: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
_LEAP_YEAR: Final = 2000
_MONTHS: Final = 12
_ONE_DAY: Final = timedelta(days=1)


class TimeLimitError(ValueError):
    """A limit, suspension or extension that cannot be meant; packs and forms check before they come here."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A period set by law: ``length`` in ``unit``, ``month`` and ``day`` for a fixed date, neither for 及时."""

    length: int | None
    unit: Unit
    start: Literal["after_event_day"] = "after_event_day"
    roll: Literal["forward", "none"] = "none"
    basis: tuple[str, ...] = ()
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.unit in ("promptly", "date_of_year"):
            if self.length is not None:
                raise TimeLimitError(f"a limit of unit {self.unit} has no length, got {self.length}")
        elif self.length is None or self.length < 0:
            raise TimeLimitError(f"a limit in {self.unit} needs a length of 0 or more, got {self.length}")
        if self.unit in ("promptly", "hours") and self.roll == "forward":
            raise TimeLimitError(f"a limit of unit {self.unit} has no last day that could roll forward")
        if (self.unit == "date_of_year") != (self.month is not None and self.day is not None):
            raise TimeLimitError("month and day belong to a limit of unit date_of_year, both or neither")
        if self.month is not None and self.day is not None:
            date(_LEAP_YEAR, self.month, self.day)  # raises ValueError for a day no year has


@dataclass(frozen=True, slots=True)
class Interval:
    """Days that are not counted, first and last included; ``end`` is None while the suspension lasts."""

    start: date
    end: date | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise TimeLimitError(f"a suspension ends on {self.end} before it starts on {self.start}")


@dataclass(frozen=True, slots=True)
class Extension:
    """A recorded act that lengthens the period, counted on from its last day before any rolling forward."""

    length: int
    unit: ExtensionUnit
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.length < 1:
            raise TimeLimitError(f"an extension needs a length of 1 or more, got {self.length}")


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day in time. ``alarm_on`` is that day before rolling forward, for the agency's own reminders.

    ``state`` is "suspended" while an open suspension keeps the day unknown, "promptly" where the law names no
    number; both have no dates. ``at`` is set for limits in hours only.
    """

    on: date | None
    at: datetime | None
    provisional: bool
    alarm_on: date | None
    state: State


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """How one law counts its periods of days; ``days`` for "listed", ``limit`` for "up_to"."""

    law_article: str
    working_when: Literal["listed", "all", "up_to", "explicit"]
    days: tuple[int, ...] = ()
    limit: int | None = None

    def __post_init__(self) -> None:
        if (self.working_when == "listed") != bool(self.days):
            raise TimeLimitError("days are given for a rule of kind listed, and only there")
        if (self.working_when == "up_to") != (self.limit is not None):
            raise TimeLimitError("a limit is given for a rule of kind up_to, and only there")


SUSPENDED: Final = DueDate(on=None, at=None, provisional=False, alarm_on=None, state="suspended")
PROMPTLY: Final = DueDate(on=None, at=None, provisional=False, alarm_on=None, state="promptly")


def day_unit(rule: PeriodRule, length: int, explicit: DayUnit | None = None) -> DayUnit:
    """Say which days a period of ``length`` days counts in; words of the clause itself (``explicit``) go first."""
    if explicit is not None:
        return explicit
    if rule.working_when == "listed":
        working = length in rule.days
    elif rule.working_when == "up_to":
        working = rule.limit is not None and length <= rule.limit
    else:
        working = rule.working_when == "all"
    return "working_days" if working else "calendar_days"


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Join suspensions that overlap or touch, in order of days; an open one swallows all that start after it."""
    merged: list[Interval] = []
    for interval in sorted(intervals, key=lambda each: each.start):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and interval.start > last.end + _ONE_DAY):
            merged.append(interval)
        elif last.end is not None and (interval.end is None or interval.end > last.end):
            merged[-1] = Interval(last.start, interval.end)
    return merged


def due(
    limit: TimeLimit,
    event: date | datetime,
    calendar: WorkCalendar,
    suspensions: Sequence[Interval] = (),
    extensions: Sequence[Extension] = (),
) -> DueDate:
    """Return the last day (for hours the last instant) in time for an act opened by ``event``.

    Raises ``TimeLimitError`` when hours are asked of a date without a time, or hours and days are mixed. A fixed
    date of the year, extended or not, does not move for suspensions.
    """
    unit = limit.unit
    if unit == "promptly":
        return PROMPTLY
    if unit == "hours":
        return _due_in_hours(limit, event, merge(suspensions), extensions)
    begin = _legal_date(event) if isinstance(event, datetime) else event
    legs: list[tuple[ExtensionUnit, int]] = []
    away: Sequence[Interval] = ()
    if unit == "date_of_year":
        begin = _next_date_of_year(limit, begin)
    else:
        legs = [(unit, limit.length or 0)]
        away = merge(suspensions) if suspensions else ()
    if extensions:
        legs = _with_extensions(legs, extensions)
    return _due_in_days(limit, begin, legs, calendar, away)


def _due_in_days(
    limit: TimeLimit,
    begin: date,
    legs: Sequence[tuple[ExtensionUnit, int]],
    calendar: WorkCalendar,
    away: Sequence[Interval],
) -> DueDate:
    provisional = False
    for unit, length in legs:
        last = _count(unit, length, begin, calendar, away)
        if last is None:
            return SUSPENDED
        if unit == "working_days" and calendar.is_span_provisional(begin, last):
            provisional = True
        begin = last
    if limit.roll == "none":
        return DueDate(begin, None, provisional, begin, "due")
    return _rolled(begin, calendar, away, provisional=provisional)


def _with_extensions(
    legs: list[tuple[ExtensionUnit, int]], extensions: Sequence[Extension]
) -> list[tuple[ExtensionUnit, int]]:
    """Add like to like: a month and a month are two months from the event, not two clampings at month's end."""
    summed = list(legs)
    for extension in extensions:
        if extension.unit == "hours":
            raise TimeLimitError("hours extend only a limit in hours")
        if summed and summed[-1][0] == extension.unit:
            summed[-1] = (extension.unit, summed[-1][1] + extension.length)
        else:
            summed.append((extension.unit, extension.length))
    return summed


def _count(
    unit: ExtensionUnit, length: int, begin: date, calendar: WorkCalendar, away: Sequence[Interval]
) -> date | None:
    """Count one leg; None when an open suspension begins before the leg is through."""
    if not length:
        return begin
    last = _count_plainly(unit, length, begin, calendar)
    for interval in away:
        if interval.start > last:
            break
        if interval.end is None:
            return None
        before = max(interval.start - _ONE_DAY, begin)
        if interval.end <= before:
            continue
        if unit == "working_days":
            last = calendar.add_workdays(last, calendar.workdays_between(before, interval.end))
        else:
            last += interval.end - before
    return last


def _count_plainly(unit: ExtensionUnit, length: int, begin: date, calendar: WorkCalendar) -> date:
    if unit == "working_days":
        return calendar.add_workdays(begin, length)
    return begin + timedelta(days=length) if unit == "calendar_days" else _add_months(begin, length)


def _rolled(last: date, calendar: WorkCalendar, away: Sequence[Interval], *, provisional: bool) -> DueDate:
    """Move a last day that is not worked to the next working day outside every suspension."""
    on = calendar.next_workday(last)
    if on != last:
        for interval in away:
            if interval.start > on:
                break
            if interval.end is None:
                return SUSPENDED
            if interval.end >= on:
                on = calendar.next_workday(interval.end + _ONE_DAY)
    provisional = provisional or calendar.is_provisional(last) or calendar.is_span_provisional(last, on)
    return DueDate(on, None, provisional, last, "due")


def _due_in_hours(
    limit: TimeLimit, event: date | datetime, away: Sequence[Interval], extensions: Sequence[Extension]
) -> DueDate:
    if not isinstance(event, datetime):
        raise TimeLimitError("a limit in hours starts at an instant; give a datetime")
    if any(extension.unit != "hours" for extension in extensions):
        raise TimeLimitError("a limit in hours is extended by hours only")
    begin = event if event.tzinfo is None else event.astimezone(LEGAL_TIME)
    hours = (limit.length or 0) + sum(extension.length for extension in extensions)
    last = begin + timedelta(hours=hours)
    for interval in away:
        before = max(datetime.combine(interval.start, time(), begin.tzinfo), begin)
        if before >= last:
            break
        if interval.end is None:
            return SUSPENDED
        resumed = datetime.combine(interval.end + _ONE_DAY, time(), begin.tzinfo)
        last += max(resumed - before, timedelta())
    return DueDate(last.date(), last, provisional=False, alarm_on=last.date(), state="due")


def _legal_date(event: datetime) -> date:
    return event.date() if event.tzinfo is None else event.astimezone(LEGAL_TIME).date()


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, months_of_the_world.monthrange(year, month)[1]))


def _add_months(begin: date, count: int) -> date:
    years, month = divmod(begin.month - 1 + count, _MONTHS)
    return _clamped(begin.year + years, month + 1, begin.day)


def _next_date_of_year(limit: TimeLimit, event: date) -> date:
    month, day = limit.month or 1, limit.day or 1
    this_year = _clamped(event.year, month, day)
    return this_year if this_year >= event else _clamped(event.year + 1, month, day)
