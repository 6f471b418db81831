"""Rules of applications, levies, inspections and coercion: every branch, by the code of its refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from heliograph.dossiers.rules import coercing, inspecting, levying, permitting
from heliograph.kernel.verdict import Refused, Verdict

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
HOUR = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - rules compare, they do not ask which zone


def code(verdict: Verdict) -> str:
    """Return the code of a refusal, nothing for what is allowed; every refusal names its article."""
    if isinstance(verdict, Refused):
        assert verdict.message
        assert verdict.basis
        return verdict.code
    return ""


APPLICATION = permitting.ApplicationState(
    outcome="granted", review_required=False, review_passed=False, right=None, hearings_waiting=0, hearings_held=0,
    remedies="", due_on=None, late_reason="",
)  # fmt: skip
RIGHT = permitting.HearingRight(DAY, answered=False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"review_required": True}, "review.not_passed"),
        ({"review_required": True, "review_passed": True}, ""),
        ({"hearings_waiting": 1}, "hearing.not_held"),
        ({"right": RIGHT}, "hearing.still_open"),
        ({"right": replace(RIGHT, answered=True)}, ""),
        ({"right": RIGHT, "hearings_held": 1}, ""),
        ({"right": replace(RIGHT, until=DAY - timedelta(days=1))}, ""),
        ({"outcome": "denied"}, "decision.remedies"),
        ({"outcome": "denied", "remedies": "复议"}, ""),
        ({"due_on": DAY}, ""),
        ({"due_on": DAY - timedelta(days=1)}, "decision.late"),
        ({"due_on": DAY - timedelta(days=1), "late_reason": "材料多"}, ""),
    ],
)
def test_an_application_is_decided_reviewed_heard_and_in_time(changes: dict[str, Any], expected: str) -> None:
    assert code(permitting.may_decide_application(replace(APPLICATION, **changes), on=DAY)) == expected


def test_an_application_is_supplemented_once_refused_on_a_ground_and_extended_once() -> None:
    assert code(permitting.may_request_correction(asked_before=False)) == ""
    assert code(permitting.may_request_correction(asked_before=True)) == "correction.twice"
    assert code(permitting.may_refuse_application("mood", asked_to_correct=True)) == "application.ground"
    assert code(permitting.may_refuse_application("incomplete", asked_to_correct=False)) == "application.not_told"
    assert code(permitting.may_refuse_application("incomplete", asked_to_correct=True)) == ""
    assert code(permitting.check_examined("fine", offered=("granted",), basis=())) == "examination.outcome"
    assert code(permitting.check_examined("denied", offered=("denied",), basis=())) == "examination.no_basis"
    assert code(permitting.check_examined("denied", offered=("denied",), basis=("x",))) == ""
    assert code(permitting.may_ask_extension(asked=True, extended=True)) == "extension.twice"
    assert code(permitting.may_ask_extension(asked=False, extended=True)) == ""
    assert code(permitting.may_hold_by(held_on=NEXT, latest=DAY)) == "hearing.too_late"
    assert code(permitting.may_hold_by(held_on=DAY, latest=DAY)) == ""
    assert code(permitting.is_valid_to(None, granted=False, on=DAY)) == ""
    assert code(permitting.is_valid_to(NEXT, granted=True, on=DAY)) == ""
    assert code(permitting.is_valid_to(NEXT, granted=False, on=DAY)) == "decision.valid_to"
    assert code(permitting.is_valid_to(DAY, granted=True, on=DAY)) == "decision.valid_to"


LEVY = levying.LevyState(told=True, until=DAY, answered=True, reviewed=True, review_required=False, review_passed=False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"told": False}, "levy.not_told"),
        ({"answered": False}, "levy.still_open"),
        ({"answered": False, "until": None}, ""),
        ({"reviewed": False}, "levy.not_reviewed"),
        ({"review_required": True}, "review.not_passed"),
        ({"review_required": True, "review_passed": True}, ""),
    ],
)
def test_a_levy_is_decided_as_told(changes: dict[str, Any], expected: str) -> None:
    assert code(levying.may_decide_levy(replace(LEVY, **changes), on=DAY)) == expected


def test_an_inspection_is_of_published_items_approved_announced_and_told() -> None:
    assert code(inspecting.may_inspect_items([], unpublished=[])) == "inspection.no_item"
    assert code(inspecting.may_inspect_items(["甲"], unpublished=["甲"])) == "inspection.not_published"
    assert code(inspecting.may_inspect_items(["甲"], unpublished=[])) == ""
    late: dict[str, Any] = {"urgent": True, "latest": DAY, "on": NEXT}
    assert code(inspecting.may_approve_late(**late, reason=" ")) == "inspection.late"
    assert code(inspecting.may_approve_late(**late, reason="路远")) == ""
    assert code(inspecting.may_inspect(granted=None, urgent=True, notified=False)) == ""
    assert code(inspecting.may_inspect(granted=None, urgent=False, notified=True)) == "inspection.not_approved"
    assert code(inspecting.may_inspect(granted=True, urgent=False, notified=False)) == "inspection.not_notified"
    assert code(inspecting.may_inspect(granted=True, urgent=False, notified=True)) == ""


@pytest.mark.parametrize(
    ("result", "granted", "until", "expected"),
    [
        ("fine", True, None, "inspection.result"),
        ("clean", False, None, ""),
        ("suspected", False, None, "inspection.unapproved_result"),
        ("suspected", True, None, ""),
        ("rectify", True, None, "inspection.until"),
        ("rectify", True, DAY, "inspection.until"),
        ("rectify", True, NEXT, ""),
    ],
)
def test_a_result_follows_from_an_approved_inspection(
    result: str, granted: bool, until: date | None, expected: str
) -> None:
    assert code(inspecting.may_record_result(result, granted=granted, until=until, on=DAY)) == expected


def test_a_rectification_fails_after_its_last_day_and_a_result_says_where_it_is_public() -> None:
    assert code(inspecting.may_check_rectification(passed=False, until=DAY, on=DAY)) == "rectification.early"
    assert code(inspecting.may_check_rectification(passed=False, until=DAY, on=NEXT)) == ""
    assert code(inspecting.may_check_rectification(passed=True, until=DAY, on=DAY)) == ""
    assert code(inspecting.may_publish_result(withheld=True, where="", withheld_reason=" ")) == "publication.no_reason"
    assert code(inspecting.may_publish_result(withheld=False, where=" ", withheld_reason="")) == "publication.place"
    assert code(inspecting.may_publish_result(withheld=False, where="网站", withheld_reason="")) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"kind": "freezing"}, "coercion.items"),
        ({"items": " "}, "coercion.items"),
        ({"manner": "代履行"}, "coercion.no_decision"),
        ({"manner": "申请法院强制执行", "executes": True}, "coercion.no_decision"),
        ({"manner": "代履行", "executes": True, "served": True}, ""),
        ({"manner": "代履行", "executes": True, "served": True, "pay_until": DAY}, "coercion.early"),
        ({"manner": "代履行", "executes": True, "served": True, "pay_until": DAY - timedelta(days=1)}, ""),
    ],
)
def test_coercion_is_asked_for_what_is_named(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"manner": "查封扣押", "kind": "sealing", "items": "车间", "executes": False,
                             "served": False, "pay_until": None, "on": DAY, **changes}  # fmt: skip
    manner = given.pop("manner")
    assert code(coercing.may_apply_coercion(manner, **given)) == expected


SPOT = coercing.OnTheSpot(approved=True, urgent=False, started=False, party_present=True, witness="", inventory="设备")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"started": True}, "coercion.twice"),
        ({"approved": False}, "coercion.not_approved"),
        ({"approved": False, "urgent": True}, ""),
        ({"party_present": False}, "coercion.no_witness"),
        ({"party_present": False, "witness": "李某"}, ""),
        ({"inventory": " "}, "coercion.no_inventory"),
    ],
)
def test_a_measure_is_carried_out_before_somebody_with_a_list(changes: dict[str, Any], expected: str) -> None:
    assert code(coercing.may_carry_out(replace(SPOT, **changes))) == expected


def test_a_seizure_has_a_last_day_is_prolonged_once_and_ended_once() -> None:
    running: dict[str, Any] = {"started": True, "ended": False, "until": DAY, "on": DAY}
    assert code(coercing.is_running(**running)) == ""
    assert code(coercing.is_running(started=False, ended=False, until=None, on=DAY)) == "coercion.not_started"
    assert code(coercing.is_running(started=True, ended=True, until=None, on=DAY)) == "coercion.ended"
    assert code(coercing.is_running(started=True, ended=False, until=DAY, on=NEXT)) == "coercion.expired"
    assert code(coercing.may_extend_seizure(extended=True, allowed=30, told_on=DAY, on=DAY)) == "coercion.extended"
    assert code(coercing.may_extend_seizure(extended=False, allowed=None, told_on=DAY, on=DAY)) == "coercion.extended"
    assert code(coercing.may_extend_seizure(extended=False, allowed=30, told_on=NEXT, on=DAY)) == "coercion.not_told"
    assert code(coercing.may_extend_seizure(extended=False, allowed=30, told_on=DAY, on=DAY)) == ""
    assert code(coercing.may_release(started=True, ended=True, how="退还")) == "coercion.ended"
    assert code(coercing.may_release(started=True, ended=False, how=" ")) == "coercion.no_reason"
    assert code(coercing.may_release(started=True, ended=False, how="退还")) == ""
    later = HOUR + timedelta(hours=1)
    assert code(coercing.may_approve_coercion(urgent=True, latest=HOUR, at=later, reason="")) == "coercion.report_late"
    assert code(coercing.may_approve_coercion(urgent=True, latest=HOUR, at=later, reason="断网")) == ""
    assert code(coercing.may_approve_coercion(urgent=False, latest=None, at=later, reason="")) == ""


def test_a_decision_is_executed_after_a_demand_by_day() -> None:
    demand: dict[str, Any] = {"content": "十日内缴纳", "pay_until": None, "on": DAY, "money": True, "owed": True}
    assert code(coercing.may_demand(**demand)) == ""
    assert code(coercing.may_demand(**{**demand, "owed": False})) == "urge.paid"
    assert code(coercing.may_demand(**{**demand, "owed": False, "money": False})) == ""
    assert code(coercing.may_demand(**{**demand, "content": " "})) == "urge.no_reason"
    assert code(coercing.may_demand(**{**demand, "pay_until": DAY})) == "urge.early"
    assert code(coercing.may_substitute(demanded_on=None, earliest=None, on=DAY)) == "substitute.no_demand"
    assert code(coercing.may_substitute(demanded_on=DAY, earliest=NEXT, on=DAY)) == "substitute.early"
    assert code(coercing.may_substitute(demanded_on=DAY, earliest=NEXT, on=NEXT)) == ""
    night = (time(22), time(6))
    calm: dict[str, Any] = {"holiday": False, "night": night, "urgent_reason": ""}
    assert code(coercing.may_execute_at(time(10), **calm)) == ""
    assert code(coercing.may_execute_at(time(10), **{**calm, "night": None})) == ""
    assert code(coercing.may_execute_at(time(22), **calm)) == "execution.night"
    assert code(coercing.may_execute_at(time(5, 59), **calm)) == "execution.night"
    assert code(coercing.may_execute_at(time(10), **{**calm, "holiday": True})) == "execution.holiday"
    assert code(coercing.may_execute_at(time(23), **{**calm, "urgent_reason": "危及安全"})) == ""
    whole: dict[str, Any] = {"executes": True, "performer": "某公司", "budget_told": True, "method": "清除"}
    assert code(coercing.may_decide_substitute(**whole)) == ""
    assert code(coercing.may_decide_substitute(**{**whole, "executes": False})) == "substitute.no_decision"
    for name, value in {"performer": " ", "method": "", "budget_told": False}.items():
        assert code(coercing.may_decide_substitute(**{**whole, name: value})) == "substitute.incomplete"
