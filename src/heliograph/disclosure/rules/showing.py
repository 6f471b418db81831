"""Pure rules of what the public reads: summary and document as one text, told apart again after it was masked."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

TITLE, PARTY, NUMBER = "案件名称", "当事人", "文号"
CATEGORY, CONTENT, AGENCY, DECIDED = "执法类别", "决定内容", "执法机关", "决定日期"
RESULT, MADE = "结果", "作出日期"
# what the law wants the public to read (机关、对象、类别、结论), by occasion
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "decision": (TITLE, CATEGORY, NUMBER, PARTY, CONTENT, AGENCY, DECIDED),
    "result": (TITLE, CATEGORY, PARTY, RESULT, AGENCY),
    "closing": (TITLE, CATEGORY, NUMBER, PARTY, AGENCY),
}
# what the case itself says of number, party, content, day, agency and category: left out or as it is, never reworded
FIXED = frozenset({NUMBER, PARTY, CONTENT, RESULT, AGENCY, CATEGORY, DECIDED, MADE})
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Replaced:
    """One replaced place: its offsets in the text and in the masked text, and what was hidden there."""

    start: int
    end: int
    masked_start: int
    masked_end: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public reads: the summary line by line, the document, and where in it something was hidden."""

    lines: tuple[Pair, ...]
    text: str
    marks: tuple[tuple[int, int, str], ...]

    def value(self, label: str) -> str:
        """Return the value of a line, empty where there is none."""
        return dict(self.lines).get(label, "")


def one_line(value: str) -> str:
    """Return a value as one line: lines of it joined, no space twice."""
    return " ".join(value.split())


def joined_text(lines: Sequence[Pair], text: str) -> str:
    """Return summary and document as the one text that is looked through and masked; labels tell of nobody."""
    summary = "\n".join(value for _label, value in lines)
    return f"{summary}\n\n{text}" if text else summary


def shown_of(lines: Sequence[Pair], text: str, masked: str, replaced: Sequence[Replaced]) -> Shown:
    """Tell the masked text apart again. ValueError when something was hidden across the edge of two parts."""
    found: list[Pair] = []
    start = 0
    for label, value in lines:
        end = start + len(value)
        found.append((label, masked[masked_at(start, replaced) : masked_at(end, replaced)]))
        start = end + 1
    if not text:
        return Shown(tuple(found), "", ())
    cut = masked_at(start + 1, replaced)
    marks = [(one.masked_start - cut, one.masked_end - cut, one.kind) for one in replaced if one.masked_start >= cut]
    return Shown(tuple(found), masked[cut:], tuple(marks))


def masked_at(place: int, replaced: Sequence[Replaced]) -> int:
    """Return where a place of the text stands in the masked one. ValueError inside of what was replaced."""
    moved = 0
    for one in replaced:
        if one.start < place < one.end:
            raise ValueError(f"place {place} lies inside of what was replaced")
        if one.end <= place:
            moved = one.masked_end - one.end
    return place + moved


def search_text(shown: Shown) -> str:
    """Return what a search finds a decision by: every line of the summary and the whole document, as masked."""
    return "\n".join([*(value for _label, value in shown.lines), shown.text])


def months_after(day: date, months: int) -> date:
    """Return the day so many months later, the last of its month where that is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
