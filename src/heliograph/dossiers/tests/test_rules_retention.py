"""The rules of retention and destruction, by themselves."""

from __future__ import annotations

from datetime import date

import pytest

from heliograph.dossiers.rules import retention as rules
from heliograph.dossiers.rules.volumes import Item
from heliograph.kernel.verdict import Refused, Verdict

TODAY = date(2026, 11, 20)


def code(verdict: Verdict) -> str:
    if isinstance(verdict, Refused):
        assert verdict.basis
        return verdict.code.rpartition(".")[2]
    return ""


def test_a_dossier_is_kept_as_long_as_what_is_kept_longest() -> None:
    items = [Item("听证笔录", TODAY, key="1"), Item("账册", TODAY, key="2")]
    assert rules.terms_of(items, years=30, for_ever=["听证笔录"]) == {"1": None, "2": 30}
    assert rules.longest({"1": None, "2": 30}, otherwise=10) is None
    assert rules.longest({"1": 10, "2": 30}, otherwise=10) == 30
    assert rules.longest({}, otherwise=10) == 10


def test_a_term_ends_on_the_same_day_of_its_last_year() -> None:
    assert rules.ends_on(TODAY, 30) == date(2056, 11, 20)
    assert rules.ends_on(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert rules.ends_on(TODAY, None) is None


@pytest.mark.parametrize(
    ("state", "now", "wanted", "known", "destroyed", "expected"),
    [
        ("archived", None, 30, False, False, ""),
        ("archived", 10, 30, True, False, ""),
        ("archived", 10, None, True, False, ""),
        ("archived", 30, 10, True, False, "shorter"),
        ("archived", 30, 30, True, False, "shorter"),
        ("archived", None, 99, True, False, "shorter"),
        ("archived", None, 0, False, False, "years"),
        ("closed", None, 30, False, False, "state"),
        ("archived", 10, 30, True, True, "destroyed"),
    ],
)
def test_a_term_is_only_lengthened(
    state: str, now: int | None, wanted: int | None, *, known: bool, destroyed: bool, expected: str
) -> None:
    assert code(rules.may_set(state, now=now, wanted=wanted, known=known, destroyed=destroyed)) == expected


def test_what_may_be_proposed() -> None:
    def said(
        until: date | None = TODAY, *, known: bool = True, pending: bool = False, held: tuple[str, ...] = ()
    ) -> str:
        return code(rules.may_propose(known=known, until=until, on=TODAY, pending=pending, held=held))

    assert said() == ""
    assert said(known=False) == "no_term"
    assert said(None) == "for_ever"
    assert said(date(2026, 11, 21)) == "early"
    assert said(pending=True) == "twice"
    assert said(held=("还有 1 项期限没有办结",)) == "held"


def test_three_people_and_a_time_to_think() -> None:
    assert rules.may_decide("proposed", own=False)
    assert code(rules.may_decide("proposed", own=True)) == "own"
    assert code(rules.may_decide("approved", own=False)) == "decided"
    assert rules.may_cancel("approved")
    assert code(rules.may_cancel("executed")) == "over"
    earliest = rules.not_before(TODAY, 30)
    assert earliest == date(2026, 12, 20)

    def said(
        state: str = "approved", earliest: date | None = earliest, on: date = earliest, *, part: bool = False
    ) -> str:
        return code(rules.may_execute(state, earliest=earliest, on=on, took_part=part))

    assert said() == ""
    assert said("proposed") == "not_approved"
    assert said(earliest=None) == "not_approved"
    assert said(part=True) == "same_person"
    assert said(on=date(2026, 12, 19)) == "cooling"


def test_there_is_a_certificate_of_what_was_carried_out() -> None:
    assert rules.certified("executed")
    assert code(rules.certified("approved")) == "not_done"
