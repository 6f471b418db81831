"""A scan held against its document: lines of a true reading, and the same lines with what somebody might change."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from heliograph.documents.comparing import (
    NOTE,
    PROSE,
    STRICT,
    Difference,
    Outcome,
    Strict,
    compare,
    lines_of,
    plain,
    strict_of,
)
from heliograph.documents.composing import compose, sheet_of
from heliograph.documents.tests.sample import sample_of
from heliograph.kernel.packs.load import load_pack, shipped

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded_scan.json").read_text("utf-8"))
STRICTLY = [Strict(*one) for one in RECORDED["strict"]]
CODE: str = RECORDED["code"]


def held(*changes: tuple[str, str], said: list[str] | None = None, added: list[str] | None = None) -> Outcome:
    """The recorded reading, with changes made to the paper."""
    pages = [[_changed(line, changes) for line in page] for page in RECORDED["read"]]
    assert not changes or pages != RECORDED["read"], "the change hits something"
    pages[-1][:0] = added or []
    return compare(RECORDED["lines"], STRICTLY, pages, code=CODE, said=said or [])


def _changed(line: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        line = line.replace(old, new)
    return line


def test_true_reading_is_the_same_and_its_seal_is_only_noted() -> None:
    outcome = held()
    assert outcome.differences == []
    assert outcome.likeness > 0.99
    assert {one.weight for one in outcome.found} == {NOTE}
    assert "测试TEST没有法律效力" in [one.paper for one in outcome.found]
    assert (outcome.code, outcome.pages) == ("没有识别到", 3)


@pytest.mark.parametrize(
    ("old", "new", "label", "paper"),
    [
        ("罚款5000元", "罚款50000元", "数字", "50000"),
        ("顺达商贸", "顺大商贸", "当事人的姓名或者名称", "晴川县顺大商贸有限公司"),
        ("李堃", "李坤", "法定代表人", ""),
        ("2026年11月3日", "2026年11月8日", "事先告知书的送达日期", "2026年11月8日"),
        ("91371311MA3C4D5E6D", "91371311MA3C4D5E60", "证件号码", "91371311MA3C4D5E60"),
        ("〔2026〕29号", "〔2026〕28号", "事先告知书的文号", "202628号"),
    ],
)
def test_what_a_decision_turns_on_is_strict(old: str, new: str, label: str, paper: str) -> None:
    found = [one for one in held((old, new)).differences if one.weight == STRICT]
    assert any(label in one.label for one in found) or (
        label == "罚款数额" and any(one.label == "数字" for one in found)
    )
    assert any(paper in one.paper for one in found)


def test_longer_figure_does_not_pass_for_a_shorter_one() -> None:
    found = held(("罚款5000元", "罚款50000元")).differences
    assert Difference(STRICT, "数字", "5000（1 处）", "没有") in found
    assert Difference(STRICT, "纸质上多出的数字", "", "50000") in found


def test_paragraph_that_says_otherwise_is_shown_beside_the_document() -> None:
    old = "定不停止执行，法律另有规定的除外。逾期不申请复议、不起诉"
    [found] = [one for one in held((old, "定停止执行")).differences if one.weight == PROSE]
    assert "不停止执行" in found.document
    assert "停止执行" in found.paper


def test_little_that_is_added_is_noted_and_much_of_it_counts() -> None:
    by_hand = held(added=["王某签收2026年11月25日"])
    assert by_hand.differences == []
    assert "2026年11月25日" in "".join(one.paper for one in by_hand.found)
    added = "并责令当事人停产停业三个月，没收全部违法所得，吊销相关许可证件，由公安机关协助执行。"
    [much] = held(added=[added]).differences
    assert (much.weight, much.label) == (PROSE, "纸质上多出的文字")


def test_words_put_into_a_paragraph_count_and_so_does_a_not() -> None:
    put_in = held(("逾期不申请复议", "由当事人承担全部费用，逾期不申请复议"))
    assert any(one.weight == PROSE and "承担全部费用" in one.paper for one in put_in.differences)
    turned = held(("可以自收到本决定书", "不可以自收到本决定书"))
    assert [one.label for one in turned.differences] == ["否定词"]


def test_code_of_another_document_is_strict() -> None:
    assert held(said=[CODE]).code == "一致"
    other = held(said=[CODE, "晴测罚〔2026〕1号\nffff"])
    assert other.code == "不一致"
    assert other.differences[0].label == "页面二维码"


def test_figure_broken_by_the_end_of_a_line_is_read_whole() -> None:
    outcome = compare(["金额共计12500元整"], [], [["金额共计125", "00元整", "1"]], code="", said=[])
    assert outcome.differences == []


def test_figures_of_two_cells_do_not_run_together() -> None:
    outcome = compare(["电话0539", "8100"], [], [["电话0539", "8100"]], code="", said=[])
    assert outcome.differences == []


def test_blank_scan_has_nothing() -> None:
    outcome = compare(["行政处罚决定书"], [Strict("文号", "晴测罚")], [[]], code="", said=[])
    assert outcome.likeness == 0
    assert outcome.differences[0] == Difference(STRICT, "文号", "晴测罚", "")


def test_wide_and_narrow_characters_are_the_same() -> None:
    assert plain("（ＡＢ）１２，３ 。“甲”") == plain("(AB)12,3.「甲」".replace(".", "")) == "AB12,3甲"


PACK = load_pack(shipped(), "cn-national@2026.11")


@pytest.mark.parametrize("kind", [one.name for one in PACK.rules.documents])
def test_each_kind_is_like_itself(kind: str) -> None:
    sheet = sheet_of(PACK.rules, kind)
    assert sheet is not None
    data = sample_of(sheet)
    lines = lines_of(compose(sheet, data, number="晴测罚〔2026〕37号", made_on=date(2026, 11, 22)))
    strict = strict_of(sheet, data, lines, "晴测罚〔2026〕37号")
    outcome = compare(lines, strict, [lines], code="", said=[])
    assert outcome.differences == []
    assert outcome.likeness == 1
