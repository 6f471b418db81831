"""The agency's own forms: what may not be written, who proposes and decides, whose form a document then has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from heliograph.documents.actions import ProposedForm, decide_template, propose_template
from heliograph.documents.models import Template
from heliograph.documents.templates import FormFaultsError, faults_of, kind_of_pack, sheet_on, template_on
from heliograph.kernel.packs.check_form import LONGEST_FORM, MOST_BLOCKS
from heliograph.kernel.packs.document_rules import DocumentKind
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.models import Record
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY, Office, grant

KIND = "filing_approval"
FILE = "立案审批表"
LATER = TODAY + timedelta(days=10)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(shipped(), "cn-national@2026.11")


def kind(pack: Pack, name: str = "penalty_decision") -> DocumentKind:
    found = kind_of_pack(pack, name)
    assert found is not None
    return found


def said(source: str, pack: Pack, name: str = "penalty_decision") -> list[str]:
    return [str(one) for one in faults_of(source, kind(pack, name), pack)]


# -- what may not be written
def test_every_form_of_the_pack_passes_as_it_is(pack: Pack) -> None:
    found = {one.id: faults_of(one.source, one, pack) for one in pack.rules.documents}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_faults_are_sentences_with_their_line(pack: Pack) -> None:
    text = kind(pack).source
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  - {block: paragraph"))
    broken = [*lines[:at], '  - {block: paragraph, text: "{{ 7*7 }}"}', "  - {block: paragraf, text: 甲}", *lines[at:]]
    assert any(one.startswith(f"第 {at + 2} 行：只能写") for one in said("\n".join(broken), pack))
    del broken[at + 1]
    faults = said("\n".join(broken), pack)
    assert len(faults) == 1
    assert faults[0].startswith(f"第 {at + 1} 行：")
    assert "花括号应写作" in faults[0]
    assert faults[0].endswith("。")


@pytest.mark.parametrize(
    ("added", "wanted"),
    [
        ('  - {block: paragraph, text: "{nobody}"}', "没有字段 nobody"),
        ('  - {block: paragraph, text: 甲, when: "x +"}', "条件"),
        ("  - {block: paragraph, text: 甲, colour: red}", "不认识的键"),
        ("  - {block: statement, statement: nothing}", "没有法定告知事项 nothing"),
        ('  - {block: paragraph, text: "{number:大写}"}', "不能写大写"),
        ("  - {block: paragraph, text: *x}", "别名"),
        ("  - &x {block: paragraph, text: 甲}", "锚点"),
        ("  - !!python/object/apply:os.system [id]", "标签"),
        ("  - {block: paragraph, text: \U0002fffd}", ""),
    ],
)
def test_what_a_form_cannot_say_is_refused(pack: Pack, added: str, wanted: str) -> None:
    faults = said(f"{kind(pack).source.rstrip()}\n{added}\n", pack)
    assert faults
    assert any(wanted in one for one in faults), faults


def test_an_unused_and_a_double_field_are_named(pack: Pack) -> None:
    text = kind(pack, KIND).source
    lines = text.splitlines()
    at = lines.index("fields:") + 1
    twice = "\n".join([*lines[:at], *["  - {id: extra, label: 多余, asked: text}"] * 2, *lines[at:]])
    faults = said(twice, pack, KIND)
    assert f"第 {at + 2} 行：字段 extra 写了两次。" in faults
    assert f"第 {at + 1} 行：字段 extra 没有用到。" in faults


def test_what_the_law_wants_said_cannot_be_dropped(pack: Pack) -> None:
    decision = kind(pack)
    required = next(one for one in pack.rules.statements if decision.id in one.documents)
    without = "\n".join(line for line in decision.source.splitlines() if f"statement: {required.id}}}" not in line)
    assert any(f"缺少法定告知事项「{required.name}」" in one and "不得省略" in one for one in said(without, pack))
    notice = kind(pack, "prior_notice").source
    optional = notice.replace(
        "{id: facts, label: 违法事实, source: terms.facts,",
        "{id: facts, label: 违法事实, source: terms.facts, required: false,",
    )
    assert optional != notice
    assert any("必填字段「违法事实」" in one for one in said(optional, pack, "prior_notice"))


def test_hostile_texts_end_in_a_refusal(pack: Pack) -> None:
    bomb = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a, *a, *a, *a, *a]\n" for n in range(9))
    for text in ("", "\x00", "- a", "a" * 100_000, "[" * 5_000, "{" * 5_000, bomb, "%YAML 9.9\n---\na: 1", "\ud800"):
        assert said(text, pack), text[:20]
    assert f"最长 {LONGEST_FORM}" in said("a" * 100_000, pack)[0]
    many = "blocks:\n" + "  - {block: note, text: 甲}\n" * (MOST_BLOCKS + 1)
    assert f"最多 {MOST_BLOCKS} 块" in said(many, pack, KIND)[0]


# -- proposed and decided
@pytest.fixture
def kinds(agency: Agency) -> DocumentKind:
    return kind(pack_in_force(agency.pk, TODAY), KIND)


def reworded(kind: DocumentKind, words: str = "本表一式两份。") -> str:
    return f"{kind.source.rstrip()}\n  - {{block: note, text: {words}}}\n"


def propose(agency: Agency, kind: DocumentKind, actor: Account, **more: Any) -> Template:
    given: dict[str, Any] = {"source": reworded(kind), "effective_from": TODAY, "reason": "统一格式", **more}
    return propose_template(agency.pk, kind.id, content=ProposedForm(**given), actor=actor, at=NOON)


@pytest.fixture
def proposed(agency: Agency, kinds: DocumentKind, legality_reviewer: Account) -> Template:
    return propose(agency, kinds, legality_reviewer)


def notes(agency: Agency, on: date) -> list[str]:
    sheet = sheet_on(agency.pk, pack_in_force(agency.pk, on), KIND, on)
    assert sheet is not None
    return [block.text for block in sheet.form.blocks if block.block == "note"]


def test_a_form_holds_from_its_day_once_another_approved_it(
    proposed: Template, agency: Agency, leader_in_charge: Account
) -> None:
    assert "本表一式两份。" not in notes(agency, TODAY)
    done = decide_template(proposed.pk, passed=True, actor=leader_in_charge, at=NOON)
    assert (done.state, done.number, done.decided_by) == ("in_force", 1, leader_in_charge)
    assert "本表一式两份。" in notes(agency, TODAY)
    assert "本表一式两份。" not in notes(agency, TODAY - timedelta(days=1))
    assert [one.kind for one in Record.objects.filter(subject_id=str(done.pk)).order_by("pk")] == [
        "template.proposed",
        "template.approved",
    ]


def test_its_hash_is_that_of_the_text_used(proposed: Template, agency: Agency, head: Account) -> None:
    pack = pack_in_force(agency.pk, TODAY)
    before = sheet_on(agency.pk, pack, KIND, TODAY)
    decide_template(proposed.pk, passed=True, actor=head, at=NOON)
    after = sheet_on(agency.pk, pack, KIND, TODAY)
    assert before is not None
    assert after is not None
    assert before.template_sha256 != after.template_sha256
    assert after.kind.source == proposed.source


def test_only_the_legal_office_proposes(
    agency: Agency, kinds: DocumentKind, handler: Account, leader_in_charge: Account, outsider: Account
) -> None:
    for actor in (handler, leader_in_charge):
        with pytest.raises(ActRefusedError, match="没有提出文书模板的权限"):
            propose(agency, kinds, actor)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        propose(agency, kinds, outsider)


def test_only_another_person_of_the_legal_office_or_a_leader_approves(
    office: Office, proposed: Template, handler: Account, legality_reviewer: Account, outsider: Account
) -> None:
    with pytest.raises(ActRefusedError, match="没有批准文书模板的权限"):
        decide_template(proposed.pk, passed=True, actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        decide_template(proposed.pk, passed=True, actor=outsider, at=NOON)
    with pytest.raises(ActRefusedError, match="不能由本人批准"):
        decide_template(proposed.pk, passed=True, actor=legality_reviewer, at=NOON)
    grant(office, handler, "legality_reviewer")
    assert decide_template(proposed.pk, passed=True, actor=handler, at=NOON).state == "in_force"


def test_a_form_is_decided_once_and_returned_with_why(
    proposed: Template, agency: Agency, kinds: DocumentKind, legality_reviewer: Account, head: Account
) -> None:
    with pytest.raises(ActRefusedError, match="退回须写明意见"):
        decide_template(proposed.pk, passed=False, actor=head, at=NOON)
    with pytest.raises(ActRefusedError, match="意见最多"):
        decide_template(proposed.pk, passed=False, opinion="长" * 301, actor=head, at=NOON)
    assert decide_template(proposed.pk, passed=False, opinion="字号不对", actor=head, at=NOON).state == "returned"
    for passed in (True, False):
        with pytest.raises(ActRefusedError, match="已经批准或者退回"):
            decide_template(proposed.pk, passed=passed, opinion="再办", actor=head, at=NOON)
    assert template_on(agency.pk, KIND, TODAY) is None
    assert propose(agency, kinds, legality_reviewer).number == 2


def test_one_proposal_waits_at_a_time_and_says_something_new(
    agency: Agency, kinds: DocumentKind, legality_reviewer: Account, proposed: Template
) -> None:
    with pytest.raises(ActRefusedError, match="待批准"):
        propose(agency, kinds, legality_reviewer, source=reworded(kinds, "另一句。"))
    decide_template(proposed.pk, passed=False, opinion="重写", actor=legality_reviewer, at=NOON)  # taken back
    for source in (kinds.source, ""):
        with pytest.raises(ActRefusedError, match="相同"):
            propose(agency, kinds, legality_reviewer, source=source)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"effective_from": TODAY - timedelta(days=1)}, "不能早于批准之日"),
        ({"reason": " "}, "须写明修改模板的理由"),
        ({"reason": "长" * 301}, "理由最多"),
    ],
)
def test_day_and_reason_are_asked(
    agency: Agency, kinds: DocumentKind, legality_reviewer: Account, more: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(ActRefusedError, match=wanted):
        propose(agency, kinds, legality_reviewer, **more)
    assert not Template.objects.exists()


def test_an_unknown_kind_and_a_faulty_form_are_refused(
    agency: Agency, kinds: DocumentKind, legality_reviewer: Account
) -> None:
    content = ProposedForm("blocks: []", TODAY, "试")
    with pytest.raises(ActRefusedError, match="没有“no_kind”的格式"):
        propose_template(agency.pk, "no_kind", content=content, actor=legality_reviewer, at=NOON)
    with pytest.raises(FormFaultsError, match="至少要有 1 项"):
        propose_template(agency.pk, KIND, content=content, actor=legality_reviewer, at=NOON)


def test_a_successor_ends_it_and_the_way_back_leads_to_the_pack(
    proposed: Template, agency: Agency, kinds: DocumentKind, legality_reviewer: Account, head: Account
) -> None:
    first = decide_template(proposed.pk, passed=True, actor=head, at=NOON)
    with pytest.raises(ActRefusedError, match="应晚于前一版本"):
        propose(agency, kinds, legality_reviewer, source=reworded(kinds, "另一句。"))
    back = propose(agency, kinds, legality_reviewer, source="", effective_from=LATER)
    decide_template(back.pk, passed=True, actor=head, at=NOON)
    first.refresh_from_db()
    assert (first.state, first.effective_to) == ("superseded", LATER - timedelta(days=1))
    assert "本表一式两份。" in notes(agency, LATER - timedelta(days=1))
    assert "本表一式两份。" not in notes(agency, LATER)


def test_approval_after_its_day_is_refused(proposed: Template, head: Account) -> None:
    with pytest.raises(ActRefusedError, match="不能早于批准之日"):
        decide_template(proposed.pk, passed=True, actor=head, at=NOON + timedelta(days=1))


def test_a_form_that_the_pack_no_longer_admits_is_not_used(proposed: Template, agency: Agency, head: Account) -> None:
    decide_template(proposed.pk, passed=True, actor=head, at=NOON)
    pack = pack_in_force(agency.pk, TODAY)
    stricter = next(iter(load_pack(shipped(), "cn-national@2026.11").rules.statements)).model_copy(
        update={"documents": [KIND]}
    )
    rules = pack.rules.model_copy(update={"statements": [*pack.rules.statements, stricter]})
    sheet = sheet_on(agency.pk, pack.model_copy(update={"rules": rules}), KIND, TODAY)
    assert sheet is not None
    assert sheet.kind.source != proposed.source


@pytest.mark.by_hand
def test_the_database_keeps_what_was_decided(proposed: Template, head: Account) -> None:
    done = decide_template(proposed.pk, passed=True, actor=head, at=NOON)
    for change in ({"source": "x"}, {"state": "proposed"}, {"effective_from": LATER}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Template.objects.filter(pk=done.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Template.objects.filter(pk=done.pk).delete()
