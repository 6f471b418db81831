"""Service, publication, payment, demand, court and closing: allowed, and refused for each reason by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.rules import serving
from heliograph.dossiers.rules.serving import ClosingState, CourtState, ServiceState
from heliograph.dossiers.tests.test_rules_opening import DAY, TOMORROW, YESTERDAY, refused
from heliograph.kernel.verdict import Verdict

SERVED = ServiceState("direct", DAY, DAY, "王某", "", "", "", has_proof=False, consented=False, earliest_by_notice=None)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"method": "left", "refusal_reason": "拒收", "witness": "社区李某"},
        {"method": "electronic", "consented": True},
        {"method": "public_notice", "reason": "下落不明", "earliest_by_notice": DAY},
        {"method": "public_notice", "reason": "下落不明"},
        {"method": "post", "has_proof": True},
        {"method": "entrusted", "has_proof": True},
        {"method": "forwarded", "has_proof": True},
    ],
)
def test_service_proved_as_its_article_asks_counts(changes: dict[str, Any]) -> None:
    assert serving.may_serve(replace(SERVED, **changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"received_on": None}, "service.no_date"),
        ({"receiver": " "}, "service.no_receiver"),
        ({"method": "left", "witness": "李某"}, "service.left"),
        ({"method": "left", "refusal_reason": "拒收"}, "service.left"),
        ({"method": "electronic"}, "service.no_consent"),
        ({"method": "public_notice"}, "service.notice_reason"),
        ({"method": "public_notice", "reason": "下落不明", "earliest_by_notice": TOMORROW}, "service.notice_period"),
        ({"method": "post"}, "service.no_proof"),
        ({"method": "post", "has_proof": True, "addressed": False}, "service.no_address"),
        ({"method": "entrusted"}, "service.no_proof"),
        ({"method": "forwarded"}, "service.no_proof"),
    ],
)
def test_service_without_its_proof_does_not_count(changes: dict[str, Any], code: str) -> None:
    refused(serving.may_serve(replace(SERVED, **changes)), code)


def test_publication_follows_service_once() -> None:
    fine = {"served": True, "published": False, "withheld": False, "withheld_reason": ""}
    assert serving.may_publish(**fine)  # type: ignore[arg-type]
    assert serving.may_publish(served=True, published=False, withheld=True, withheld_reason="个人隐私")
    refused(serving.may_publish(served=False, published=False, withheld=False, withheld_reason=""),
            "publication.not_served", "送达")  # fmt: skip
    refused(serving.may_publish(served=True, published=True, withheld=False, withheld_reason=""), "publication.twice")
    refused(serving.may_publish(served=True, published=False, withheld=True, withheld_reason=" "),
            "publication.no_reason", "理由")  # fmt: skip
    assert serving.is_examined(withheld=False, approved=False)
    assert serving.is_examined(withheld=True, approved=True)
    refused(serving.is_examined(withheld=True, approved=False), "publication.unexamined", "决定公示")
    assert serving.is_place_named(withheld=False, where="机关网站")
    assert serving.is_place_named(withheld=True, where="")
    refused(serving.is_place_named(withheld=False, where=" "), "publication.place", "渠道")
    assert serving.is_decided(decided=True)
    refused(serving.is_decided(decided=False), "decision.none")


def money(**changes: object) -> dict[str, Any]:
    return {"amount": Decimal(800), "owed": Decimal(800), "surcharge": Decimal(0), "receipt": "P-1", **changes}


def test_a_receipt_for_what_is_owed_is_registered() -> None:
    assert serving.may_record_payment(**money())
    assert serving.may_record_payment(**money(amount=Decimal("0.01")))
    assert serving.may_record_payment(**money(amount=Decimal(824), surcharge=Decimal(24)))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Decimal("NaN")}, "terms.negative"),
        ({"surcharge": Decimal("NaN")}, "terms.negative"),
        ({"amount": Decimal("1.005")}, "terms.cents"),
        ({"amount": Decimal(0)}, "payment.amount"),
        ({"surcharge": Decimal(801)}, "payment.surcharge"),
        ({"surcharge": Decimal(-1)}, "terms.negative"),
        ({"receipt": " "}, "payment.receipt"),
        ({"amount": Decimal("800.01")}, "payment.too_much"),
    ],
)
def test_a_receipt_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    refused(serving.may_record_payment(**money(**changes)), code)


def added(surcharge: int, before: int = 0) -> dict[str, Decimal]:
    return {"surcharge": Decimal(surcharge), "before": Decimal(before), "cap": Decimal(800), "ceiling": Decimal(48)}


def test_a_surcharge_stays_within_its_days_and_its_cap_altogether() -> None:
    assert serving.may_surcharge(**added(0))
    assert serving.may_surcharge(**added(48))
    assert serving.may_surcharge(**added(24, 24))
    assert serving.may_surcharge(**added(0, 60))  # paid before a remedy stopped the days
    refused(serving.may_surcharge(**added(801)), "surcharge.cap", "800", "801")
    refused(serving.may_surcharge(**added(25, 24)), "surcharge.days", "48", "49", "复议")


def test_a_plan_pays_what_is_owed_in_order() -> None:
    first, second = (TOMORROW, Decimal(500)), (TOMORROW + timedelta(days=9), Decimal(300))
    assert serving.check_plan(owed=Decimal(800), parts=[first, second], asked_on=DAY)
    refused(serving.check_plan(owed=Decimal(800), parts=[], asked_on=DAY), "plan.empty")
    refused(serving.check_plan(owed=Decimal(800), parts=[first], asked_on=DAY), "plan.sum", "800")
    nothing = [first, second, (TOMORROW + timedelta(days=20), Decimal(0))]
    refused(serving.check_plan(owed=Decimal(800), parts=nothing, asked_on=DAY), "plan.sum")
    refused(serving.check_plan(owed=Decimal(800), parts=[second, first], asked_on=DAY), "plan.days", "先后")
    refused(serving.check_plan(owed=Decimal(800), parts=[first, (TOMORROW, Decimal(300))], asked_on=DAY), "plan.days")
    refused(serving.check_plan(owed=Decimal(800), parts=[first, second], asked_on=TOMORROW), "plan.days")
    odd = [(TOMORROW, Decimal("NaN"))]
    refused(serving.check_plan(owed=Decimal(800), parts=odd, asked_on=DAY), "terms.negative", TOMORROW.isoformat())


def test_a_demand_follows_the_time_to_perform() -> None:
    owed = Decimal(800)
    assert serving.may_urge(pay_until=YESTERDAY, on=DAY, owed=owed, money=True)
    assert serving.may_urge(pay_until=YESTERDAY, on=DAY, owed=Decimal(0), money=False)
    refused(serving.may_urge(pay_until=YESTERDAY, on=DAY, owed=Decimal(0), money=True), "urge.paid")
    refused(serving.may_urge(pay_until=None, on=DAY, owed=owed, money=True), "urge.not_served", "送达")
    refused(serving.may_urge(pay_until=DAY, on=DAY, owed=owed, money=True), "urge.early", "2026-11-20")


COURT = CourtState(demanded_until=YESTERDAY, remedies_until=YESTERDAY, latest=DAY, pending_remedy=False)


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"demanded_until": None}, "court.no_demand", "催告"),
        ({"demanded_until": DAY}, "court.demand_open", "2026-11-20"),
        ({"pending_remedy": True}, "court.remedy", "尚未终结"),
        ({"remedies_until": DAY}, "court.early", "2026-11-20"),
        ({"latest": YESTERDAY}, "court.late", "2026-11-19"),
    ],
)
def test_the_court_is_asked_within_its_window(changes: dict[str, Any], code: str, says: str) -> None:
    assert serving.may_apply_to_court(COURT, on=DAY)
    refused(serving.may_apply_to_court(replace(COURT, **changes), on=DAY), code, says)


DONE = ClosingState(papers_missing=[], measures_open=0, owed=Decimal(0), remedy_open=False, released=False)


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"measures_open": 2}, "closing.measures", "2 项"),
        ({"owed": Decimal(5)}, "closing.owed", "5 元"),
        ({"remedy_open": True}, "closing.remedy", "复议"),
        ({"papers_missing": ["送达回证"]}, "closing.papers", "送达回证"),
    ],
)
def test_a_case_is_closed_when_nothing_is_left(changes: dict[str, Any], code: str, says: str) -> None:
    assert serving.may_close(DONE)
    assert serving.may_close(replace(DONE, owed=Decimal(5), released=True))
    refused(serving.may_close(replace(DONE, **changes)), code, says)


def test_performance_is_what_the_receipts_show() -> None:
    assert serving.may_say_carried_out("已履行", owed=Decimal(8), amount=Decimal(8))
    assert serving.may_say_carried_out("未履行", owed=Decimal(8), amount=Decimal(0))
    refused(serving.may_say_carried_out("也许", owed=Decimal(8), amount=Decimal(8)), "payment.no_reason")
    refused(serving.may_say_carried_out("已履行", owed=Decimal(8), amount=Decimal(7)), "payment.short", "8", "7")
    assert serving.is_receipt_new("P-1", used=False)
    refused(serving.is_receipt_new("P-1", used=True), "payment.receipt_used", "P-1")


def test_only_what_is_left_goes_to_the_court() -> None:
    owed, nothing = Decimal(800), Decimal(0)
    assert serving.is_left_to_enforce(money=True, owed=owed, surcharge=nothing)
    assert serving.is_left_to_enforce(money=True, owed=nothing, surcharge=owed)
    assert serving.is_left_to_enforce(money=False, owed=nothing, surcharge=nothing)
    refused(serving.is_left_to_enforce(money=True, owed=nothing, surcharge=nothing), "court.paid", "足额")


def test_a_demand_gives_its_days_before_anybody_is_in_default() -> None:
    assert serving.may_say_still_unpaid(on=DAY, until=YESTERDAY)
    assert serving.may_say_still_unpaid(on=DAY, until=None)
    refused(serving.may_say_still_unpaid(on=DAY, until=DAY), "payment.demand_open", "2026-11-20")


def test_a_result_of_the_court_fits_the_money() -> None:
    def says(outcome: str, recovered: int, *, money: bool = True) -> Verdict:
        return serving.may_end_in_court(outcome, done="执行完毕", money=money, owed=Decimal(800),
                                        recovered=Decimal(recovered))  # fmt: skip

    assert says("执行完毕", 800)
    assert says("执行完毕", 0, money=False)
    assert says("终结执行", 0)
    refused(says("执行完毕", 799), "court.short", "799")
    assert serving.is_court_result("终结执行", offered=["终结执行"])
    refused(serving.is_court_result("大概", offered=["终结执行"]), "court.no_result")


def test_the_first_day_of_the_application_follows_the_last_of_what_it_waits_for() -> None:
    assert COURT.earliest == DAY
    later = date(2027, 1, 1)
    assert replace(COURT, demanded_until=None, begins=later).earliest == date(2027, 1, 2)
    assert replace(COURT, demanded_until=later).earliest == date(2027, 1, 2)
