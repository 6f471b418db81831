"""Evidence, measures, terms, proposal, answer and discussion: what the rules let through and what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.rules import investigating, proposing, terms
from heliograph.dossiers.rules.terms import Discretion, Terms
from heliograph.dossiers.tests.test_rules_opening import refused
from heliograph.kernel.verdict import Verdict

KEY = "行政处罚法@2021:54"


def meant(**changes: Any) -> Terms:
    values: dict[str, Any] = {
        "outcome": "penalty", "kinds": frozenset({"fine"}), "fine": Decimal(800), "confiscated": Decimal(0),
        "other": "", "basis": frozenset({KEY}),
    }  # fmt: skip
    return Terms(**(values | changes))


NOTHING = meant(outcome="minor", kinds=frozenset(), fine=Decimal(0), basis=frozenset())


def test_evidence_is_taken_by_two_and_reviewed_where_cameras_took_it() -> None:
    assert investigating.may_take(same_person=False, unreviewed_monitoring=False)
    refused(investigating.may_take(same_person=True, unreviewed_monitoring=False), "evidence.same_person", "不同")
    refused(investigating.may_take(same_person=False, unreviewed_monitoring=True), "evidence.monitoring", "审核")


def test_an_article_is_cited_once_and_known() -> None:
    assert investigating.may_cite(KEY, known=True, already=False)
    refused(investigating.may_cite(KEY, known=True, already=True), "citation.twice")
    refused(investigating.may_cite(KEY, known=False, already=False), "citation.unknown", KEY, "导入")


def test_a_measure_in_an_investigation_is_of_two_kinds() -> None:
    assert investigating.is_asked_for("preservation")
    assert investigating.may_take_at_once("sampling")
    refused(investigating.may_take_at_once("preservation"), "measure.not_approved", "本人登录")
    refused(investigating.is_asked_for("sampling"), "measure.no_leave", "直接登记")
    for kind in (investigating.is_asked_for, investigating.may_take_at_once, investigating.is_of_evidence):
        refused(kind("sealing"), "measure.coercion", "行政强制")


def test_a_measure_is_approved_by_somebody_in_charge() -> None:
    assert investigating.may_be_asked("丙", leader=True, own=False)
    refused(investigating.may_be_asked("乙", leader=False, own=False), "measure.approver", "乙", "负责人")
    refused(investigating.may_be_asked("丙", leader=True, own=True), "measure.approver", "本人")
    assert investigating.may_approve_measure(decided=False, own=False)
    refused(investigating.may_approve_measure(decided=True, own=False), "measure.decided")
    refused(investigating.may_approve_measure(decided=False, own=True), "measure.own", "其他负责人")


def test_a_measure_is_carried_out_after_its_approval() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    hour = timedelta(hours=1)

    def begin(started_at: datetime, *, approved_at: datetime | None = noon, began: bool = False) -> Verdict:
        return investigating.may_begin_measure(
            approved_at=approved_at, began=began, started_at=started_at, at=noon + 2 * hour
        )

    assert begin(noon + hour)
    refused(begin(noon, approved_at=None), "measure.not_approved")
    refused(begin(noon - hour), "measure.time", "批准时间")
    refused(begin(noon + 3 * hour), "measure.time")
    refused(begin(noon, began=True), "measure.began")


def test_a_measure_ends_once_and_says_how() -> None:
    assert investigating.may_end_measure(ended=False, how="发还")
    refused(investigating.may_end_measure(ended=False, how="发还", began=False), "measure.not_begun")
    refused(investigating.may_end_measure(ended=True, how="发还"), "measure.ended")
    refused(investigating.may_end_measure(ended=False, how=" "), "measure.no_reason", "发还")


def test_an_investigation_ends_with_evidence_and_shown_certificates() -> None:
    assert investigating.may_end_investigation(evidence=1, on_site_wanted=True, on_site_acts=1)
    assert investigating.may_end_investigation(evidence=1, on_site_wanted=False, on_site_acts=0)
    refused(investigating.may_end_investigation(evidence=1, on_site_wanted=True, on_site_acts=0),
            "investigation.not_shown", "出示")  # fmt: skip
    refused(investigating.may_end_investigation(evidence=0, on_site_wanted=False, on_site_acts=0),
            "investigation.no_evidence", "证据")  # fmt: skip


def test_a_report_names_outcome_violation_and_known_articles() -> None:
    assert investigating.may_conclude(cited_violation=True, outcome="penalty")
    assert investigating.may_conclude(cited_violation=False, outcome="minor")
    refused(investigating.may_conclude(cited_violation=False, outcome="penalty"), "conclusion.no_violation", "引用")
    refused(investigating.may_conclude(cited_violation=True, outcome="granted"), "conclusion.outcome", "选择")
    refused(investigating.may_conclude(cited_violation=True, outcome="penalty", unknown_basis=["某法@2020:1"]),
            "citation.unknown", "某法@2020:1", "导入")  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("NaN", "terms.negative"),
        ("Infinity", "terms.negative"),
        ("-1", "terms.negative"),
        ("1E15", "terms.too_large"),
        ("0.001", "terms.cents"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(amount: str, code: str) -> None:
    refused(terms.check_amount(Decimal(amount), "罚款金额"), code, "罚款金额")


def test_amounts_in_yuan_and_cents_pass() -> None:
    assert terms.check_amount(Decimal(0), "罚款金额")
    assert terms.check_amount(Decimal("0.10"), "罚款金额")
    assert terms.check_amount(Decimal("99999999999999.99"), "罚款金额")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basis": frozenset()}, "terms.no_basis"),
        ({"kinds": frozenset(), "fine": Decimal(0)}, "terms.no_kind"),
        ({"outcome": "minor"}, "terms.no_penalty"),
        ({"fine": Decimal(0)}, "terms.fine"),
        ({"kinds": frozenset({"warning"})}, "terms.fine"),
        ({"confiscated": Decimal(5)}, "terms.confiscated"),
        ({"kinds": frozenset({"fine", "other"})}, "terms.other"),
        ({"fine": Decimal(-1)}, "terms.negative"),
        ({"fine": Decimal("NaN")}, "terms.negative"),
        ({"confiscated": Decimal("NaN")}, "terms.negative"),
        ({"confiscated": Decimal("0.001")}, "terms.cents"),
    ],
)
def test_kinds_and_amounts_belong_together(changes: dict[str, Any], code: str) -> None:
    refused(terms.check_terms(meant(**changes)), code)


def test_terms_in_order_pass() -> None:
    assert terms.check_terms(meant())
    assert terms.check_terms(NOTHING)
    both = frozenset({"fine", "confiscate_property", "other"})
    assert terms.check_terms(meant(kinds=both, confiscated=Decimal(5), other="责令公开检讨"))


def test_what_is_heavier_than_noticed_is_said_in_words() -> None:
    assert terms.heavier(meant(), meant(fine=Decimal(500))) == ()
    worse = meant(kinds=frozenset({"fine", "warning", "other"}), fine=Decimal(900), confiscated=Decimal(5), other="另")
    found = "；".join(terms.heavier(meant(), worse))
    assert "增加了处罚种类" in found
    assert "罚款由 800 元增加到 900 元" in found
    assert "没收金额由 0 元增加到 5 元" in found
    assert "其他处罚内容" in found


def test_another_outcome_or_basis_is_a_change_and_lighter_amounts_are_none() -> None:
    assert terms.changed(meant(), meant(fine=Decimal(1))) == ()
    assert terms.changed(meant(), NOTHING) == ()
    assert terms.changed(NOTHING, meant())[-2:] == ("处理结果与告知的不同", "处罚依据与告知的不同")
    assert terms.changed(meant(), meant(basis=frozenset({KEY, "另法@2020:1"}))) == ("处罚依据与告知的不同",)


def bounds(low: object, high: object, reason: str = "", *, approved: bool = False) -> Discretion:
    least, most = (None if bound is None else Decimal(str(bound)) for bound in (low, high))
    return Discretion("迟报一档", least, most, reason, approved=approved)


@pytest.mark.parametrize("fits", [bounds(None, None), bounds(800, 800), bounds(None, 800), bounds(500, None)])
def test_a_fine_within_its_benchmark_stands(fits: Discretion) -> None:
    assert terms.may_depart(meant(), fits)


@pytest.mark.parametrize(("low", "high", "said"), [(900, None, "900 至 不限"), (None, 700, "不限 至 700")])
def test_a_fine_outside_its_benchmark_needs_reason_and_approval(low: object, high: object, said: str) -> None:
    refused(terms.may_depart(meant(), bounds(low, high)), "discretion.no_reason", "800", "迟报一档", said, "理由")
    refused(terms.may_depart(meant(), bounds(low, high, "主动改正")), "discretion.not_approved", "800", said, "批准")
    assert terms.may_depart(meant(), bounds(low, high, "主动改正", approved=True))


def test_a_benchmark_is_made_of_amounts_in_order() -> None:
    assert terms.check_benchmark(bounds(None, None))
    assert terms.check_benchmark(bounds(100, 100))
    assert terms.check_benchmark(bounds(100, None))
    refused(terms.check_benchmark(bounds(200, 100)), "discretion.order", "200", "100")
    refused(terms.check_benchmark(bounds("NaN", 100)), "terms.negative", "裁量基准下限")
    refused(terms.check_benchmark(bounds(1, -5)), "terms.negative", "裁量基准上限")


def test_an_answer_comes_on_a_notice_with_its_content() -> None:
    offered = {"waiver", "statement"}
    assert proposing.may_answer("waiver", offered=offered, noticed=True, content="")
    assert proposing.may_answer("statement", offered=offered, noticed=True, content="不服")
    refused(proposing.may_answer("waiver", offered=offered, noticed=False, content=""), "statement.no_notice")
    refused(proposing.may_answer("shout", offered=offered, noticed=True, content=""), "statement.unknown", "选择")
    refused(proposing.may_answer("statement", offered=offered, noticed=True, content=" "), "statement.no_reason")
    refused(proposing.no_proposal(), "proposal.missing", "调查终结报告")


def test_notice_is_oral_in_the_summary_procedure_alone() -> None:
    assert proposing.is_summary(summary=True)
    refused(proposing.is_summary(summary=False), "notice.not_summary", "书面")
    assert proposing.is_written(summary=False)
    refused(proposing.is_written(summary=True), "notice.summary", "当场")


def test_what_is_told_on_the_spot_is_what_was_checked() -> None:
    assert proposing.is_as_found(meant(), kinds="罚款", fine=Decimal("800.00"))
    assert not proposing.is_as_found(meant(), kinds="警告", fine=Decimal(800))
    assert not proposing.is_as_found(meant(), kinds="罚款", fine=Decimal(700))
    assert proposing.kinds_on_the_spot(meant(kinds=frozenset({"warning", "fine"}))) == "警告并罚款"
    assert proposing.kinds_on_the_spot(meant(kinds=frozenset({"detention"}))) is None
    assert proposing.may_put_right(meant(), within=True)
    refused(proposing.may_put_right(meant(), within=False), "summary.changed", "800", "退回")


def test_a_review_says_what_was_adopted() -> None:
    assert proposing.may_review("partly", keeps=True)
    assert proposing.may_review("yes", keeps=False)
    refused(proposing.may_review("yes", keeps=True), "review.at_odds", "部分采纳")
    refused(proposing.may_review("", keeps=True), "review.no_reason", "采纳")


def test_a_discussion_is_called_on_a_proposal_for_several() -> None:
    assert proposing.may_call_discussion(has_proposal=True, members=2, minimum=2)
    assert proposing.may_call_discussion(has_proposal=True, members=None, minimum=2)
    refused(proposing.may_call_discussion(has_proposal=False, members=None, minimum=2), "discussion.none", "召集")
    refused(proposing.may_call_discussion(has_proposal=False, members=3, minimum=2), "proposal.missing")
    refused(proposing.may_call_discussion(has_proposal=True, members=1, minimum=2), "discussion.members", "2 名")
    refused(proposing.may_call_discussion(has_proposal=True, members=2, minimum=3), "discussion.members", "3 名")
    refused(proposing.may_call_discussion(has_proposal=True, members=9, minimum=None), "discussion.no_minimum")


def test_those_who_discuss_are_in_charge() -> None:
    assert proposing.may_sit_together(chaired=True, others=[])
    refused(proposing.may_sit_together(chaired=False, others=[]), "discussion.no_chair", "主持人")
    refused(proposing.may_sit_together(chaired=True, others=["甲"]), "discussion.not_in_charge", "甲", "列席")


def test_nobody_votes_before_the_day() -> None:
    day = date(2026, 11, 20)
    assert proposing.may_vote_on(day, today=day)
    refused(proposing.may_vote_on(day, today=date(2026, 11, 19)), "discussion.too_early", "2026-11-20", "2026-11-19")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"called": False}, "discussion.not_called"),
        ({"confirmed": True}, "discussion.confirmed"),
        ({"concluded": True}, "discussion.confirmed"),
        ({"vote": ""}, "discussion.no_reason"),
        ({"vote": "disagree"}, "discussion.dissent"),
    ],
)
def test_a_seat_is_taken_by_the_one_called_once_with_a_vote(changes: dict[str, Any], code: str) -> None:
    seat: dict[str, Any] = {"called": True, "confirmed": False, "concluded": False, "vote": "agree", "opinion": ""}
    assert proposing.may_take_seat(**seat)
    assert proposing.may_take_seat(**(seat | {"vote": "disagree", "opinion": "证据不足"}))
    refused(proposing.may_take_seat(**(seat | changes)), code)
