"""Rules of applications, levies, inspections and coercion: every branch, by the code of its refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.rules import coercing, inspecting, levying, opening, people, permitting
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
        ({"outcome": "denied", "remedies": "申请行政复议"}, "remedies.incomplete"),
        ({"outcome": "denied", "remedies": "申请行政复议，提起行政诉讼"}, ""),
        ({"adopted": ["甲"]}, "statement.adopted"),
        ({"right": replace(RIGHT, untold=("甲",))}, "hearing.not_told"),
        ({"right": replace(RIGHT, untold=("甲",)), "hearings_held": 1}, ""),
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


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"urgent": True, "granted": None, "approved_at": None, "notified_on": None}, ""),
        ({"granted": None}, "inspection.not_approved"),
        ({"granted": False}, "inspection.not_approved"),
        ({"approved_at": None}, "inspection.not_approved"),
        ({"notified_on": None}, "inspection.not_notified"),
        ({"began_at": HOUR - timedelta(minutes=1)}, "inspection.before_approval"),
        ({"notified_on": NEXT}, "inspection.before_notice"),
        ({"approved_at": HOUR + timedelta(seconds=30)}, ""),
    ],
)
def test_officers_go_in_after_the_approval_and_the_notice(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {
        "granted": True,
        "urgent": False,
        "approved_at": HOUR,
        "notified_on": DAY,
        "began_at": HOUR,
    }
    assert code(inspecting.may_inspect(**(given | changes))) == expected


@pytest.mark.parametrize(
    ("result", "granted", "until", "expected"),
    [
        ("fine", True, None, "inspection.result"),
        ("clean", False, None, ""),
        ("suspected", False, None, "inspection.unapproved_result"),
        ("suspected", True, None, ""),
        ("rectify", True, None, "inspection.until"),
        ("rectify", True, DAY - timedelta(days=1), "inspection.until"),
        ("rectify", True, DAY, ""),
        ("rectify", True, NEXT, ""),
    ],
)
def test_a_result_follows_from_an_approved_inspection(
    result: str, granted: bool, until: date | None, expected: str
) -> None:
    assert code(inspecting.may_record_result(result, granted=granted, until=until, on=DAY)) == expected


def test_a_rectification_fails_after_its_last_day_and_a_result_says_where_it_is_public() -> None:
    given: dict[str, Any] = {"passed": True, "until": DAY, "began_at": HOUR, "inspected_at": HOUR, "ordered_on": DAY}

    def checked(**changes: Any) -> str:
        return code(inspecting.may_check_rectification(**(given | changes)))

    assert checked() == ""
    assert checked(passed=False) == "rectification.early"
    assert checked(passed=False, began_at=HOUR + timedelta(days=1)) == ""
    assert checked(inspected_at=HOUR + timedelta(minutes=1)) == "rectification.before_inspection"
    assert checked(ordered_on=NEXT) == "rectification.before_order"
    assert code(inspecting.may_publish_result(withheld=True, where="", withheld_reason=" ")) == "publication.no_reason"
    assert code(inspecting.may_publish_result(withheld=False, where=" ", withheld_reason="")) == "publication.place"
    assert code(inspecting.may_publish_result(withheld=False, where="网站", withheld_reason="")) == ""


OWED = coercing.ToExecute(
    number="晴测罚〔2026〕1号", same_party=True, served_on=DAY - timedelta(days=9), pay_until=DAY - timedelta(days=1),
    owed=Decimal(800), deed=True, deed_until=DAY - timedelta(days=1), pending=False, affirmed=False,
    remedies_until=DAY - timedelta(days=1),
)  # fmt: skip


BEFORE, LONG_BEFORE = DAY - timedelta(days=1), DAY - timedelta(days=30)
UNDATED = replace(OWED, deed_until=None)  # the decision names no day for the deed in a field of its own


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"kind": "freezing"}, "coercion.items"),
        ({"items": " "}, "coercion.items"),
        ({"based": False}, "coercion.no_basis"),
        ({"manner": "代履行"}, "coercion.no_decision"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, served_on=None)}, "coercion.not_served"),
        ({"manner": "代履行", "executes": OWED, "ground": "pollution"}, ""),
        ({"manner": "代履行", "executes": OWED}, "coercion.no_ground"),
        ({"manner": "代履行", "executes": replace(OWED, deed=False), "ground": "pollution"}, "coercion.no_deed"),
        ({"manner": "代履行", "executes": replace(OWED, pay_until=DAY), "ground": "pollution"}, ""),
        ({"manner": "代履行", "executes": replace(OWED, deed_until=DAY), "ground": "pollution"}, "coercion.early"),
        ({"manner": "代履行", "executes": UNDATED, "ground": "pollution"}, "coercion.no_term"),
        ({"manner": "代履行", "executes": UNDATED, "ground": "pollution", "due_on": DAY}, "coercion.early"),
        ({"manner": "代履行", "executes": UNDATED, "ground": "pollution", "due_on": BEFORE}, ""),
        ({"manner": "代履行", "executes": UNDATED, "ground": "nature", "due_on": LONG_BEFORE}, "coercion.other_term"),
        ({"manner": "代履行", "executes": OWED, "ground": "pollution", "due_on": DAY}, "coercion.other_term"),
        ({"manner": "代履行", "executes": OWED, "ground": "pollution", "due_on": BEFORE}, ""),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, pay_until=DAY)}, "coercion.early"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, deed_until=DAY)}, "coercion.early"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, pay_until=DAY, owed=Decimal(0))}, ""),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, deed_until=DAY, deed=False)}, ""),
        ({"manner": "代履行", "executes": replace(OWED, same_party=False)}, "coercion.other_party"),
        ({"manner": "申请法院强制执行", "executes": OWED}, ""),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, owed=Decimal(0), deed=False)}, "coercion.performed"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, pending=True)}, "coercion.remedy"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, remedies_until=DAY)}, "coercion.not_final"),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, remedies_until=DAY, affirmed=True)}, ""),
        ({"manner": "申请法院强制执行", "executes": replace(OWED, remedies_until=None)}, ""),
    ],
)
def test_coercion_is_asked_for_what_is_named(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"manner": "查封扣押", "kind": "sealing", "items": "车间", "based": True, **changes}
    manner = given.pop("manner")
    assert code(coercing.may_apply_coercion(manner, coercing.Asked(**given), on=DAY)) == expected


SPOT = coercing.OnTheSpot(approved=True, urgent=False, started=False, party_present=True, witness="", inventory="设备")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"started": True}, "coercion.twice"),
        ({"approved": False}, "coercion.not_approved"),
        ({"approved": False, "urgent": True, "statement": "无"}, ""),
        ({"party_present": False}, "coercion.no_witness"),
        ({"party_present": False, "witness": "李某"}, "coercion.not_notified"),
        ({"party_present": False, "witness": "李某", "notified": "电话"}, ""),
        ({"party_present": False, "present": "王某", "names": frozenset({"王某"})}, "coercion.present"),
        ({"refusal": "不签"}, "coercion.refusal"),
        ({"refusal": "不签", "recorded": True}, ""),
        ({"urgent": True, "statement": " "}, "coercion.not_heard"),
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
    assert code(coercing.may_extend_seizure(extended=True, allowed=30)) == "coercion.extended"
    assert code(coercing.may_extend_seizure(extended=False, allowed=None)) == "coercion.extended"
    assert code(coercing.may_extend_seizure(extended=False, allowed=30)) == ""
    assert code(coercing.may_release(started=True, ended=True, how="退还")) == "coercion.ended"
    assert code(coercing.may_release(started=True, ended=False, how=" ")) == "coercion.no_reason"
    assert code(coercing.may_release(started=True, ended=False, how="退还")) == ""
    later = HOUR + timedelta(hours=1)
    assert code(coercing.may_approve_coercion(urgent=True, latest=HOUR, at=later, reason="")) == "coercion.report_late"
    assert code(coercing.may_approve_coercion(urgent=True, latest=HOUR, at=later, reason="断网")) == ""
    assert code(coercing.may_approve_coercion(urgent=False, latest=None, at=later, reason="")) == ""


def test_a_measure_begins_after_its_approval_in_minutes() -> None:
    earlier = HOUR - timedelta(minutes=1)
    assert code(coercing.may_begin(HOUR, approved_at=HOUR + timedelta(seconds=30))) == ""
    assert code(coercing.may_begin(earlier, approved_at=HOUR)) == "coercion.before_approval"
    assert code(coercing.may_begin(earlier, approved_at=None, told_at=HOUR)) == "coercion.before_approval"
    assert code(coercing.is_term_over(DAY, on=DAY)) == "urge.term"
    assert code(coercing.is_term_over(DAY, on=NEXT)) == code(coercing.is_term_over(None, on=DAY)) == ""


DISPOSAL = coercing.Disposal("confiscate", follows=True, based=False, body="", told=False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"kind": "burn"}, "disposal.kind"),
        ({"follows": False}, "disposal.no_decision"),
        ({"kind": "destroy"}, "disposal.no_basis"),
        ({"kind": "auction", "based": True}, ""),
        ({"kind": "transfer"}, "disposal.no_body"),
        ({"kind": "transfer", "body": "公安局"}, "disposal.not_told"),
        ({"kind": "transfer", "body": "公安局", "told": True}, ""),
        ({"kind": "release", "follows": False}, ""),
    ],
)
def test_things_are_disposed_of_by_decision_law_or_receipt(changes: dict[str, Any], expected: str) -> None:
    assert code(coercing.may_dispose(replace(DISPOSAL, **changes))) == expected


def test_a_decision_is_executed_after_a_demand_by_day() -> None:
    demand: dict[str, Any] = {"content": "十日内缴纳", "pay_until": None, "on": DAY, "money": True, "owed": True}
    assert code(coercing.may_demand(**demand)) == ""
    assert code(coercing.may_demand(**{**demand, "owed": False})) == "urge.paid"
    assert code(coercing.may_demand(**{**demand, "owed": False, "money": False})) == ""
    assert code(coercing.may_demand(**{**demand, "content": " "})) == "urge.no_reason"
    assert code(coercing.may_demand(**{**demand, "pay_until": DAY})) == "urge.early"


def test_the_days_for_an_answer_to_an_application_end_by_themselves() -> None:
    assert code(permitting.may_still_ask(on=DAY, due_on=None)) == ""
    assert code(permitting.may_still_ask(on=DAY, due_on=DAY)) == ""
    assert code(permitting.may_still_ask(on=DAY, due_on=DAY - timedelta(days=1))) == "correction.late"
    assert code(permitting.is_made_after("受理通知书", DAY, came_on=None)) == ""
    assert code(permitting.is_made_after("受理通知书", DAY, came_on=DAY)) == ""
    assert code(permitting.is_made_after("受理通知书", DAY, came_on=DAY + timedelta(days=1))) == (
        "application.paper_early"
    )


@pytest.mark.parametrize(
    ("kind", "on", "asked", "expected"),
    [
        ("silence", DAY, True, "statement.too_early"),
        ("silence", DAY, False, "statement.too_early"),
        ("silence", DAY + timedelta(days=1), False, ""),
        ("pending", DAY, True, ""),
        ("pending", DAY, False, "statement.not_pending"),
        ("pending", DAY + timedelta(days=1), True, "statement.not_pending"),
        ("hearing", DAY, True, ""),
    ],
)
def test_nobody_is_silent_while_the_days_run(kind: str, on: date, asked: bool, expected: str) -> None:
    assert code(permitting.may_be_silent(kind, name="甲", on=on, until=DAY, asked=asked)) == expected


def test_what_asks_for_two_officers_is_the_law_of_the_category() -> None:
    assert people.basis_of_pair("permit", "国办发118号@2018:7") == "行政许可法@2019:34"
    assert people.basis_of_pair("levy", "国办发118号@2018:7") == "国办发118号@2018:7"


def test_a_text_becomes_a_sentence() -> None:
    assert [opening.ended(one) for one in (" 同意 ", "同意。", "")] == ["同意。", "同意。", ""]
