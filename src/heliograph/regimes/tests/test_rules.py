"""Which pack an agency may stand under, and what loading a notice does to the calendar; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from heliograph.kernel.verdict import Allowed, Refused
from heliograph.kernel.workdays import CalendarDay
from heliograph.regimes.rules import Candidate, InForce, calendar_change, may_install, may_load

NEW_YEAR = date(2027, 1, 1)
CANDIDATE = Candidate("office@2026.11", "b" * 64, "office", date(2026, 11, 1), None)
CURRENT = InForce("office@2026.10", "a" * 64, date(2026, 11, 1), None)


def refusal(verdict: Allowed | Refused) -> str:
    assert isinstance(verdict, Refused)
    assert verdict.basis
    return verdict.code


def may(
    candidate: Candidate = CANDIDATE,
    agency: str = "office",
    current: InForce | None = None,
    in_force_from: date = NEW_YEAR,
) -> Allowed | Refused:
    return may_install(candidate, agency=agency, current=current, in_force_from=in_force_from)


def test_a_first_pack_and_a_later_one_may_be_installed() -> None:
    assert may()
    assert may(current=CURRENT)


def test_a_pack_of_another_agency_is_refused() -> None:
    assert refusal(may(agency="another")) == "pack.other_agency"


def test_a_level_pack_is_no_agencys_pack() -> None:
    assert refusal(may(replace(CANDIDATE, agency=None))) == "pack.other_agency"


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2027, 1, 2)])
def test_a_pack_holds_only_within_its_own_days(day: date) -> None:
    verdict = may(replace(CANDIDATE, effective_to=NEW_YEAR), in_force_from=day)
    assert refusal(verdict) == "pack.not_effective"
    assert "自 2026-11-01 至 2027-01-01 有效" in str(verdict)


def test_an_open_ended_pack_says_from_when_it_holds() -> None:
    assert "自 2026-11-01 起有效" in str(may(in_force_from=date(2026, 1, 1)))


def test_the_same_content_again_is_refused() -> None:
    assert refusal(may(current=replace(CURRENT, content_hash="b" * 64))) == "pack.already_installed"


def test_the_same_content_may_follow_when_it_has_ended() -> None:
    ended = replace(CURRENT, content_hash="b" * 64, in_force_to=date(2026, 12, 1))
    assert may(current=ended)


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 11, 2)])
def test_a_pack_does_not_reach_back_behind_the_one_before_it(day: date) -> None:
    verdict = may(current=replace(CURRENT, in_force_from=date(2026, 11, 2)), in_force_from=day)
    assert refusal(verdict) == "pack.not_later"


def day(text: str, notice: str = "2027 年通知", *, works: bool = False) -> CalendarDay:
    return CalendarDay(date.fromisoformat(text), works, "节", notice, "公报")


def test_a_notice_adds_days_and_announces_its_year() -> None:
    rows = [day("2026-12-31"), day("2027-01-01"), day("2027-02-01")]
    change = calendar_change({}, rows)
    assert (change.added, change.changed, change.removed) == (tuple(rows), (), ())
    assert {year: row.notice for year, row in change.announced.items()} == {2027: "2027 年通知"}
    assert change


def test_a_notice_loaded_again_replaces_what_it_said_before() -> None:
    wrong, kept, other = day("2027-01-04"), day("2027-01-01"), day("2026-10-01", "2026 年通知")
    known = {row.day: row for row in (wrong, kept, other)}
    moved = replace(kept, name="元旦")
    change = calendar_change(known, [moved, day("2027-01-02", works=True)])
    assert change.changed == ((kept, moved),)
    assert change.removed == (wrong,)
    assert [row.day for row in change.added] == [date(2027, 1, 2)]


def test_the_same_rows_again_change_nothing() -> None:
    rows = [day("2027-01-01")]
    assert not calendar_change({row.day: row for row in rows}, rows)


def test_of_two_notices_for_a_year_the_longer_names_it() -> None:
    rows = [day("2027-05-01", "调整通知"), day("2027-01-01"), day("2027-01-02")]
    assert calendar_change({}, rows).announced[2027].notice == "2027 年通知"


def test_rows_may_be_loaded_when_each_day_rests_on_a_notice() -> None:
    assert may_load([day("2027-01-01"), day("2027-01-02")])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "calendar.empty"),
        ([day("2027-01-01"), day("2027-01-01", "另一通知")], "calendar.twice"),
        ([day("2027-01-01", " ")], "calendar.no_notice"),
    ],
)
def test_rows_without_ground_or_sense_are_refused(rows: list[CalendarDay], code: str) -> None:
    assert refusal(may_load(rows)) == code
