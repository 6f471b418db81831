"""Rules of what goes beside the flow: rest, length, end, recusal, handover, transfer, remedies. Every branch."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.rules import collaborating, remedies, standing, transferring
from heliograph.dossiers.tests.test_rules_categories import code

DAY = date(2026, 11, 20)
NEXT = DAY + timedelta(days=1)
HOUR = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - rules compare, they do not ask which zone
LATER = HOUR + timedelta(hours=1)


def test_days_stop_counting_from_today_and_go_on_from_a_later_day() -> None:
    assert code(standing.may_begin_interval(DAY, today=DAY)) == ""
    assert code(standing.may_begin_interval(DAY, today=NEXT)) == "interval.day"
    assert code(standing.may_begin_interval(NEXT, today=DAY)) == "interval.day"
    assert code(standing.may_suspend_case("closed", measures_open=0)) == "suspension.state"
    assert code(standing.may_suspend_case("handling", measures_open=1)) == "suspension.measures"
    assert code(standing.may_suspend_case("handling", measures_open=0)) == ""
    assert code(standing.may_resume_case("handling", since=None, on=DAY)) == "suspension.none"
    assert code(standing.may_resume_case("suspended", since=None, on=DAY)) == "suspension.none"
    assert code(standing.may_resume_case("suspended", since=NEXT, on=DAY)) == "suspension.before"
    assert code(standing.may_resume_case("suspended", since=DAY, on=DAY)) == ""
    assert code(standing.may_resume_case("suspended", since=DAY, on=NEXT)) == ""
    assert code(standing.may_record_interval("鉴定", covered=False, already=False)) == "interval.no_rule"
    assert code(standing.may_record_interval("鉴定", covered=True, already=True)) == "interval.open"
    assert code(standing.may_record_interval("鉴定", covered=True, already=False)) == ""
    assert code(standing.may_end_interval(ended=True, since=DAY, on=NEXT)) == "interval.ended"
    assert code(standing.may_end_interval(ended=False, since=DAY, on=DAY)) == "interval.same_day"
    assert code(standing.may_end_interval(ended=False, since=DAY, on=NEXT)) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"length": 0}, "extension.length"),
        ({"extended": 1}, "extension.twice"),
        ({"length": 11}, "extension.too_long"),
        ({"allowed": None}, "extension.none"),
        ({"allowed": None, "excepted": True}, "extension.head"),
        ({"allowed": None, "excepted": True, "by_head": True, "length": 30}, ""),
    ],
)
def test_a_period_is_lengthened_by_its_rule_or_by_the_head(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"allowed": 10, "extended": 0, "length": 10, "excepted": False, "by_head": False}
    assert code(standing.may_lengthen(**{**given, **changes})) == expected


def test_a_case_ends_or_goes_back_where_the_law_lets_it() -> None:
    assert code(standing.is_basis_known("a", known={"a"})) == ""
    assert code(standing.is_basis_known("b", known={"a"})) == "extension.basis"
    assert code(standing.may_terminate("closed", measures_open=0)) == "termination.state"
    assert code(standing.may_terminate("suspended", measures_open=1)) == "termination.measures"
    assert code(standing.may_terminate("handling", measures_open=0)) == ""
    assert code(standing.may_return(decided=True)) == "return.decided"
    assert code(standing.may_return(decided=False)) == ""


def test_recusal_handover_and_messages() -> None:
    assert code(collaborating.may_ask_recusal(waiting=False, granted=True)) == "recusal.granted_before"
    assert code(collaborating.may_ask_recusal(waiting=True, granted=False)) == "recusal.waiting"
    assert code(collaborating.may_ask_recusal(waiting=False, granted=False)) == ""
    assert code(collaborating.may_decide_recusal(decided=True, own=False)) == "recusal.decided"
    assert code(collaborating.may_decide_recusal(decided=False, own=True)) == "recusal.own"
    assert code(collaborating.may_decide_recusal(decided=False, own=False)) == ""
    free: dict[str, Any] = {"ended": False, "same": False, "recused": False, "other_place": False}
    assert code(collaborating.may_hand_over(**free)) == ""
    for name in free:
        assert code(collaborating.may_hand_over(**{**free, name: True})) == f"handover.{name}"
    assert code(collaborating.may_read_message(own=True)) == ""
    assert code(collaborating.may_read_message(own=False)) == "message.other"
    assert code(collaborating.may_send(sees_case=True, to_self=False)) == ""
    assert code(collaborating.may_send(sees_case=True, to_self=True)) == "message.self"
    assert code(collaborating.may_send(sees_case=False, to_self=False)) == "message.scope"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"approved_at": None}, "transfer.not_approved"),
        ({"delivered": True}, "transfer.twice"),
        ({"at": HOUR - timedelta(minutes=1)}, "transfer.time"),
        ({"at": LATER + timedelta(hours=1)}, "transfer.time"),
        ({"latest": HOUR}, "transfer.late"),
        ({"latest": HOUR, "reason": "路远"}, ""),
        ({"latest": LATER}, ""),
    ],
)
def test_a_transfer_is_delivered_after_its_approval_in_its_hours(changes: dict[str, Any], expected: str) -> None:
    given: dict[str, Any] = {"approved_at": HOUR, "delivered": False, "at": LATER, "now": LATER, "latest": None,
                             "reason": "", **changes}  # fmt: skip
    assert code(transferring.may_deliver(**given)) == expected


def test_a_transfer_goes_through_its_steps_once() -> None:
    assert code(transferring.may_report(open_already=True)) == "transfer.open"
    assert code(transferring.may_report(open_already=False)) == ""
    assert code(transferring.may_decide_transfer(reported=False, decided=False)) == "transfer.not_reported"
    assert code(transferring.may_decide_transfer(reported=True, decided=True)) == "transfer.decided"
    assert code(transferring.may_decide_transfer(reported=True, decided=False)) == ""
    assert code(transferring.may_follow_up(delivered=False, answered=False)) == "transfer.not_delivered"
    assert code(transferring.may_follow_up(delivered=True, answered=True)) == "transfer.answered"
    assert code(transferring.may_follow_up(delivered=True, answered=False)) == ""
    assert code(transferring.may_hand_items(accepted=False, handed=False)) == "transfer.not_accepted"
    assert code(transferring.may_hand_items(accepted=True, handed=True)) == "transfer.items_twice"
    assert code(transferring.may_hand_items(accepted=True, handed=False)) == ""


def test_a_remedy_is_followed_once_and_a_decision_annulled_once() -> None:
    assert code(remedies.may_receive_remedy("appeal", served=True, pending=False)) == "remedy.kind"
    assert code(remedies.may_receive_remedy("litigation", served=False, pending=False)) == "remedy.not_served"
    assert code(remedies.may_receive_remedy("litigation", served=True, pending=True)) == "remedy.pending"
    assert code(remedies.may_receive_remedy("litigation", served=True, pending=False)) == ""
    assert code(remedies.may_reply(replied=True, ended=False)) == "remedy.replied"
    assert code(remedies.may_reply(replied=False, ended=True)) == "remedy.replied"
    assert code(remedies.may_reply(replied=False, ended=False)) == ""
    assert code(remedies.may_end_remedy(ended=True)) == "remedy.ended"
    assert code(remedies.may_end_remedy(ended=False)) == ""
    annul: dict[str, Any] = {"annulled": False, "fine": Decimal(800), "fine_after": None}
    assert code(remedies.may_annul("revoked", **annul)) == ""
    assert code(remedies.may_annul("lost", **annul)) == "annulment.how"
    assert code(remedies.may_annul("revoked", **{**annul, "annulled": True})) == "annulment.twice"
    assert code(remedies.may_annul("changed", **annul)) == "annulment.amount"
    assert code(remedies.may_annul("revoked", **{**annul, "fine_after": Decimal(1)})) == "annulment.amount"
    assert code(remedies.may_annul("changed", **{**annul, "fine_after": Decimal(801)})) == "annulment.heavier"
    assert code(remedies.may_annul("changed", **{**annul, "fine_after": Decimal(-1)})) == "annulment.heavier"
    assert code(remedies.may_annul("changed", **{**annul, "fine_after": Decimal(300)})) == ""
    assert code(remedies.may_withdraw(annulled_on=None, published=True, withdrawn=False)) == "withdrawal.none"
    assert code(remedies.may_withdraw(annulled_on=DAY, published=False, withdrawn=False)) == "withdrawal.none"
    assert code(remedies.may_withdraw(annulled_on=DAY, published=True, withdrawn=True)) == "withdrawal.twice"
    assert code(remedies.may_withdraw(annulled_on=DAY, published=True, withdrawn=False)) == ""
