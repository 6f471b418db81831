"""The grid: plain words and FEEL say the same, and each wrong cell is told by row, column and message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.dmn import GridRow, TableFault, TableRefusedError, table_from_rows, table_rows
from heliograph.kernel.dmn.cells import ColumnType, parse_cell
from heliograph.kernel.dmn.grid import feel_cell, feel_result, plain_cell, plain_result
from heliograph.kernel.feel import FeelError
from heliograph.kernel.tests.tables_written import DICTIONARY, table


@pytest.mark.parametrize(
    ("feel", "kind", "plain"),
    [
        ("-", "text", "任意"),
        ("", "number", "任意"),
        ('"罚款", "警告"', "text", "罚款、警告"),
        ('["罚款", "警告"]', "text", "罚款、警告"),
        ('not("罚款", "警告")', "text", "除罚款、警告外"),
        ("true", "boolean", "是"),
        ("false", "boolean", "否"),
        ("10000", "number", "10000"),
        ("-0.50", "number", "-0.5"),
        (">= 10000", "number", "10000以上"),
        ("> 10000", "number", "超过10000"),
        ("<= 2", "number", "2以下"),
        ("< 5000", "number", "不满5000"),
        ("[5000..10000)", "number", "5000以上且不满10000"),
        ("]5000..10000]", "number", "超过5000且10000以下"),
        ("0, [2..3]", "number", "0、2以上且3以下"),
        ("not(0, > 5)", "number", "除0、超过5外"),
        ('date("2026-01-01")', "date", "2026-01-01"),
        ('[date("2026-01-01")..date("2026-12-31")]', "date", "2026-01-01起且2026-12-31止"),
        ('(date("2026-01-01")..date("2026-12-31"))', "date", "2026-01-01后且2026-12-31前"),
        ('>= date("2026-01-01")', "date", "2026-01-01起"),
        ('< date("2026-01-01")', "date", "2026-01-01前"),
    ],
)
def test_feel_in_plain_words_and_back(feel: str, kind: ColumnType, plain: str) -> None:
    assert plain_cell(feel, kind) == plain
    assert parse_cell(feel_cell(plain, kind), kind) == parse_cell(feel, kind)


@pytest.mark.parametrize("feel", ['"任意"', '"甲、乙"', '"除甲外"', '""', '" 甲"', '"not(甲"', '"-"'])
def test_what_has_no_plain_words_stays_feel(feel: str) -> None:
    assert plain_cell(feel, "text") == feel
    assert feel_cell(feel, "text") == feel


@pytest.mark.parametrize(
    ("plain", "kind", "feel"),
    [
        ("５０００以上 不满１００００", "number", "[5000..10000)"),
        ("2026-01-01起2026-12-31止", "date", '[date("2026-01-01")..date("2026-12-31")]'),
        ("＞＝ 5", "number", ">= 5"),
        ("[1..2]", "number", "[1..2]"),
        ("罚款、", "text", '"罚款"'),
        ("－", "text", "-"),
        ("true", "boolean", "true"),
        ("5元", "number", "5元"),
        ("且", "number", "且"),
        ("not(true)", "boolean", "not(true)"),
    ],
)
def test_what_people_type_is_taken(plain: str, kind: ColumnType, feel: str) -> None:
    assert feel_cell(plain, kind).replace(" ", "") == feel.replace(" ", "")


@pytest.mark.parametrize(
    ("feel", "kind", "plain"),
    [
        ('"从轻"', "text", "从轻"),
        ("20000", "number", "20000"),
        ("true", "boolean", "是"),
        ("false", "boolean", "否"),
        ('date("2026-01-01")', "date", "2026-01-01"),
        ("罚款金额 * 5", "number", "公式：罚款金额 * 5"),
        ('if 经过听证 then "从重" else "一般"', "text", '公式：if 经过听证 then "从重" else "一般"'),
    ],
)
def test_results_in_plain_words_and_back(feel: str, kind: ColumnType, plain: str) -> None:
    assert plain_result(feel) == plain
    assert feel_result(f" {plain} ", kind) == feel


def test_results_as_people_type_them() -> None:
    assert feel_result("２０", "number") == "20"
    assert feel_result("罚款金额 * 5", "number") == "罚款金额 * 5"
    assert feel_result('"从轻"', "text") == '"从轻"'
    assert feel_result("明天", "date") == "明天"
    assert feel_result(" ", "text") == ""


BASE = table(
    "处罚种类 罚款金额",
    '"罚款" | [0..5) => 从轻 | 1',
    "- | - => 一般 | 罚款金额 * 2",
    results="阶次 罚款下限",
    policy="FIRST",
)


def test_rows_of_the_grid_make_the_same_table() -> None:
    assert table_rows(BASE)[0] == GridRow("r1", ("罚款", "0以上且不满5"), ("从轻", "1"))
    assert table_rows(BASE)[1] == GridRow("r2", ("任意", "任意"), ("一般", "公式：罚款金额 * 2"))
    made = table_from_rows(BASE, table_rows(BASE), DICTIONARY)
    assert replace(made, rows=()) == replace(BASE, rows=())
    assert made == BASE


def test_new_rows_are_named() -> None:
    new = GridRow("", ("任意", ""), ("从重", "3"), " 说明 ", " 行政处罚法@2021:58 ")
    made = table_from_rows(BASE, [new, GridRow("row_1", ("没收", "1"), ("从轻", "1")), new], DICTIONARY)
    assert [row.id for row in made.rows] == ["row_2", "row_1", "row_3"]
    assert (made.rows[0].description, made.rows[0].basis) == ("说明", "行政处罚法@2021:58")


def test_each_wrong_cell_is_told() -> None:
    rows = [
        GridRow("r1", ("罚金", "很多"), ("从轻", "1")),
        GridRow("r2", ("罚款", "5以上不满3"), ("从轻", "")),
        GridRow("r3", ("罚款", "1", "2"), ("从轻",)),
    ]
    with pytest.raises(TableRefusedError) as caught:
        table_from_rows(BASE, rows, DICTIONARY)
    assert caught.value.faults == (
        TableFault(3, "", "应有 2 格条件，实有 3 格"),
        TableFault(3, "", "应有 2 格结果，实有 1 格"),
    )
    with pytest.raises(TableRefusedError) as caught:
        table_from_rows(BASE, rows[:2], DICTIONARY)
    assert caught.value.faults == (
        TableFault(1, "罚款金额", "条件格只能写固定的值，不能引用事实“很多”"),
        TableFault(2, "罚款金额", "第 1 个字符处：区间里没有值：下限须小于上限"),
        TableFault(2, "罚款下限", "没有填写"),
    )
    with pytest.raises(TableRefusedError) as caught:
        table_from_rows(BASE, [replace(rows[0], cells=("罚金", "1"))], DICTIONARY)
    assert caught.value.faults == (
        TableFault(1, "处罚种类", "第 1 个字符处：“处罚种类”没有“罚金”这一项，可选：罚款、警告、没收"),
    )


@given(st.text(max_size=20), st.sampled_from(["text", "number", "boolean", "date"]))
@settings(deadline=None)
def test_whatever_is_typed_is_a_cell_or_refused(plain: str, kind: ColumnType) -> None:
    try:
        cell = parse_cell(feel_cell(plain, kind), kind)
    except FeelError:
        cell = None
    if cell is not None:
        assert parse_cell(feel_cell(plain_cell(feel_cell(plain, kind), kind), kind), kind) == cell
    assert feel_result(plain, kind) is not None
