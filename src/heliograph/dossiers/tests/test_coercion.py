"""Sealing and seizure, substitute performance, the court: allowed, the wrong person, the wrong stage, twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers.actions import CoercionContent, DisposalContent, PartyContent, SeizureContent, fire_due_timers
from heliograph.dossiers.executable import decisions_against
from heliograph.dossiers.models import Case, Decision, Measure, OnSiteAct, Service
from heliograph.dossiers.tests.bureau import Bureau, company, fine, found_bureau, opened, served
from heliograph.dossiers.tests.doing import do, due, on_site, open_steps, refused, tick
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed, served_on_party
from heliograph.duties.models import Duty
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db
LAW = "行政强制法@2011:18"
THINGS = CoercionContent("涉嫌用于违法经营", "seizure", "设备 2 台", basis=[LAW])


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("jinghai-tjj", "coercion", "penalty_ordinary", category="综合执法")
    made.category = "coercion"
    return made


def applied(bureau: Bureau, manner: str = "查封扣押", content: CoercionContent = THINGS) -> Case:
    case = opened(bureau, "coercion", title="扣押涉案设备")
    do(bureau, case, "apply_coercion", content=content, facts={"强制方式": manner})
    return case


def informed(bureau: Bureau) -> Case:
    case = applied(bureau)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    do(bureau, case, "give_prior_notice", content=on_site(bureau, act="告知"), statement="没有意见")
    return case


def spot(bureau: Bureau, **changes: Any) -> SeizureContent:
    content: dict[str, Any] = {
        "on_site": on_site(bureau, act="扣押"),
        "party_present": True,
        "inventory": "设备 2 台，编号 1、2",
        "facts": "现场发现",
        "basis": ["行政强制法@2011:18"],
        "remedies": "六十日内申请复议，六个月内起诉",
        "statement": "没有提出",
        **changes,
    }
    return SeizureContent(**content)


def seized(bureau: Bureau) -> Case:
    case = informed(bureau)
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    return case


def dispose_of(bureau: Bureau, case: Case) -> None:
    """The handler wants the things disposed of, and the leader agrees."""
    tick(bureau, case, 查封扣押处理意见="没收、销毁或者移送")
    alone = partial(tick, bureau, case, by=bureau["handler"], 准予处置财物=True)
    assert refused(alone) in {"step.role", "step.excluded"}
    tick(bureau, case, 准予处置财物=True)


def measure_of(case: Case) -> Measure:
    return Measure.objects.get(case=case)


def test_things_are_seized_prolonged_once_and_given_back(bureau: Bureau) -> None:
    case = seized(bureau)
    began = bureau.today
    assert measure_of(case).until_on == began + timedelta(days=30)
    bureau.later(days=25)
    tick(bureau, case, 查封扣押处理意见="延长")
    do(bureau, case, "extend_coercion", granted=True, reason="需要鉴定")
    early = bureau.today - timedelta(days=1)
    assert refused(lambda: do(bureau, case, "tell_extension", told_on=early)) == "date.too_early"
    do(bureau, case, "tell_extension", told_on=bureau.today)
    assert measure_of(case).until_on == began + timedelta(days=60)
    assert Duty.objects.get(subject_id=case.pk, kind="coercion_seizure").due_on == began + timedelta(days=60)
    [place] = standing(case.pk).tasks
    assert place.due_on == began + timedelta(days=60)
    tick(bureau, case, 延长后处理意见="解除")
    do(bureau, case, "release_coercion", how="退还当事人")
    assert measure_of(case).ended_on == bureau.today
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    do(bureau, case, "close_case", outcome="解除", opinion="同意")
    do(bureau, case, "archive_case", note="立卷")
    case.refresh_from_db()
    assert (case.state, set(due(case).values())) == ("archived", {"fulfilled"})
    assert Decision.objects.get(case=case).number == "晴测查扣〔2026〕1号"


def test_nothing_is_seized_before_approval_without_witness_or_list(bureau: Bureau) -> None:
    case = informed(bureau)

    def seize(**changes: Any) -> str:
        content = spot(bureau, **changes)
        return refused(lambda: do(bureau, case, "carry_out_coercion", content=content))

    away: dict[str, Any] = {"party_present": False, "notified": "电话通知两次，未到场"}
    assert seize(party_present=False) == "coercion.no_witness"
    assert seize(party_present=False, witness="李某") == "coercion.not_notified"
    party = on_site(bureau, person_present="晴川县某某有限公司")
    assert seize(**away, witness="李某", on_site=party) == "coercion.present"
    assert seize(refusal="拒绝签字") == "coercion.refusal"
    assert seize(basis=[]) == seize(basis=["没有的法@2011:1"]) == "coercion.no_basis"
    assert seize(inventory=" ") == "coercion.no_inventory"
    assert seize(on_site=on_site(bureau, second_officer_id=bureau["handler"].pk)) == "officers.two"
    assert seize(on_site=on_site(bureau, shown_at=None)) == "on_site.not_shown"
    wrong = bureau["leader_in_charge"]
    content = spot(bureau)
    assert refused(lambda: do(bureau, case, "carry_out_coercion", by=wrong, content=content)) == "case.not_handler"
    do(bureau, case, "carry_out_coercion", content=spot(bureau, **away, witness="村干部李某"))
    assert measure_of(case).witness == "村干部李某"
    assert not Service.objects.filter(case=case).exists()  # who was not there took nothing: it is served separately
    assert open_steps(case) == {"t_handle", "t_serve"}
    assert "村干部李某" in OnSiteAct.objects.filter(case=case).latest("registered_at").note
    do(bureau, case, "serve", content=served(bureau))
    assert open_steps(case) == {"t_handle"}


def test_who_will_not_sign_is_left_the_document_before_a_witness(bureau: Bureau) -> None:
    case = informed(bureau)
    do(bureau, case, "carry_out_coercion", content=spot(bureau, refusal="拒绝签字", witness="李某"))
    service = Service.objects.get(case=case)
    assert (service.method, service.receiver, service.refusal_reason, service.witness) == (
        "left", "", "拒绝签字", "李某",
    )  # fmt: skip


def test_neither_telling_nor_measure_comes_before_the_approval(bureau: Bureau) -> None:
    case = applied(bureau)
    before = on_site(bureau, act="告知")
    bureau.later(hours=1)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    tell: dict[str, Any] = {"statement": "没有意见"}
    assert refused(lambda: do(bureau, case, "give_prior_notice", content=before, **tell)) == "coercion.before_approval"
    seen = on_site(bureau, act="扣押")
    bureau.later(hours=1)
    do(bureau, case, "give_prior_notice", content=on_site(bureau, act="告知"), **tell)
    for early in (before, seen):
        late = partial(do, bureau, case, "carry_out_coercion", content=spot(bureau, on_site=early))
        assert refused(late) == "coercion.before_approval"
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    assert due(case)["publish_decision"] == "open"


def test_the_public_waits_for_a_decision_not_for_an_approval(bureau: Bureau) -> None:
    assert "publish_decision" not in due(informed(bureau))


def test_an_extension_that_is_refused_leaves_the_first_last_day(bureau: Bureau) -> None:
    case = seized(bureau)
    began = bureau.today
    bureau.later(days=25)
    tick(bureau, case, 查封扣押处理意见="延长")
    do(bureau, case, "extend_coercion", granted=False, reason="没有必要")
    assert open_steps(case) == {"t_handle"}
    [place] = standing(case.pk).tasks
    assert (place.due_on, measure_of(case).until_on) == (began + timedelta(days=30), began + timedelta(days=30))
    bureau.later(days=6)
    assert fire_due_timers(at=bureau.now) == 1
    assert open_steps(case) == {"t_release"}


def test_an_urgent_seizure_is_reported_within_its_hours(bureau: Bureau) -> None:
    case = applied(bureau, "紧急查封扣押")
    unheard = spot(bureau, statement="")
    assert refused(lambda: do(bureau, case, "carry_out_coercion", content=unheard)) == "coercion.not_heard"
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    assert due(case)["coercion_urgent_report"] == "open"
    late = bureau.later(hours=30)
    assert late
    assert refused(lambda: do(bureau, case, "approve_coercion", granted=True, opinion="同意")) == (
        "coercion.report_late"
    )
    do(bureau, case, "approve_coercion", granted=True, opinion="同意", late_reason="通信中断")
    assert due(case)["coercion_urgent_report"] == "fulfilled"
    assert open_steps(case) == {"t_handle"}


def test_an_urgent_seizure_that_is_not_approved_is_released_at_once(bureau: Bureau) -> None:
    case = applied(bureau, "紧急查封扣押")
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    do(bureau, case, "approve_coercion", granted=False, opinion="不符合条件")
    assert open_steps(case) == {"t_release_urgent"}
    do(bureau, case, "release_coercion", how="退还当事人")
    assert measure_of(case).ended_on == bureau.today


def test_past_its_last_day_a_seizure_can_only_be_released(bureau: Bureau) -> None:
    case = seized(bureau)
    bureau.later(days=29)
    dispose_of(bureau, case)
    bureau.later(days=5)
    content = DisposalContent("transfer", "移交", body="晴川县公安局", told_on=bureau.today)
    assert refused(lambda: do(bureau, case, "hand_over_items", content=content)) == "coercion.expired"
    do(bureau, case, "hand_over_items", content=DisposalContent("release", "期限届满"))
    assert open_steps(case) == {"t_release"}
    assert due(case)["coercion_seizure"] == "open"


def test_a_seizure_that_runs_out_goes_to_its_release_by_itself(bureau: Bureau) -> None:
    case = seized(bureau)
    bureau.later(days=31)
    assert fire_due_timers(at=bureau.now) == 1
    assert open_steps(case) == {"t_release"}
    do(bureau, case, "release_coercion", how="退还当事人")


def test_things_handed_over_in_time_end_the_measure(bureau: Bureau) -> None:
    case = seized(bureau)
    dispose_of(bureau, case)

    def dispose(kind: str, **given: Any) -> str:
        content = DisposalContent(kind, "清点移交", **given)
        return refused(lambda: do(bureau, case, "hand_over_items", content=content))

    assert dispose("burn") == "disposal.kind"
    assert dispose("confiscate") == "disposal.no_decision"
    assert dispose("destroy") == dispose("auction") == "disposal.no_basis"
    assert dispose("transfer") == "disposal.no_body"
    assert dispose("transfer", body="晴川县公安局") == "disposal.not_told"
    before = bureau.today - timedelta(days=1)
    assert dispose("transfer", body="晴川县公安局", told_on=before) == "date.too_early"
    content = DisposalContent("transfer", "清点移交", body="晴川县公安局", told_on=bureau.today)
    do(bureau, case, "hand_over_items", content=content)
    assert measure_of(case).ended_how == f"移送晴川县公安局，{bureau.today} 书面告知当事人：清点移交"
    assert due(case)["coercion_seizure"] == "fulfilled"
    assert open_steps(case) == {"t_publish"}


def test_things_are_confiscated_only_by_a_penalty_of_the_same_party(bureau: Bureau) -> None:
    fined, taken_away = penalty(bureau), penalty(bureau, kinds=["confiscate_property"], fine=Decimal(0), other="设备")
    stranger = penalty(
        bureau, party=company(name="别的公司"), kinds=["confiscate_property"], fine=Decimal(0), other="设备"
    )
    case = seized(bureau)
    dispose_of(bureau, case)
    for wrong in (fined, stranger):
        content = DisposalContent("confiscate", "没收", decision_id=wrong.pk)
        assert refused(partial(do, bureau, case, "hand_over_items", content=content)) == "disposal.no_decision"
    do(bureau, case, "hand_over_items", content=DisposalContent("confiscate", "上缴", decision_id=taken_away.pk))
    assert measure_of(case).ended_how == f"没收（依据{taken_away.number}）：上缴"


def test_what_is_to_be_seized_or_executed_must_be_named(bureau: Bureau) -> None:
    case = opened(bureau, "coercion", title="强制")

    def apply(manner: str, content: CoercionContent) -> str:
        facts: dict[str, Any] = {"强制方式": manner}
        return refused(lambda: do(bureau, case, "apply_coercion", content=content, facts=facts))

    assert apply("查封扣押", CoercionContent("理由")) == "coercion.items"
    assert apply("查封扣押", replace(THINGS, basis=())) == "coercion.no_basis"
    assert apply("代履行", CoercionContent("理由")) == "coercion.no_decision"


def penalty(bureau: Bureau, party: PartyContent | None = None, *, serve: bool = True, **terms: Any) -> Decision:
    """A penalty that was served, unless that is still to be done, and not paid."""
    bureau.category = "penalty"
    case = investigated(bureau, parties=[party or company()])
    concluded(bureau, case, fine(**terms))
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    if serve:
        served_on_party(bureau, case)
    bureau.category = "coercion"
    return Decision.objects.get(case=case)


def test_only_a_final_unperformed_decision_against_the_same_party_goes_to_the_court(bureau: Bureau) -> None:
    decision, stranger = penalty(bureau), penalty(bureau, party=company(name="别的公司"))
    case = opened(bureau, "coercion", title="申请法院强制执行")

    def apply(chosen: Decision) -> str:
        content = CoercionContent("逾期未履行", executes_id=chosen.pk)
        facts: dict[str, Any] = {"强制方式": "申请法院强制执行"}
        return refused(lambda: do(bureau, case, "apply_coercion", content=content, facts=facts))

    assert apply(stranger) == "coercion.other_party"
    assert apply(decision) == "coercion.early"
    bureau.later(days=60)
    assert apply(decision) == "coercion.not_final"
    bureau.later(days=140)
    content = CoercionContent("逾期未履行", executes_id=decision.pk)
    do(bureau, case, "apply_coercion", content=content, facts={"强制方式": "申请法院强制执行"})
    assert open_steps(case) == {"t_approve"}
    assert [one.pk for one in decisions_against(case)] == [decision.pk]
