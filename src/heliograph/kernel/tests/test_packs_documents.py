"""Documents in packs: faults of a form are said at their line, and what the law wants said cannot be taken away."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from heliograph.kernel.packs.document_rules import (
    CASE_DATA,
    FormFaultError,
    form_of,
    slots_in,
)
from heliograph.kernel.packs.load import check_packs, load_pack, shipped

NATION = "cn-national/2026.11"
TEMPLATES = "packs/cn-national/2026.11/templates"
# Papers that a step asks for and that others make: they are received and filed, so no form of ours makes them.
RECEIVED = {
    "缴款凭证",  # of the bank (行政处罚法67)
    "移送书回执",  # of the police, on the day of the transfer (移送规定6)
    "立案或者不予立案通知书",  # of the police to whom the case was passed on (移送规定8)
}
BASIS = ["行政处罚法@2021:44"]
GOOD = """
fields:
  - {id: party_name, label: 当事人, source: party.name}
  - {id: fine, label: 罚款, asked: amount, required: false}
blocks:
  - {block: paragraph, text: "当事人：{party_name}"}
  - {block: paragraph, text: "罚款{fine:大写}", when: "fine > 0"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The national pack alone, with room for a province."""
    source = Path(str(shipped()))
    shutil.copytree(source / "cn-national", tmp_path / "cn-national")
    shutil.copy(source / "requirements.yaml", tmp_path)
    return tmp_path


def province(root: Path, *, forms: dict[str, str] | None = None, **parts: Any) -> list[str]:
    """Write a province's pack and return the faults of it."""
    folder = root / "bei" / "2026.11"
    (folder / "templates" / "layouts").mkdir(parents=True, exist_ok=True)
    for name, text in (forms or {}).items():
        (folder / "templates" / name).write_text(text)
    head = {"pack": "bei", "version": "2026.11", "kind": "province", "title": "北省规则",
            "extends": "cn-national@2026.11", "effective_from": "2026-11-01"}  # fmt: skip
    (folder / "pack.yaml").write_text(
        yaml.safe_dump({**head, **parts}, allow_unicode=True).replace("'2026-11-01'", "2026-11-01")
    )
    return [fault.message for fault in check_packs(root) if fault.file.startswith("bei")]


def kind(form: str, **changes: Any) -> dict[str, Any]:
    """A kind of document of the province's own."""
    return {"id": "x_doc", "name": "试用文书", "layout": "letter", "order": 9, "file": f"templates/{form}",
            "basis": BASIS, **changes}  # fmt: skip


def faults_of(root: Path, form: str, **changes: Any) -> list[str]:
    return province(root, forms={"x.yaml": form}, add={"documents": [kind("x.yaml", **changes)]})


def test_good_form_passes_and_is_inherited(root: Path) -> None:
    assert faults_of(root, GOOD) == []
    pack = load_pack(root, "bei@2026.11")
    assert pack.rule("documents", "x_doc").source == GOOD
    assert pack.rule("documents", "penalty_decision").source.startswith("# 行政处罚决定书")
    assert pack.origins["layouts/letter"] == "cn-national@2026.11"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("source: party.name", "source: party.nam", "案件数据里没有 party.nam"),
        ("source: party.name", "source: limit.none", "案件数据里没有 limit.none"),
        ("source: party.name", 'source: party.name, basis: ["无此法@2021:1"]', "laws 里没有 无此法@2021"),
        ("{party_name}", "{party}", "没有字段 party"),
        ("当事人：{party_name}", "当事人", "字段 party_name 没有用到"),
        ("{party_name}", "{party_name:大写}", "不是金额"),
        ("{party_name}", "{party_name} {", "花括号"),
        ("fine > 0", "fine > ", "条件「fine > 」"),
        ("fine > 0", "party_name > 0", "文字"),
        ("id: fine", "id: party_name", "写了两次"),
        (', when: "fine > 0"', "", ""),
        ("id: fine, label: 罚款", "id: number, label: 罚款", "number 是文号"),
        (", asked: amount", "", "须写 source 或者 asked"),
        ('text: "当事人：{party_name}"', "field: party_name", "paragraph 块"),
        ("block: paragraph", "block: para", "block"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(root: Path, old: str, new: str, words: str) -> None:
    found = faults_of(root, GOOD.replace(old, new))
    assert bool(found) == bool(words)
    assert not words or any(words in one for one in found), found


def test_block_needs_its_own_kind_of_field(root: Path) -> None:
    form = GOOD + "  - {block: items, field: fine}\n  - {block: table, field: party_name, columns: [{label: 甲}]}\n"
    found = faults_of(root, form)
    assert any("逐条列举" in one for one in found)
    assert any("多行表格" in one for one in found)
    rows = "  - {id: papers, label: 文书, source: papers}\nblocks:"
    table = "  - {block: table, field: papers, columns: [{label: 甲, key: kindly}]}\n"
    assert any("没有数据 kindly" in one for one in faults_of(root, GOOD.replace("blocks:", rows) + table))


def test_optional_field_beside_another_needs_a_condition(root: Path) -> None:
    both = GOOD.replace("当事人：{party_name}", "{party_name}{fine}")
    assert any("须写 when" in one for one in faults_of(root, both))


def test_names_and_layouts_are_known(root: Path) -> None:
    assert any("文书「行政处罚决定书」重复" in one for one in faults_of(root, GOOD, name="行政处罚决定书"))
    assert any("没有版式「common」" in one for one in faults_of(root, GOOD, layout="common"))
    layouts = [{"id": "own", "name": "自用", "file": "templates/layouts/own.typ", "basis": BASIS}]
    found = province(root, forms={"layouts/own.typ": '#import "@preview/a:1.0.0"'}, add={"layouts": layouts})
    assert any("不得引用其他文件" in one for one in found)


def test_form_that_cannot_be_read_is_a_fault(root: Path) -> None:
    assert any("第 1 行" in one for one in faults_of(root, "- 甲\n"))
    with pytest.raises(FormFaultError):
        form_of("blocks: []")


def replaced(name: str, old: str, new: str) -> str:
    text = (Path(str(shipped())) / NATION / "templates" / name).read_text()
    assert old in text
    return text.replace(old, new)


def decision(root: Path, old: str, new: str) -> list[str]:
    rule = {"id": "penalty_decision", "name": "行政处罚决定书", "layout": "letter", "number": {"letters": "罚"},
            "order": 30, "file": "templates/d.yaml", "basis": BASIS, "why": "本省格式"}  # fmt: skip
    return province(root, forms={"d.yaml": replaced("penalty_decision.yaml", old, new)}, replace={"documents": [rule]})


def test_form_may_be_reworded_but_not_rid_of_what_the_law_wants(root: Path) -> None:
    assert decision(root, "上述事实有下列证据证明：", "证明上述事实的证据有：") == []
    assert any(
        "缺少法定告知事项「复议和诉讼的途径、期限」（行政处罚法@2021:59" in one
        for one in decision(root, "  - {block: statement, statement: remedies}\n", "")
    )
    assert any("缺少法定告知事项「罚没款的缴纳」" in one
               for one in decision(root, "  - {block: statement, statement: fine_payment}\n", ""))  # fmt: skip
    address = decision(root, '  - {block: paragraph, text: "住所（住址）：{party_address}"}\n', "")
    assert any("通用模板的必填字段「当事人的地址」（行政处罚法@2021:59）不得省略" in one for one in address)
    assert any(
        "「证据」" in one
        for one in decision(root, "id: evidence, label: 证据,", "id: evidence, required: false, label: 证据,")
    )
    assert any("没有法定告知事项 remedy" in one for one in decision(root, "statement: remedies}", "statement: remedy}"))
    assert any("条件写在法定告知事项里" in one
               for one in decision(root, "statement: remedies}", 'statement: remedies, when: "fine > 0"}'))  # fmt: skip


FIRST = "{reconsideration_days}内向{reconsideration_body}申请，{litigation_days}内向{court}起诉。"


def statement(**changes: Any) -> dict[str, Any]:
    return {"id": "remedies_first", "name": "复议前置", "documents": ["summary_decision"], "basis": BASIS,
            "why": "本省措辞", "text": FIRST, **changes}  # fmt: skip


def test_statement_may_be_reworded_but_not_weakened_or_removed(root: Path) -> None:
    assert province(root, replace={"statements": [statement()]}) == []
    short = province(root, replace={"statements": [statement(text="先申请行政复议。")]})
    assert any("缺少 reconsideration_days、reconsideration_body" in one for one in short)
    assert any(
        "when 须与上级包相同" in one for one in province(root, replace={"statements": [statement(when="fine > 0")]})
    )
    fewer = province(root, replace={"statements": [statement(documents=["prior_notice"])]})
    assert any("documents 不得少于上级包" in one for one in fewer)
    gone = province(root, remove=[{"section": "statements", "id": "remedies_first", "basis": BASIS, "why": "试"}])
    assert any("法定告知事项不能去掉" in one for one in gone)
    unknown = province(
        root, replace={"statements": [statement(text="{reconsideration_days}{reconsideration_body}{x}")]}
    )
    assert any("没有字段 x" in one for one in unknown)


def test_every_document_of_the_steps_of_a_penalty_has_a_form() -> None:
    pack = load_pack(shipped(), "cn-national@2026.11")
    names = {one.name for one in pack.rules.documents}
    drawn = [one.source for one in pack.rules.procedures if one.id.startswith(("penalty", "legality", "crime"))]
    wanted = {
        name
        for source in drawn
        for part in source.split('zf:documents="')[1:]
        for name in part.partition('"')[0].split(",")
    }
    assert wanted - names == RECEIVED  # each one named here is still asked for, and none has a form of ours
    assert len(names) > 45


def test_letters_of_numbers_are_unlike() -> None:
    rules = load_pack(shipped(), "cn-national@2026.11").rules.documents
    letters = [one.number.letters for one in rules if one.number]
    assert len(letters) == len(set(letters))


def test_slots_and_paths() -> None:
    assert slots_in("{a}与{b:大写}与{ c }") == ["a", "b"]
    assert CASE_DATA["terms.fine"] == "amount"
