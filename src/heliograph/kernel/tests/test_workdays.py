"""The working-day calendar: rows, ranks, provisional years and the reading of uploaded files."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.workdays import (
    MAX_CSV_CHARACTERS,
    MAX_CSV_ROWS,
    CalendarConflictError,
    CalendarDay,
    WorkCalendar,
    parse_calendar_csv,
)

DAY = timedelta(days=1)
HEADING = "date,kind,name,notice,source\n"
GOOD_ROW = "2027-01-01,off,元旦,某通知,某处\n"


def row(day: date, *, is_workday: bool) -> CalendarDay:
    return CalendarDay(day, is_workday, "某日", "某通知", "某处")


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Calendars with any days moved, weekday or weekend, dense or sparse, in three years."""
    moved = draw(st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.booleans(), max_size=60))
    return WorkCalendar(row(day, is_workday=work) for day, work in moved.items())


days = st.dates(date(2023, 6, 1), date(2027, 6, 30))


def slow_add(calendar: WorkCalendar, start: date, count: int) -> date:
    step = DAY if count > 0 else -DAY
    day, left = start, abs(count)
    while left:
        day += step
        left -= calendar.is_workday(day)
    return day


@given(calendars(), days, st.integers(-120, 120))
def test_adding_working_days_agrees_with_walking_day_by_day(calendar: WorkCalendar, start: date, count: int) -> None:
    assert calendar.add_workdays(start, count) == slow_add(calendar, start, count)


@given(calendars(), days)
def test_the_next_working_day_is_the_first_one_met_on_foot(calendar: WorkCalendar, start: date) -> None:
    day = start
    while not calendar.is_workday(day):
        day += DAY
    assert calendar.next_workday(start) == day


@given(calendars(), days, st.integers(-200, 200))
def test_counting_between_agrees_with_counting_on_foot(calendar: WorkCalendar, after: date, distance: int) -> None:
    until = after + distance * DAY
    first, last = min(after, until), max(after, until)
    on_foot = sum(calendar.is_workday(first + n * DAY) for n in range(1, (last - first).days + 1))
    assert calendar.workdays_between(after, until) == (on_foot if until >= after else -on_foot)


def test_without_rows_monday_to_friday_are_worked_and_every_year_is_provisional() -> None:
    calendar = WorkCalendar([])
    assert [calendar.is_workday(date(2026, 11, 16) + n * DAY) for n in range(7)] == [True] * 5 + [False] * 2
    assert calendar.is_provisional(date(2026, 11, 16))
    assert calendar.announced_years == frozenset()


def test_a_year_is_announced_when_a_row_lies_in_it() -> None:
    calendar = WorkCalendar([row(date(2026, 10, 1), is_workday=False)])
    assert calendar.announced_years == {2026}
    assert not calendar.is_provisional(date(2026, 1, 1))
    assert calendar.is_provisional(date(2027, 1, 1))


def test_a_local_holiday_announces_no_year_when_the_years_are_named() -> None:
    calendar = WorkCalendar([row(date(2027, 4, 9), is_workday=False)], announced_years=[2026])
    assert calendar.is_provisional(date(2027, 4, 9))
    assert not calendar.is_workday(date(2027, 4, 9))


def test_a_span_is_provisional_as_soon_as_one_day_after_its_start_is() -> None:
    calendar = WorkCalendar([], announced_years=[2026, 2028])
    assert not calendar.is_span_provisional(date(2026, 1, 1), date(2026, 12, 31))
    assert not calendar.is_span_provisional(date(2025, 12, 31), date(2026, 1, 5))
    assert calendar.is_span_provisional(date(2025, 12, 30), date(2026, 1, 5))
    assert calendar.is_span_provisional(date(2026, 12, 31), date(2028, 1, 5))
    assert calendar.is_span_provisional(date(2027, 3, 1), date(2027, 3, 2))


def test_the_row_of_a_day_names_its_notice() -> None:
    holiday = row(date(2026, 10, 1), is_workday=False)
    calendar = WorkCalendar([holiday])
    assert calendar.row(date(2026, 10, 1)) is holiday
    assert calendar.row(date(2026, 10, 2)) is None


def test_two_rows_for_one_day_are_refused_with_the_day() -> None:
    twice = [row(date(2026, 10, 1), is_workday=False), row(date(2026, 10, 1), is_workday=True)]
    with pytest.raises(CalendarConflictError, match="2026-10-01") as raised:
        WorkCalendar(twice)
    assert raised.value.day == date(2026, 10, 1)


def test_a_good_file_is_read_with_byte_order_mark_blank_lines_and_spreadsheet_dates() -> None:
    text = "\ufeff" + HEADING + "2027/1/1,off,元旦,某通知,某处\n\n,,,,\n2027年1月9日, work ,元旦,某通知,\n"
    rows, faults = parse_calendar_csv(text)
    assert faults == []
    assert rows == [
        CalendarDay(date(2027, 1, 1), False, "元旦", "某通知", "某处"),
        CalendarDay(date(2027, 1, 9), True, "元旦", "某通知", ""),
    ]


def test_chinese_heads_in_any_order_are_read_and_name_and_source_may_be_left_out() -> None:
    text = "类别,日期,通知文号\n放假,2027-01-01,某通知\n上班,2027-01-09,某通知\n"
    assert parse_calendar_csv(text) == (
        [
            CalendarDay(date(2027, 1, 1), False, "", "某通知", ""),
            CalendarDay(date(2027, 1, 9), True, "", "某通知", ""),
        ],
        [],
    )
    _, faults = parse_calendar_csv("日期,类别,通知文号\n2027-01-01,歇,某通知\n")
    assert [(fault.line, fault.label) for fault in faults] == [(2, "类别")]


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("2027-02-30,off,元旦,某通知,某处", "date", "日期「2027-02-30」无法识别，应写作 2026-01-01"),
        ("元旦,off,元旦,某通知,某处", "date", "日期「元旦」无法识别，应写作 2026-01-01"),
        ("2027-01-02,休息,元旦,某通知,某处", "kind", "类别「休息」无法识别，只能填放假或者上班"),
        ("2027-01-02,off,元旦,,某处", "notice", "没有写通知名称和文号，没有依据的日期不能导入"),
        ("2027-01-05,work,元旦,某通知,某处", "date", "2027-01-05 是星期二，本来就上班，请核对日期"),
        ("2027-01-01,off,元旦,某通知,某处", "date", "日期 2027-01-01 与第 2 行重复"),
        ("2027-01-02,off,元旦", "", "应有 5 列，现有 3 列"),
    ],
)
def test_a_faulty_row_is_named_and_the_good_rows_are_kept(line: str, column: str, message: str) -> None:
    rows, faults = parse_calendar_csv(HEADING + GOOD_ROW + line + "\n")
    assert [each.day for each in rows] == [date(2027, 1, 1)]
    assert [(fault.line, fault.column, fault.message) for fault in faults] == [(3, column, message)]
    assert str(faults[0]) == f"第 3 行：{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (MAX_CSV_CHARACTERS + 1), "文件过大"),
        (HEADING + "a,b\n" * (MAX_CSV_ROWS + 1), "行数过多"),
        ("", "表头应为 日期、类别、名称、通知文号、来源，现为 空"),
        ("日期,类别\n", "现为 日期、类别"),
        ("日期,类别,通知文号,日期\n", "现为 日期、类别、通知文号、日期"),
        ("日期,类别,通知文号,天气\n", "现为 日期、类别、通知文号、天气"),
        (HEADING + '"2027-01-01"x,off,元旦,某通知,某处\n', "不是规范的 CSV 格式"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_as_a_whole(text: str, message: str) -> None:
    rows, faults = parse_calendar_csv(text)
    assert rows == []
    assert len(faults) == 1
    assert message in str(faults[0])


@given(st.text(max_size=300))
def test_no_content_whatever_raises(text: str) -> None:
    parse_calendar_csv(text)
    parse_calendar_csv(HEADING + text)
