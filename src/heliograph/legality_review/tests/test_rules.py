"""The pure rules of review, both ways of every branch."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from heliograph.kernel.verdict import Refused, Verdict
from heliograph.legality_review.rules import people, reviewing
from heliograph.legality_review.rules.people import Ratio, ReviewerState
from heliograph.legality_review.rules.reviewing import Found, Held, Meeting, Passage
from heliograph.legality_review.rules.sealing import LABELS, Proposed, changed, seal_of, seals_of

DAY = date(2026, 11, 20)
FROM = date(2018, 1, 1)
PROPOSED = Proposed(
    outcome="penalty", kinds=("fine",), fine="800.00", confiscated="0.00", levied="0.00", other="", correction=(),
    facts="迟报一次", reasons="事实清楚", basis=("行政处罚法@2021:54",), cited=(), discretion=(), parties=("甲",),
    evidence=("一",), measure=(), grounds=("涉及重大公共利益",),
)  # fmt: skip


def code(verdict: Verdict) -> str:
    """Return the code of a refusal, "" for what is allowed."""
    if isinstance(verdict, Refused):
        assert verdict.message.endswith("。")
        assert verdict.basis
        return verdict.code
    return ""


def refusal(verdict: Verdict) -> Refused:
    """Return what was refused."""
    assert isinstance(verdict, Refused)
    return verdict


# -- sealing
def test_every_field_has_a_name_and_a_seal_of_its_own() -> None:
    assert set(LABELS) == {one.name for one in fields(Proposed)} == set(seals_of(PROPOSED))
    assert len(set(seals_of(PROPOSED).values())) == len(LABELS)


@pytest.mark.parametrize("name", list(LABELS))
def test_a_changed_field_is_named_and_no_other(name: str) -> None:
    value: Any = "改" if isinstance(getattr(PROPOSED, name), str) else ("改",)
    now = seals_of(replace(PROPOSED, **{name: value}))
    assert changed(seals_of(PROPOSED), now) == [LABELS[name]]
    assert seal_of(now) != seal_of(seals_of(PROPOSED))


def test_the_order_of_a_list_changes_nothing_and_a_lost_seal_counts_as_a_change() -> None:
    one = replace(PROPOSED, kinds=("fine", "warning"))
    assert seals_of(one) == seals_of(replace(one, kinds=("warning", "fine")))
    kept = {name: seal for name, seal in seals_of(one).items() if name != "fine"}
    assert changed(kept, seals_of(one)) == ["罚款金额"]


# -- the package
def test_what_a_package_lacks_is_named() -> None:
    rows = [
        Held("a", "报告", present=True, signed=True, must_be_signed=True),
        Held("b", "证据", present=False, signed=False, must_be_signed=False),
        Held("c", "笔录", present=True, signed=False, must_be_signed=True),
    ]
    assert reviewing.missing_of(rows) == ["证据（没有）", "笔录（没有签章后的文件）"]


@pytest.mark.parametrize(
    ("missing", "stated", "expected"),
    [([], True, ""), (["证据（没有）"], True, "review.materials"), ([], False, "review.not_answered_for")],
)
def test_a_package_is_complete_and_answered_for(missing: list[str], stated: bool, expected: str) -> None:
    assert code(reviewing.may_submit(missing, truth_stated=stated)) == expected


def test_names_off_the_list_are_refused() -> None:
    assert code(reviewing.are_known(["a"], ["a", "b"], what="材料")) == ""
    assert code(reviewing.are_known(["z"], ["a"], what="材料")) == "review.unknown"


def test_supplements_are_asked_for_and_handed_in_in_words() -> None:
    assert code(reviewing.may_hand_in([], note="已补")) == ""
    assert code(reviewing.may_hand_in(["报告"], note="已补")) == "review.materials"
    assert code(reviewing.may_hand_in([], note=" ")) == "review.no_note"
    asked: dict[str, Any] = {"reviewing": True, "waiting": False, "text": "鉴定意见"}
    assert code(reviewing.may_ask_supplement(**asked)) == ""
    assert code(reviewing.may_ask_supplement(**{**asked, "reviewing": False})) == "review.not_reviewing"
    assert code(reviewing.may_ask_supplement(**{**asked, "waiting": True})) == "review.supplement_waiting"
    assert code(reviewing.may_ask_supplement(**{**asked, "text": ""})) == "review.no_note"
    assert code(reviewing.may_answer_supplement(waiting=True, note="已补")) == ""
    assert code(reviewing.may_answer_supplement(waiting=False, note="已补")) == "review.supplement_none"


# -- the opinion
ELEMENTS = {"facts": "案件事实是否清楚", "law": "适用法律是否准确"}
FINE = [Found("facts", "ok", "", points_at=False), Found("law", "not_here", "", points_at=False)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (FINE, ""),
        (FINE[:1], "review.elements"),
        ([FINE[0], Found("law", "problem", " ", points_at=True)], "review.no_note"),
        ([FINE[0], Found("law", "problem", "条款有误", points_at=False)], "review.no_object"),
        ([FINE[0], Found("law", "problem", "条款有误", points_at=True)], ""),
    ],
)
def test_every_element_is_found_and_a_problem_shown(found: list[Found], expected: str) -> None:
    assert code(reviewing.check_findings(ELEMENTS, found)) == expected


WRONG = [FINE[0], Found("law", "problem", "条款有误", points_at=True)]


@pytest.mark.parametrize(
    ("conclusion", "found", "items", "text", "waiting", "expected"),
    [
        ("agree", FINE, [], "同意", False, ""),
        ("agree", FINE, [], "同意", True, "review.supplement_waiting"),
        ("agree", FINE, [], " ", False, "review.no_note"),
        ("agree", WRONG, [], "同意", False, "review.agree_with_problems"),
        ("agree", FINE, ["条款有误"], "同意", False, "review.agree_with_problems"),
        ("problems", WRONG, [], "有误", False, "review.no_items"),
        ("transfer", WRONG, [" "], "移送", False, "review.no_items"),
        ("problems", WRONG, ["条款有误"], "有误", False, ""),
    ],
)
def test_an_opinion_is_of_one_piece(
    conclusion: str, found: list[Found], items: list[str], text: str, waiting: bool, expected: str
) -> None:
    assert code(reviewing.may_conclude(conclusion, found, items, text=text, waiting=waiting)) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({1: ("adopted", "已改"), 2: ("not_adopted", "理由")}, ""),
        ({1: ("adopted", "已改")}, "review.not_all_answered"),
        ({1: ("", "已改"), 2: ("adopted", "已改")}, "review.no_answer"),
        ({1: ("adopted", ""), 2: ("adopted", "已改")}, "review.no_reason"),
        ({1: ("adopted", "已改"), 2: ("not_adopted", " ")}, "review.no_reason"),
    ],
)
def test_each_problem_is_answered_with_words(answers: dict[int, tuple[str, str]], expected: str) -> None:
    assert code(reviewing.may_respond([1, 2], answers)) == expected


@pytest.mark.parametrize(
    ("manner", "meeting", "minutes", "expected"),
    [
        ("leader", None, "听取意见", ""),
        ("leader", None, " ", "review.no_minutes"),
        ("collective", None, "讨论", "review.no_meeting"),
        ("collective", Meeting(2, 3, date(2026, 11, 1)), "讨论", "review.no_meeting"),
        ("collective", Meeting(1, 2, DAY), "讨论", "review.meeting_empty"),
        ("collective", Meeting(2, 4, DAY), "讨论", "review.meeting_empty"),
        ("collective", Meeting(2, 3, DAY), "讨论", ""),
    ],
)
def test_a_disagreement_is_settled_by_a_leader_or_a_real_meeting(
    manner: str, meeting: Meeting | None, minutes: str, expected: str
) -> None:
    found = reviewing.may_coordinate(manner, meeting, least=2, opinion_on=DAY, minutes=minutes, grounds="条款")
    assert code(found) == expected


def test_a_case_is_called_in_once_before_its_decision() -> None:
    given: dict[str, Any] = {"decided": False, "called": False, "required": False, "reason": "影响大"}
    assert code(reviewing.may_call_in(**given)) == ""
    assert code(reviewing.may_call_in(**{**given, "decided": True})) == "review.decided"
    assert code(reviewing.may_call_in(**{**given, "called": True})) == "review.called_twice"
    assert code(reviewing.may_call_in(**{**given, "required": True})) == "review.required_already"
    assert code(reviewing.may_call_in(**{**given, "reason": " "})) == "review.no_reason"


def test_the_period_is_lengthened_once_with_a_reason() -> None:
    given: dict[str, Any] = {"running": True, "given": 3, "extended": False, "reason": "复杂"}
    assert code(reviewing.may_extend(**given)) == ""
    assert code(reviewing.may_extend(**{**given, "running": False})) == "review.not_running"
    assert code(reviewing.may_extend(**{**given, "given": None})) == "review.no_extension"
    assert code(reviewing.may_extend(**{**given, "extended": True})) == "review.extended"
    assert code(reviewing.may_extend(**{**given, "reason": ""})) == "review.no_reason"


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        (Passage([], None, open_round=False, changed=[]), ""),
        (Passage(["甲"], None, open_round=False, changed=[]), "review.not_passed"),
        (Passage(["甲"], "problems", open_round=False, changed=[]), "review.not_passed"),
        (Passage(["甲"], "agree", open_round=True, changed=[]), "review.not_passed"),
        (Passage(["甲"], "agree", open_round=False, changed=["罚款金额"]), "review.void"),
        (Passage(["甲"], "agree", open_round=False, changed=[]), ""),
    ],
)
def test_the_gate_opens_for_what_was_reviewed_as_it_is(passage: Passage, expected: str) -> None:
    found = reviewing.may_decide(passage)
    assert code(found) == expected
    if isinstance(found, Refused) and passage.changed:
        assert "罚款金额" in found.message


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        (Passage([], None, open_round=False, changed=["罚款金额"]), ""),
        (Passage(["甲"], None, open_round=False, changed=[]), "review.not_passed"),
        (Passage(["甲"], "agree", open_round=True, changed=[]), "review.not_passed"),
        (Passage(["甲"], "agree", open_round=False, changed=["罚款金额"]), "review.void"),
        (Passage(["甲"], "agree", open_round=False, changed=[]), ""),
    ],
)
def test_only_what_was_reviewed_takes_effect(passage: Passage, expected: str) -> None:
    assert code(reviewing.may_take_effect(passage)) == expected


def test_a_reviewed_penalty_is_not_turned_into_none_without_a_review() -> None:
    assert code(reviewing.may_withhold([])) == ""
    assert code(reviewing.may_withhold(["甲"])) == "review.withheld"


def test_only_penalties_rest_on_the_statute_of_penalties() -> None:
    of_hearing = ["行政处罚法@2021:58", "国办发118号@2018:12"]
    assert reviewing.articles_for("penalty", of_hearing) == tuple(of_hearing)
    assert reviewing.articles_for("permit", of_hearing) == ("国办发118号@2018:12",)
    assert reviewing.articles_for("permit", ["行政处罚法@2021:58"]) == (reviewing.CATALOGUE,)
    assert reviewing.basis_for("penalty", ["RZ表26"]) == reviewing.REVIEW
    assert reviewing.basis_for("permit", ["RZ表26"]) == "RZ表26"
    assert reviewing.basis_for("coercion", []) == reviewing.CATALOGUE
    unreviewed = Passage(["甲"], None, open_round=False, changed=[], basis="RZ表26")
    assert refusal(reviewing.may_decide(unreviewed)).basis == "RZ表26"
    assert refusal(reviewing.may_take_effect(unreviewed)).basis == "RZ表26"


# -- people
STAFF = ReviewerState("staff", FROM, None, qualified_on=None, began_on=date(2017, 5, 1))


@pytest.mark.parametrize(
    ("state", "penalty", "expected"),
    [
        (STAFF, True, ""),
        (None, True, "reviewer.not_registered"),
        (replace(STAFF, from_on=date(2027, 1, 1)), True, "reviewer.not_registered"),
        (replace(STAFF, to_on=date(2026, 1, 1)), True, "reviewer.not_registered"),
        (replace(STAFF, to_on=date(2027, 1, 1)), True, ""),
        (replace(STAFF, kind="adviser"), True, "reviewer.no_contract"),
        (replace(STAFF, kind="adviser", contract_from=FROM), True, "reviewer.no_contract"),
        (replace(STAFF, kind="adviser", contract_from=FROM, contract_to=FROM), True, "reviewer.no_contract"),
        (replace(STAFF, kind="purchased", contract_from=FROM, contract_to=date(2027, 1, 1)), True, ""),
        (replace(STAFF, began_on=DAY), True, "reviewer.not_qualified"),
        (replace(STAFF, began_on=DAY, qualified_on=date(2026, 12, 1)), True, "reviewer.not_qualified"),
        (replace(STAFF, began_on=DAY, qualified_on=DAY), True, ""),
        (replace(STAFF, began_on=DAY), False, ""),
    ],
)
def test_a_reviewer_is_registered_under_contract_and_qualified(
    state: ReviewerState | None, penalty: bool, expected: str
) -> None:
    assert code(people.may_review(state, on=DAY, qualified_from=FROM, penalty=penalty)) == expected


def test_without_a_day_in_the_pack_nobody_is_new() -> None:
    assert code(people.may_review(replace(STAFF, began_on=DAY), on=DAY, qualified_from=None, penalty=True)) == ""


def test_who_took_part_does_not_review() -> None:
    assert code(people.is_apart([], penalty=True)) == ""
    assert code(people.is_apart(["取证"], penalty=True)) == "reviewer.of_the_case"
    assert refusal(people.is_apart(["取证"], penalty=False)).basis == people.STAFFING


def test_a_reviewer_is_registered_once_with_days_in_order() -> None:
    given: dict[str, Any] = {"contract": False, "from_on": DAY, "to_on": None, "began_on": FROM, "already": False}
    assert code(people.may_register("staff", **given)) == ""
    assert code(people.may_register("staff", **{**given, "already": True})) == "reviewer.twice"
    assert code(people.may_register("adviser", **given)) == "reviewer.no_contract"
    assert code(people.may_register("adviser", **{**given, "contract": True})) == ""
    assert code(people.may_register("staff", **{**given, "to_on": FROM})) == "reviewer.dates"
    assert code(people.may_register("staff", **{**given, "to_on": DAY})) == ""
    assert code(people.may_register("staff", **{**given, "began_on": date(2027, 1, 1)})) == "reviewer.dates"


@pytest.mark.parametrize(
    ("ratio", "wanted", "short", "share"),
    [
        (Ratio(1, 20, 5), 1, 0, Decimal("5.0")),
        (Ratio(1, 21, 5), 2, 1, Decimal("4.8")),
        (Ratio(0, 0, 5), 0, 0, None),
        (Ratio(0, 9, None), 0, 0, Decimal("0.0")),
        (Ratio(0, 9, None, least=1, most=2), 1, 1, Decimal("0.0")),
        (Ratio(2, 60, 5, least=1, most=2), 3, 1, Decimal("3.3")),
    ],
)
def test_the_ratio_says_how_many_are_missing(ratio: Ratio, wanted: int, short: int, share: Decimal | None) -> None:
    """Peers 48: the share of reviewers is a live number with what is missing to it."""
    assert (ratio.wanted, ratio.short, ratio.share) == (wanted, short, share)
