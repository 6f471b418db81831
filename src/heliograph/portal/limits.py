"""Periods of a pack in words, with the source's own numbers and always with their unit."""

from __future__ import annotations

from heliograph.kernel.packs.schema import TimeLimit

UNITS = {"working_days": "个工作日", "calendar_days": "日", "months": "个月", "hours": "小时"}
PROMPTLY = "及时（原文未定日数）"


def length_in_words(limit: TimeLimit) -> str:
    """Return how long a period is: 「7 个工作日」, 「每年 1 月 31 日前」, or that the source names no number."""
    if limit.unit == "promptly":
        return PROMPTLY
    if limit.unit == "date_of_year":
        return f"每年 {limit.month} 月 {limit.day} 日前"
    unit = UNITS[limit.unit]
    extension = f"，经批准可以延长 {limit.extension} {unit}" if limit.extension else ""
    return f"{limit.length} {unit}{extension}"
