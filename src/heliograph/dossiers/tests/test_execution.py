"""After the decision: service, publication, payment, surcharge, instalments, demand, court, closing, archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import MeasureContent, ReceiptContent, fire_due_timers
from heliograph.dossiers.models import Case, CaseFile, Decision, Deferral, Payment, Service
from heliograph.dossiers.queries import owed_on
from heliograph.dossiers.surcharges import Surcharge
from heliograph.dossiers.tests.bureau import (
    PROOF,
    Bureau,
    at,
    company,
    found_bureau,
    opened,
    papers,
    step_of,
)
from heliograph.dossiers.tests.bureau import served as served_content
from heliograph.dossiers.tests.stages import ORDINARY, close, walk_to
from heliograph.dossiers.tests.walks import preserved
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
FINE = Decimal(800)


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def due(case: Case, kind: str) -> date | None:
    return Duty.objects.get(subject_id=case.pk, kind=kind, state=Duty.State.OPEN).due_on


def open_steps(case: Case) -> set[str]:
    return {token.name for token in standing(case.pk).tasks}


def proof(bureau: Bureau, case: Case) -> CaseFile:
    return actions.store_case_file(case.pk, name="回执.pdf", content=PROOF, actor=bureau["handler"], at=bureau.later())


def send(bureau: Bureau, case: Case, **changes: Any) -> object:
    return actions.serve(case.pk, step_of(case, "serve"), content=served_content(bureau, **changes),
                         papers=papers(bureau, "送达回证"), actor=bureau["handler"], at=bureau.later())  # fmt: skip


CONSENTED = company(e_service_consent_on=date(2026, 11, 1), e_service_address="a@b.example")


@pytest.mark.parametrize(
    ("method", "without", "given"),
    [
        ("direct", {"receiver": ""}, {}),
        ("left", {"refusal_reason": "拒收"}, {"refusal_reason": "拒收", "witness": "社区李某"}),
        ("post", {}, {"proof": True}),
        ("entrusted", {}, {"proof": True}),
        ("forwarded", {}, {"proof": True}),
    ],
)
def test_service_is_registered_with_the_proof_of_its_method(
    bureau: Bureau, method: str, without: dict[str, Any], given: dict[str, Any]
) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    assert refusal(lambda: send(bureau, case, method=method, **without)).startswith("service.")
    if given.pop("proof", False):
        given["proof_id"] = proof(bureau, case).pk
    send(bureau, case, method=method, **given)
    service = Service.objects.get(case=case)
    assert (service.method, service.received_on, service.first_server) == (method, bureau.today, bureau["handler"])
    assert due(case, "pay_fine") == date(2026, 12, 7)  # fifteen days end on a Saturday, so the Monday after


def test_electronic_service_rests_on_consent_with_an_address(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    assert refusal(lambda: send(bureau, case, method="electronic")) == "service.no_consent"
    assert refusal(lambda: opened(bureau, parties=[company(e_service_consent_on=bureau.today)])) == "party.no_address"
    other = opened(bureau, parties=[CONSENTED])
    walk_to(bureau, other, "serve")
    send(bureau, other, method="electronic")
    assert Service.objects.get(case=other).method == "electronic"


def test_public_notice_counts_after_its_days(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    sent = bureau.today
    bureau.now = at(date(2027, 1, 25))
    assert refusal(lambda: send(bureau, case, method="public_notice", sent_on=sent)) == "service.notice_reason"
    early = {"method": "public_notice", "sent_on": sent, "reason": "下落不明", "received_on": sent}
    assert refusal(lambda: send(bureau, case, **early)) == "service.notice_period"
    assert refusal(lambda: send(bureau, case, method="pigeon")) == "service.no_proof"
    send(bureau, case, **(early | {"received_on": bureau.today}))
    assert Service.objects.get(case=case).received_on == date(2027, 1, 25)


def test_nothing_is_published_before_it_is_served(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "serve")
    places = standing(case.pk).compiled.definition.nodes
    publish = next(place for place, node in places.items() if node.act == "record_publication")

    def show(place: str, **changes: Any) -> object:
        given = {"published_on": bureau.today, "where": "机关网站", **changes}
        return actions.record_publication(case.pk, place, actor=bureau["handler"], at=bureau.later(), **given)

    assert refusal(lambda: show(publish)) == "step.not_open"
    send(bureau, case)
    assert refusal(lambda: show(publish, where=" ")) == "publication.place"
    assert refusal(lambda: show(publish, published_on=bureau.today - timedelta(days=1))) == "date.too_early"
    assert refusal(lambda: show(publish, published_on=None)) == "publication.no_reason"
    alone = {"published_on": None, "where": "", "withheld_reason": "涉及个人隐私"}
    assert refusal(lambda: show(publish, **alone)) == "publication.unexamined"
    assert refusal(lambda: show(publish, **alone, released=True)) == "publication.unexamined"
    show(publish)
    assert "机关网站" in case.events.get(kind="case.published").text


def paid(bureau: Bureau, case: Case, state: str = "已履行", **changes: Any) -> object:
    given = {"amount": FINE, "paid_on": bureau.today, "bank": "晴川农商银行", "receipt": "P-1",
             "file_id": bureau.files[case.pk], **changes}  # fmt: skip
    return actions.record_payment(case.pk, step_of(case, "record_payment"), state=state, actor=bureau["handler"],
                                  at=bureau.later(), **given)  # fmt: skip


def decision(case: Case) -> Decision:
    return Decision.objects.get(case=case)


def to_payment(bureau: Bureau) -> Case:
    case = opened(bureau)
    walk_to(bureau, case, "record_payment")
    return case


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Decimal(799)}, "payment.short"),
        ({"amount": Decimal(801)}, "payment.too_much"),
        ({"amount": Decimal("NaN")}, "terms.negative"),
        ({"amount": Decimal("800.001")}, "terms.cents"),
        ({"receipt": " "}, "payment.receipt"),
        ({"bank": " "}, "text.no_reason"),
        ({"state": "大概"}, "payment.no_reason"),
        ({"amount": Decimal(824), "surcharge": Decimal(24)}, "surcharge.days"),
        ({"paid_on": date(2027, 1, 1)}, "date.future"),
    ],
)
def test_a_payment_that_is_not_as_owed_changes_nothing(bureau: Bureau, changes: dict[str, Any], code: str) -> None:
    case = to_payment(bureau)
    assert refusal(lambda: paid(bureau, case, **changes)) == code
    assert owed_on(decision(case)) == FINE
    assert "登记履行情况" in open_steps(case)


def receipt(amount: object, number: str, on: date, surcharge: object = 0) -> ReceiptContent:
    return ReceiptContent(Decimal(str(amount)), Decimal(str(surcharge)), on, "晴川农商银行", number)


def register(bureau: Bureau, case: Case, content: ReceiptContent, who: str = "handler") -> Payment:
    return actions.register_receipt(case.pk, content=content, actor=bureau[who], at=bureau.later())


def test_a_receipt_is_registered_once_and_money_adds_up(bureau: Bureau) -> None:
    case = to_payment(bureau)
    register(bureau, case, receipt(300, "P-1", bureau.today))
    assert refusal(lambda: register(bureau, case, receipt(100, "P-1", bureau.today))) == "payment.receipt_used"
    assert refusal(lambda: register(bureau, case, receipt(501, "P-2", bureau.today))) == "payment.too_much"
    assert refusal(lambda: register(bureau, case, receipt("NaN", "P-3", bureau.today))) == "terms.negative"
    with pytest.raises(ActRefusedError):
        register(bureau, case, receipt(1, "P-4", bureau.today), "leader_in_charge")
    assert owed_on(decision(case)) == Decimal(500)
    paid(bureau, case, amount=Decimal(500), receipt="P-2")
    assert owed_on(decision(case)) == 0
    assert [one.amount for one in Payment.objects.filter(case=case)] == [Decimal(300), Decimal(500)]


def grant(bureau: Bureau, case: Case, *plan: tuple[date, int], granted: bool = True) -> object:
    return actions.grant_deferral(case.pk, step_of(case, "grant_deferral"), granted=granted, asked_on=bureau.today,
                                  reason="资金困难", plan=[(day, Decimal(amount)) for day, amount in plan],
                                  papers=papers(bureau, "延期分期缴纳罚款审批表"),
                                  actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip


def test_instalments_are_planned_paid_and_counted(bureau: Bureau) -> None:
    case = to_payment(bureau)
    paid(bureau, case, "申请延期分期", amount=Decimal(0))
    first, second = date(2026, 12, 20), date(2027, 1, 20)
    assert refusal(lambda: grant(bureau, case, (first, 300))) == "plan.sum"
    assert refusal(lambda: grant(bureau, case, (second, 300), (first, 500))) == "plan.days"
    assert refusal(lambda: grant(bureau, case)) == "plan.empty"
    grant(bureau, case, (first, 300), (second, 500))
    assert Deferral.objects.get(case=case).until_on == second
    assert not Duty.objects.filter(subject_id=case.pk, kind="pay_fine", state=Duty.State.OPEN).exists()
    bureau.now = at(first)
    register(bureau, case, receipt(300, "P-1", first))
    bureau.now = at(second)
    paid(bureau, case, amount=Decimal(500), receipt="P-2", paid_on=second)
    assert owed_on(decision(case)) == 0
    assert open_steps(case) == {"审批结案"}


def test_a_surcharge_grows_by_the_day_to_its_cap_and_stands_still_during_a_remedy(bureau: Bureau) -> None:
    case = to_payment(bureau)
    most = Surcharge.of(decision(case), pack_in_force(bureau.agency.pk, bureau.today))
    last = date(2026, 12, 7)
    assert most.pay_until == last
    assert most.until(last) == 0
    assert most.until(last + timedelta(days=1)) == Decimal("24.00")
    assert most.until(last + timedelta(days=10)) == Decimal("240.00")
    assert most.until(last + timedelta(days=400)) == FINE
    bureau.now = at(last + timedelta(days=2))
    remedy = actions.receive_remedy(decision(case).pk, kind="reconsideration", body="晴川县人民政府",
                                    number="", received_on=bureau.today, actor=bureau["handler"],
                                    at=bureau.later())  # fmt: skip
    assert most.until(last + timedelta(days=10)) == Decimal("24.00")  # the day before the remedy alone
    bureau.now = at(last + timedelta(days=6))
    register(bureau, case, receipt(24, "P-1", bureau.today, 24))
    assert owed_on(decision(case)) == FINE
    assert refusal(lambda: register(bureau, case, receipt(24, "P-2", bureau.today, 24))) == "surcharge.days"
    assert remedy.outcome_on is None


def urge(bureau: Bureau, case: Case) -> object:
    return actions.urge(case.pk, step_of(case, "urge"), served_on=bureau.today, content="十日内缴纳罚款 800 元",
                        statement="", papers=papers(bureau, "履行催告书"), actor=bureau["handler"],
                        at=bureau.later())  # fmt: skip


def apply(bureau: Bureau, case: Case) -> object:
    place = step_of(case, "apply_to_court")
    node = standing(case.pk).node(place)
    assert node is not None
    return actions.apply_to_court(case.pk, place, court="晴川县人民法院", applied_on=bureau.today,
                                  papers=papers(bureau, "强制执行申请书"), actor=bureau[node.role],
                                  at=bureau.later())  # fmt: skip


def test_whoever_lets_the_days_pass_is_urged_by_the_clock(bureau: Bureau) -> None:
    case = to_payment(bureau)
    bureau.now = at(date(2026, 12, 8), 1)
    fire_due_timers(at=bureau.now)
    assert "催告履行" in open_steps(case)
    register(bureau, case, receipt(800, "P-1", bureau.today))
    assert refusal(lambda: urge(bureau, case)) == "urge.paid"
    place = step_of(case, "urge")
    actions.urge(case.pk, place, paid=True, no_surcharge="次日即缴，不再收取", papers=[],
                 actor=bureau["handler"], at=bureau.later())  # fmt: skip
    assert open_steps(case) == {"审批结案"}


def test_a_case_is_closed_when_nothing_is_open_and_takes_nothing_after_that(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "investigate")
    measure = preserved(bureau, case)
    stage = walk_on(bureau, case)
    assert refusal(lambda: stage(bureau, case)) == "closing.measures"
    actions.end_measure(measure.pk, how="发还", ended_on=bureau.today, actor=bureau["handler"], at=bureau.later())
    remedy = actions.receive_remedy(decision(case).pk, kind="litigation", body="晴川县人民法院",
                                    number="1号", received_on=bureau.today, actor=bureau["handler"],
                                    at=bureau.later())  # fmt: skip
    assert refusal(lambda: stage(bureau, case)) == "closing.remedy"
    actions.end_remedy(remedy.pk, outcome="驳回诉讼请求", outcome_on=bureau.today, actor=bureau["handler"],
                       at=bureau.later())  # fmt: skip
    stage(bureau, case)
    assert due(case, "archive_dossier") is None  # 及时: promptly, without a number of days
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED
    late = {"content": MeasureContent("sampling", "样品一份", "补充"), "started_at": bureau.now}
    assert refusal(
        lambda: actions.take_measure(case.pk, **late, actor=bureau["handler"], at=bureau.later())  # type: ignore[arg-type]
    ) == "case.closed"  # fmt: skip


def walk_on(bureau: Bureau, case: Case) -> Callable[[Bureau, Case], object]:
    from_here = [stage for stage in ORDINARY if stage.act in AFTER]
    for stage in from_here:
        stage.do(bureau, case)
    return lambda bureau, case: close(bureau, case, step_of(case, "close_case"), bureau["leader_in_charge"])


def test_two_preservations_each_keep_their_period(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "investigate")
    first = preserved(bureau, case)
    assert due(case, "preserve_evidence_decision") == date(2026, 12, 1)
    bureau.later(days=3)
    second = preserved(bureau, case, "电脑一台")
    assert due(case, "preserve_evidence_decision") == date(2026, 12, 1)  # the earlier one still runs
    actions.end_measure(first.pk, how="发还", ended_on=bureau.today, actor=bureau["handler"], at=bureau.later())
    assert due(case, "preserve_evidence_decision") == date(2026, 12, 2)
    assert refusal(
        lambda: actions.end_measure(
            first.pk, how="发还", ended_on=bureau.today, actor=bureau["handler"], at=bureau.later()
        )
    ) == "measure.ended"  # fmt: skip
    actions.end_measure(second.pk, how="没收", ended_on=bureau.today, actor=bureau["handler"], at=bureau.later())
    assert not Duty.objects.filter(
        subject_id=case.pk, kind="preserve_evidence_decision", state=Duty.State.OPEN
    ).exists()


def test_duties_follow_each_stage_on_the_right_day(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "investigate")
    assert due(case, "decide_case") == date(2027, 2, 18)
    walk_rest(bureau, case, "decide")
    assert due(case, "serve_decision") == date(2026, 12, 1)
    assert due(case, "publish_permit_penalty") == date(2026, 12, 1)
    assert not Duty.objects.filter(subject_id=case.pk, kind="hearing_request").exists()
    bureau.later(days=3)
    send(bureau, case)
    assert due(case, "pay_fine") == date(2026, 12, 8)
    fulfilled = Duty.objects.filter(subject_id=case.pk, state=Duty.State.FULFILLED).values_list("kind", flat=True)
    assert set(fulfilled) == {"decide_case", "serve_decision"}


def walk_rest(bureau: Bureau, case: Case, last: str) -> None:
    acts = [stage.act for stage in ORDINARY]
    for stage in ORDINARY[acts.index("investigate") : acts.index(last) + 1]:
        stage.do(bureau, case)


AFTER = {
    "investigate", "conclude_investigation", "approve_handling", "give_prior_notice", "end_statement",
    "review_defence", "decide", "serve", "record_publication", "record_payment",
}  # fmt: skip
