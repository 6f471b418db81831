"""Time limits: golden cases with real dates, and what cannot be meant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from heliograph.kernel.timelimits import (
    PROMPTLY,
    SUSPENDED,
    DayUnit,
    DueDate,
    Extension,
    Interval,
    PeriodRule,
    TimeLimit,
    TimeLimitError,
    day_unit,
    due,
    merge,
)
from heliograph.kernel.workdays import CalendarDay, WorkCalendar, parse_calendar_csv

CALENDAR = Path(__file__).resolve().parents[4] / "packs" / "cn-national" / "2026.11" / "calendar.csv"
BEIJING = timezone(timedelta(hours=8))
SEVEN_WORKING_DAYS = TimeLimit(7, "working_days", basis=("行政处罚法@2021:61",))


@pytest.fixture(scope="module")
def national() -> WorkCalendar:
    return WorkCalendar(parse_calendar_csv(CALENDAR.read_text(encoding="utf-8"))[0])


def last_day(result: DueDate) -> date:
    assert result.state == "due"
    assert result.on is not None
    return result.on


def test_both_make_up_saturdays_of_spring_festival_2026_count(national: WorkCalendar) -> None:
    # 13 February, Friday; counted: 14 (Saturday, made up), 24, 25, 26, 27, 28 (Saturday, made up), 2 March
    result = due(SEVEN_WORKING_DAYS, date(2026, 2, 13), national)
    assert result == DueDate(date(2026, 3, 2), None, False, date(2026, 3, 2), "due")


def test_seven_working_days_over_national_day_2026(national: WorkCalendar) -> None:
    # counted: 30 September, 8, 9, 10 October (Saturday, made up), 12, 13, 14
    assert last_day(due(SEVEN_WORKING_DAYS, date(2026, 9, 29), national)) == date(2026, 10, 14)


def test_a_make_up_sunday_is_a_last_day(national: WorkCalendar) -> None:
    assert last_day(due(TimeLimit(1, "working_days"), date(2026, 9, 18), national)) == date(2026, 9, 20)


def test_the_day_of_the_event_is_not_counted(national: WorkCalendar) -> None:
    assert last_day(due(TimeLimit(3, "working_days"), date(2026, 11, 16), national)) == date(2026, 11, 19)
    assert last_day(due(TimeLimit(3, "calendar_days"), date(2026, 11, 16), national)) == date(2026, 11, 19)


def test_fifteen_days_ending_in_national_day_roll_to_the_first_working_day(national: WorkCalendar) -> None:
    result = due(TimeLimit(15, "calendar_days", roll="forward"), date(2026, 9, 18), national)
    assert result == DueDate(date(2026, 10, 8), None, False, date(2026, 10, 3), "due")


def test_without_rolling_the_last_day_stays_where_it_falls(national: WorkCalendar) -> None:
    result = due(TimeLimit(15, "calendar_days"), date(2026, 9, 18), national)
    assert result == DueDate(date(2026, 10, 3), None, False, date(2026, 10, 3), "due")


def test_a_last_day_on_a_make_up_saturday_does_not_roll(national: WorkCalendar) -> None:
    month = TimeLimit(1, "months", roll="forward")
    assert last_day(due(month, date(2026, 1, 31), national)) == date(2026, 2, 28)


def test_months_end_on_the_same_day_or_on_the_last_of_a_shorter_month(national: WorkCalendar) -> None:
    month = TimeLimit(1, "months")
    assert last_day(due(month, date(2024, 1, 31), national)) == date(2024, 2, 29)
    assert last_day(due(month, date(2025, 3, 15), national)) == date(2025, 4, 15)
    assert last_day(due(TimeLimit(6, "months"), date(2025, 8, 31), national)) == date(2026, 2, 28)


def test_a_month_extended_by_a_month_is_two_months_from_the_event(national: WorkCalendar) -> None:
    extended = due(TimeLimit(1, "months"), date(2026, 1, 31), national, extensions=[Extension(1, "months")])
    assert last_day(extended) == date(2026, 3, 31)


def test_an_extension_counts_on_from_the_last_day_before_rolling(national: WorkCalendar) -> None:
    # 90 days end on Saturday 3 October; thirty more end on Monday 2 November, not thirty days after the roll
    limit = TimeLimit(90, "calendar_days", roll="forward")
    assert last_day(due(limit, date(2026, 7, 5), national)) == date(2026, 10, 8)
    longer = due(limit, date(2026, 7, 5), national, extensions=[Extension(30, "calendar_days")])
    assert last_day(longer) == date(2026, 11, 2)


def test_an_extension_in_another_unit_is_a_second_leg(national: WorkCalendar) -> None:
    result = due(TimeLimit(1, "months"), date(2026, 8, 29), national, extensions=[Extension(7, "working_days")])
    assert last_day(result) == date(2026, 10, 14)


def test_counting_into_2027_is_provisional_until_its_notice_is_loaded(national: WorkCalendar) -> None:
    # counted while no notice is known: 29, 30, 31 December, 1, 4, 5, 6 January
    assert due(SEVEN_WORKING_DAYS, date(2026, 12, 28), national) == DueDate(
        date(2027, 1, 6), None, True, date(2027, 1, 6), "due"
    )
    rows = parse_calendar_csv(CALENDAR.read_text(encoding="utf-8"))[0]
    loaded = WorkCalendar([*rows, CalendarDay(date(2027, 1, 1), False, "元旦", "某通知", "某处")])
    assert due(SEVEN_WORKING_DAYS, date(2026, 12, 28), loaded) == DueDate(
        date(2027, 1, 7), None, False, date(2027, 1, 7), "due"
    )


def test_calendar_days_into_2027_are_provisional_only_where_the_last_day_may_roll(national: WorkCalendar) -> None:
    assert due(TimeLimit(30, "calendar_days"), date(2026, 12, 20), national).provisional is False
    assert due(TimeLimit(30, "calendar_days", roll="forward"), date(2026, 12, 20), national).provisional is True


def test_the_annual_report_of_31_january(national: WorkCalendar) -> None:
    report = TimeLimit(None, "date_of_year", roll="forward", month=1, day=31)
    # 31 January 2026 is a Saturday
    assert due(report, date(2025, 12, 31), national) == DueDate(date(2026, 2, 2), None, False, date(2026, 1, 31), "due")
    assert due(report, date(2026, 2, 1), national) == DueDate(date(2027, 2, 1), None, True, date(2027, 1, 31), "due")
    assert due(report, date(2025, 1, 31), national).alarm_on == date(2025, 1, 31)


def test_a_fixed_date_of_29_february_is_the_28th_in_common_years(national: WorkCalendar) -> None:
    leap = TimeLimit(None, "date_of_year", month=2, day=29)
    assert last_day(due(leap, date(2026, 1, 1), national)) == date(2026, 2, 28)
    assert last_day(due(leap, date(2024, 1, 1), national)) == date(2024, 2, 29)


def test_a_fixed_date_does_not_move_for_suspensions(national: WorkCalendar) -> None:
    report = TimeLimit(None, "date_of_year", month=1, day=15)
    assert last_day(due(report, date(2026, 1, 1), national, [Interval(date(2026, 1, 5), None)])) == date(2026, 1, 15)


def test_overlapping_and_touching_suspensions_are_counted_once(national: WorkCalendar) -> None:
    hearing = Interval(date(2026, 11, 4), date(2026, 11, 10))
    testing = Interval(date(2026, 11, 9), date(2026, 11, 13))
    materials = Interval(date(2026, 11, 14), date(2026, 11, 15))
    assert merge([materials, testing, hearing]) == [Interval(date(2026, 11, 4), date(2026, 11, 15))]
    # from Monday 2 November: 3 counts, 4 to 15 do not, then 16, 17, 18, 19, 20, 23
    result = due(SEVEN_WORKING_DAYS, date(2026, 11, 2), national, [testing, materials, hearing])
    assert last_day(result) == date(2026, 11, 23)


def test_a_suspension_that_another_contains_adds_nothing() -> None:
    outer = Interval(date(2026, 11, 1), date(2026, 11, 30))
    assert merge([outer, Interval(date(2026, 11, 5), date(2026, 11, 6))]) == [outer]


def test_an_open_suspension_swallows_what_starts_after_it() -> None:
    still_open = Interval(date(2026, 11, 5), None)
    later = Interval(date(2027, 1, 1), date(2027, 1, 2))
    assert merge([later, still_open]) == [still_open]
    assert merge([still_open, Interval(date(2026, 11, 1), date(2026, 11, 4))]) == [Interval(date(2026, 11, 1), None)]


def test_while_a_suspension_is_open_no_due_date_is_known(national: WorkCalendar) -> None:
    still_open = [Interval(date(2026, 11, 4), None)]
    assert due(SEVEN_WORKING_DAYS, date(2026, 11, 2), national, still_open) == SUSPENDED
    assert due(TimeLimit(1, "working_days"), date(2026, 11, 2), national, still_open).on == date(2026, 11, 3)


def test_a_last_day_never_rolls_into_a_suspension(national: WorkCalendar) -> None:
    limit = TimeLimit(5, "calendar_days", roll="forward")  # from Monday 2 November 2026: Saturday the 7th
    closed = [Interval(date(2026, 11, 8), date(2026, 11, 10))]
    assert last_day(due(limit, date(2026, 11, 2), national, closed)) == date(2026, 11, 11)
    assert due(limit, date(2026, 11, 2), national, [Interval(date(2026, 11, 9), None)]) == SUSPENDED
    assert last_day(due(limit, date(2026, 11, 2), national, [Interval(date(2026, 11, 10), None)])) == date(2026, 11, 9)


def test_promptly_names_no_day(national: WorkCalendar) -> None:
    assert due(TimeLimit(None, "promptly"), date(2026, 11, 2), national) == PROMPTLY


def test_twenty_four_hours_run_through_the_weekend(national: WorkCalendar) -> None:
    friday = datetime(2026, 11, 20, 17, 30, tzinfo=BEIJING)
    result = due(TimeLimit(24, "hours"), friday, national)
    assert result.at == datetime(2026, 11, 21, 17, 30, tzinfo=BEIJING)
    assert result.on == date(2026, 11, 21)


def test_an_instant_in_utc_is_read_on_the_beijing_day(national: WorkCalendar) -> None:
    late = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)  # already 17 November in Beijing
    assert last_day(due(TimeLimit(1, "working_days"), late, national)) == date(2026, 11, 18)
    assert due(TimeLimit(1, "hours"), late, national).on == date(2026, 11, 17)
    naive = datetime(2026, 11, 16, 17, 0)  # noqa: DTZ001 - a naive instant is local time
    assert last_day(due(TimeLimit(1, "working_days"), naive, national)) == date(2026, 11, 17)


def test_hours_are_extended_and_stand_still_on_suspended_days(national: WorkCalendar) -> None:
    friday = datetime(2026, 11, 20, 17, 30, tzinfo=BEIJING)
    day = TimeLimit(24, "hours")
    saturday = Interval(date(2026, 11, 21), date(2026, 11, 21))
    longer = due(day, friday, national, extensions=[Extension(12, "hours"), Extension(6, "hours")])
    assert longer.at == datetime(2026, 11, 22, 11, 30, tzinfo=BEIJING)
    assert due(day, friday, national, suspensions=[saturday]).at == datetime(2026, 11, 22, 17, 30, tzinfo=BEIJING)
    midnight = datetime(2026, 11, 20, 0, 0, tzinfo=BEIJING)  # over when the suspended day begins
    assert due(day, midnight, national, suspensions=[saturday]).at == datetime(2026, 11, 21, 0, 0, tzinfo=BEIJING)


def test_a_suspension_counts_from_its_first_day_be_it_the_last_of_the_limit(national: WorkCalendar) -> None:
    last = Interval(date(2026, 11, 19), date(2026, 11, 20))
    three = TimeLimit(3, "calendar_days")
    assert last_day(due(three, date(2026, 11, 16), national, suspensions=[last])) == date(2026, 11, 21)
    assert last_day(due(three, date(2026, 11, 15), national, suspensions=[last])) == date(2026, 11, 18)


def test_a_last_day_rolls_past_a_suspension_of_that_one_day(national: WorkCalendar) -> None:
    monday = Interval(date(2026, 11, 23), date(2026, 11, 23))
    rolling = TimeLimit(5, "calendar_days", roll="forward")  # from the 16th to Saturday the 21st
    assert last_day(due(rolling, date(2026, 11, 16), national, suspensions=[monday])) == date(2026, 11, 24)


def test_a_limit_of_no_days_ends_on_the_day_of_the_event(national: WorkCalendar) -> None:
    assert last_day(due(TimeLimit(0, "working_days"), date(2026, 11, 16), national)) == date(2026, 11, 16)


def test_hours_need_an_instant_and_hours_to_extend_them(national: WorkCalendar) -> None:
    with pytest.raises(TimeLimitError, match="datetime"):
        due(TimeLimit(24, "hours"), date(2026, 11, 20), national)
    noon = datetime(2026, 11, 20, 12, tzinfo=BEIJING)
    with pytest.raises(TimeLimitError, match="extended by hours only"):
        due(TimeLimit(24, "hours"), noon, national, extensions=[Extension(1, "working_days")])
    with pytest.raises(TimeLimitError, match="hours extend only"):
        due(SEVEN_WORKING_DAYS, noon, national, extensions=[Extension(1, "hours")])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"length": None, "unit": "working_days"}, "needs a length"),
        ({"length": -1, "unit": "months"}, "needs a length"),
        ({"length": 3, "unit": "promptly"}, "has no length"),
        ({"length": 3, "unit": "date_of_year", "month": 1, "day": 31}, "has no length"),
        ({"length": None, "unit": "date_of_year"}, "month and day"),
        ({"length": None, "unit": "date_of_year", "month": 1}, "month and day"),
        ({"length": 3, "unit": "months", "month": 1, "day": 1}, "month and day"),
        ({"length": 24, "unit": "hours", "roll": "forward"}, "roll forward"),
        ({"length": None, "unit": "date_of_year", "month": 2, "day": 30}, "day"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(keys: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TimeLimit(**keys)  # type: ignore[arg-type]


def test_a_suspension_ending_before_it_starts_and_an_empty_extension_are_refused() -> None:
    with pytest.raises(TimeLimitError, match="before it starts"):
        Interval(date(2026, 11, 2), date(2026, 11, 1))
    with pytest.raises(TimeLimitError, match="1 or more"):
        Extension(0, "working_days")


# The numbers stand in packs; these repeat the rules to show that each kind can be expressed.
LISTED = PeriodRule("行政处罚法@2021:85", "listed", days=(2, 3, 5, 7))
ALL = PeriodRule("行政许可法@2019:82", "all")
UP_TO = PeriodRule("行政强制法@2011:69", "up_to", limit=10)
EXPLICIT = PeriodRule("政府信息公开条例@2019:26", "explicit")


@pytest.mark.parametrize(
    ("rule", "length", "explicit", "unit"),
    [
        (LISTED, 7, None, "working_days"),
        (LISTED, 15, None, "calendar_days"),
        (LISTED, 4, None, "calendar_days"),
        (ALL, 45, None, "working_days"),
        (UP_TO, 10, None, "working_days"),
        (UP_TO, 11, None, "calendar_days"),
        (EXPLICIT, 20, "working_days", "working_days"),
        (EXPLICIT, 30, None, "calendar_days"),
        (ALL, 30, "calendar_days", "calendar_days"),
    ],
)
def test_each_law_counts_its_own_way(rule: PeriodRule, length: int, explicit: DayUnit | None, unit: DayUnit) -> None:
    assert day_unit(rule, length, explicit) == unit


@pytest.mark.parametrize(
    "keys",
    [
        {"working_when": "listed"},
        {"working_when": "all", "days": (3,)},
        {"working_when": "up_to"},
        {"working_when": "all", "limit": 3},
    ],
)
def test_a_rule_without_its_numbers_or_with_anothers_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(TimeLimitError, match="only there"):
        PeriodRule("某法@2020:1", **keys)  # type: ignore[arg-type]
