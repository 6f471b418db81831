"""DMN files: what we write reads back, what an editor writes is taken, and everything else is refused by name."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.dmn import TableRefusedError, parse_table, write_table
from heliograph.kernel.dmn.reading import MAX_BYTES
from heliograph.kernel.feel import FeelError
from heliograph.kernel.tests.tables_written import table

TABLE = table(
    "罚款金额 处罚种类 经过听证 立案日期",
    '[0..5000) | "罚款", "警告" | - | < date("2026-01-01") => 从轻 | 罚款金额 * 2',
    '>= 5000 | not("没收") | true | - => 从重 | max(1, 2)',
    results="阶次 罚款下限",
    effective_from=date(2026, 7, 15),
    effective_to=date(2027, 1, 1),
)
ROWS = (replace(TABLE.rows[0], description='一<行>\n"二" & 三', basis="行政处罚法@2021:58"), TABLE.rows[1])
FULL = replace(TABLE, rows=ROWS)
XML = write_table(FULL).decode()


def refused(text: str | bytes) -> str:
    with pytest.raises(TableRefusedError) as caught:
        parse_table(text.encode() if isinstance(text, str) else text)
    return str(caught.value)


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"])
def test_what_is_written_reads_back(policy: str) -> None:
    written = replace(FULL, hit_policy=policy)  # type: ignore[arg-type]
    assert parse_table(write_table(written)) == written
    assert write_table(parse_table(write_table(written))) == write_table(written)
    plain = replace(written, effective_from=None, effective_to=None)
    assert parse_table(write_table(plain)) == plain


def test_every_id_of_a_written_file_is_its_own() -> None:
    awkward = replace(FULL, id="input", rows=(replace(ROWS[0], id="input_2"), replace(ROWS[1], id="r1_inputEntry_1")))
    ids = [element.get("id") for element in fromstring(write_table(awkward)).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(name and name.isascii() for name in ids)
    assert parse_table(write_table(awkward)) == awkward


def test_what_an_editor_adds_is_passed_over() -> None:
    edited = XML.replace("<definitions ", '<definitions exporter="dmn-js" exporterVersion="17" xmlns:b="urn:b" ', 1)
    edited = edited.replace("<input id=", '<input b:width="150" id=').replace(
        "<decisionTable", "<!-- x --><decisionTable"
    )
    edited = edited.replace("<inputEntry id=", '<inputEntry expressionLanguage="feel" id=')
    edited = edited.replace("&gt;= 5000", "\n  &gt;=\n  5000  ")
    edited = edited.replace(' hitPolicy="UNIQUE"', "")
    assert parse_table(edited.encode()) == replace(
        FULL, rows=(ROWS[0], replace(ROWS[1], cells=(">=   5000", *ROWS[1].cells[1:])))
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("DMN/20191111/MODEL/", "DMN/20180521/MODEL/", "不是 DMN 1.3 文件"),
        ("definitions", "other", "不是 DMN 1.3 文件"),
        ('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"', "不支持命中策略“PRIORITY”"),
        ('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="SUM"', "元素“decisionTable”不支持属性“aggregation”"),
        ('typeRef="boolean"', 'typeRef="context"', "“经过听证”：不支持类型“context”"),
        (' typeRef="boolean"', "", "“经过听证”：不支持类型“”"),
        ("<decisionTable", "<variable/><decisionTable", "不支持元素“variable”（在“decision”里）"),
        ("</inputExpression>", "</inputExpression><inputValues/>", "不支持元素“inputValues”（在“input”里）"),
        ('<rule id="r1"', "<annotation/><rule id=\"r1\"", "不支持元素“annotation”（在“decisionTable”里）"),
        ('<rule id="r1"', '<rule id="r1"><x:y xmlns:x="urn:x"/></rule><rule id="r0"', "不支持元素“y”（在“rule”里）"),
        ('<rule id="r1"', '<rule id="r2"', "编号（id）“r2”重复"),
        (' id="r1" ', " ", "行的编号（id）"),
        (' name="罚款下限"', "", "列须是一个事实的名称"),
        (' name="罚款下限"', ' name="阶次"', "“阶次”：列重复"),
        ("<text>罚款金额</text>", "<text>罚款金额 * 2</text>", "列须是一个事实的名称"),
        ("<text>罚款金额</text>", "<text>处罚种类</text>", "“处罚种类”：列重复"),
        ("<text>罚款金额</text>", "", "“inputExpression”里须有且只有一个“text”，实有 0 个"),
        ("<text>罚款金额</text>", "<text>罚款<b/>金额</text>", "不支持元素“b”（在“text”里）"),
        ('zf:basis="', 'zf:base="', "元素“rule”不支持属性“base”"),
        ("zf:effectiveFrom=\"2026-07-15\"", 'zf:effectiveFrom="2026年"', "日期“2026年”应写作 2026-01-01"),
        ("zf:effectiveFrom=\"2026-07-15\"", 'zf:effectiveFrom="2028-01-01"', "失效日期早于生效日期"),
        ("<decisionTable", "多余<decisionTable", "元素“decision”里有多余的文字"),
        ("<text>&gt;= 5000", '<text language="x">&gt;= 5000', "元素“text”不支持属性“language”"),
        ("<inputEntry id=", '<inputEntry expressionLanguage="python" id=', "不支持表达式语言“python”，须是 FEEL"),
        ("<text>&gt;= 5000</text>", "<text>eval(1)</text>", "第 2 行“罚款金额”：第 1 个字符处：没有函数“eval”"),
        ("</rule>", "<inputEntry><text>1</text></inputEntry></rule>", "第 1 行：应有 4 格条件，实有 5 格"),
        ("</rule>", "<outputEntry><text>1</text></outputEntry></rule>", "第 1 行：应有 2 格结果，实有 3 格"),
        ("</decision>", "</decision><decision id='x'/>", "“definitions”里须有且只有一个“decision”，实有 2 个"),
        ("<text>", "<text><text>", "不是有效的 XML 文件"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(old: str, new: str, message: str) -> None:
    assert old in XML
    assert message in refused(XML.replace(old, new))


def test_hostile_files_are_refused_fast() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    begin = time.process_time()
    assert "DTD 或实体声明" in refused(bomb)
    assert "DTD 或实体声明" in refused('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')
    assert "文件过大" in refused(b" " * (MAX_BYTES + 1))
    assert "不是有效的 XML 文件" in refused(b"")
    assert "字符编码无法识别" in refused(b'<?xml version="1.0" encoding="gb2312"?><a/>')
    assert "不是 DMN 1.3 文件" in refused("<a>" * 140_000 + "</a>" * 140_000)
    assert time.process_time() - begin < 5


@given(st.data())
@settings(deadline=None)
def test_a_damaged_file_is_a_table_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(XML)))
    length = data.draw(st.integers(0, 40))
    pieces = ["", "<text/>", "&amp;", '"', "</rule>", 'id="r1"', "(", "九", "\x0b", "not(", "- "]
    piece = data.draw(st.one_of(st.text(max_size=8), st.sampled_from(pieces)))
    damaged = (XML[:start] + piece + XML[start + length :]).encode(errors="surrogatepass")
    try:
        found = parse_table(damaged)
    except TableRefusedError as error:
        found, faults = None, error.faults
    assert faults if found is None else parse_table(write_table(found)) == found


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises((TableRefusedError, FeelError)):
        parse_table(data)
