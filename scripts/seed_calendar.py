"""Write `packs/cn-national/2026.11/calendar.csv`: the days of 2017 to 2026 that a holiday notice speaks of.

The days come from `chinesecalendar` (a development dependency); titles and numbers of the notices were read in
copies of their texts, against which a test compares every day. Run it again only to change how the file is written:
later years are loaded from their notices through the desk, not from a library.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]
from chinese_calendar.constants import Holiday  # type: ignore[import-untyped]

TARGET = Path(__file__).resolve().parent.parent / "packs" / "cn-national" / "2026.11" / "calendar.csv"
FIRST_YEAR, LAST_YEAR = 2017, 2026
SATURDAY = 5
TITLE = "国务院办公厅关于{year}年部分节假日安排的通知（国办发明电〔{issued}〕{number}号）"
NUMBERS = {
    2017: (2016, 17),
    2018: (2017, 12),
    2019: (2018, 15),
    2020: (2019, 16),
    2021: (2020, 27),
    2022: (2021, 11),
    2023: (2022, 16),
    2024: (2023, 7),
    2025: (2024, 12),
    2026: (2025, 7),
}
LABOUR_DAY_2019 = "国务院办公厅关于调整2019年劳动节假期安排的通知（国办发明电〔2019〕3号）"
SPRING_FESTIVAL_2020 = "国务院办公厅关于延长2020年春节假期的通知（国办发明电〔2020〕1号）"
NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.national_day: "国庆节",
    Holiday.mid_autumn_festival: "中秋节",
}
NAME_OF_DAY = {holiday.value: name for holiday, name in NAMES.items()}


def notice(day: date, name: str) -> str:
    """Name the notice a day rests on: that of its year, of the next for a New Year's break, or an amendment."""
    if day.year == 2019 and name == "劳动节":
        return LABOUR_DAY_2019
    if date(2020, 1, 31) <= day <= date(2020, 2, 2):
        return SPRING_FESTIVAL_2020
    year = day.year + 1 if name == "元旦" and day.month == 12 else day.year
    issued, number = NUMBERS[year]
    return TITLE.format(year=year, issued=issued, number=number)


def rows() -> list[tuple[str, str, str, str, str]]:
    """Return a row for each named holiday and for each day that breaks the weekday rule."""
    source = f"chinesecalendar {version('chinesecalendar')}，逐日与通知文本转载件核对"
    found = []
    day = date(FIRST_YEAR, 1, 1)
    while day.year <= LAST_YEAR:
        is_workday = chinese_calendar.is_workday(day)
        label = chinese_calendar.constants.holidays.get(day) or chinese_calendar.constants.workdays.get(day)
        if label is not None:
            name = NAME_OF_DAY[label]
            found.append((day.isoformat(), "work" if is_workday else "off", name, notice(day, name), source))
        elif is_workday != (day.weekday() < SATURDAY):
            raise SystemExit(f"{day}: breaks the weekday rule but has no name")
        day += timedelta(days=1)
    return found


def main() -> None:
    """Write the file in the order of days."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("date", "kind", "name", "notice", "source"))
        written = rows()
        writer.writerows(written)
    print(f"{TARGET.name}: {len(written)} days, {FIRST_YEAR} to {LAST_YEAR}")


if __name__ == "__main__":
    main()
