"""Composing: slots, conditions, what is missing, and that nothing typed is ever read as more than text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.documents.composing import (
    LONGEST,
    MOST_ROWS,
    Json,
    Sheet,
    cleaned,
    compose,
    data_sha256,
    fingerprint,
    in_capitals_of,
    sheet_of,
    shown,
)
from heliograph.documents.tests.sample import MADE_ON, sample_of
from heliograph.kernel.packs.document_rules import DocumentKind, Statement, form_of
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Pack

FORM = """
fields:
  - {id: name, label: 当事人, source: party.name, basis: ["行政处罚法@2021:59"]}
  - {id: note, label: 备注, asked: text, required: false}
  - {id: fine, label: 罚款, asked: amount, required: false}
  - {id: day, label: 日期, asked: date, required: false}
  - {id: at, label: 时间, asked: time, required: false}
  - {id: sure, label: 是否, asked: yesno, required: false}
  - {id: list, label: 事项, asked: lines, required: false}
  - {id: rows, label: 文书, source: papers, required: false}
  - {id: bank, label: 代收机构, asked: text, basis: ["罚缴分离办法@1997:7"]}
blocks:
  - {block: addressee, text: "{name}："}
  - {block: heading, text: 一、事项}
  - {block: paragraph, text: "备注：{note}"}
  - {block: paragraph, text: "{day}，{at}，{sure}", when: "sure = true"}
  - {block: paragraph, text: "罚款{fine}元（{fine:大写}）", when: "fine > 0"}
  - {block: items, field: list}
  - {block: statement, statement: pay}
  - {block: grid, rows: [[{label: 文号, text: "{number}"}, {label: 备注, text: "{note}", tall: 3, sign: 签名：}]]}
  - block: table
    field: rows
    blank: 2
    columns: [{label: 序号, key: serial}, {label: 文书, key: kind}, {label: 备注}]
  - {block: table, blank: 1, columns: [{label: 备注}]}
  - {block: signatures, who: [当事人]}
  - {block: seal, text: 某局}
  - {block: note, text: "第一行\\n第二行"}
"""
PAY = Statement(id="pay", name="缴款", text="到{bank}缴纳。", documents=["d"], when="fine > 0", basis=["x"])


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(shipped(), "cn-national@2026.11")


@pytest.fixture
def sheet() -> Sheet:
    kind = DocumentKind(id="d", name="某书", layout="letter", order=1, source=FORM, basis=["x"])
    return Sheet(kind, form_of(FORM), {"pay": PAY}, "")


def texts(sheet: Sheet, **data: Any) -> list[str]:
    return [part["text"] for part in compose(sheet, data).parts if "text" in part]


def test_lines_and_conditions(sheet: Sheet) -> None:
    assert texts(sheet, name="甲")[:2] == ["甲：", "一、事项"]
    assert "备注：乙" in texts(sheet, name="甲", note="乙")
    assert "罚款5000元（伍仟元整）" in texts(sheet, name="甲", fine="5000.00", bank="某行")
    assert "到某行缴纳。" in texts(sheet, name="甲", fine="5000", bank="某行")
    assert not [one for one in texts(sheet, name="甲", fine="0") if "缴纳" in one or "罚款" in one]
    at = {"day": "2026-11-03", "at": "2026-11-03T09:30:00+08:00", "sure": True}
    assert "2026年11月3日，2026年11月3日9时30分，是" in texts(sheet, name="甲", **at)
    assert not [one for one in texts(sheet, name="甲", **{**at, "sure": False}) if "日，" in one]


def test_prose_ends_with_a_full_stop(pack: Pack) -> None:
    found = sheet_of(pack.rules, "行政处罚事先告知书")
    assert found is not None
    for facts, end in (("迟报一次", "迟报一次。"), ("迟报一次。", "迟报一次。"), ("如下：", "如下：")):
        told = compose(found, sample_of(found, facts=facts)).parts[1]["text"]
        assert told == f"经本机关调查，{end}"


def test_items_are_numbered_when_there_are_several(sheet: Sheet) -> None:
    assert "第一项。" in texts(sheet, list=["第一项"])
    assert texts(sheet, list="甲；\n\n乙。")[1:3] == ["1．甲；", "2．乙。"]
    assert texts(sheet, list=None)[1] != "1．"


def test_grid_table_signatures_and_seal(sheet: Sheet) -> None:
    rows = [{"kind": "立案审批表"}, "不成行", {"kind": "结案审批表"}, {"kind": "回证"}]
    composed = compose(sheet, {"rows": rows}, number="晴罚〔2026〕1号", made_on=MADE_ON)
    by_kind = {part["part"]: part for part in composed.parts}
    assert by_kind["grid"]["rows"][0][0] == {"label": "文号", "text": "晴罚〔2026〕1号", "tall": 1, "sign": ""}
    tables = [part["rows"] for part in composed.parts if part["part"] == "table"]
    assert tables == [[["1", "立案审批表", ""], ["2", "结案审批表", ""], ["3", "回证", ""]], [[""]]]
    assert by_kind["seal"] == {"part": "seal", "agency": "某局", "day": "2026年11月22日"}
    assert [part["text"] for part in composed.parts if part["part"] == "note"] == ["第一行", "第二行"]
    assert (composed.title, composed.layout) == ("某书", "letter")


def test_missing_is_named_only_where_it_would_be_shown(sheet: Sheet) -> None:
    assert [one.label for one in compose(sheet, {}).missing] == ["当事人"]
    fined = compose(sheet, {"name": "甲", "fine": "1"}).missing
    assert [(one.label, one.basis) for one in fined] == [("代收机构", ("罚缴分离办法@1997:7",))]


def test_a_field_that_decides_whether_the_law_is_stated_cannot_be_left_open(pack: Pack) -> None:
    found = sheet_of(pack.rules, "行政处罚决定书")
    assert found is not None
    for name, label in (("add_surcharge", "逾期缴纳是否加处罚款"), ("fine", "罚款数额")):
        missing = compose(found, sample_of(found, **{name: None})).missing
        assert label in [one.label for one in missing]


def test_what_is_typed_stays_text(sheet: Sheet) -> None:
    for hostile in ("{name}", "{{7*7}}", '#read("/etc/passwd")', "{fine:大写}", "$x$", "<b>&"):
        assert f"备注：{hostile}" in texts(sheet, name="甲", note=hostile)


def test_conditions_about_broken_values_do_not_hold(sheet: Sheet) -> None:
    assert not [one for one in texts(sheet, name="甲", fine="很多") if one.startswith("罚款")]
    assert not [one for one in texts(sheet, name="甲", sure="是") if one.startswith("，")]


def test_data_are_cleaned(sheet: Sheet) -> None:
    rows = [{"kind": "文\u202e书", "n": 1}]
    given: dict[str, Json] = {
        "name": " 甲\u200b\r\n乙\x00 ",
        "list": ["一", " ", "二\ufeff"],
        "rows": rows,
        "stray": "x",
        "sure": True,
    }
    kept = cleaned(sheet.form, given)
    assert kept["name"] == "甲\n乙"
    assert kept["list"] == ["一", "二"]
    assert kept["rows"] == [{"kind": "文书", "n": "1"}]
    assert "stray" not in kept
    assert data_sha256(kept) == data_sha256(dict(reversed(kept.items())))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "字" * (LONGEST + 1)}, f"“当事人”最多 {LONGEST} 字，现为 {LONGEST + 1} 字"),
        ({"list": ["一"] * (MOST_ROWS + 1)}, f"最多 {MOST_ROWS} 行"),
        ({"day": "昨天"}, "“日期”应为日期，现为“昨天”"), ({"at": "x"}, "应为日期和时间"),
        ({"fine": "-1"}, "不小于 0 的金额"), ({"fine": "x"}, "不小于 0 的金额"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_named(sheet: Sheet, data: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cleaned(sheet.form, data)


def test_fingerprint_tells_data_number_day_and_template(sheet: Sheet) -> None:
    data = {"name": "甲"}
    same = fingerprint(sheet, data, "1号", MADE_ON)
    other = Sheet(sheet.kind, sheet.form, sheet.statements, "another layout")
    prints = {
        fingerprint(sheet, {"name": "乙"}, "1号", MADE_ON),
        fingerprint(sheet, data, "2号", MADE_ON),
        fingerprint(sheet, data, "1号", date(2026, 1, 1)),
        fingerprint(other, data, "1号", MADE_ON),
    }
    assert same == fingerprint(sheet, dict(data), "1号", MADE_ON)
    assert len(prints | {same}) == 5


def test_sheets_come_from_the_pack(pack: Pack, sheet: Sheet) -> None:
    assert sheet_of(pack.rules, "无此文书") is None
    found = sheet_of(pack.rules, "penalty_decision")
    assert found is not None
    assert found.kind.name == found.title == "行政处罚决定书"
    assert "heading-block" in found.layout
    assert sheet.field("none") is None
    assert in_capitals_of("1") == "壹元整"
    assert shown(sheet.form.fields[6], ["一", "二"]) == "一、二"
