"""What coercion rests on, for how long, from which day, and what its documents say (行政强制法10、24、25、27、53)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers.actions import CoercionContent, DisposalContent, archive_terminated, cite
from heliograph.dossiers.actions.drafting import save_step_draft
from heliograph.dossiers.actions.making import sheet_for, typed_in
from heliograph.dossiers.document_data import case_data
from heliograph.dossiers.executable import state_of_execution
from heliograph.dossiers.models import Case, Decision, Demand, Paper
from heliograph.dossiers.rules.coercing import is_deed_left, may_last, may_rest_on
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, papers, step_of
from heliograph.dossiers.tests.doing import do, due, open_steps, refused, tick
from heliograph.dossiers.tests.test_coercion import (
    LAW,
    THINGS,
    applied,
    dispose_of,
    informed,
    measure_of,
    penalty,
    seized,
    spot,
)
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import Refused
from heliograph.procedures.queries import following, settled, standing
from heliograph.regimes.queries import pack_in_force

DAY = date(2026, 11, 20)


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("jinghai-tjj", "coercion", "penalty_ordinary", category="综合执法")
    made.category = "coercion"
    return made


def known(bureau: Bureau, case: Case) -> dict[str, Any]:
    found = Case.objects.get(pk=case.pk)
    return case_data(found, pack_in_force(case.agency_id, found.opened_on), bureau.today)


def court_case(bureau: Bureau, decision: Decision) -> Case:
    """A case in which the court is asked to execute, approved."""
    case = opened(bureau, "coercion", title="申请法院强制执行")
    content = CoercionContent("逾期未履行", executes_id=decision.pk)
    do(bureau, case, "apply_coercion", content=content, facts={"强制方式": "申请法院强制执行"})
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    return case


@pytest.mark.parametrize(
    ("other", "ordered", "correct_by", "performed_on", "left"),
    [
        (True, False, None, None, True),
        (False, True, None, None, True),
        (False, False, None, None, False),
        (True, False, None, DAY, False),
        (False, True, None, DAY, False),
        (False, True, DAY, DAY, False),
        (False, True, DAY + timedelta(days=1), DAY, True),
        (False, False, DAY + timedelta(days=1), DAY, False),
    ],
)
def test_what_was_performed_leaves_no_deed(
    *, other: bool, ordered: bool, correct_by: date | None, performed_on: date | None, left: bool
) -> None:
    assert is_deed_left(other=other, ordered=ordered, correct_by=correct_by, performed_on=performed_on) is left


def test_power_over_things_comes_from_law_and_not_from_what_was_broken() -> None:
    rest = partial(may_rest_on, {"law"}, allowed={"law"}, only_violated=False, what="查封、扣押")
    assert rest()
    assert may_rest_on({"normative"}, allowed=frozenset(), only_violated=False, what="查封、扣押")
    for verdict, code in (
        (rest(only_violated=True), "coercion.violated"),
        (may_rest_on({"normative", "law"}, allowed={"law"}, only_violated=False, what="销毁"), "coercion.level"),
        (may_last(31, most=30), "coercion.days"),
        (may_last(0, most=None), "coercion.days"),
    ):
        assert isinstance(verdict, Refused)
        assert verdict.code == code
    assert may_last(None, most=30)
    assert may_last(30, most=30)
    assert may_last(90, most=None)


pytestmark = pytest.mark.django_db


def test_a_decision_that_was_performed_does_not_go_to_the_court(bureau: Bureau) -> None:
    decision = penalty(bureau)
    pay: dict[str, Any] = {"amount": Decimal(800), "bank": "晴川农商银行", "receipt": "P-1", "paid_on": bureau.today}
    bureau.category = "penalty"
    do(bureau, decision.case, "record_payment", state="已履行", **pay)
    bureau.category = "coercion"
    case = opened(bureau, "coercion", title="申请法院强制执行")
    pack = pack_in_force(case.agency_id, case.opened_on)
    state = state_of_execution(case, decision, pack)
    assert (state.owed, state.deed) == (Decimal(0), False)
    content = CoercionContent("逾期未履行", executes_id=decision.pk)
    facts: dict[str, Any] = {"强制方式": "申请法院强制执行"}
    bureau.later(days=200)
    asked = partial(do, bureau, case, "apply_coercion", content=content, facts=facts)
    assert refused(asked) == "coercion.performed"


def test_what_the_party_broke_gives_no_power_to_seize(bureau: Bureau) -> None:
    case = opened(bureau, "coercion", title="扣押涉案设备")
    cite(case.pk, use="violated", key=LAW, actor=bureau["handler"], at=bureau.later())
    asked = partial(do, bureau, case, "apply_coercion", content=THINGS, facts={"强制方式": "查封扣押"})
    assert refused(asked) == "coercion.violated"
    low = replace(THINGS, basis=["国办发118号@2018:6"])
    assert refused(partial(do, bureau, case, "apply_coercion", content=low, facts={"强制方式": "查封扣押"})) == (
        "coercion.level"
    )
    cite(case.pk, use="applied", key=LAW, actor=bureau["handler"], at=bureau.later())
    asked()
    assert measure_of(case).basis == [LAW]


def test_a_measure_may_be_decided_for_fewer_days_than_the_law_gives(bureau: Bureau) -> None:
    case = informed(bureau)
    long = partial(do, bureau, case, "carry_out_coercion", content=spot(bureau, days=31))
    assert refused(long) == "coercion.days"
    do(bureau, case, "carry_out_coercion", content=spot(bureau, days=20))
    began = bureau.today
    assert measure_of(case).until_on == began + timedelta(days=20)
    assert Duty.objects.get(subject_id=case.pk, kind="coercion_seizure").due_on == began + timedelta(days=20)
    assert [token.due_on for token in standing(case.pk).tasks] == [began + timedelta(days=20)]
    assert known(bureau, case)["measure.days"] == "20日"
    bureau.later(days=15)
    tick(bureau, case, 查封扣押处理意见="延长")
    do(bureau, case, "extend_coercion", granted=True, reason="案情复杂，须鉴定")
    assert measure_of(case).until_on == began + timedelta(days=50)
    data = known(bureau, case)
    assert data["measure.until_on"] == (began + timedelta(days=50)).isoformat()
    assert data["extension.reason"] == "案情复杂，须鉴定"
    until = sheet_for(case, "延长查封扣押决定书").field("until")
    assert until is not None
    assert not until.asked  # the day that was approved, not one that is typed


def test_remedies_are_told_whole(bureau: Bureau) -> None:
    case = informed(bureau)
    half = partial(do, bureau, case, "carry_out_coercion", content=spot(bureau, remedies="六十日内申请复议"))
    assert refused(half) == "remedies.incomplete"


def dated(bureau: Bureau, case: Case, act: str, day: date) -> list[Any]:
    node = standing(case.pk).node(step_of(case, act))
    assert node is not None
    return [replace(one, made_on=day) for one in papers(bureau, *node.documents)]


def test_documents_are_not_dated_before_what_they_tell(bureau: Bureau) -> None:
    case = applied(bureau)
    bureau.later(days=1)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    from_ = bureau.today - timedelta(days=1)
    told = spot(bureau).on_site
    do(bureau, case, "give_prior_notice", content=told, statement="没有意见")
    early = dated(bureau, case, "carry_out_coercion", from_)
    assert refused(partial(do, bureau, case, "carry_out_coercion", content=spot(bureau), papers=early)) == (
        "date.too_early"
    )
    do(bureau, case, "carry_out_coercion", content=spot(bureau))
    bureau.later(days=10)
    tick(bureau, case, 查封扣押处理意见="解除")
    before = dated(bureau, case, "release_coercion", bureau.today - timedelta(days=3))
    assert refused(partial(do, bureau, case, "release_coercion", how="退还", papers=before)) == "date.too_early"
    do(bureau, case, "release_coercion", how="退还")


def test_disposal_waits_for_the_leader_and_goes_back_where_it_came_from(bureau: Bureau) -> None:
    case = seized(bureau)
    tick(bureau, case, 查封扣押处理意见="没收、销毁或者移送")
    assert open_steps(case) == {"t_approve_disposal"}
    tick(bureau, case, 准予处置财物=False)
    assert open_steps(case) == {"t_handle"}
    dispose_of(bureau, case)
    content = DisposalContent("destroy", "销毁", basis=["国办发118号@2018:6"])
    assert refused(partial(do, bureau, case, "hand_over_items", content=content)) == "coercion.level"
    do(bureau, case, "hand_over_items", content=replace(content, basis=[LAW]))
    assert measure_of(case).ended_how == f"销毁（依据：{LAW}）：销毁"


def test_the_demand_gives_the_days_that_the_court_waits_for(bureau: Bureau) -> None:
    decision = penalty(bureau)
    bureau.later(days=220)
    case = court_case(bureau, decision)
    data = known(bureau, case)
    assert (data["decision.number"], data["executes.number"]) == (decision.number, decision.number)
    assert data["decision.served_on"] is not None
    assert data["measure.kind"] == "申请法院强制执行"
    assert due(case)["coercion_court_apply"] == "open"  # the months for the court are counted in sight
    demand: dict[str, Any] = {"served_on": bureau.today, "content": "缴纳罚款", "statement": ""}
    soon = bureau.today + timedelta(days=1)
    assert refused(partial(do, bureau, case, "urge", perform_by=soon, **demand)) == "date.too_early"
    do(bureau, case, "urge", **demand)
    until = Demand.objects.get(case=case).perform_by
    assert until is not None
    assert until >= bureau.today + timedelta(days=10)
    assert refused(partial(do, bureau, case, "record_payment", state="未履行")) == "payment.demand_open"


def test_a_case_that_was_refused_goes_into_the_archive(bureau: Bureau) -> None:
    case = applied(bureau)
    archive = partial(archive_terminated, case.pk, note="立卷", missing_reason="无", actor=bureau["handler"])
    assert refused(lambda: archive(at=bureau.later())) == "archive.state"
    do(bureau, case, "approve_coercion", granted=False, opinion="没有必要")
    assert not open_steps(case)
    archive(at=bureau.later())
    case.refresh_from_db()
    assert case.state == "archived"
    assert refused(lambda: archive(at=bureau.later())) == "archive.state"


def test_documents_begin_with_what_is_typed_into_the_step(bureau: Bureau) -> None:
    case = opened(bureau, "coercion", title="扣押涉案设备")
    typed = {"kind": ["seizure"], "items": ["设备 2 台\n账册 1 箱"], "reason": ["可能转移"], "basis": [LAW]}
    save_step_draft(case.pk, step_of(case, "apply_coercion"), data=typed, actor=bureau["handler"], at=bureau.later())
    making = typed_in(Case.objects.get(pk=case.pk), step_of(case, "apply_coercion"), bureau["handler"])
    data = case_data(case, pack_in_force(case.agency_id, case.opened_on), bureau.today, making)
    assert (data["measure.kind"], data["measure.reason"]) == ("扣押", "可能转移")
    assert data["measure.rows"] == [{"name": "设备 2 台"}, {"name": "账册 1 箱"}]
    assert data["measure.basis"] == ["《中华人民共和国行政强制法》第十八条"]
    assert data["measure.days"] == "30日"


def test_what_may_follow_leaves_out_what_the_answers_rule_out(bureau: Bureau) -> None:
    case = applied(bureau)
    stands = standing(case.pk)
    place = frozenset(token.place for token in stands.tasks)
    assert settled(stands, place)["强制方式"] == "查封扣押"
    assert following(stands.compiled, place, settled(stands, place)) == ("不予批准", "当场告知并听取申辩")
    assert "催告履行" in following(stands.compiled, place)


def test_a_made_and_an_uploaded_decision_share_one_series(bureau: Bureau) -> None:
    case = seized(bureau)
    paper = Paper.objects.get(case=case, kind="查封扣押决定书")
    assert paper.number == Decision.objects.get(case=case).number == "晴测查扣〔2026〕1号"
