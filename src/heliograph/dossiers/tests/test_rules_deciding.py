"""Filing, notice, hearing and decision: each condition of the statute alone stops the decision, and says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from heliograph.dossiers.rules import deciding
from heliograph.dossiers.rules.deciding import Attendance, DecisionState, HearingState, NoticeState
from heliograph.dossiers.tests.test_rules_opening import DAY, YESTERDAY, refused
from heliograph.dossiers.tests.test_rules_proposing import NOTHING, bounds, meant
from heliograph.kernel.verdict import Refused, Verdict

NOTICE = NoticeState(meant(), statement_until=YESTERDAY, hearing_until=None, waived=False, reviewed=True)
READY = DecisionState(
    proposed=meant(),
    discretion=bounds(None, None),
    approved=True,
    notice=NOTICE,
    first_notice=None,
    new_evidence=False,
    hearing=HearingState(),
    discussion_required=False,
    discussed=False,
    review_required=False,
    review_passed=False,
    due_on=None,
    late_reason="",
)


def test_a_penalty_with_everything_in_order_may_be_decided() -> None:
    assert deciding.may_decide(READY, on=DAY)


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"proposed": meant(basis=frozenset())}, "terms.no_basis", "依据"),
        ({"review_required": True}, "review.not_passed", "法制审核"),
        ({"discussion_required": True}, "discussion.missing", "集体讨论"),
        ({"approved": False}, "proposal.not_approved", "审批"),
        ({"notice": None}, "notice.missing", "告知"),
        ({"hearing": HearingState(asked=2, held=1)}, "hearing.not_held", "听证"),
        ({"notice": replace(NOTICE, reviewed=False)}, "defence.not_reviewed", "复核"),
        ({"notice": replace(NOTICE, hearing_until=DAY)}, "hearing.still_open", "2026-11-20"),
        ({"notice": replace(NOTICE, statement_until=DAY)}, "statement.still_open", "2026-11-20"),
        ({"proposed": meant(fine=Decimal(900))}, "notice.changed", "900"),
        ({"discretion": bounds(900, None)}, "discretion.no_reason", "理由"),
        ({"due_on": YESTERDAY}, "decision.late", "2026-11-19"),
    ],
)
def test_each_missing_condition_alone_stops_the_decision(changes: dict[str, Any], code: str, says: str) -> None:
    refused(deciding.may_decide(replace(READY, **changes), on=DAY), code, says)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"waived": False}, ""),
        ({}, ""),
        ({"kind": "silence"}, "waiver.rest"),
        ({"hearing": True}, "waiver.hearing"),
        ({"filed": False}, "waiver.no_paper"),
    ],
)
def test_who_has_spoken_gives_up_the_rest_of_the_period_in_writing(changes: dict[str, Any], code: str) -> None:
    given = {"waived": True, "kind": "statement", "hearing": False, "filed": True, **changes}
    verdict = deciding.may_waive_rest(**given)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.mark.parametrize(
    "changes",
    [
        {"review_required": True, "review_passed": True},
        {"discussion_required": True, "discussed": True},
        {"hearing": HearingState(asked=2, held=1, withdrawn=1)},
        {"notice": replace(NOTICE, hearing_until=DAY, waived=True)},
        {"notice": replace(NOTICE, hearing_until=DAY, heard=True)},
        {"notice": replace(NOTICE, statement_until=DAY, waived=True)},
        {"notice": replace(NOTICE, hearing_until=YESTERDAY)},
        {"proposed": meant(fine=Decimal(500))},
        {"due_on": DAY},
        {"due_on": YESTERDAY, "late_reason": "鉴定超期"},
        {"first_notice": meant()},
        {"first_notice": meant(fine=Decimal(500)), "new_evidence": True},
    ],
)
def test_what_answers_a_condition_lets_the_decision_pass(changes: dict[str, Any]) -> None:
    assert deciding.may_decide(replace(READY, **changes), on=DAY)


def test_a_hearing_on_an_earlier_notice_does_not_shorten_the_periods_of_a_later_one() -> None:
    state = replace(READY, hearing=HearingState(asked=1, held=1), notice=replace(NOTICE, hearing_until=DAY))
    refused(deciding.may_decide(state, on=DAY), "hearing.still_open")


def test_a_defence_is_never_answered_with_a_heavier_penalty() -> None:
    again = replace(READY, first_notice=meant(fine=Decimal(500)))
    refused(deciding.may_decide(again, on=DAY), "defence.heavier", "罚款由 500 元增加到 800 元", "重新告知")


def test_without_a_notice_nothing_is_compared_with_one() -> None:
    assert deciding._as_noticed(replace(READY, notice=None))


@pytest.mark.parametrize(
    ("ended_on", "barred_after", "found_on", "ground"),
    [
        (None, None, DAY, ""),
        (YESTERDAY, None, DAY, ""),
        (YESTERDAY, DAY, DAY, ""),
        (YESTERDAY, YESTERDAY, DAY, "生命健康"),
    ],
)
def test_a_case_within_its_limitation_is_filed(ended_on: Any, barred_after: Any, found_on: date, ground: str) -> None:
    found = deciding.may_file(ended_on=ended_on, barred_after=barred_after, found_on=found_on, long_ground=ground)
    assert found


def test_a_case_after_its_limitation_is_not_filed() -> None:
    early = DAY - timedelta(days=800)
    late = deciding.may_file(ended_on=early, barred_after=YESTERDAY, found_on=DAY, long_ground=" ")
    refused(late, "filing.barred", early.isoformat(), "2026-11-19", "2026-11-20", "理由")


def attended(**changes: Any) -> Attendance:
    values: dict[str, Any] = {
        "called": 3, "agreed": 2, "disagreed": 0, "abstained": 0, "concluded": False, "about_this_proposal": True,
    }  # fmt: skip
    return Attendance(**(values | changes))


def test_a_discussion_is_concluded_by_those_who_were_really_there() -> None:
    assert deciding.may_conclude_discussion(attended(), minimum=2)
    refused(deciding.may_conclude_discussion(attended(concluded=True), minimum=2), "discussion.twice")
    refused(deciding.may_conclude_discussion(attended(agreed=0), minimum=2), "discussion.empty", "3 人", "0 人", "登录")
    refused(deciding.may_conclude_discussion(attended(called=4), minimum=2), "discussion.empty", "超过半数")
    refused(deciding.may_conclude_discussion(attended(), minimum=3), "discussion.empty", "至少须 3 人")


def test_most_of_those_present_decide() -> None:
    assert deciding.is_agreed(attended())
    assert not deciding.is_agreed(attended(agreed=1, disagreed=1))
    assert not deciding.is_agreed(attended(agreed=1, abstained=1))


def test_a_notice_is_given_of_an_approved_penalty_in_order() -> None:
    assert deciding.may_notify(meant(), bounds(None, None), approved=True)
    refused(deciding.may_notify(meant(), bounds(None, None), approved=False), "notice.not_approved", "审批")
    refused(deciding.may_notify(NOTHING, bounds(None, None), approved=True), "notice.no_penalty")
    refused(deciding.may_notify(meant(fine=Decimal(0)), bounds(None, None), approved=True), "terms.fine")
    refused(deciding.may_notify(meant(), bounds(900, None), approved=True), "discretion.no_reason")


def test_on_the_spot_only_what_is_small_and_heard() -> None:
    free = bounds(None, None)
    assert deciding.may_decide_summarily(meant(), free, within_limits=True, heard=True)
    refused(deciding.may_decide_summarily(meant(), free, within_limits=True, heard=False), "summary.not_heard", "陈述")
    large = meant(kinds=frozenset({"fine", "close"}))
    refused(deciding.may_decide_summarily(large, free, within_limits=True, heard=True), "summary.kind", "普通程序")
    refused(deciding.may_decide_summarily(meant(), free, within_limits=False, heard=True), "summary.ceiling", "800")
    refused(deciding.may_decide_summarily(meant(fine=Decimal(0)), free, within_limits=True, heard=True), "terms.fine")
    away = bounds(900, None, "从轻")
    refused(deciding.may_decide_summarily(meant(), away, within_limits=True, heard=True), "discretion.not_approved")


def test_no_penalty_rests_on_a_ground_and_a_reason() -> None:
    assert deciding.may_not_punish("first", "初次")
    refused(deciding.may_not_punish("penalty", "轻"), "no_penalty.ground", "法定情形")
    refused(deciding.may_not_punish("minor", " "), "no_penalty.no_reason", "理由")


def test_a_hearing_is_asked_for_once_and_in_time() -> None:
    assert deciding.may_request_hearing(asked_on=DAY, until=DAY, already=False)
    refused(deciding.may_request_hearing(asked_on=DAY, until=None, already=False), "hearing.no_right")
    refused(deciding.may_request_hearing(asked_on=DAY, until=DAY, already=True), "hearing.twice")
    late = deciding.may_request_hearing(asked_on=DAY, until=YESTERDAY, already=False)
    refused(late, "hearing.late", "2026-11-19", "2026-11-20")


def test_a_hearing_is_announced_early_enough() -> None:
    assert deciding.may_schedule_hearing(notified_on=YESTERDAY, held_on=DAY, earliest=DAY, days=7)
    short = deciding.may_schedule_hearing(notified_on=YESTERDAY, held_on=YESTERDAY, earliest=DAY, days=7)
    refused(short, "hearing.notice_short", "7 个工作日", "最早 2026-11-20")


def test_a_hearing_is_chaired_by_somebody_apart_who_registers_it() -> None:
    who = uuid4()
    assert deciding.may_chair(who, investigators=[])
    refused(deciding.may_chair(who, investigators=[who]), "hearing.chair", "指定其他人员")
    assert deciding.may_register_hearing("甲", able=True, role="法制审核人")
    refused(
        deciding.may_register_hearing("甲", able=False, role="法制审核人"), "hearing.chair_role", "甲", "法制审核人"
    )
    assert deciding.is_chair(same=True, chair="乙")
    refused(deciding.is_chair(same=False, chair="乙"), "hearing.other_chair", "乙", "重新通知")


def test_a_hearing_is_held_as_announced() -> None:
    assert deciding.may_hold_hearing(held_on=DAY, scheduled_on=DAY)
    refused(deciding.may_hold_hearing(held_on=DAY, scheduled_on=None), "hearing.not_announced")
    refused(deciding.may_hold_hearing(held_on=DAY, scheduled_on=YESTERDAY), "hearing.other_day", "2026-11-19", "改期")
    assert deciding.is_hearing_asked(asked=True)
    refused(deciding.is_hearing_asked(asked=False), "hearing.none")


def test_silence_is_registered_when_the_period_is_over() -> None:
    assert deciding.may_end_in_silence(silent=True, on=DAY, until=YESTERDAY)
    assert deciding.may_end_in_silence(silent=False, on=DAY, until=DAY)
    refused(deciding.may_end_in_silence(silent=True, on=DAY, until=DAY), "statement.too_early", "2026-11-20")


def test_a_fine_is_paid_to_a_bank() -> None:
    assert deciding.is_bank_named(fined=True, bank="农商银行")
    assert deciding.is_bank_named(fined=False, bank="")
    assert isinstance(deciding.is_bank_named(fined=True, bank=" "), Refused)


def test_a_notice_leaves_the_days_for_asking_for_a_hearing_whole() -> None:
    assert deciding.may_end_before_hearing(None, hearing_until=DAY)
    assert deciding.may_end_before_hearing(DAY, hearing_until=DAY)
    assert deciding.may_end_before_hearing(YESTERDAY, hearing_until=None)
    refused(deciding.may_end_before_hearing(YESTERDAY, hearing_until=DAY), "statement.before_hearing", "2026-11-19")


def test_a_decision_is_told_as_its_document_writes_it() -> None:
    def told(typed: str, *, said: bool | None = None) -> Verdict:
        return deciding.agrees_with_document(typed=typed, written="农商银行", said=said, adds=True)

    assert told("农商银行", said=True)
    assert told("")
    assert deciding.agrees_with_document(typed="农商银行", written="", said=False, adds=None)
    refused(told("建设银行"), "decision.other_bank", "建设银行")
    refused(told("", said=False), "decision.other_surcharge", "不一致")
