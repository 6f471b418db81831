"""Amounts, days and articles as official documents write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
LARGEST = Decimal(10) ** 16
BEIJING = timezone(timedelta(hours=8))


def plain(amount: Decimal) -> str:
    """Return an amount in 元 without empty decimals, e.g. 5000 or 12.50."""
    whole = amount.quantize(Decimal("0.01"))
    return f"{whole:.0f}" if whole == whole.to_integral_value() else f"{whole:.2f}"


def in_capitals(amount: Decimal) -> str:
    """Return an amount in 大写, e.g. 伍仟元整, 壹拾万零叁佰元伍角. ValueError for what is negative or too large."""
    cents = amount.quantize(Decimal("0.01"))
    if cents < 0 or cents >= LARGEST:
        raise ValueError(f"no amount to be written: {amount}")
    yuan, rest = divmod(int(cents * 100), 100)
    tens, ones = divmod(rest, 10)
    words = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{words}整"
    if tens:
        words += f"{DIGITS[tens]}角"
    elif yuan:
        words += "零"
    return words + (f"{DIGITS[ones]}分" if ones else "")


def _whole(number: int) -> str:
    """Return a whole number, group of four by group of four from the right."""
    if number == 0:
        return DIGITS[0]
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = gap or bool(words)
            continue
        if words and (gap or group < 1000):
            words += DIGITS[0]
        words += _group(group) + GROUPS[place]
        gap = False
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words


def chinese_day(day: date) -> str:
    """Return a day as documents are dated: 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_time(at: datetime) -> str:
    """Return an instant in Beijing: 2026年11月22日9时05分."""
    local = at.astimezone(BEIJING)
    return f"{chinese_day(local.date())}{local.hour}时{local.minute:02d}分"


NUMERALS = "零一二三四五六七八九"


def in_numerals(number: int) -> str:
    """Return a number below 10,000 as articles are counted: 一百二十三, 四十, 十, 一千零五."""
    words, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit == 0:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + NUMERALS[digit] + unit
        gap = False
    return words.removeprefix("一") if words.startswith("一十") else words or NUMERALS[0]


def article_in_words(no: str) -> str:
    """Return the number of an article as documents cite it: 58-1(2) is 第五十八条之一（2）."""
    found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,2}))?(.*)", no)
    if found is None:
        return no
    number, sub, part = found.groups()
    wide = part.replace("(", "（").replace(")", "）")
    return f"第{in_numerals(int(number))}条{f'之{in_numerals(int(sub))}' if sub else ''}{wide}"
