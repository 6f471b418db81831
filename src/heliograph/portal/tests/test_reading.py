"""The pure parts: how values, bases, periods and differences read, and how a page is filled."""

from __future__ import annotations

import time

import pytest

from heliograph.kernel.packs.schema import FieldDef, Provision, Register, TimeLimit
from heliograph.portal.citations import citation
from heliograph.portal.compare import pieces
from heliograph.portal.limits import length_in_words
from heliograph.portal.pages.policy import value_in_words
from heliograph.portal.search import fill
from heliograph.portal.values import list_columns, shown


@pytest.mark.parametrize(
    ("key", "label", "url"),
    [
        ("行政处罚法@2021:58", "《行政处罚法》（2021）第 58 条", True),
        ("行政处罚法@2021:58(2)", "《行政处罚法》（2021）第 58 条（2）", True),
        ("示例法@2020:12-1(3)", "《示例法》（2020）第 12 条之 1（3）", True),
        ("国办发118号@2018", "国办发〔2018〕118 号", True),
        ("WS公7(一)", "WS公7(一)", False),
        ("RZ表12", "RZ表12", False),
    ],
)
def test_basis_reads_as_law_and_article(key: str, label: str, url: bool) -> None:
    found = citation(key)
    assert found.label == label
    assert bool(found.url) == url


def limit(unit: str, **more: object) -> TimeLimit:
    content = {"id": "x", "basis": ["WS公7"], "name": "公开", "event": "作出", "unit": unit}
    return TimeLimit.model_validate({**content, **more})


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (limit("working_days", length=7), "7 个工作日"),
        (limit("calendar_days", length=90), "90 日"),
        (limit("months", length=6), "6 个月"),
        (limit("hours", length=24), "24 小时"),
        (limit("promptly"), "及时（原文未定日数）"),
        (limit("date_of_year", month=1, day=31), "每年 1 月 31 日前"),
        (limit("working_days", length=20, extension=10), "20 个工作日，经批准可以延长 10 个工作日"),
    ],
)
def test_period_always_names_its_unit(rule: TimeLimit, words: str) -> None:
    assert length_in_words(rule) == words


def test_values_read_by_their_type() -> None:
    def text(kind: str, value: object) -> str:
        return shown(FieldDef.model_validate({"id": "x", "label": "项", "type": kind}), value).text

    assert text("yesno", True) == "是"
    assert text("yesno", False) == "否"
    assert text("date", "2026-11-20") == "2026 年 11 月 20 日"
    assert text("choices", ["录音", "录像"]) == "录音、录像"
    assert text("lines", [{"text": "身份证", "basis": "甲法@2020:3"}]) == "身份证（《甲法》（2020）第 3 条）"
    assert text("text", None) == ""


def test_named_values_carry_their_unit() -> None:
    def words(value: object, unit: str = "") -> str:
        content = {"id": "x", "basis": ["WS公7"], "label": "项", "value": value, "unit": unit}
        return value_in_words(Provision.model_validate(content))

    assert words(5, "%") == "5%"
    assert words(2, "人") == "2 人"
    assert words(value=True) == "是"
    assert words(["甲", "乙"]) == "甲、乙"


def test_title_column_comes_first_and_internal_fields_never() -> None:
    fields = [
        {"id": "name", "label": "名称"},
        {"id": "unit", "label": "单位"},
        {"id": "note", "label": "内部", "public": False},
    ]
    content = {"id": "x", "basis": ["甲"], "name": "清单", "phase": "before", "fields": fields, "title_field": "name"}
    content |= {"list_fields": ["unit", "note"], "compiled_by": "科", "release_chain": "default"}
    assert [column.id for column in list_columns(Register.model_validate(content))] == ["name", "unit"]


def test_difference_keeps_the_reading_order() -> None:
    found = [(piece.kind, piece.text) for piece in pieces("七日内办结", "七个工作日内办结")]
    assert found == [("same", "七"), ("ins", "个工作"), ("same", "日内办结")]
    assert [piece.kind for piece in pieces("", "新增")] == ["ins"]
    assert pieces("", "") == []


def test_long_difference_is_quick() -> None:
    old = "".join(f"第{number}项应当依法办理，" for number in range(400))
    begin = time.perf_counter()
    pieces(old, old[::-1])
    assert time.perf_counter() - begin < 2


def test_page_is_filled_from_further_candidates() -> None:
    rows = list(range(1, 200))

    def fetch(last: int | None) -> list[int]:
        return [row for row in rows if last is None or row > last][:11]

    assert fill(fetch, lambda row: True, 10) == (list(range(1, 11)), 10)
    assert fill(fetch, lambda row: row % 2 == 0, 10) == ([2, 4, 6, 8, 10, 12, 14, 16, 18, 20], 20)
    assert fill(fetch, lambda row: row > 195, 10) == ([], 40)  # gives up after four, and says where to go on
    assert fill(lambda last: [1, 2], lambda row: True, 10) == ([1, 2], None)
