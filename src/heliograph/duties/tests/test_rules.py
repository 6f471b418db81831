"""The rules of duties from values alone."""

from __future__ import annotations

from datetime import date

import pytest

from heliograph.duties import rules
from heliograph.kernel.packs.schema import TimeLimit
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.kernel.workdays import CalendarDay, WorkCalendar

FRIDAY = date(2026, 11, 20)
CALENDAR = WorkCalendar([CalendarDay(date(2026, 1, 1), False, "元旦", "国办发明电〔2025〕7号", "测试")])
LIMIT = TimeLimit(
    id="publish",
    basis=["WS公7(一)"],
    name="公开",
    event="决定作出",
    unit="working_days",
    length=7,
    extension=5,
    exceptions=["法律"],
)


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


def test_a_duty_keeps_the_rule_as_it_stood_and_nothing_of_its_telling() -> None:
    kept = rules.snapshot(LIMIT)
    assert (kept["id"], kept["unit"], kept["length"], kept["basis"]) == ("publish", "working_days", 7, ["WS公7(一)"])
    assert "event" not in kept
    assert "exceptions" not in kept


def test_seven_working_days_from_a_friday_end_on_the_second_tuesday() -> None:
    assert rules.due_of(rules.snapshot(LIMIT), FRIDAY, CALENDAR, ()).on == date(2026, 12, 1)


def test_an_extension_lengthens_in_its_own_unit() -> None:
    longer = [rules.Change("extend", length=5, unit="working_days")]
    assert rules.due_of(rules.snapshot(LIMIT), FRIDAY, CALENDAR, longer).on == date(2026, 12, 8)


def test_days_of_suspension_are_not_counted() -> None:
    away = [rules.Change("suspend", from_on=date(2026, 11, 23), to_on=date(2026, 11, 27))]
    assert rules.due_of(rules.snapshot(LIMIT), FRIDAY, CALENDAR, away).on == date(2026, 12, 8)


def test_changes_that_move_nothing_are_passed_over() -> None:
    idle = [rules.Change("suspend"), rules.Change("extend"), rules.Change("resume", from_on=FRIDAY)]
    assert rules.due_of(rules.snapshot(LIMIT), FRIDAY, CALENDAR, idle).on == date(2026, 12, 1)


@pytest.mark.parametrize("state", ["fulfilled", "cancelled"])
def test_a_closed_duty_takes_no_act(state: str) -> None:
    assert code(rules.may_change(state)) == "duty.closed"
    assert code(rules.may_suspend(state)) == "duty.closed"
    assert code(rules.may_extend(state, allowed=5, extended=0, length=1)) == "duty.closed"


def test_only_a_running_period_is_suspended_and_only_a_suspended_one_resumed() -> None:
    assert rules.may_suspend("open") == Allowed()
    assert code(rules.may_suspend("suspended")) == "duty.suspended"
    monday = date(2026, 11, 23)
    assert rules.may_resume("suspended", suspended_from=FRIDAY, on=monday) == Allowed()
    assert code(rules.may_resume("suspended", suspended_from=FRIDAY, on=FRIDAY)) == "duty.resume_date"
    assert code(rules.may_resume("open", suspended_from=None, on=monday)) == "duty.not_suspended"
    assert code(rules.may_resume("suspended", suspended_from=None, on=monday)) == "duty.not_suspended"


def test_the_alarm_rings_on_a_working_day_never_after_the_last_one() -> None:
    assert rules.alarm_day(None, CALENDAR) is None
    assert rules.alarm_day(FRIDAY, CALENDAR) == FRIDAY
    assert rules.alarm_day(date(2026, 11, 22), CALENDAR) == FRIDAY


def test_an_extension_stays_within_what_the_rule_allows() -> None:
    assert rules.may_extend("open", allowed=5, extended=2, length=3) == Allowed()
    assert code(rules.may_extend("open", allowed=5, extended=3, length=3)) == "duty.too_long"
    assert code(rules.may_extend("open", allowed=None, extended=0, length=1)) == "duty.no_extension"


@pytest.mark.parametrize("length", [0, -3])
def test_an_extension_by_nothing_or_less_is_refused(length: int) -> None:
    assert code(rules.may_extend("open", allowed=5, extended=0, length=length)) == "duty.length"


@pytest.mark.parametrize(
    ("due_on", "lane"),
    [
        (None, "no_date"),
        (date(2026, 11, 19), "overdue"),
        (FRIDAY, "overdue"),
        (date(2026, 11, 21), "soon"),
        (date(2026, 11, 25), "soon"),
        (date(2026, 11, 26), "normal"),
    ],
)
def test_the_desk_sorts_duties_into_lanes(due_on: date | None, lane: str) -> None:
    assert rules.urgency(due_on, FRIDAY, date(2026, 11, 25)) == lane
