"""Procedures in words: periods with their unit, who does what, what comes next, what a version changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heliograph.kernel.dmn import parse_table, write_table
from heliograph.procedures.bundles import Bundle, Compiled
from heliograph.procedures.showing import changes_in_words, drawings, limit_in_words, shown_tables
from heliograph.procedures.tests.flows import DAYS, FACTS, LIMITS, content, penalty, table


def bundle_of(**changed: object) -> Bundle:
    given = content()
    whole = Bundle("penalty", given.files, given.tables, FACTS, LIMITS)
    return replace(whole, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "90 日"),
        ({"unit": "working_days", "length": 7}, "7 个工作日"),
        ({"unit": "months", "length": 2}, "2 个月"),
        ({"unit": "hours", "length": 24}, "24 小时"),
        ({"unit": "promptly", "length": None}, "及时（没有规定日数）"),
        ({"unit": "date_of_year", "month": 1, "day": 31}, "每年 1 月 31 日前"),
    ],
)
def test_a_period_is_told_with_its_unit(changed: dict[str, object], words: str) -> None:
    assert limit_in_words(DAYS | changed) == words


def test_the_root_is_drawn_first_and_each_step_tells_who_when_and_what_next() -> None:
    root, review = drawings(bundle_of())
    assert (root.id, review.id) == ("penalty", "review")
    steps = {step.id: step for step in root.steps}
    assert (steps["t_investigate"].who, steps["t_investigate"].limit) == ("承办人", "调查期限：90 日")
    assert steps["t_approve"].notes == ("不能由办理“填报立案审批表”的人办理",)
    assert [(one.condition, one.name) for one in steps["t_approve"].follows] == [
        ("准予立案 = true", "调查取证"),
        ("其余情况", "结束"),
    ]
    assert steps["b_late"].notes == ("“调查取证”期满提醒，不中断办理",)
    assert steps["b_silent"].notes == ("“送达”期满转入下一步",)
    assert (steps["r_major"].who, steps["t_publish"].unit) == ("系统", "服务窗口")


def test_what_cannot_be_read_is_left_out() -> None:
    files = {"penalty": penalty(), "review": "<nothing/>"}
    broken = bundle_of(files=files, tables={"major": "<nothing/>"})
    assert [one.id for one in drawings(broken)] == ["penalty"]
    assert shown_tables(broken) == ()


def test_changes_are_told_in_sentences_without_codes() -> None:
    former = Compiled(bundle_of())
    assert changes_in_words(None, former) == []
    assert changes_in_words(former, former) == ["与前一版本相同。"]
    drawing = penalty().replace('zf:role="handler" zf:limit="investigate"', 'zf:role="unit_head" zf:limit="publish"')
    files = {**former.bundle.files, "penalty": drawing}
    said = changes_in_words(former, Compiled(bundle_of(files=files)))
    assert any("「承办人」 → 「科室负责人」" in one for one in said)
    assert any("「调查期限」 → 「公开期限」" in one for one in said)


def test_changed_periods_and_rows_are_told_before_and_after() -> None:
    former = Compiled(bundle_of())
    limits = {**LIMITS, "publish": LIMITS["publish"] | {"length": 5}, "extra": DAYS | {"name": "补充期限"}}
    facts = [*FACTS, {"name": "新事实", "type": "boolean"}]
    said = changes_in_words(former, Compiled(bundle_of(limits=limits, tables={"major": table(20_000)}, facts=facts)))
    assert "期限“公开期限”：7 个工作日 → 5 个工作日" in said
    assert "新增期限“补充期限”（90 日）" in said
    assert any(one.startswith("规则表“重大案件目录”第 1 行：") and "不满20000" in one for one in said)
    assert "事实：新增 新事实" in said


def test_rows_that_come_go_or_change_places_are_told() -> None:
    former = Compiled(bundle_of())
    read = parse_table(table().encode())
    turned = replace(read, rows=tuple(reversed(read.rows)))
    found = changes_in_words(former, Compiled(bundle_of(tables={"major": write_table(turned).decode()})))
    assert found == ["规则表“重大案件目录”的行调换了次序"]
    shorter = replace(read, rows=read.rows[:1])
    found = changes_in_words(former, Compiled(bundle_of(tables={"major": write_table(shorter).decode()})))
    assert found == ["规则表“重大案件目录”删去一行：罚款金额 10000以上，重大案件 是（依据 行政处罚法@2021:58）"]
    back = changes_in_words(Compiled(bundle_of(tables={"major": write_table(shorter).decode()})), former)
    assert back[0].startswith("规则表“重大案件目录”新增第 2 行")
    dated = table(dates=' zf:effectiveFrom="2027-01-01"')
    assert changes_in_words(former, Compiled(bundle_of(tables={"major": dated}))) == [
        "规则表“重大案件目录”的生效或者失效日期有改动"
    ]
