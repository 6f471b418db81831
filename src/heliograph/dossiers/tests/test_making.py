"""Documents that the system makes: drafted, issued under a number, taken by the step, voided with a reason."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.documents.models import Document
from heliograph.documents.queries import opened as opened_file
from heliograph.dossiers import actions
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.actions.making import draft_document, issue_document, void_document
from heliograph.dossiers.document_data import case_data
from heliograph.dossiers.models import Case, CaseFile, Decision, IssuedNumber, Notice, Paper
from heliograph.dossiers.rules import deciding
from heliograph.dossiers.tests.bureau import Bureau, company, found_bureau, opened, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.stages import walk_to
from heliograph.kernel.packs.document_rules import CASE_DATA
from heliograph.kernel.verdict import Refused
from heliograph.regimes.queries import pack_in_force, work_calendar
from heliograph.registers.models import Account
from tests.cast import new_account

pytestmark = pytest.mark.django_db
NOTICE, DECISION, RECEIPT = "行政处罚事先告知书", "行政处罚决定书", "送达回证"
ASKED: dict[str, dict[str, Any]] = {
    NOTICE: {"contact": "承办甲", "phone": "0539-8100000", "address": "晴川县政务路 1 号"},
    DECISION: {"bank": "晴川农商银行营业部", "add_surcharge": True, "court": "晴川县人民法院"},
    RECEIPT: {"paper": DECISION},
}


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def case_at(bureau: Bureau, act: str) -> Case:
    case = opened(bureau, parties=[company(representative="李堃")])
    walk_to(bureau, case, act)
    case.refresh_from_db()
    return case


def drafted(bureau: Bureau, case: Case, act: str, kind: str, *, by: Account | None = None, **asked: Any) -> Document:
    given = {**ASKED[kind], **asked}
    return draft_document(case.pk, step_of(case, act), kind=kind, asked=given, actor=by or bureau["handler"],
                          at=bureau.later())  # fmt: skip


def issued(bureau: Bureau, case: Case, document: Document, *, by: str = "handler", rev: int | None = None) -> Document:
    return issue_document(case.pk, document.pk, actor=bureau[by], at=bureau.later(), rev=rev)


def test_notice_is_made_numbered_and_taken_by_its_step(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    made = issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE, statement_days="10个工作日"))
    assert made.number.endswith("罚告〔2026〕1号")
    with opened_file(made) as file:
        assert file.read(5) == b"%PDF-"
    assert made.data["facts"] == "迟报一次"
    give = partial(
        actions.give_prior_notice,
        case.pk,
        step_of(case, "give_prior_notice"),
        served_on=bureau.today,
        papers=[PaperContent(NOTICE, bureau.today, document_id=made.pk)],
        actor=bureau["handler"],
    )
    five = work_calendar().add_workdays(bureau.today, 5)
    assert refused(lambda: give(statement_until=five, at=bureau.later())) == "papers.differ", "the notice says ten days"
    give(at=bureau.later())
    assert Notice.objects.get(case=case).statement_until == work_calendar().add_workdays(bureau.today, 10)
    paper = Paper.objects.get(case=case, kind=NOTICE)
    assert (paper.number, paper.document_id, paper.made_on) == (made.number, made.pk, made.made_on)
    assert paper.file is not None
    assert paper.file.sha256 == made.sha256


def test_decision_carries_the_number_of_its_document(bureau: Bureau) -> None:
    case = case_at(bureau, "decide")
    document = drafted(bureau, case, "decide", DECISION)
    made = issued(bureau, case, document, by="leader_in_charge")
    actions.decide(
        case.pk,
        step_of(case, "decide"),
        paper=PaperContent(DECISION, bureau.today, document_id=made.pk),
        collecting_bank="晴川农商银行营业部",
        surcharge=True,
        actor=bureau["leader_in_charge"],
        at=bureau.later(),
    )
    decision = Decision.objects.get(case=case)
    assert decision.number == made.number
    known = case_data(Case.objects.get(pk=case.pk), pack_in_force(case.agency_id, bureau.today), bureau.today)
    assert known.keys() <= CASE_DATA.keys()
    assert IssuedNumber.objects.filter(series__kind=DECISION).count() == 1
    assert made.data["items"] == ["罚款800元（大写：捌佰元整）"]
    assert made.data["fine"] == str(Decimal("800.00"))


def test_decision_says_of_bank_and_surcharge_what_its_document_says(bureau: Bureau) -> None:
    case = case_at(bureau, "decide")
    made = issued(bureau, case, drafted(bureau, case, "decide", DECISION), by="leader_in_charge")

    def decide(**told: Any) -> object:
        return actions.decide(case.pk, step_of(case, "decide"), actor=bureau["leader_in_charge"], at=bureau.later(),
                              paper=PaperContent(DECISION, bureau.today, document_id=made.pk), **told)  # fmt: skip

    assert refused(lambda: decide(collecting_bank="中国建设银行")) == "decision.other_bank"
    assert refused(lambda: decide(surcharge=False)) == "decision.other_surcharge"
    decide()
    decision = Decision.objects.get(case=case)
    assert (decision.collecting_bank, decision.surcharge) == ("晴川农商银行营业部", True)


def test_decision_is_issued_by_the_leader_alone_and_only_when_it_may_be_made(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_at(bureau, "decide")
    document = drafted(bureau, case, "decide", DECISION)
    assert refused(lambda: issued(bureau, case, document)) == "step.role"
    unheard = Refused("decision.not_heard", "陈述申辩尚未复核。", "行政处罚法@2021:45")
    monkeypatch.setattr(deciding, "may_decide", lambda _state, *, on: unheard)
    assert refused(lambda: issued(bureau, case, document, by="leader_in_charge")) == "decision.not_heard"
    assert not IssuedNumber.objects.filter(series__kind=DECISION).exists()


def test_draft_is_changed_by_its_revision(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    document = drafted(bureau, case, "give_prior_notice", NOTICE)
    again = drafted(bureau, case, "give_prior_notice", NOTICE, by=bureau["co_handler"], phone="0539-1")
    assert (again.pk, again.rev, again.data["phone"]) == (document.pk, 1, "0539-1")
    step, by = step_of(case, "give_prior_notice"), bureau["handler"]
    drafting = partial(draft_document, case.pk, step, kind=NOTICE, asked={}, actor=by, at=bureau.later(), rev=0)
    assert refused(drafting) == "document.stale"
    assert refused(lambda: issued(bureau, case, again, rev=0)) == "document.stale"


def test_who_may_draft_and_what(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    assert refused(lambda: drafted(bureau, case, "give_prior_notice", NOTICE, by=bureau["archivist"])) == (
        "case.not_handler"
    )
    with pytest.raises(Case.DoesNotExist):
        drafted(bureau, case, "give_prior_notice", NOTICE, by=new_account("外人", "case", bureau.agency))
    assert refused(lambda: drafted(bureau, case, "give_prior_notice", DECISION)) == "document.not_here"


def test_missing_fields_are_named_with_their_articles_and_no_number_is_taken(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    document = drafted(bureau, case, "give_prior_notice", NOTICE, phone="", address="")
    with pytest.raises(Exception, match="联系电话（行政处罚法@2021:44）、联系地址（行政处罚法@2021:44）"):
        issued(bureau, case, document)
    assert not IssuedNumber.objects.filter(series__kind=NOTICE).exists()


def test_character_without_glyph_is_named_and_nothing_is_issued(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    document = drafted(bureau, case, "give_prior_notice", NOTICE, contact="承\U0001f600")
    with pytest.raises(Exception, match="U\\+1F600"):
        issued(bureau, case, document)
    document.refresh_from_db()
    assert document.state == "draft"


def test_document_is_issued_once_and_voided_with_its_number_kept(bureau: Bureau) -> None:
    case = case_at(bureau, "give_prior_notice")
    made = issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE))
    assert refused(lambda: issued(bureau, case, made)) == "document.not_draft"
    assert refused(lambda: void(bureau, case, made, "")) == "document.no_reason"
    voided = void(bureau, case, made, "当事人名称有误")
    assert voided.state == "voided"
    number = IssuedNumber.objects.get(series__kind=NOTICE)
    assert (number.text, number.void_reason) == (made.number, "当事人名称有误")
    assert refused(lambda: void(bureau, case, made, "再次")) == "document.not_issued"
    second = issued(bureau, case, drafted(bureau, case, "give_prior_notice", NOTICE))
    assert second.number.endswith("〔2026〕2号")
    assert CaseFile.objects.filter(case=case, sha256=second.sha256).exists()
    papers = [PaperContent(NOTICE, bureau.today, document_id=made.pk)]
    assert refused(lambda: notice_with(bureau, case, papers)) == "document.not_issued"
    notice_with(bureau, case, [PaperContent(NOTICE, bureau.today, document_id=second.pk)])
    assert refused(lambda: void(bureau, case, second, "想改")) == "document.used"


def void(bureau: Bureau, case: Case, document: Document, reason: str) -> Document:
    return void_document(case.pk, document.pk, reason=reason, actor=bureau["handler"], at=bureau.later())


def notice_with(bureau: Bureau, case: Case, papers: list[PaperContent]) -> object:
    return actions.give_prior_notice(
        case.pk,
        step_of(case, "give_prior_notice"),
        served_on=bureau.today,
        papers=papers,
        actor=bureau["handler"],
        at=bureau.later(),
    )
