"""Amounts, days and articles as official documents write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from heliograph.documents.wording import article_in_words, chinese_day, chinese_time, in_capitals, in_numerals, plain


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.30", "叁角"), ("0.35", "叁角伍分"), ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"), ("5000", "伍仟元整"), ("10300.5", "壹万零叁佰元伍角"), ("100001", "壹拾万零壹元整"),
        ("180000", "壹拾捌万元整"), ("1000000000", "壹拾亿元整"), ("100000001", "壹亿零壹元整"),
        ("10010001000", "壹佰亿壹仟万壹仟元整"),
        ("1205.60", "壹仟贰佰零伍元陆角"), ("2000000000000", "贰万亿元整"),
    ],
)  # fmt: skip
def test_amount_in_capitals(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "10000000000000000"])
def test_amount_that_cannot_be_written(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        in_capitals(Decimal(amount))


def test_plain_amount_day_and_time() -> None:
    assert (plain(Decimal("5000.00")), plain(Decimal("12.5"))) == ("5000", "12.50")
    assert chinese_day(date(2026, 1, 2)) == "2026年1月2日"
    assert chinese_time(datetime(2026, 1, 1, 17, 5, tzinfo=UTC)) == "2026年1月2日1时05分"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (15, "十五"),
        (40, "四十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1005, "一千零五"),
    ],
)
def test_number_in_numerals(number: int, words: str) -> None:
    assert in_numerals(number) == words


@pytest.mark.parametrize(
    ("no", "words"),
    [("58", "第五十八条"), ("58-1", "第五十八条之一"), ("58(2)", "第五十八条（2）"), ("附则", "附则")],
)
def test_article_in_words(no: str, words: str) -> None:
    assert article_in_words(no) == words
