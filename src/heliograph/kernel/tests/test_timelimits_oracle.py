"""Time limits against a slow, obvious oracle that walks through every day (or hour) and asks what it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.timelimits import DueDate, Extension, ExtensionUnit, Interval, TimeLimit, Unit, due
from heliograph.kernel.workdays import CalendarDay, WorkCalendar

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class StillAwayError(Exception):
    """The walk reached a suspension that has no end yet."""


def is_away(day: date, away: Sequence[Interval]) -> bool:
    """Say whether the day lies in a suspension; an open one stops the walk."""
    for interval in away:
        if interval.end is None and day >= interval.start:
            raise StillAwayError
        if interval.end is not None and interval.start <= day <= interval.end:
            return True
    return False


def same_day_months_later(begin: date, count: int) -> date:
    day = begin
    for _ in range(count):
        month = day.month
        while day.month == month:
            day += DAY
    # now the first of the month sought: walk to the same day of the month, or to its last day
    while day.day < begin.day and (day + DAY).month == day.month:
        day += DAY
    return day


def walk(unit: ExtensionUnit, length: int, begin: date, calendar: WorkCalendar, away: Sequence[Interval]) -> date:
    left = length
    if unit == "months":
        left = (same_day_months_later(begin, length) - begin).days
    day = begin
    while left:
        day += DAY
        if is_away(day, away):
            continue
        left -= calendar.is_workday(day) if unit == "working_days" else 1
    return day


def years_lack_notice(calendar: WorkCalendar, after: date, until: date) -> bool:
    return any(calendar.is_provisional(after + n * DAY) for n in range(1, (until - after).days + 1))


def in_legs(limit: TimeLimit, extensions: Sequence[Extension]) -> list[tuple[ExtensionUnit, int]]:
    legs: list[tuple[ExtensionUnit, int]] = []
    if limit.unit != "date_of_year":
        assert limit.unit != "promptly"
        assert limit.length is not None
        legs.append((limit.unit, limit.length))
    for extension in extensions:
        if legs and legs[-1][0] == extension.unit:
            legs[-1] = (extension.unit, legs[-1][1] + extension.length)
        else:
            legs.append((extension.unit, extension.length))
    return legs


def roll(day: date, calendar: WorkCalendar, away: Sequence[Interval]) -> date:
    if calendar.is_workday(day):
        return day
    day += DAY
    while is_away(day, away) or not calendar.is_workday(day):
        day += DAY
    return day


def oracle(
    limit: TimeLimit,
    event: date,
    calendar: WorkCalendar,
    away: Sequence[Interval],
    extensions: Sequence[Extension],
) -> tuple[date | None, date | None, bool]:
    """Return the due day, the day before rolling, and whether it is provisional."""
    day = event
    if limit.unit == "date_of_year":
        away = ()
        while (day.month, day.day) != (limit.month, limit.day):
            day += DAY
    provisional = False
    try:
        for unit, length in in_legs(limit, extensions):
            begin, day = day, walk(unit, length, day, calendar, away)
            provisional |= unit == "working_days" and years_lack_notice(calendar, begin, day)
        if limit.roll == "none":
            return day, day, provisional
        rolled = roll(day, calendar, away)
    except StillAwayError:
        return None, None, False
    return rolled, day, provisional or years_lack_notice(calendar, day - DAY, rolled)


event_days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    moved = draw(st.dictionaries(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.booleans(), max_size=40))
    rows = [CalendarDay(day, work, "某日", "某通知", "某处") for day, work in moved.items()]
    return WorkCalendar(rows, announced_years=draw(st.sets(st.integers(2023, 2028))))


@st.composite
def suspensions(draw: st.DrawFn, around: date) -> list[Interval]:
    """Up to five suspensions near the event, touching, nested, before it, or still open."""
    found = []
    for _ in range(draw(st.integers(0, 5))):
        start = around + draw(st.integers(-20, 60)) * DAY
        length = draw(st.none() if draw(st.integers(0, 9)) == 0 else st.integers(0, 30))
        found.append(Interval(start, None if length is None else start + length * DAY))
    return found


extension_lists = st.lists(
    st.builds(Extension, st.integers(1, 12), st.sampled_from(["working_days", "calendar_days", "months"])), max_size=3
)
rolls = st.sampled_from(["forward", "none"])
day_limits = st.builds(
    TimeLimit, st.integers(0, 60), st.sampled_from(["working_days", "calendar_days"]), roll=rolls
) | st.builds(TimeLimit, st.integers(0, 14), st.just("months"), roll=rolls)
fixed_dates = st.builds(
    lambda day, roll: TimeLimit(None, "date_of_year", roll=roll, month=day.month, day=day.day),
    st.dates(date(2023, 1, 1), date(2023, 12, 31)),
    rolls,
)


def as_read(result: DueDate) -> tuple[date | None, date | None, bool]:
    assert result.at is None
    assert result.state == ("suspended" if result.on is None else "due")
    return result.on, result.alarm_on, result.provisional


@settings(max_examples=600, deadline=None)
@given(day_limits | fixed_dates, event_days, calendars(), st.data(), extension_lists)
def test_due_dates_agree_with_the_walk_through_every_day(
    limit: TimeLimit, event: date, calendar: WorkCalendar, data: st.DataObject, extensions: list[Extension]
) -> None:
    away = data.draw(suspensions(event))
    expected = oracle(limit, event, calendar, away, extensions)
    assert as_read(due(limit, event, calendar, away, extensions)) == expected


@given(day_limits, event_days, calendars(), st.data())
def test_the_order_of_suspensions_does_not_matter(
    limit: TimeLimit, event: date, calendar: WorkCalendar, data: st.DataObject
) -> None:
    away = data.draw(suspensions(event))
    assert due(limit, event, calendar, data.draw(st.permutations(away))) == due(limit, event, calendar, away)


@given(st.sampled_from(["working_days", "calendar_days"]), st.integers(1, 40), event_days, calendars())
def test_a_longer_limit_never_ends_earlier(unit: Unit, length: int, event: date, calendar: WorkCalendar) -> None:
    shorter = due(TimeLimit(length, unit, roll="forward"), event, calendar).on
    longer = due(TimeLimit(length + 1, unit, roll="forward"), event, calendar).on
    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


@settings(deadline=None)
@given(
    st.integers(0, 200),
    st.integers(0, 23),
    event_days,
    st.lists(st.builds(Extension, st.integers(1, 48), st.just("hours")), max_size=2),
    st.data(),
)
def test_instants_agree_with_the_walk_through_every_hour(
    length: int, hour: int, event: date, extensions: list[Extension], data: st.DataObject
) -> None:
    away = data.draw(suspensions(event))
    begin = datetime(event.year, event.month, event.day, hour)  # noqa: DTZ001 - a naive instant is local time
    at: datetime | None = begin
    left = length + sum(extension.length for extension in extensions)
    try:
        moment = begin
        while left:
            left -= not is_away(moment.date(), away)
            moment += HOUR
        at = moment
    except StillAwayError:
        at = None
    result = due(TimeLimit(length, "hours"), begin, WorkCalendar([]), away, extensions)
    assert result.at == at
    assert result.on == result.alarm_on == (None if at is None else at.date())
    assert result.state == ("due" if at else "suspended")
    assert not result.provisional
