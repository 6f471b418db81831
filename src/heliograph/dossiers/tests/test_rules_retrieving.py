"""The rules of retrieval and of secrecy, by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from heliograph.dossiers.rules import retrieving as rules
from heliograph.dossiers.rules.volumes import BY_TIME, MAIN, SIDE, Item, bind
from heliograph.kernel.verdict import Refused, Verdict

TODAY = date(2026, 11, 20)
A, B = "a" * 64, "b" * 64


def code(verdict: Verdict) -> str:
    if isinstance(verdict, Refused):
        assert verdict.basis
        assert verdict.message
        return verdict.code.removeprefix("retrieval.").removeprefix("secrecy.")
    return ""


@pytest.mark.parametrize(
    ("state", "given", "expected"),
    [
        ("archived", {}, ""),
        ("closed", {}, "state"),
        ("handling", {}, "state"),
        ("archived", {"pending": True}, "pending"),
        ("archived", {"running": True}, "running"),
        ("archived", {"destroyed": True, "running": True}, "destroyed"),
    ],
)
def test_who_may_ask(state: str, given: dict[str, bool], expected: str) -> None:
    flags = {"pending": False, "running": False, "destroyed": False, **given}
    assert code(rules.may_ask(state, **flags)) == expected


def test_only_the_office_of_the_rules_opens_at_once() -> None:
    assert rules.may_open_at_once(held=True, office="法制审核人", basis="x@2020:1")
    assert code(rules.may_open_at_once(held=False, office="法制审核人", basis="x@2020:1")) == "approval"


@pytest.mark.parametrize(
    ("state", "own", "entitled", "expected"),
    [
        ("asked", False, True, ""),
        ("asked", True, True, "own"),
        ("asked", False, False, "approver"),
        ("open", False, True, "decided"),
        ("refused", False, True, "decided"),
    ],
)
def test_who_decides(state: str, own: bool, entitled: bool, expected: str) -> None:
    verdict = rules.may_decide(state, own=own, entitled=entitled, approvers="分管领导", basis="x@2020:1")
    assert code(verdict) == expected


def test_the_last_day_is_named_and_not_over() -> None:
    assert code(rules.check_until(None, today=TODAY)) == "no_until"
    assert code(rules.check_until(date(2026, 11, 19), today=TODAY)) == "past"
    assert rules.check_until(TODAY, today=TODAY)


@pytest.mark.parametrize(
    ("state", "mine", "entitled", "expected"),
    [
        ("asked", True, False, ""),
        ("open", False, True, ""),
        ("open", False, False, "not_yours"),
        ("ended", True, True, "over"),
        ("refused", True, False, "over"),
    ],
)
def test_who_ends(state: str, mine: bool, entitled: bool, expected: str) -> None:
    assert code(rules.may_end(state, mine=mine, entitled=entitled)) == expected


def test_a_retrieval_runs_to_the_end_of_its_last_day() -> None:
    assert rules.runs("open", TODAY, on=TODAY)
    assert not rules.runs("open", TODAY, on=date(2026, 11, 21))
    assert not rules.runs("open", None, on=TODAY)
    assert not rules.runs("ended", TODAY, on=TODAY)


def test_the_archive_is_read_under_a_retrieval_only() -> None:
    assert rules.may_read("handling", running=False, destroyed=False)
    assert rules.may_read("archived", running=True, destroyed=False)
    assert code(rules.may_read("archived", running=False, destroyed=False)) == "needed"
    assert code(rules.may_read("archived", running=True, destroyed=True)) == "destroyed"


def test_levels_are_covered_by_trust_before_and_by_release_after() -> None:
    assert rules.covered_levels("handling", released=(), trusted=True) == {"state", "trade", "privacy"}
    assert rules.covered_levels("handling", released=("state",), trusted=False) == set()
    assert rules.covered_levels("archived", released=("trade",), trusted=True) == {"trade"}
    assert rules.may_read_item("", covered=())
    assert rules.may_read_item("trade", covered=("trade",))
    assert code(rules.may_read_item("state", covered=("trade",))) == "secret"
    assert code(rules.not_in_retrieval()) == "not_covered"


def test_a_level_follows_the_bytes_and_the_strictest_counts() -> None:
    items = [
        Item("一", TODAY, sha256=A, key="1"),
        Item("二", TODAY, sha256=A, key="2"),
        Item("三", TODAY, sha256=B, key="3"),
        Item("四", TODAY, key="4"),
    ]
    found = rules.with_levels(items, {"1": "privacy", "2": "state", "4": "trade"})
    assert [one.level for one in found] == ["state", "state", "", "trade"]
    assert rules.strictest(()) == ""
    assert rules.strictest({"", "privacy", "trade"}) == "trade"


def test_what_is_not_for_somebody_keeps_its_line_and_says_why() -> None:
    items = [
        Item("线索", TODAY, volume=SIDE, sha256=A, key="1"),
        Item("账册", TODAY, sha256=B, key="2", level="trade", number="x", author="y"),
        Item("密件", TODAY, sha256="c" * 64, key="3", level="state", number="x", author="y"),
        Item("笔录", TODAY, sha256="d" * 64, key="4"),
    ]
    both = bind(items)
    main, side = rules.shown_volumes(both, covered=("trade",), side=True)
    assert (main.id, side.id) == (MAIN, SIDE)
    assert [(line.item.title, line.withheld) for line in main.lines] == [
        ("账册", ""),
        ("国家秘密材料", "因国家秘密未附"),
        ("笔录", ""),
    ]
    assert (main.lines[1].item.sha256, main.lines[1].item.number, main.lines[1].item.author) == ("", "", "")
    [outside] = rules.shown_volumes(both, covered=(), side=False)
    assert [line.item.title for line in outside.files] == ["笔录"]
    assert (outside.lines[0].note, outside.lines[0].item.author) == ("因商业秘密未附", "y")
    [whole] = rules.shown_volumes(bind(items, arrangement=BY_TIME), covered=(), side=False)
    assert "线索" not in [line.item.title for line in whole.lines]


@pytest.mark.parametrize(
    ("now", "level", "legal", "known", "expected"),
    [
        ("", "trade", False, True, ""),
        ("trade", "state", False, True, ""),
        ("trade", "privacy", False, True, "lower"),
        ("trade", "", False, True, "lower"),
        ("trade", "", True, True, ""),
        ("trade", "trade", True, True, "same"),
        ("", "", True, True, "same"),
        ("", "top", True, True, "level"),
        ("", "trade", True, False, "unknown"),
    ],
)
def test_a_level_is_raised_by_officers_and_lowered_by_the_legal_office(
    now: str,
    level: str,
    legal: bool,
    known: bool,
    expected: str,
) -> None:
    assert code(rules.may_classify(now, level, legal_office=legal, known=known)) == expected
