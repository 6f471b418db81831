"""The calendar shipped with the national pack, compared day by day with the notices as we read them.

Transcribed by hand from copies of the notices' texts, independently of the library that seeded the file.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from heliograph.kernel.workdays import WorkCalendar, parse_calendar_csv

CALENDAR = Path(__file__).resolve().parents[4] / "packs" / "cn-national" / "2026.11" / "calendar.csv"
SATURDAY = 5

# year: (days off as month.day or a range, make-up working days); breaks that cross New Year under their own year
NOTICES = {
    2017: ("1.1-1.2 1.27-2.2 4.2-4.4 5.1 5.28-5.30 10.1-10.8", "1.22 2.4 4.1 5.27 9.30"),
    2018: (
        "1.1 2.15-2.21 4.5-4.7 4.29-5.1 6.18 9.24 10.1-10.7 12.30-12.31",
        "2.11 2.24 4.8 4.28 9.29 9.30 12.29",
    ),
    2019: ("1.1 2.4-2.10 4.5 5.1-5.4 6.7 9.13 10.1-10.7", "2.2 2.3 4.28 5.5 9.29 10.12"),
    2020: ("1.1 1.24-2.2 4.4-4.6 5.1-5.5 6.25-6.27 10.1-10.8", "1.19 4.26 5.9 6.28 9.27 10.10"),
    2021: (
        "1.1-1.3 2.11-2.17 4.3-4.5 5.1-5.5 6.12-6.14 9.19-9.21 10.1-10.7",
        "2.7 2.20 4.25 5.8 9.18 9.26 10.9",
    ),
    2022: (
        "1.1-1.3 1.31-2.6 4.3-4.5 4.30-5.4 6.3-6.5 9.10-9.12 10.1-10.7 12.31",
        "1.29 1.30 4.2 4.24 5.7 10.8 10.9",
    ),
    2023: ("1.1-1.2 1.21-1.27 4.5 4.29-5.3 6.22-6.24 9.29-10.6", "1.28 1.29 4.23 5.6 6.25 10.7 10.8"),
    2024: (
        "1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10 9.15-9.17 10.1-10.7",
        "2.4 2.18 4.7 4.28 5.11 9.14 9.29 10.12",
    ),
    2025: ("1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8", "1.26 2.8 4.27 9.28 10.11"),
    2026: (
        "1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7",
        "1.4 2.14 2.28 5.9 9.20 10.10",
    ),
}


@pytest.fixture(scope="module")
def national() -> WorkCalendar:
    rows, faults = parse_calendar_csv(CALENDAR.read_text(encoding="utf-8"))
    assert faults == []
    return WorkCalendar(rows)


def spread(year: int, written: str) -> set[date]:
    found: set[date] = set()
    for part in written.split():
        ends = [date(year, *map(int, end.split("."))) for end in part.split("-")]
        found.update(ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1))
    return found


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_the_year_is_as_its_notice_says(national: WorkCalendar, year: int) -> None:
    off, work = (spread(year, written) for written in NOTICES[year])
    first = date(year, 1, 1)
    for day in (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)):
        expected = day in work or (day.weekday() < SATURDAY and day not in off)
        assert national.is_workday(day) == expected, day


@pytest.mark.parametrize("year", NOTICES)
def test_each_day_a_notice_moves_has_a_row_with_its_notice_and_number(national: WorkCalendar, year: int) -> None:
    for written in NOTICES[year]:
        for day in spread(year, written):
            row = national.row(day)
            assert row is not None, day
            assert row.name, day
            assert "国办发明电〔" in row.notice, day


def test_the_years_2017_to_2026_are_announced_and_no_other(national: WorkCalendar) -> None:
    assert national.announced_years == set(range(2017, 2027))


@pytest.mark.parametrize(
    ("day", "part_of_title"),
    [
        (date(2018, 12, 31), "2019年部分节假日安排"),
        (date(2018, 12, 29), "2019年部分节假日安排"),
        (date(2019, 5, 2), "调整2019年劳动节假期"),
        (date(2020, 1, 31), "延长2020年春节假期"),
        (date(2022, 12, 31), "2023年部分节假日安排"),
        (date(2026, 2, 14), "国办发明电〔2025〕7号"),
    ],
)
def test_amendments_and_new_year_breaks_name_the_notice_they_rest_on(
    national: WorkCalendar, day: date, part_of_title: str
) -> None:
    row = national.row(day)
    assert row is not None
    assert part_of_title in row.notice


def test_the_make_up_saturday_cancelled_by_the_extension_of_2020_is_free(national: WorkCalendar) -> None:
    assert not national.is_workday(date(2020, 2, 1))


def test_new_years_eve_2024_stays_a_working_day_for_it_was_only_encouraged_to_be_free(national: WorkCalendar) -> None:
    assert national.is_workday(date(2024, 2, 9))
