"""Holidays of the regulation itself: never worked, and still provisional, while a year has no notice."""

from __future__ import annotations

from datetime import date

from heliograph.kernel.workdays import CalendarDay, WorkCalendar
from heliograph.regimes.fixed_holidays import fixed_after


def test_new_year_is_free_in_a_year_without_its_notice() -> None:
    fixed = fixed_after([2025, 2026], set())
    calendar = WorkCalendar(fixed, announced_years=[2025, 2026])
    new_year = date(2027, 1, 1)
    assert not calendar.is_workday(new_year)
    assert calendar.is_provisional(new_year)
    assert calendar.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert not any(day.day.year < 2027 for day in fixed), "what a notice says is left to it"


def test_a_day_that_a_row_speaks_of_is_left_to_it() -> None:
    row = CalendarDay(date(2027, 1, 1), is_workday=False, name="元旦", notice="某通知", source="")
    assert row.day not in {day.day for day in fixed_after([2026], {row.day})}
    assert fixed_after([], set()) == []
