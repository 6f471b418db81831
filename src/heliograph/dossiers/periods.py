"""A period as people write it into documents (5个工作日、十日、两个月), read back as length and unit."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from heliograph.documents.wording import in_numerals
from heliograph.dossiers.models import Paper
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import TimeLimit

STATEMENT_FIELD: Final = "statement_days"  # of every document that says how long a statement may be made
UNITS = {"个工作日": "working_days", "工作日": "working_days", "日": "calendar_days", "天": "calendar_days",
         "个月": "months"}  # fmt: skip
_SAID = re.compile(r"(\d{1,3}|[一二三四五六七八九十百零两]{1,5})\s*(个工作日|工作日|个月|日|天)")
_NUMBERS = {in_numerals(number): number for number in range(1, 366)} | {"两": 2}


def period_in(text: str) -> tuple[int, str] | None:
    """Return length and unit of the one period that a text names, None where it names none or several."""
    found = _SAID.findall(text)
    if len(found) != 1:
        return None
    number, unit = found[0]
    length = int(number) if number.isascii() else _NUMBERS.get(number, 0)
    return (length, UNITS[unit]) if length else None


def statement_written(paper: Paper, limit: TimeLimit, served_on: date) -> tuple[str, date] | None:
    """Return the period for a statement that a made document says, in its words, and its last day; None without one.

    limit: whose way of counting holds. A document that was made elsewhere is not read.
    """
    said = str(paper.document.data.get(STATEMENT_FIELD) or "") if paper.document is not None else ""
    found = period_in(said)
    if found is None:
        return None
    length, unit = found
    return said, last_day(limit.model_copy(update={"length": length, "unit": unit}), served_on)
