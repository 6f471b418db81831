"""Timers fire when their last day is over, once, by themselves; a new calendar moves due days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from heliograph.kernel.workdays import CalendarDay
from heliograph.ledger.models import Record
from heliograph.procedures.actions import Moved, complete_task, fire_due_timers, resume_run, suspend_run
from heliograph.procedures.actions.timers import fire_timer, recount_due_days
from heliograph.procedures.models import Step, Token
from heliograph.procedures.tasks import recount
from heliograph.procedures.tests.conftest import begin
from heliograph.procedures.tests.flows import flows, gateway, penalty, release_of
from heliograph.procedures.tests.test_moving import places
from heliograph.procedures.tests.test_running import WHY
from heliograph.regimes.actions import load_calendar
from heliograph.registers.models import Account, Agency
from tests.cast import BEIJING, NOON, TODAY

LAST_MOMENT = datetime(2027, 2, 18, 23, 59, 59, tzinfo=BEIJING)  # the ninetieth day after 20 November
OVER = datetime(2027, 2, 19, tzinfo=BEIJING)


def test_a_timer_fires_when_its_last_day_is_over_and_only_once(filed: UUID) -> None:
    assert fire_due_timers(at=LAST_MOMENT) == 0
    assert fire_due_timers(at=OVER) == 1
    assert places(filed) == {"t_investigate", "t_urge"}  # a reminder, which does not interrupt
    assert fire_due_timers(at=OVER) == 0
    step = Step.objects.filter(run_id=filed).latest("number")
    assert (step.place, step.name, step.act, step.actor, step.at) == ("b_late", "调查期满", "timer", None, OVER)
    record = Record.objects.filter(kind="run.fired").get()
    assert (record.actor_id, record.subject_id) == (None, str(filed))


def test_an_interrupting_timer_takes_the_task_with_it(
    investigated: Callable[..., Moved], filed: UUID, handler: Account
) -> None:
    investigated(100)
    assert fire_due_timers(at=NOON + timedelta(days=30)) == 1
    assert places(filed) == {"t_publish", "f_g_served_p_join"}


def test_a_task_that_was_done_disarms_its_timer(
    investigated: Callable[..., Moved], filed: UUID, handler: Account
) -> None:
    investigated(100)
    complete_task(filed, "t_serve", actor=handler, at=NOON)
    assert not Token.objects.filter(run_id=filed, kind="timer").exists()
    assert fire_timer(filed, "b_silent", at=OVER) is None


def test_no_timer_fires_while_its_case_is_suspended(filed: UUID, leader_in_charge: Account) -> None:
    suspend_run(filed, from_on=TODAY, actor=leader_in_charge, **WHY)
    assert fire_due_timers(at=OVER) == 0
    resume_run(filed, on=TODAY + timedelta(days=5), actor=leader_in_charge, **WHY)
    assert fire_due_timers(at=OVER + timedelta(days=3)) == 0
    assert fire_due_timers(at=OVER + timedelta(days=4)) == 1  # the first of the five days was not counted anyway


def test_a_sweep_is_bounded_and_goes_on_where_it_stopped(investigated: Callable[..., Moved], filed: UUID) -> None:
    fire_due_timers(at=OVER)
    investigated(100)
    assert fire_due_timers(at=OVER, most=0) == 0
    assert fire_due_timers(at=OVER, most=1) == 1


def test_a_timer_that_cannot_fire_does_not_hold_up_the_others(
    agency: Agency, handler: Account, legality_reviewer: Account, leader_in_charge: Account
) -> None:
    drawing = penalty().replace(flows("b_late>t_urge"), "")
    more = gateway("g_urge", "e_urged") + flows("b_late>g_urge", "g_urge>e_urged", "g_urge>t_urge: 重大案件 = true")
    drawing = drawing.replace("</process>", f"{more}</process>")
    release_of(agency, legality_reviewer, leader_in_charge, drawing=drawing)
    unknown, known = begin(agency, handler).run.pk, begin(agency, handler, 重大案件=True).run.pk
    for case in (unknown, known):
        complete_task(case, "t_file", actor=handler, at=NOON)
        complete_task(case, "t_approve", facts={"准予立案": True}, actor=leader_in_charge, at=NOON)
    assert fire_due_timers(at=OVER, most=1) == 1
    assert places(unknown) == {"t_investigate", "b_late"}
    assert places(known) == {"t_investigate", "t_urge"}


def test_a_holiday_notice_moves_due_days(
    investigated: Callable[..., Moved], filed: UUID, system_admin: Account
) -> None:
    investigated(100)
    assert Token.objects.get(run_id=filed, place="t_publish").due_on == date(2026, 12, 1)
    assert recount_due_days(at=NOON) == 0
    off = CalendarDay(date(2026, 12, 1), False, "测试假日", "国办发明电〔2025〕测试", "测试")
    load_calendar([off], actor=system_admin, at=NOON)
    assert recount_due_days(at=NOON) == 1
    assert Token.objects.get(run_id=filed, place="t_publish").due_on == date(2026, 12, 2)
    assert recount_due_days(at=NOON) == 0


def test_the_worker_counts(filed: UUID) -> None:
    recount(0)
    assert places(filed) == {"t_investigate", "b_late"}
