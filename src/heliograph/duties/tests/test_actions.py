"""Opening, moving and fulfilling duties: by the right person, once, with the due date computed from facts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from heliograph.duties.actions import (
    Subject,
    cancel_duty,
    confirm_calendar,
    extend,
    fulfil,
    open_duty,
    recompute_open,
    resume,
    suspend,
)
from heliograph.duties.models import Duty, DutyChange
from heliograph.duties.queries import duties_of, moved_by, open_duties
from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError
from heliograph.kernel.workdays import CalendarDay
from heliograph.regimes.actions import load_calendar, propose_calendar, refuse_calendar
from heliograph.regimes.models import CalendarNotice
from heliograph.regimes.queries import calendar_with, pack_in_force
from heliograph.registers.models import Account, Agency, Unit
from tests.cast import NOON, TODAY

SUBJECT = uuid7()
WEEK = timedelta(days=7)


def day(on: date, *, works: bool = False) -> CalendarDay:
    return CalendarDay(on, works, "测试假日", f"国办发明电〔{on.year - 1}〕测试", "测试")


def duty(
    agency: Agency, limit: str = "publish_decision", *, on: date = TODAY, unit: Unit | None = None, at: datetime = NOON
) -> Duty:
    rule = pack_in_force(agency.pk, on).rule("time_limits", limit)
    subject = Subject("entry", SUBJECT, "公开一份决定", unit.pk if unit else None)
    return open_duty(agency.pk, limit=rule, subject=subject, event_on=on, actor=None, at=at)


@pytest.fixture
def announced(office: Any, system_admin: Account) -> None:
    """2026 and 2027 have their notices; 1 and 2 December 2026 are off."""
    rows = [day(date(2026, 12, 1)), day(date(2026, 12, 2)), day(date(2027, 1, 1))]
    load_calendar(rows, actor=system_admin, at=NOON)


def test_a_duty_opens_with_its_due_date_and_article(announced: None, agency: Agency) -> None:
    opened = duty(agency)
    assert opened.due_on == date(2026, 12, 22)  # 20 working days, two of them moved by the holiday
    assert (opened.basis, opened.provisional, opened.state) == ("行政处罚法@2021:61", False, "open")


def test_promptly_has_no_invented_date(agency: Agency) -> None:
    opened = duty(agency, "adjust_register")
    assert (opened.due_on, opened.alarm_on) == (None, None)


def test_a_date_of_the_year_falls_in_the_following_year(announced: None, agency: Agency) -> None:
    assert duty(agency, "annual_statistics_public", on=date(2026, 12, 31)).due_on == date(2027, 1, 31)


# -- fulfilling
def test_a_duty_is_fulfilled_by_its_event_once(agency: Agency, handler: Account) -> None:
    opened = duty(agency)
    done = fulfil(opened.pk, event="公开第 1 版", actor=handler, at=NOON)
    assert (done.state, done.fulfilled_by, done.fulfilled_at) == ("fulfilled", handler, NOON)
    with pytest.raises(ActRefusedError, match="已办结或取消"):
        fulfil(opened.pk, event="公开第 1 版", actor=handler, at=NOON)


def test_a_fulfilled_duty_knows_when_even_through_sql(agency: Agency) -> None:
    opened = duty(agency)
    with (
        pytest.raises(IntegrityError, match="duty_fulfilled_has_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE duties_duty SET state = 'fulfilled' WHERE id = %s", [opened.pk])


# -- extending
def by_five(opened: Duty, actor: Account, length: int = 5) -> Duty:
    return extend(opened.pk, length=length, reason="案情复杂", basis="行政处罚法@2021:61", actor=actor, at=NOON)


def test_the_leader_extends_within_what_the_rule_allows(
    announced: None, agency: Agency, leader_in_charge: Account
) -> None:
    longer = by_five(duty(agency), leader_in_charge)
    assert longer.due_on == date(2026, 12, 29)
    change = longer.changes.get()
    assert (change.kind, change.due_before, change.due_after) == ("extend", date(2026, 12, 22), date(2026, 12, 29))


def test_extensions_add_up_and_stop_at_the_limit(agency: Agency, leader_in_charge: Account) -> None:
    opened = duty(agency)
    by_five(opened, leader_in_charge)
    by_five(opened, leader_in_charge)
    with pytest.raises(ActRefusedError, match="最多延长 10，已延长 10"):
        by_five(opened, leader_in_charge, length=1)


def test_a_period_whose_rule_knows_no_extension_is_not_extended(agency: Agency, head: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有规定可以延长"):
        by_five(duty(agency, "serve_decision"), head)


def test_an_extension_never_shortens(agency: Agency, head: Account) -> None:
    with pytest.raises(ActRefusedError, match="延长数应为正数"):
        by_five(duty(agency), head, length=-5)


def test_neither_a_handler_nor_an_outsider_moves_a_due_date(
    agency: Agency, handler: Account, outsider: Account
) -> None:
    opened = duty(agency)
    with pytest.raises(ActRefusedError, match="没有延长期限的权限"):
        by_five(opened, handler)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        by_five(opened, outsider)
    with pytest.raises(ActRefusedError, match="没有中止或恢复期限的权限"):
        stop(opened, handler)
    assert not DutyChange.objects.exists()


# -- suspending
def stop(opened: Duty, actor: Account, on: date = TODAY + timedelta(days=3)) -> Duty:
    return suspend(opened.pk, from_on=on, reason="等待鉴定", basis="行政处罚法@2021:61", actor=actor, at=NOON)


def go_on(opened: Duty, actor: Account, on: date) -> Duty:
    return resume(opened.pk, on=on, reason="鉴定完成", basis="行政处罚法@2021:61", actor=actor, at=NOON + WEEK)


def test_days_of_suspension_do_not_count(announced: None, agency: Agency, head: Account) -> None:
    opened = duty(agency)
    stopped = stop(opened, head)
    assert stopped.state == "suspended"
    running = go_on(opened, head, TODAY + timedelta(days=10))  # Monday to Friday of one week
    assert (running.state, running.due_on) == ("open", date(2026, 12, 29))
    assert list(running.changes.values_list("kind", flat=True)) == ["suspend", "resume"]


def test_while_suspended_the_due_date_waits(agency: Agency, head: Account) -> None:
    assert stop(duty(agency), head).due_on is None


def test_a_period_is_suspended_once_and_resumed_once(agency: Agency, head: Account) -> None:
    opened = duty(agency)
    stop(opened, head)
    with pytest.raises(ActRefusedError, match="已经中止"):
        stop(opened, head)
    go_on(opened, head, TODAY + WEEK)
    with pytest.raises(ActRefusedError, match="没有中止"):
        go_on(opened, head, TODAY + WEEK)


def test_a_period_resumes_after_the_day_it_stopped_and_not_before(agency: Agency, head: Account) -> None:
    opened = duty(agency)
    stop(opened, head)
    for too_early in (TODAY, TODAY + timedelta(days=3)):
        with pytest.raises(ActRefusedError, match="恢复日应晚于中止日 2026-11-23"):
            go_on(opened, head, too_early)


def test_a_fulfilled_duty_is_neither_stopped_nor_extended(agency: Agency, handler: Account, head: Account) -> None:
    opened = duty(agency)
    fulfil(opened.pk, event="公开", actor=handler, at=NOON)
    for act in (stop, by_five):
        with pytest.raises(ActRefusedError, match="已办结或取消"):
            act(opened, head)


# -- the calendar
def test_a_due_date_in_a_year_without_notice_is_provisional_and_moves_when_the_notice_comes(
    announced: None, agency: Agency, system_admin: Account, legality_reviewer: Account
) -> None:
    far = duty(agency, on=date(2027, 12, 20))
    assert (far.due_on, far.provisional) == (date(2028, 1, 17), True)
    rows = [day(date(2028, 1, 3)), day(date(2028, 1, 4))]
    proposal = propose_calendar(rows, agency_id=agency.pk, actor=system_admin, at=NOON)
    assert [(each.pk, due.on) for each, due in moved_by(calendar_with(rows))] == [(far.pk, date(2028, 1, 19))]
    moved = confirm_calendar(proposal.pk, agency_id=agency.pk, actor=legality_reviewer, at=NOON)
    assert [each.pk for each in moved] == [far.pk]
    far.refresh_from_db()
    assert (far.due_on, far.provisional) == (date(2028, 1, 19), False)
    change = far.changes.get()
    assert (change.kind, change.due_before, change.due_after) == ("recompute", date(2028, 1, 17), date(2028, 1, 19))


def test_a_suspended_provisional_duty_is_recounted_too(announced: None, agency: Agency, head: Account) -> None:
    far = duty(agency, on=date(2027, 12, 20))
    stop(far, head, date(2027, 12, 27))
    Duty.objects.filter(pk=far.pk).update(provisional=True)
    assert recompute_open(actor=None, at=NOON) == []
    far.refresh_from_db()
    assert (far.due_on, far.provisional) == (None, False)
    go_on(far, head, date(2028, 1, 3))
    far.refresh_from_db()
    assert far.provisional


def test_recounting_on_the_same_calendar_moves_nothing(announced: None, agency: Agency) -> None:
    duty(agency, on=date(2027, 12, 20))
    assert recompute_open(actor=None, at=NOON) == []
    assert not DutyChange.objects.exists()


def test_only_the_system_administrator_or_the_legal_office_loads_a_calendar(
    agency: Agency, handler: Account, outsider: Account
) -> None:
    for actor, refusal in ((handler, "没有导入放假安排的权限"), (outsider, "不是本机关人员")):
        with pytest.raises(ActRefusedError, match=refusal):
            propose_calendar([day(date(2027, 1, 1))], agency_id=agency.pk, actor=actor, at=NOON)


def test_one_person_alone_does_not_move_everybodys_days(
    agency: Agency, system_admin: Account, legality_reviewer: Account, handler: Account, outsider: Account
) -> None:
    rows = [day(date(2027, 1, 1))]
    proposal = propose_calendar(rows, agency_id=agency.pk, actor=system_admin, at=NOON)
    assert not CalendarNotice.objects.filter(year=2027).exists()
    for actor, refusal in ((system_admin, "须由另一名"), (handler, "没有导入放假安排的权限")):
        with pytest.raises(ActRefusedError, match=refusal):
            confirm_calendar(proposal.pk, agency_id=agency.pk, actor=actor, at=NOON)
    theirs = outsider.grants.all()[0].agency
    confirm_calendar(proposal.pk, agency_id=theirs.pk, actor=outsider, at=NOON)
    assert CalendarNotice.objects.filter(year=2027).exists()
    with pytest.raises(ActRefusedError, match="已经办理"):
        confirm_calendar(proposal.pk, agency_id=agency.pk, actor=legality_reviewer, at=NOON)


def test_a_proposed_notice_is_put_aside_with_the_reason(agency: Agency, system_admin: Account) -> None:
    proposal = propose_calendar([day(date(2027, 1, 1))], agency_id=agency.pk, actor=system_admin, at=NOON)
    aside = refuse_calendar(proposal.pk, agency_id=agency.pk, reason="传错文件", actor=system_admin, at=NOON)
    assert (aside.state, aside.refusal) == ("refused", "传错文件")
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_duty_opened_by_mistake_is_cancelled_once_by_a_leader(
    agency: Agency, handler: Account, leader_in_charge: Account, outsider: Account
) -> None:
    opened = duty(agency)
    for actor, refusal in ((handler, "没有取消误登的期限的权限"), (outsider, "不是本机关人员")):
        with pytest.raises(ActRefusedError, match=refusal):
            cancel_duty(opened.pk, reason="重复登记", actor=actor, at=NOON)
    with pytest.raises(ActRefusedError, match="须写明误登的情况"):
        cancel_duty(opened.pk, reason=" ", actor=leader_in_charge, at=NOON)
    assert cancel_duty(opened.pk, reason="重复登记", actor=leader_in_charge, at=NOON).state == "cancelled"
    assert (opened.changes.get().kind, opened.changes.get().reason) == ("cancel", "重复登记")
    assert not open_duties(agency.pk).exists()
    with pytest.raises(ActRefusedError, match="已办结或取消"):
        cancel_duty(opened.pk, reason="重复登记", actor=leader_in_charge, at=NOON)


# -- reading
def test_open_duties_come_earliest_first_and_those_without_a_date_last(
    announced: None, agency: Agency, handling_unit: Unit, handler: Account
) -> None:
    prompt = duty(agency, "adjust_register", unit=handling_unit)
    twenty, seven = duty(agency), duty(agency, "serve_decision", unit=handling_unit)
    done = duty(agency)
    fulfil(done.pk, event="公开", actor=handler, at=NOON)
    assert list(open_duties(agency.pk)) == [seven, twenty, prompt]
    assert list(open_duties(agency.pk, [handling_unit.pk])) == [seven, prompt]
    assert len(duties_of(agency.pk, "entry", SUBJECT)) == 4
