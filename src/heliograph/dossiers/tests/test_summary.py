"""The summary procedure: told and heard on the spot, within its limits, by two officers, and closed like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import Collection, OralAnswer
from heliograph.dossiers.models import Case, CaseEvent, Citation, Clue, Decision, Notice, Payment, Service, Statement
from heliograph.dossiers.tests.bureau import (
    Bureau,
    company,
    corrected,
    fine,
    found_bureau,
    generic_step,
    opened,
    papers,
    step_of,
)
from heliograph.dossiers.tests.doing import due, on_site
from heliograph.dossiers.tests.stages import archive, pay, publish
from heliograph.dossiers.tests.walks import took_evidence
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_summary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def found(bureau: Bureau, case: Case, amount: int | None = 800, kind: str = "罚款", **more: Any) -> object:
    facts: dict[str, Any] = {"违法事实确凿并有法定依据": True, "当场处罚种类": kind}
    if amount is not None:
        facts["罚款金额"] = Decimal(amount)
    given = {"content": on_site(bureau), "found": "查明事实", **more}
    return actions.identify_on_the_spot(case.pk, step_of(case, "investigate"), facts=facts, actor=bureau["handler"],
                                        at=bureau.later(), **given)  # fmt: skip


def identified(bureau: Bureau, amount: int | None = 800, kind: str = "罚款", **changes: Any) -> Case:
    case = opened(bureau, "penalty_summary", **changes)
    took_evidence(bureau, case)
    found(bureau, case, amount, kind)
    return case


def told(bureau: Bureau, case: Case, *, given: dict[str, Any] | None = None, **changes: Any) -> object:
    return actions.notify_on_the_spot(case.pk, step_of(case, "give_prior_notice"), content=fine(**changes),
                                      actor=bureau["handler"], at=bureau.later(), **(given or {}))  # fmt: skip


def decided(bureau: Bureau, case: Case, kind: str = "当场行政处罚决定书", **changes: Any) -> object:
    given = {"collecting_bank": "晴川农商银行", "surcharge": True, **changes}
    return actions.decide_on_the_spot(case.pk, step_of(case, "decide"), paper=papers(bureau, kind)[0],
                                      actor=bureau["handler"], at=bureau.later(), **given)  # fmt: skip


def handed_over(bureau: Bureau, case: Case, **changes: Any) -> object:
    given = {"receiver": "王某", **changes}
    return actions.hand_over_on_the_spot(case.pk, step_of(case, "serve"), actor=bureau["handler"], at=bureau.later(),
                                         **given)  # fmt: skip


def test_a_small_fine_goes_from_the_spot_to_the_archive(bureau: Bureau) -> None:
    case = identified(bureau)
    assert refusal(lambda: told(bureau, case, fine=Decimal(3001))) == "summary.changed"
    place = step_of(case, "give_prior_notice")
    assert refusal(lambda: actions.give_prior_notice(
        case.pk, place, served_on=bureau.today, papers=[], actor=bureau["handler"], at=bureau.later()
    )) == "proposal.missing"  # fmt: skip
    told(bureau, case)
    assert Notice.objects.get(case=case).paper is None
    assert Statement.objects.get(case=case).kind == "no_comment"
    assert refusal(lambda: decided(bureau, case, "行政处罚决定书")) == "papers.missing"
    decided(bureau, case)
    handed_over(bureau, case)
    assert "serve_decision" not in due(case)
    actions.complete_step(case.pk, generic_step(case), note="已报备案", papers=[], facts={}, actor=bureau["handler"],
                          at=bureau.later())  # fmt: skip
    publish(bureau, case, step_of(case, "record_publication"), bureau["handler"])
    pay(bureau, case, step_of(case, "record_payment"), bureau["handler"])
    actions.close_case(case.pk, step_of(case, "close_case"), outcome="执行完毕", opinion="同意", papers=[],
                       **corrected(bureau), actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    archive(bureau, case, step_of(case, "archive_case"), bureau["handler"])
    case.refresh_from_db()
    decision = Decision.objects.get(case=case)
    assert (case.state, decision.on_the_spot, decision.fine) == (Case.State.ARCHIVED, True, Decimal(800))
    kinds = [one for one in CaseEvent.objects.filter(case=case).values_list("kind", flat=True) if "evidence" not in one]
    assert kinds[:5] == ["case.received", "case.investigated", "case.notified", "case.decided", "case.served"]


def test_what_is_too_large_for_the_spot_goes_the_ordinary_way_and_only_when_that_is_meant(bureau: Bureau) -> None:
    case = opened(bureau, "penalty_summary")
    assert refusal(lambda: found(bureau, case, 3001)) == "summary.beyond"
    assert standing(case.pk).tasks
    found(bureau, case, 3001, ordinary=True)
    case.refresh_from_db()
    assert standing(case.pk).tasks == []
    assert (case.state, case.outcome) == (Case.State.CLOSED, "转普通程序")
    clue = Clue.objects.get(inspection=case)
    assert (clue.state, clue.unit, clue.target) == ("open", case.unit, "晴川县某某有限公司")
    assert case.number in clue.content
    assert CaseEvent.objects.filter(case=case, kind="case.referred").count() == 1


def test_the_limit_is_that_of_the_registered_party(bureau: Bureau) -> None:
    case = opened(bureau, "penalty_summary", parties=[company(kind="business", name="某某小卖部")])
    assert refusal(lambda: found(bureau, case, 201)) == "summary.beyond"
    found(bureau, case, 200)
    assert standing(case.pk).facts["当事人类型"] == "个体工商户"


def test_a_warning_alone_needs_no_fine(bureau: Bureau) -> None:
    case = identified(bureau, None, "警告")
    told(bureau, case, kinds=["warning"], fine=Decimal(0))
    decided(bureau, case, collecting_bank="", surcharge=None)
    assert Decision.objects.get(case=case).fine == 0


def test_the_kind_is_put_right_on_the_spot_where_the_limits_still_allow_it(bureau: Bureau) -> None:
    case = identified(bureau)
    assert refusal(lambda: told(bureau, case, basis=["统计法@2024:45"])) == "terms.article_kind"
    told(bureau, case, basis=["统计法@2024:45"], kinds=["warning", "fine"])
    facts = standing(case.pk).facts
    assert (facts["当场处罚种类"], facts["罚款金额"], facts["可以当场处罚"]) == ("警告并罚款", Decimal(800), True)
    event = CaseEvent.objects.get(case=case, kind="case.notified")
    assert "更正前一环节登记的拟作处罚" in event.text
    decided(bureau, case)
    assert Decision.objects.get(case=case).kinds == ["warning", "fine"]


def test_a_departure_from_the_benchmark_is_nothing_for_the_spot(bureau: Bureau) -> None:
    case = identified(bureau)
    told(bureau, case, benchmark="一档", benchmark_min=Decimal(900), deviation_reason="轻微",
         benchmark_source="省统计局裁量基准第 3 条")  # fmt: skip
    assert refusal(lambda: decided(bureau, case)) == "discretion.not_approved"


def test_the_spot_is_not_left_before_certificates_were_shown(bureau: Bureau) -> None:
    case = opened(bureau, "penalty_summary")
    assert refusal(lambda: found(bureau, case, content=None)) == "on_site.not_registered"
    assert refusal(lambda: found(bureau, case, content=on_site(bureau, shown_at=None))) == "on_site.not_shown"
    assert CaseEvent.objects.filter(case=case).count() == 1
    place = step_of(case, "investigate")
    found(bureau, case)
    twice = refusal(lambda: actions.identify_on_the_spot(
        case.pk, place, content=None, found="再", facts={}, actor=bureau["handler"], at=bureau.later()
    ))  # fmt: skip
    assert twice == "step.not_open"


def test_nothing_is_decided_without_evidence(bureau: Bureau) -> None:
    case = opened(bureau, "penalty_summary")
    found(bureau, case)
    told(bureau, case)
    assert refusal(lambda: decided(bureau, case)) == "summary.no_evidence"
    took_evidence(bureau, case)
    decided(bureau, case)


def test_what_the_party_says_is_reviewed_on_the_spot(bureau: Bureau) -> None:
    case = identified(bureau)

    def answered(*said: str) -> str:
        return refusal(lambda: told(bureau, case, given={"answer": OralAnswer(*said)}))

    assert answered(" ") == "statement.no_reason"
    assert answered("请求从轻") == "statement.not_reviewed"
    assert answered("请求从轻", "yes", "成立") == "statement.adopted"
    told(bureau, case, given={"answer": OralAnswer("请求从轻", "no", "没有从轻的情节")})
    answer = Statement.objects.get(case=case)
    assert (answer.adopted, answer.reviewed_by, answer.reviewed_on) == ("no", bureau["handler"], bureau.today)


def test_an_office_paper_alone_is_no_ground_of_a_fine(bureau: Bureau) -> None:
    case = identified(bureau)
    assert refusal(lambda: told(bureau, case, basis=["国办发118号@2018:8"])) == "terms.no_statute"
    assert refusal(lambda: told(bureau, case, basis=["没有的法@2020:1"])) == "citation.unknown"
    told(bureau, case, basis=["国办发118号@2018:8", "行政处罚法@2021:54"])


def test_a_citation_is_taken_back_before_the_decision_and_while_nothing_rests_on_it(bureau: Bureau) -> None:
    case = identified(bureau)
    by = bureau["handler"]
    wrong, right = (actions.cite(case.pk, use="applied", key=key, actor=by, at=bureau.later())
                    for key in ("国办发118号@2018:8", "行政处罚法@2021:54"))  # fmt: skip

    def back(one: Citation, reason: str = "引用有误") -> object:
        return actions.take_back_citation(one.pk, reason=reason, actor=by, at=bureau.later())

    assert refusal(lambda: back(wrong, " ")) == "text.no_reason"
    back(wrong)
    assert list(Citation.objects.filter(case=case)) == [right]
    assert Citation.every.get(pk=wrong.pk).taken_back_reason == "引用有误"
    with pytest.raises(Citation.DoesNotExist):
        back(wrong)
    actions.cite(case.pk, use="applied", key=wrong.key, actor=by, at=bureau.later())
    told(bureau, case)
    assert refusal(lambda: back(right)) == "citation.relied_on"
    decided(bureau, case)
    again = Citation.objects.get(case=case, key=wrong.key)
    assert refusal(lambda: back(again)) == "case.decided"


def test_a_decision_of_friday_is_entered_on_sunday_and_keeps_its_day(bureau: Bureau) -> None:
    friday, seen = bureau.today, on_site(bureau)
    bureau.later(days=2)
    case = opened(bureau, "penalty_summary", arrived_on=friday)
    took_evidence(bureau, case)
    found(bureau, case, content=seen)
    assert refusal(lambda: told(bureau, case, given={"told_on": friday - timedelta(days=1)})) == "summary.order"
    assert refusal(lambda: told(bureau, case, given={"told_on": bureau.today + timedelta(days=1)})) == "summary.future"
    told(bureau, case, given={"told_on": friday})
    assert refusal(lambda: decided(bureau, case, decided_on=friday - timedelta(days=1))) == "summary.order"
    decided(bureau, case, decided_on=friday)
    handed_over(bureau, case)
    assert Decision.objects.get(case=case).decided_on == friday
    assert Service.objects.get(case=case).received_on == friday


def test_the_site_is_not_before_the_arrival(bureau: Bureau) -> None:
    seen = on_site(bureau)
    bureau.later(days=2)
    case = opened(bureau, "penalty_summary")
    assert refusal(lambda: found(bureau, case, content=seen)) == "date.too_early"


def test_a_refusal_to_sign_is_noted_on_the_decision(bureau: Bureau) -> None:
    case = identified(bureau)
    told(bureau, case)
    decided(bureau, case)
    assert refusal(lambda: handed_over(bureau, case, receiver="")) == "handover.no_receiver"
    assert refusal(lambda: handed_over(bureau, case, refusal="拒绝签收")) == "handover.both"
    handed_over(bureau, case, receiver="", refusal="当事人拒绝签收")
    service = Service.objects.get(case=case)
    assert (service.method, service.refusal_reason) == ("direct", "当事人拒绝签收")


def collected(bureau: Bureau, case: Case, ground: str = "small", receipt: str = "Z-1", **more: Any) -> object:
    return decided(bureau, case, collecting_bank="", surcharge=None, collection=Collection(ground, receipt, **more))


def test_officers_collect_a_small_fine_and_pass_it_on_in_time(bureau: Bureau) -> None:
    case = identified(bureau, 100)
    told(bureau, case, fine=Decimal(100))
    assert refusal(lambda: collected(bureau, case, receipt="")) == "collection.no_receipt"
    assert refusal(lambda: collected(bureau, case, "kind")) == "collection.ground"
    assert refusal(lambda: collected(bureau, case, "remote")) == "collection.not_asked"
    collected(bureau, case)
    assert Payment.objects.get(case=case).amount == 100
    assert Duty.objects.get(subject_id=case.pk, kind="hand_in_fine").state == "open"
    by = bureau["handler"]

    def passed(act: Callable[..., object], voucher: str = "J-1", **change: Any) -> object:
        given = {"on": bureau.today, "actor": by, **change}
        return act(case.pk, voucher=voucher, at=bureau.later(), **given)

    assert refusal(lambda: passed(actions.bank_fine)) == "collection.none"
    assert refusal(lambda: passed(actions.hand_in_fine, " ")) == "collection.no_voucher"
    early = bureau.today - timedelta(days=1)
    assert refusal(lambda: passed(actions.hand_in_fine, on=early)) == "collection.day"
    assert refusal(lambda: passed(actions.hand_in_fine, actor=bureau["window_clerk"])) in {"case.not_handler", "role"}
    passed(actions.hand_in_fine)
    assert refusal(lambda: passed(actions.hand_in_fine)) == "collection.twice"
    passed(actions.bank_fine)
    states = due(case)
    assert (states["hand_in_fine"], states["bank_fine"]) == ("fulfilled", "fulfilled")


def test_a_larger_fine_is_collected_only_on_another_ground(bureau: Bureau) -> None:
    case = identified(bureau)
    told(bureau, case)
    assert refusal(lambda: collected(bureau, case)) == "collection.too_much"
    collected(bureau, case, "hard")
    assert Decision.objects.get(case=case).collected_ground == "hard"
