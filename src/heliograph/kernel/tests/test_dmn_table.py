"""Decision tables: each hit policy answers as it should, and what is no table is refused cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from heliograph.kernel.dmn import (
    Input,
    NoRule,
    Output,
    Overlap,
    Row,
    Table,
    TableFault,
    TableRefusedError,
    check_table,
)
from heliograph.kernel.feel import FeelError, MissingFact
from heliograph.kernel.tests.tables_written import DICTIONARY, table

STEPS = table(
    "罚款金额 违法次数 经过听证",
    "[0..5000) | 0 | false => 从轻 | 0",
    "[5000..10000] | - | false => 一般 | 罚款金额 / 2",
    "> 10000 | not([0..2], 9) | false => 从重 | 罚款金额 * 2",
    "- | - | true => 从重 | 99",
    results="阶次 罚款下限",
)


@pytest.mark.parametrize(
    ("amount", "times", "heard", "row", "results"),
    [
        (0, 0, False, "r1", ("从轻", 0)),
        (Decimal("4999.99"), 0, False, "r1", ("从轻", 0)),
        (5000, 7, False, "r2", ("一般", 2500)),
        (Decimal("10000.00"), 0, False, "r2", ("一般", 5000)),
        (Decimal("10000.01"), 3, False, "r3", ("从重", Decimal("20000.02"))),
        (10**18, 9, True, "r4", ("从重", 99)),
        (-5, 9, True, "r4", ("从重", 99)),
    ],
)
def test_the_row_that_fits_decides(amount: Any, times: int, heard: bool, row: str, results: Any) -> None:
    decision = STEPS.decide({"罚款金额": amount, "违法次数": times, "经过听证": heard})
    assert decision.rows == (row,)
    assert decision.outputs == {"阶次": results[0], "罚款下限": results[1]}


def test_a_decision_can_be_changed_without_changing_the_table() -> None:
    facts = {"罚款金额": 1, "违法次数": 0, "经过听证": False}
    first = dict(STEPS.decide(facts).outputs)
    STEPS.decide(facts).outputs["阶次"] = "改"  # type: ignore[index]
    assert STEPS.decide(facts).outputs == first


@pytest.mark.parametrize(
    ("facts", "kind", "message"),
    [
        ({"罚款金额": 1, "违法次数": 5, "经过听证": False}, NoRule,
         "表“测试表”没有适用的行（罚款金额=1、违法次数=5、经过听证=否）"),
        ({"罚款金额": 1, "经过听证": False}, MissingFact, "缺少事实“违法次数”"),
        ({"罚款金额": 1, "违法次数": None, "经过听证": False}, MissingFact, "缺少事实“违法次数”"),
        ({"罚款金额": "1", "违法次数": 0, "经过听证": False}, FeelError, "事实“罚款金额”须是“数”，得到的是“文字”"),
        ({"罚款金额": True, "违法次数": 0, "经过听证": False}, FeelError, "事实“罚款金额”须是“数”，得到的是“是或否”"),
        ({"罚款金额": 1, "违法次数": 0, "经过听证": 0}, FeelError, "事实“经过听证”须是“是或否”，得到的是“数”"),
        ({"罚款金额": 1, "违法次数": 0, "经过听证": ["是"]}, FeelError, "事实“经过听证”须是“是或否”，得到的是“清单”"),
        ({"罚款金额": 10**19, "违法次数": 0, "经过听证": False}, FeelError, "数超出范围"),
        ({"罚款金额": 0.5, "违法次数": 0, "经过听证": False}, FeelError, "这种值不能用于表达式"),
        ({"罚款金额": 6 * 10**17, "违法次数": 4, "经过听证": False}, FeelError, "数超出范围"),
    ],
)  # fmt: skip
def test_no_decision_says_why(facts: Any, kind: type[FeelError], message: str) -> None:
    with pytest.raises(kind) as caught:
        STEPS.decide(facts)
    assert message in str(caught.value)


def test_unique_refuses_two_rows_that_fit() -> None:
    overlapping = table("罚款金额", "<= 5 => 从轻", ">= 5 => 一般", "5 => 从重")
    with pytest.raises(Overlap, match="第 1 行与第 2 行与第 3 行同时适用（罚款金额=5）") as caught:
        overlapping.decide({"罚款金额": 5})
    assert caught.value.rows == (1, 2, 3)
    assert overlapping.decide({"罚款金额": 4}).rows == ("r1",)


def test_first_takes_the_first() -> None:
    first = table("罚款金额", "< 5 => 从轻", "- => 从重", policy="FIRST")
    assert first.decide({"罚款金额": 4}).rows == ("r1",)
    assert first.decide({"罚款金额": 5}).outputs == {"阶次": "从重"}


def test_any_wants_rows_that_agree() -> None:
    agreeing = table("罚款金额", "< 5 => 2", "< 9 => 1 + 1", "> 3 => 违法次数", results="罚款下限", policy="ANY")
    assert agreeing.decide({"罚款金额": 2}).rows == ("r1", "r2")
    assert agreeing.decide({"罚款金额": 4, "违法次数": 2}).outputs == {"罚款下限": 2}
    with pytest.raises(Overlap, match="第 1 行与第 3 行同时适用"):
        agreeing.decide({"罚款金额": 4, "违法次数": 3})
    assert agreeing.decide({"罚款金额": 10, "违法次数": 3}).rows == ("r3",)


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_collecting_gives_lists_in_the_order_of_rows(policy: str) -> None:
    collecting = table("措施", '"查封", "扣押" => 从重', 'not("查封") => 一般', "- => 从轻", policy=policy)
    assert collecting.decide({"措施": ["扣押"]}).outputs == {"阶次": ["从重", "一般", "从轻"]}
    assert collecting.decide({"措施": ["先行登记", "查封"]}).rows == ("r1", "r3")
    assert collecting.decide({"措施": []}).outputs == {"阶次": ["一般", "从轻"]}
    assert collecting.decide({"措施": "先行登记"}).rows == ("r2", "r3")
    nothing = table("措施", '"查封" => 从重', policy=policy)
    assert nothing.decide({"措施": ["扣押"]}) == replace(
        nothing.decide({"措施": ["查封"]}), outputs={"阶次": []}, rows=()
    )


def test_dates_and_words_decide() -> None:
    by_day = table("立案日期 案由", '< date("2026-07-15") | "甲" => 从轻', '>= date("2026-07-15") | - => 一般')
    assert by_day.decide({"立案日期": date(2026, 7, 14), "案由": "甲"}).rows == ("r1",)
    assert by_day.decide({"立案日期": date(2026, 7, 15), "案由": "乙"}).rows == ("r2",)


def test_a_result_must_be_of_its_type() -> None:
    wrong = table("违法次数", "- => 案由", results="罚款下限")
    assert wrong.result_names == {"案由"}
    with pytest.raises(FeelError, match="“罚款下限”的结果须是“数”，得到的是“文字”"):
        wrong.decide({"违法次数": 1, "案由": "甲"})
    with pytest.raises(MissingFact, match="案由"):
        wrong.decide({"违法次数": 1})


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("> 违法次数", "条件格只能写固定的值，不能引用事实“违法次数”"),
        ('"5"', "此列须是“数”，写的是“文字”"),
        ("[5..1]", "区间里没有值"),
        ("(5..5]", "区间里没有值"),
        ('[1..date("2026-01-01")]', "此列须是“数”，写的是“日期”"),
        ("[]", "清单是空的"),
        ("> [1, 2]", "此处须是一个值"),
        ("1 / 0", "除数为零"),
        ("５", "请改用半角符号 5"),
        ("，", "请改用半角符号 ,"),
        ("任意", "不能引用事实“任意”"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_at_its_place(cell: str, message: str) -> None:
    with pytest.raises(TableRefusedError) as caught:
        table("经过听证 罚款金额", "- | - => 从轻", f"- | {cell} => 从轻")
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "罚款金额")
    assert message in fault.message


def test_words_have_no_order() -> None:
    for conditions, cell in (("案由", '> "甲"'), ("经过听证", "[false..true]")):
        with pytest.raises(TableRefusedError, match="不能比较大小"):
            table(conditions, f"{cell} => 从轻")


def test_every_fault_of_a_table_is_told_at_once() -> None:
    with pytest.raises(TableRefusedError) as caught:
        table("罚款金额 经过听证", "x | true => 从轻", "1 | 2 => ", "1 | true => 1 +", "1 | true => 1")
    assert [str(fault) for fault in caught.value.faults] == [
        "第 1 行“罚款金额”：条件格只能写固定的值，不能引用事实“x”",
        "第 2 行“经过听证”：第 1 个字符处：此列须是“是或否”，写的是“数”",
        "第 2 行“阶次”：没有填写",
        "第 3 行“阶次”：第 4 个字符处：此处应为一个值，却已结束",
        "第 4 行“阶次”：“阶次”的结果须是“文字”，得到的是“数”",
    ]


GOOD = table("罚款金额", "- => 从轻")
ROW = GOOD.rows[0]
ANOTHER = Input("违法次数", "", "number")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "表"}, TableFault(0, "", "表的编号（id）须以英文字母开头，只含英文字母、数字、点、横线和下划线")),
        ({"name": " "}, TableFault(0, "", "表没有名称")),
        ({"name": "表\x00"}, TableFault(0, "", "含有看不见的字符，请删去")),
        ({"name": "长" * 501}, TableFault(0, "", "文字过长（最多 500 个字符）")),
        ({"inputs": (), "rows": ()}, TableFault(0, "", "至少要有一列条件和一列结果")),
        ({"outputs": (), "rows": ()}, TableFault(0, "", "至少要有一列条件和一列结果")),
        ({"inputs": GOOD.inputs * 2, "rows": ()}, TableFault(0, "罚款金额", "列重复")),
        ({"inputs": (Input("a b", "", "text"),)}, TableFault(0, "a b", "列须是一个事实的名称")),
        ({"outputs": (Output("date", "text"),)}, TableFault(0, "date", "列须是一个事实的名称")),
        ({"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 1)},
         TableFault(0, "", "失效日期早于生效日期")),
        ({"inputs": (*GOOD.inputs, ANOTHER)}, TableFault(1, "", "应有 2 格条件，实有 1 格")),
        ({"rows": (replace(ROW, outputs=()),)}, TableFault(1, "", "应有 1 格结果，实有 0 格")),
        ({"rows": (replace(ROW, id="行"),)},
         TableFault(1, "", "行的编号（id）须以英文字母开头，只含英文字母、数字、点、横线和下划线")),
        ({"rows": (ROW, ROW)}, TableFault(2, "", "行的编号（id）“r1”重复")),
        ({"rows": (replace(ROW, basis="a\nb"),)}, TableFault(1, "", "含有看不见的字符，请删去")),
        ({"rows": (replace(ROW, description="a\tb"),)}, TableFault(1, "", "含有看不见的字符，请删去")),
        ({"rows": (replace(ROW, cells=("1" * 501,)),)}, TableFault(1, "", "文字过长（最多 500 个字符）")),
        ({"rows": tuple(replace(ROW, id=f"r{n}") for n in range(1001))},
         TableFault(0, "", "表过大（最多 30 列、1000 行）")),
        ({"rows": tuple(Row(f"r{n}", (", ".join(f"{n}{m}" for m in range(60)),), ROW.outputs) for n in range(90))},
         TableFault(0, "罚款金额", "此列的值过多（最多 5000 个）")),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(change: dict[str, Any], fault: TableFault) -> None:
    with pytest.raises(TableRefusedError) as caught:
        replace(GOOD, **change)
    assert fault in caught.value.faults


def test_notes_may_have_lines() -> None:
    rows = (replace(ROW, description="第一行\n第二行"),)
    assert replace(GOOD, rows=rows).rows == rows


def test_a_table_that_fits_the_dictionary_has_no_faults() -> None:
    assert check_table(STEPS, DICTIONARY) == ()
    assert check_table(table("措施", '"查封" => 从重', policy="COLLECT"), DICTIONARY) == ()
    free = replace(GOOD, outputs=(Output("不在词典里", "text"),))
    assert check_table(free, DICTIONARY) == ()


def test_a_table_against_the_dictionary() -> None:
    inputs = (Input("处罚种类", "", "text"), Input("案由", "", "number"), Input("没有", "", "text"))
    outputs = (Output("阶次", "text"), Output("罚款下限", "text"), Output("措施", "text"))
    written = Table("t", "表", "FIRST", inputs, outputs, (Row("r", ('"罚金"', "1", "-"), ('"重"', "x", '"查封"')),))
    assert [str(fault) for fault in check_table(written, DICTIONARY)] == [
        "“案由”：此列写作“数”，事实却是“文字”",
        "“没有”：没有事实“没有”",
        "“罚款下限”：此列写作“文字”，事实却是“数”",
        "第 1 行“处罚种类”：第 1 个字符处：“处罚种类”没有“罚金”这一项，可选：罚款、警告、没收",
        "第 1 行“案由”：第 1 个字符处：“文字”不能与“数”比较",
        "第 1 行“阶次”：“阶次”没有“重”这一项，可选：从轻、一般、从重",
        "第 1 行“罚款下限”：第 1 个字符处：没有事实“x”",
    ]
