"""Holidays that the regulation itself puts on a day of the solar calendar: free in every year, notice or none.

The yearly notice says how they are moved together with weekends, and when the lunar ones are; until it is loaded these
alone are known, and what is counted over them stays provisional (暂算).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from heliograph.kernel.workdays import CalendarDay

LAW: Final = "全国年节及纪念日放假办法（国务院令第795号，2025年1月1日起施行）"
# month and day, name: article 2
DAYS: Final = (
    (1, 1, "元旦"), (5, 1, "劳动节"), (5, 2, "劳动节"), (10, 1, "国庆节"), (10, 2, "国庆节"), (10, 3, "国庆节"),
)  # fmt: skip
YEARS_AHEAD: Final = 30  # further than any period of the packs reaches


def fixed_after(announced: Collection[int], known: Collection[date]) -> list[CalendarDay]:
    """Return these days of the years after the last one whose notice is loaded, but for days that a row speaks of.

    Earlier years without a notice are left alone: the regulation was another one then.
    """
    if not announced:
        return []
    first = max(announced) + 1
    days = ((date(year, month, day), name) for year in range(first, first + YEARS_AHEAD) for month, day, name in DAYS)
    return [
        CalendarDay(day, is_workday=False, name=name, notice=LAW, source="") for day, name in days if day not in known
    ]
