"""What the law asks beside the steps: who investigates, what is in the file, what is paid, put right and closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import EvidenceContent, PaperContent
from heliograph.dossiers.actions.closing import fitting_outcomes
from heliograph.dossiers.actions.executing import ReceiptContent
from heliograph.dossiers.models import Case, CaseEvent, Decision, Message, Paper
from heliograph.dossiers.rules import investigating, people, serving, terms
from heliograph.dossiers.rules import papers as papering
from heliograph.dossiers.tests.bureau import Bureau, at, corrected, fine, found_bureau, opened, papers, step_of
from heliograph.dossiers.tests.doing import on_site, refused
from heliograph.dossiers.tests.stages import walk_to
from heliograph.dossiers.tests.walks import concluded, filed, investigated, took_evidence, went_on_site
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import Refused, Verdict
from heliograph.procedures.queries import following, standing
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("luozhuang-tjj", "penalty_ordinary")


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


def evidence(bureau: Bureau, case: Case, **changes: object) -> Callable[[], object]:
    content = EvidenceContent("documentary", "报表", "迟报", "当事人提供", bureau.today, bureau["handler"].pk,
                              second_collector_id=bureau["co_handler"].pk, file_id=bureau.files[case.pk])  # fmt: skip
    changed = replace(content, **changes)  # type: ignore[arg-type]
    return lambda: actions.add_evidence(case.pk, content=changed, actor=bureau["handler"], at=bureau.later())


def test_evidence_is_taken_by_two_in_the_days_of_the_case_and_kept(bureau: Bureau) -> None:
    case = filed(bureau)
    early = {"obtained_on": case.opened_on - timedelta(days=1)}
    assert refused(evidence(bureau, case, **early)) == "date.too_early"
    assert refused(evidence(bureau, case, second_collector_id=None)) == "evidence.one_officer"
    assert refused(evidence(bureau, case, file_id=None)) == "evidence.no_file"
    assert refused(evidence(bureau, case, second_collector_id=bureau["legality_reviewer"].pk)) == "officers.reviewer"
    evidence(bureau, case, kind="physical", file_id=None)()
    assert CaseEvent.objects.get(case=case, kind="case.evidence_added").text == "登记证据：报表。"


def test_whoever_reviews_legality_does_not_go_on_site_and_nobody_before_the_clue(bureau: Bureau) -> None:
    case = filed(bureau)
    reviewer = bureau["legality_reviewer"].pk

    def go(**changes: object) -> Callable[[], object]:
        content = on_site(bureau, **changes)
        return lambda: actions.register_on_site_act(case.pk, content=content, actor=bureau["handler"], at=bureau.now)

    assert refused(go(second_officer_id=reviewer)) == "officers.reviewer"
    long_ago = at(case.opened_on - timedelta(days=3))
    assert refused(go(shown_at=long_ago, began_at=long_ago, ended_at=long_ago)) == "date.too_early"


def test_who_took_part_in_the_investigation_does_not_judge_it() -> None:
    who = Case().pk
    assert code(people.may_judge(who, investigators=[who], step="举行听证")) == "step.investigated"
    assert people.may_judge(who, investigators=[], step="举行听证")


def test_only_minutes_of_what_was_done_are_asked_for(bureau: Bureau) -> None:
    case = filed(bureau)
    went_on_site(bureau, case)
    took_evidence(bureau, case)
    place = step_of(case, "investigate")

    def end(*kinds: str) -> object:
        return actions.investigate(case.pk, place, summary="询问", papers=papers(bureau, *kinds),
                                   actor=bureau["handler"], at=bureau.later())  # fmt: skip

    assert refused(lambda: end()) == "papers.missing"
    assert refused(lambda: end("现场笔录")) == "papers.missing"
    end("询问笔录")
    assert list(Paper.objects.filter(case=case, step=place).values_list("kind", flat=True)) == ["询问笔录"]
    assert code(papering.check_some_papers(declared=("甲", "乙"), wanted=[], given=[])) == "papers.missing"
    assert investigating.papers_of_acts(["勘验", "现场检查", "送达"]) == ["现场笔录"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"kinds": ["fine", "detention"]}, "terms.no_power"),
        ({"kinds": ["warning", "fine"], "fine": Decimal(600000), "basis": ["统计法@2024:44"]}, "terms.above_article"),
        ({"kinds": ["fine"], "basis": ["统计法@2024:44"]}, "terms.article_kind"),
        ({"correction": " "}, "correction.no_reason"),
        ({"correct_by": date(2026, 11, 1)}, "correction.day"),
    ],
)
def test_a_proposal_stays_within_the_power_and_the_article(
    bureau: Bureau, changes: dict[str, object], wrong: str
) -> None:
    case = investigated(bureau)
    assert refused(lambda: concluded(bureau, case, fine(**changes))) == wrong


def test_bounds_are_those_of_every_article_applied() -> None:
    capped, open_ended = terms.Bound("甲:1", 100, ()), terms.Bound("乙:2", None, ())
    assert code(terms.may_apply([capped], fine=Decimal(101), kinds=["罚款"], punished=True)) == "terms.above_article"
    assert terms.may_apply([capped, open_ended], fine=Decimal(101), kinds=["罚款"], punished=True)


def test_nothing_is_added_to_the_grounds_of_a_decision(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    assert refused(evidence(bureau, case)) == "case.decided"
    assert refused(lambda: actions.cite(case.pk, use="applied", key="行政处罚法@2021:57", actor=bureau["handler"],
                                        at=bureau.later())) == "case.decided"  # fmt: skip


def test_signed_papers_are_in_the_file_before_the_next_step(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "give_prior_notice")
    bare = [PaperContent("行政处罚事先告知书", bureau.today)]
    place = step_of(case, "give_prior_notice")
    assert refused(lambda: actions.give_prior_notice(
        case.pk, place, served_on=bureau.today, papers=bare, actor=bureau["handler"], at=bureau.later()
    )) == "papers.unsigned"  # fmt: skip


def plan_due(case: Case) -> date | None:
    kept = Duty.objects.filter(subject_id=case.pk, kind="pay_instalment", state=Duty.State.OPEN)
    return kept.values_list("due_on", flat=True).first()


def test_instalments_are_duties_and_are_paid_one_by_one(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "record_payment")
    actions.record_payment(case.pk, step_of(case, "record_payment"), state="申请延期分期", actor=bureau["handler"],
                           at=bureau.later())  # fmt: skip
    first, last = bureau.today + timedelta(days=10), bureau.today + timedelta(days=40)
    actions.grant_deferral(
        case.pk, step_of(case, "grant_deferral"), granted=True, asked_on=bureau.today, reason="经济困难",
        plan=[(first, Decimal(300)), (last, Decimal(500))], papers=papers(bureau, "延期分期缴纳罚款审批表"),
        actor=bureau["leader_in_charge"], at=bureau.later(),
    )  # fmt: skip
    assert plan_due(case) == first

    def unpaid() -> object:
        return actions.record_payment(case.pk, step_of(case, "record_payment"), state="未履行",
                                      actor=bureau["handler"], at=bureau.later())  # fmt: skip

    assert refused(unpaid) == "payment.not_due"
    part = ReceiptContent(Decimal(300), Decimal(0), bureau.today, "晴川农商银行", "P-1")
    actions.register_receipt(case.pk, content=part, actor=bureau["handler"], at=bureau.later())
    assert plan_due(case) == last
    actions.record_payment(case.pk, step_of(case, "record_payment"), state="已履行", amount=Decimal(500),
                           file_id=bureau.files[case.pk],
                           paid_on=bureau.today, bank="晴川农商银行", receipt="P-2", actor=bureau["handler"],
                           at=bureau.later())  # fmt: skip
    assert plan_due(case) is None


def test_a_refused_deferral_leaves_the_day_to_pay(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "record_payment")
    place = step_of(case, "record_payment")
    actions.record_payment(case.pk, place, state="申请延期分期", actor=bureau["handler"], at=bureau.later())
    actions.grant_deferral(case.pk, step_of(case, "grant_deferral"), granted=False, asked_on=bureau.today,
                           reason="有能力缴纳", plan=[], papers=papers(bureau, "延期分期缴纳罚款审批表"),
                           actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    assert step_of(case, "record_payment") == place
    assert Duty.objects.filter(subject_id=case.pk, kind="pay_fine", state=Duty.State.OPEN).exists()


def test_a_case_is_closed_as_what_it_was_with_what_was_put_right(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "close_case")
    stands = standing(case.pk)
    assert fitting_outcomes(case, pack_in_force(case.agency_id, case.opened_on), stands.facts) == ["执行完毕"]
    place = step_of(case, "close_case")

    def close(outcome: str, **seen: object) -> object:
        return actions.close_case(case.pk, place, outcome=outcome, opinion="同意", papers=papers(bureau, "结案审批表"),
                                  actor=bureau["leader_in_charge"], at=bureau.later(), **seen)  # type: ignore[arg-type]  # fmt: skip

    assert refused(lambda: close("不予处罚", **corrected(bureau))) == "closing.outcome"
    assert refused(lambda: close("执行完毕")) == "closing.correction"
    close("执行完毕", **corrected(bureau))
    assert Decision.objects.get(case=case).corrected_how == "已经补报"
    assert code(serving.is_correction_seen(ordered=False, on=bureau.today, how="")) == "closing.no_order"


def test_the_closing_is_sent_back_to_the_handler_once_until_something_new_is_there(bureau: Bureau) -> None:
    case = opened(bureau)

    def back(by: str = "leader_in_charge", reason: str = "送达回证没有签收日期") -> CaseEvent:
        return actions.decline_closing(case.pk, reason=reason, actor=bureau[by], at=bureau.later())

    assert refused(back) == "closing.not_asked"
    walk_to(bureau, case, "close_case")
    assert refused(lambda: back("handler")) == "role.missing"
    assert refused(lambda: back(reason=" ")) == "text.no_reason"
    place = step_of(case, "close_case")
    assert "送达回证" in back().text
    assert step_of(case, "close_case") == place
    assert Message.objects.get(case=case).to_account == bureau["handler"]
    assert refused(back) == "closing.declined"
    actions.send_message(
        case.pk, to_id=bureau["leader_in_charge"].pk, text="已补", actor=bureau["handler"], at=bureau.later()
    )
    assert "再补" in back(reason="再补一份").text
    actions.close_case(case.pk, place, outcome="执行完毕", opinion="同意", papers=papers(bureau, "结案审批表"),
                       **corrected(bureau), actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    assert refused(back) == "closing.not_asked"


def test_a_publication_is_made_or_withheld() -> None:
    assert code(serving.is_one_or_other(published=True, withheld_reason="个人隐私")) == "publication.both"
    assert serving.is_one_or_other(published=False, withheld_reason="个人隐私")


def test_the_day_to_make_a_penalty_public_is_counted_even_where_the_agency_wrote_promptly(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    due = Duty.objects.get(subject_id=case.pk, kind="publish_decision_upper")
    assert due.due_on == date(2026, 12, 1)


def test_what_follows_an_approval_names_the_end_of_a_case_not_filed(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "decide_filing")
    stands = standing(case.pk)
    place = step_of(case, "decide_filing")
    assert set(following(stands.compiled, frozenset({place}))) == {"调查取证", "不予立案"}
