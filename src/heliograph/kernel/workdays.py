"""The working-day calendar: which days count, from rows that name the notice they rest on.

The weekday rule (Monday to Friday) holds unless a row says otherwise. A year in which no row lies has no
holiday notice yet: its days follow the weekday rule and every result that used them is *provisional* (暂算).
Nothing here knows a holiday; the rows are data (``packs/cn-national/<version>/calendar.csv``).
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

MAX_CSV_CHARACTERS: Final = 1_000_000
MAX_CSV_ROWS: Final = 20_000
COLUMNS: Final = ("date", "kind", "name", "notice", "source")
LABELS: Final = {"date": "日期", "kind": "类别", "name": "名称", "notice": "通知文号", "source": "来源"}
OPTIONAL: Final = {"name", "source"}
HEADS: Final = {name: name for name in COLUMNS} | {label: name for name, label in LABELS.items()}
KINDS: Final = {"off": False, "休": False, "放假": False, "work": True, "班": True, "上班": True}
WEEKDAY_NAMES: Final = "一二三四五六日"

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_WEEK: Final = 7
_WEEKDAYS: Final = 5


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day a notice speaks of: off or at work, with the notice and where its text was read."""

    day: date
    is_workday: bool
    name: str
    notice: str
    source: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of an uploaded calendar; ``line`` counts from 1 with the heading, 0 means the whole file."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}" if self.line else self.message

    @property
    def label(self) -> str:
        """Return the column's name as people read it."""
        return LABELS.get(self.column, self.column)


class CalendarConflictError(ValueError):
    """Two rows speak of the same day; which one holds is for people to say, not for the order of rows."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day.isoformat()} 在日历中出现两次，请只保留一行")
        self.day = day


def _weekdays_up_to(ordinal: int) -> int:
    """Count Mondays to Fridays from day 1 of the proleptic calendar, itself a Monday, to ``ordinal``."""
    weeks, rest = divmod(ordinal, _WEEK)
    return weeks * _WEEKDAYS + min(rest, _WEEKDAYS)


class WorkCalendar:
    """Working days by rank, so that any period is found by two bisections however long it is.

    Only days that break the weekday rule are kept (a few hundred for ten years): ``_days`` their ordinals,
    ``_shift[i]`` what the first ``i`` of them add to the plain weekday count, ``_ranks`` the number of working
    days up to each of them. Between two such days the weekday rule is plain arithmetic.
    """

    __slots__ = ("_announced", "_days", "_ranks", "_rows", "_shift")

    def __init__(self, rows: Iterable[CalendarDay], *, announced_years: Iterable[int] | None = None) -> None:
        """Build from rows; years with a row are announced unless ``announced_years`` names them (local holidays)."""
        self._rows: dict[date, CalendarDay] = {}
        for row in rows:
            if row.day in self._rows:
                raise CalendarConflictError(row.day)
            self._rows[row.day] = row
        years = {day.year for day in self._rows} if announced_years is None else announced_years
        self._announced = frozenset(years)
        self._days: list[int] = []
        self._shift = [0]
        self._ranks: list[int] = []
        for day in sorted(self._rows):
            if self._rows[day].is_workday != (day.weekday() < _WEEKDAYS):
                self._days.append(day.toordinal())
                self._shift.append(self._shift[-1] + (1 if self._rows[day].is_workday else -1))
                self._ranks.append(_weekdays_up_to(day.toordinal()) + self._shift[-1])

    @property
    def announced_years(self) -> frozenset[int]:
        """Years whose holiday notice is loaded."""
        return self._announced

    def row(self, day: date) -> CalendarDay | None:
        """Return the row that speaks of this day, for showing the notice beside a due date."""
        return self._rows.get(day)

    def is_workday(self, day: date) -> bool:
        """Say whether the day is worked: the notice's word if there is one, else Monday to Friday."""
        row = self._rows.get(day)
        return row.is_workday if row is not None else day.weekday() < _WEEKDAYS

    def is_provisional(self, day: date) -> bool:
        """Say whether the year of the day still lacks its notice.

        The next notice may still move the last days of an announced December (2018-12-31 became free by the
        notice for 2019), so loading a notice recomputes all open due dates, not the provisional ones alone.
        """
        return day.year not in self._announced

    def is_span_provisional(self, after: date, until: date) -> bool:
        """Say whether a year touched by the days after ``after`` up to and with ``until`` lacks its notice."""
        if after.year == until.year:
            return until.year not in self._announced and after < until
        first = date.fromordinal(after.toordinal() + 1)
        return any(year not in self._announced for year in range(first.year, until.year + 1))

    def _rank(self, ordinal: int) -> int:
        weeks, rest = divmod(ordinal, _WEEK)
        return weeks * _WEEKDAYS + min(rest, _WEEKDAYS) + self._shift[bisect_right(self._days, ordinal)]

    def _day_of_rank(self, rank: int) -> date:
        """Find the first day up to which ``rank`` working days have passed."""
        index = bisect_left(self._ranks, rank)
        weeks, rest = divmod(rank - self._shift[index] - 1, _WEEKDAYS)
        ordinal = weeks * _WEEK + rest + 1
        if index < len(self._days) and self._days[index] < ordinal:
            ordinal = self._days[index]  # a make-up day on a weekend, which plain weekday arithmetic steps over
        return date.fromordinal(ordinal)

    def add_workdays(self, start: date, count: int) -> date:
        """Return the ``count``-th working day after ``start`` (before it when negative); ``start`` is not counted."""
        if count > 0:
            return self._day_of_rank(self._rank(start.toordinal()) + count)
        if count < 0:
            return self._day_of_rank(self._rank(start.toordinal() - 1) + count + 1)
        return start

    def next_workday(self, day: date) -> date:
        """Return the day itself if it is worked, else the first working day after it."""
        return day if self.is_workday(day) else self._day_of_rank(self._rank(day.toordinal()) + 1)

    def workdays_between(self, after: date, until: date) -> int:
        """Count working days after ``after`` up to and with ``until``; negative when ``until`` is the earlier."""
        return self._rank(until.toordinal()) - self._rank(after.toordinal())


def parse_calendar_csv(text: str) -> tuple[list[CalendarDay], list[RowFault]]:
    """Read the columns under their English or Chinese names, in any order; bad content becomes faults, no exception.

    Returns the good rows and the faults; a caller loads the rows only when there are no faults.
    """
    if len(text) > MAX_CSV_CHARACTERS:
        return [], [RowFault(0, "", f"文件过大：上限 {MAX_CSV_CHARACTERS} 个字符，现为 {len(text)} 个字符")]
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    try:
        table = list(islice(reader, MAX_CSV_ROWS + 2))
    except csv.Error as error:
        return [], [RowFault(reader.line_num, "", f"不是规范的 CSV 格式（{error}）")]
    if len(table) > MAX_CSV_ROWS + 1:
        return [], [RowFault(0, "", f"行数过多：上限 {MAX_CSV_ROWS} 行")]
    heading = [cell.strip().lower() for cell in table[0]] if table else []
    columns = [HEADS.get(cell, cell) for cell in heading]
    missing = [label for name, label in LABELS.items() if name not in columns and name not in OPTIONAL]
    if missing or len(set(columns)) < len(columns) or not set(columns) <= set(COLUMNS):
        return [], [RowFault(1, "", f"表头应为 {'、'.join(LABELS.values())}，现为 {'、'.join(heading) or '空'}")]
    return _read_rows(table[1:], columns)


def _read_rows(table: list[list[str]], columns: list[str]) -> tuple[list[CalendarDay], list[RowFault]]:
    rows: list[CalendarDay] = []
    faults: list[RowFault] = []
    seen: dict[date, int] = {}
    for line, raw in enumerate(table, start=2):
        cells = [cell.strip() for cell in raw]
        if not any(cells):
            continue
        row = _read_row(line, cells, columns)
        if isinstance(row, RowFault):
            faults.append(row)
        elif row.day in seen:
            faults.append(RowFault(line, "date", f"日期 {row.day.isoformat()} 与第 {seen[row.day]} 行重复"))
        else:
            seen[row.day] = line
            rows.append(row)
    return rows, faults


def _read_row(line: int, cells: list[str], columns: list[str]) -> CalendarDay | RowFault:
    if len(cells) != len(columns):
        return RowFault(line, "", f"应有 {len(columns)} 列，现有 {len(cells)} 列")
    written = dict(zip(columns, cells, strict=True))
    raw_day, kind, name, notice, source = (written.get(column, "") for column in COLUMNS)
    day = _read_date(raw_day)
    if day is None:
        return RowFault(line, "date", f"日期「{raw_day}」无法识别，应写作 2026-01-01")
    if kind.lower() not in KINDS:
        return RowFault(line, "kind", f"类别「{kind}」无法识别，只能填放假或者上班")
    is_workday = KINDS[kind.lower()]
    if not notice:
        return RowFault(line, "notice", "没有写通知名称和文号，没有依据的日期不能导入")
    if is_workday and day.weekday() < _WEEKDAYS:
        # Make-up days lie on weekends; a weekday marked so is nearly always a mistyped date.
        weekday = WEEKDAY_NAMES[day.weekday()]
        return RowFault(line, "date", f"{day.isoformat()} 是星期{weekday}，本来就上班，请核对日期")
    return CalendarDay(day, is_workday, name, notice, source)


def _read_date(raw: str) -> date | None:
    match = _DATE.fullmatch(raw)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
