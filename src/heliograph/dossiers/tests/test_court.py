"""The court: when it may be asked, what it is asked for, what it ruled, and the days of each (行政强制法53 to 58)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.court_days import court_state
from heliograph.dossiers.models import Case, CourtApplication
from heliograph.dossiers.queries import owed_on
from heliograph.dossiers.surcharges import Surcharge, owed_lines, surcharge_left
from heliograph.dossiers.tests.bureau import Bureau, at, corrected, found_bureau, papers, step_of
from heliograph.dossiers.tests.doing import tick
from heliograph.dossiers.tests.test_execution import (
    apply,
    decision,
    due,
    open_steps,
    paid,
    receipt,
    refusal,
    register,
    to_payment,
    urge,
)
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def defaulted(bureau: Bureau) -> Case:
    """A penalty that was not paid in time and demanded on 8 December; its demand runs to the 22nd."""
    case = to_payment(bureau)
    bureau.now = at(date(2026, 12, 8))
    paid(bureau, case, "未履行", amount=Decimal(0))
    urge(bureau, case)
    return case


def before_the_court(bureau: Bureau) -> Case:
    """The same when the demand and the remedies have run out and the application is open."""
    case = defaulted(bureau)
    bureau.now = at(date(2026, 12, 23))
    paid(bureau, case, "未履行", amount=Decimal(0))
    bureau.now = at(date(2027, 6, 1))
    return case


def test_a_debtor_is_urged_after_the_time_to_pay_and_the_court_asked_in_its_window(bureau: Bureau) -> None:
    case = to_payment(bureau)
    assert refusal(lambda: paid(bureau, case, "未履行", amount=Decimal(0))) == "payment.not_due"
    case = defaulted(bureau)
    assert due(case, "coercion_court_demand") == date(2026, 12, 22)
    assert refusal(lambda: paid(bureau, case, "未履行", amount=Decimal(0))) == "payment.demand_open"
    bureau.now = at(date(2026, 12, 23))
    paid(bureau, case, "未履行", amount=Decimal(0))
    assert refusal(lambda: apply(bureau, case)) == "court.early"  # six months to sue have not run out
    bureau.now = at(date(2027, 5, 20))
    assert refusal(lambda: apply(bureau, case)) == "court.early"
    bureau.now = at(date(2027, 9, 1))
    assert refusal(lambda: apply(bureau, case)) == "court.late"
    bureau.now = at(date(2027, 6, 1))
    place = step_of(case, "apply_to_court")
    apply(bureau, case)
    assert CourtApplication.objects.get(case=case).applied_on == date(2027, 6, 1)
    again: dict[str, Any] = {"court": "晴川县人民法院", "applied_on": bureau.today, "papers": []}
    leader = bureau["leader_in_charge"]
    twice = refusal(lambda: actions.apply_to_court(case.pk, place, **again, actor=leader, at=bureau.later()))
    assert twice == "step.not_open"


def test_the_days_for_the_court_are_a_duty_from_the_default_until_it_is_asked(bureau: Bureau) -> None:
    case = defaulted(bureau)
    window = Duty.objects.get(subject_id=case.pk, kind="coercion_court_apply")
    state = court_state(decision(case), pack_in_force(bureau.agency.pk, bureau.today))
    assert (window.event_on, window.due_on) == (state.remedies_until, state.latest)
    assert state.earliest == state.remedies_until + timedelta(days=1)
    demand = Duty.objects.get(subject_id=case.pk, kind="coercion_court_demand")
    assert (window.bound, demand.bound) == ("agency", "wait")
    bureau.now = at(date(2026, 12, 23))
    paid(bureau, case, "未履行", amount=Decimal(0))  # the same days: the duty stands as it is
    assert Duty.objects.filter(subject_id=case.pk, kind="coercion_court_apply").count() == 1
    bureau.now = at(date(2027, 6, 1))
    apply(bureau, case)
    window.refresh_from_db()
    assert window.state == Duty.State.FULFILLED


def test_what_is_paid_in_full_goes_to_the_court_no_more(bureau: Bureau) -> None:
    case = before_the_court(bureau)
    actions_of_paid = step_of(case, "apply_to_court")
    node = standing(case.pk).node(actions_of_paid)
    assert node is not None

    def settle() -> object:
        return actions.apply_to_court(case.pk, actions_of_paid, paid=True, papers=[], actor=bureau[node.role],
                                      at=bureau.later())  # fmt: skip

    assert refusal(settle) == "payment.short"
    rules = pack_in_force(bureau.agency.pk, bureau.today)
    register(bureau, case, receipt(300, "P-0", bureau.today))
    left, added = owed_lines(decision(case), ["罚款800元"], rules, bureau.today)
    assert left.startswith("罚款800元，已缴纳300元，尚未缴纳500元")
    assert added.startswith("加处罚款")
    register(bureau, case, receipt(500, "P-1", bureau.today))
    assert refusal(settle) == "surcharge.unsettled"
    assert not Duty.objects.filter(subject_id=case.pk, kind__in=["pay_fine", "coercion_court_apply"],
                                   state=Duty.State.OPEN).exists()  # fmt: skip
    most = Surcharge.of(decision(case), rules).until(bureau.today)
    assert most == surcharge_left(decision(case), rules, bureau.today + timedelta(days=30)) > 0
    register(bureau, case, receipt(most, "P-2", bureau.today, most))
    assert refusal(lambda: apply(bureau, case)) == "court.paid"
    settle()
    assert open_steps(case) == {"审批结案"}
    assert standing(case.pk).facts["履行情况"] == "已履行"


def court_says(bureau: Bureau, case: Case, outcome: str, recovered: int = 0, **changes: Any) -> object:
    given = {"number": "（2027）行审 1 号", "told_on": bureau.today, "note": "裁定准予强制执行", **changes}
    who = changes.pop("who", "handler")
    given.pop("who", None)
    content = actions.CourtResult(outcome, recovered=Decimal(recovered), **given)
    return actions.record_court_result(case.pk, step_of(case, "record_court_result"), content=content,
                                       papers=papers(bureau, "人民法院裁定书"), actor=bureau[who],
                                       at=bureau.later())  # fmt: skip


def test_the_result_of_the_court_has_its_number_its_ruling_and_its_money(bureau: Bureau) -> None:
    case = before_the_court(bureau)
    assert (
        refusal(
            lambda: actions.record_court_result(
                case.pk,
                step_of(case, "apply_to_court"),
                papers=papers(bureau, "人民法院裁定书"),
                actor=bureau["handler"],
                at=bureau.later(),
                content=actions.CourtResult("执行完毕", "1 号", bureau.today, "执行"),
            )
        )
        == "step.other_act"
    )
    apply(bureau, case)
    assert refusal(lambda: court_says(bureau, case, "大概")) == "court.no_result"
    assert refusal(lambda: court_says(bureau, case, "执行完毕")) == "court.short"
    assert refusal(lambda: court_says(bureau, case, "终结执行", number=" ")) == "text.no_reason"
    early = bureau.today - timedelta(days=9)
    assert refusal(lambda: court_says(bureau, case, "终结执行", told_on=early)) == "date.too_early"
    with pytest.raises(ActRefusedError):
        court_says(bureau, case, "执行完毕", 800, who="leader_in_charge")
    court_says(bureau, case, "执行完毕", 800)
    asked = CourtApplication.objects.get(case=case)
    assert (asked.number, asked.recovered, asked.result_on) == ("（2027）行审 1 号", Decimal(800), bureau.today)
    assert owed_on(decision(case)) == 0
    assert case.papers.filter(kind="人民法院裁定书").exists()
    assert open_steps(case) == {"审批结案"}


def test_a_refusal_of_the_court_leaves_fifteen_days_to_ask_the_higher_one(bureau: Bureau) -> None:
    case = before_the_court(bureau)
    apply(bureau, case)
    court_says(bureau, case, "不予受理")
    assert due(case, "court_review") == date(2027, 6, 16)
    bureau.now = at(date(2027, 6, 10))
    tick(bureau, case, 上级法院复议结果="撤销原裁定")
    assert not Duty.objects.filter(subject_id=case.pk, kind="court_review", state=Duty.State.OPEN).exists()
    court_says(bureau, case, "终结执行")
    assert open_steps(case) == {"审批结案"}


def test_what_the_party_had_to_do_ends_with_the_case(bureau: Bureau) -> None:
    case = before_the_court(bureau)
    apply(bureau, case)
    court_says(bureau, case, "终结执行")
    assert due(case, "pay_fine") is not None
    actions.close_case(case.pk, step_of(case, "close_case"), outcome="终结执行", opinion="同意", **corrected(bureau),
                       papers=papers(bureau, "结案审批表"), actor=bureau["leader_in_charge"],
                       at=bureau.later())  # fmt: skip
    theirs = Duty.objects.filter(subject_id=case.pk, bound__in=["party", "wait"], state=Duty.State.OPEN)
    assert not theirs.exists()
