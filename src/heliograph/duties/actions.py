"""Opening, moving and fulfilling duties. Due dates are computed from facts, never counted down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.duties import rules
from heliograph.duties.models import Duty, DutyChange, SubjectKind
from heliograph.duties.permissions import access_duty
from heliograph.duties.queries import counted_duties, recounted
from heliograph.kernel.packs.schema import TimeLimit
from heliograph.kernel.verdict import require
from heliograph.kernel.workdays import WorkCalendar
from heliograph.ledger.actions import append
from heliograph.regimes.actions import confirm_calendar_days
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account
from heliograph.registers.new_rows import insert
from heliograph.registers.permissions import access_agency


@dataclass(frozen=True, slots=True)
class Subject:
    """What a duty is on: any row of a higher floor, by kind and id, with the words a list shows."""

    kind: SubjectKind
    id: UUID
    title: str
    owner_unit_id: UUID | None = None


@transaction.atomic(savepoint=False)
def open_duty(
    agency_id: UUID, *, limit: TimeLimit, subject: Subject, event_on: date, actor: Account | None, at: datetime,
    event_at: datetime | None = None, calendar: WorkCalendar | None = None
) -> Duty:  # fmt: skip
    """Open a duty from an event under a time limit of the pack. The act that is the event has authorised it.

    `event_at`: the instant that a limit in hours counts from. `calendar`: where the act has read it already.
    """
    kept = rules.snapshot(limit)
    calendar = calendar or work_calendar()
    exact = (event_at or at) if limit.unit == "hours" else None
    due = rules.due_of(kept, exact or event_on, calendar, ())
    duty = Duty(
        agency_id=agency_id,
        kind=limit.id,
        title=subject.title,
        subject_kind=subject.kind,
        subject_id=subject.id,
        owner_unit_id=subject.owner_unit_id,
        bound=limit.bound,
        event=limit.event,
        event_on=event_on,
        event_at=exact,
        limit=kept,
        basis="、".join(limit.basis),
        due_on=due.on,
        due_at=due.at,
        alarm_on=rules.alarm_day(due.alarm_on, calendar),
        provisional=due.provisional,
        opened_by=actor,
        opened_at=at,
    )
    _append("duty.opened", insert(duty), actor, at, new=True)
    return duty


def _append(
    kind: str, duty: Duty, actor: Account | None, at: datetime, *changes: DutyChange, new: bool = False
) -> None:
    actor_id = actor.pk if actor else None
    append(kind, subject=duty, agency_id=duty.agency_id, actor_id=actor_id, at=at, rows=[duty, *changes], new=new)


@transaction.atomic
def fulfil(duty_id: UUID, *, event: str, actor: Account | None, at: datetime) -> Duty:
    """Record the event that fulfilled a duty. The act that is the event has authorised it; refused twice."""
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    require(rules.may_change(duty.state))
    duty.state = Duty.State.FULFILLED
    duty.fulfilled_by, duty.fulfilled_at, duty.fulfilled_event = actor, at, event
    duty.save(update_fields=["state", "fulfilled_by", "fulfilled_at", "fulfilled_event"])
    _append("duty.fulfilled", duty, actor, at)
    return duty


@transaction.atomic
def extend(duty_id: UUID, *, length: int, reason: str, basis: str, actor: Account, at: datetime) -> Duty:
    """Extend a period by `length` in its own unit, within what its rule allows. A recorded act (延长)."""
    duty = access_duty(actor, duty_id, "extend_duty", localdate(at))
    extended = sum(change.length or 0 for change in duty.changes.filter(kind=DutyChange.Kind.EXTEND))
    allowed = duty.limit["extension"]
    require(rules.may_extend(duty.state, allowed=allowed, extended=extended, length=length))
    change = DutyChange(kind=DutyChange.Kind.EXTEND, length=length, unit=duty.limit["unit"], reason=reason, basis=basis)
    return _record(duty, change, actor, at)


@transaction.atomic
def suspend(duty_id: UUID, *, from_on: date, reason: str, basis: str, actor: Account, at: datetime) -> Duty:
    """Stop the count from a day: hearing, testing, service by public notice, materials to be supplemented (中止)."""
    duty = access_duty(actor, duty_id, "suspend_duty", localdate(at))
    require(rules.may_suspend(duty.state))
    duty.state = Duty.State.SUSPENDED
    change = DutyChange(kind=DutyChange.Kind.SUSPEND, from_on=from_on, reason=reason, basis=basis)
    return _record(duty, change, actor, at)


@transaction.atomic
def resume(duty_id: UUID, *, on: date, reason: str, basis: str, actor: Account, at: datetime) -> Duty:
    """Let the count go on from a day (恢复): the day before is the last one not counted."""
    duty = access_duty(actor, duty_id, "suspend_duty", localdate(at))
    running = duty.changes.filter(kind=DutyChange.Kind.SUSPEND, to_on__isnull=True)
    suspensions = list(running)
    since = suspensions[0].from_on if suspensions else None
    require(rules.may_resume(duty.state, suspended_from=since, on=on))
    running.update(to_on=on - timedelta(days=1))
    duty.state = Duty.State.OPEN
    change = DutyChange(kind=DutyChange.Kind.RESUME, from_on=on, reason=reason, basis=basis)
    return _record(duty, change, actor, at, *suspensions)


@transaction.atomic
def cancel_duty(duty_id: UUID, *, reason: str, actor: Account, at: datetime) -> Duty:
    """Cancel a duty that was opened by mistake. It stays on record with who cancelled it and why (取消)."""
    duty = access_duty(actor, duty_id, "cancel_duty", localdate(at))
    require(rules.may_cancel(duty.state, reason=reason))
    duty.state = Duty.State.CANCELLED
    change = DutyChange(kind=DutyChange.Kind.CANCEL, reason=reason.strip(), basis=duty.basis)
    return _record(duty, change, actor, at)


def _record(duty: Duty, change: DutyChange, actor: Account | None, at: datetime, *ended: DutyChange) -> Duty:
    """Save a change, and move the due date accordingly; `ended` are the suspensions that it ended."""
    change.agency_id, change.duty, change.by, change.at = duty.agency_id, duty, actor, at
    change.due_before = duty.due_on
    change.save()
    _recount(duty, work_calendar())
    change.due_after = duty.due_on
    change.save(update_fields=["due_after"])
    _append(f"duty.{change.kind}", duty, actor, at, change, *ended)
    return duty


@transaction.atomic
def record_change(
    duty: Duty, change: DutyChange, *, actor: Account | None, at: datetime, ended_on: date, taken_back: bool = False
) -> Duty:
    """Record on a duty what an event of its subject did to it; the act that is the event has authorised it.

    The duty's row is locked by the caller. `ended_on` is the last day of a suspension that a resumption ends;
    taken_back: it ends on the day it began and rests no day.
    """
    require(rules.may_change(duty.state))
    ended: list[DutyChange] = []
    if change.kind == DutyChange.Kind.CANCEL:
        duty.state = Duty.State.CANCELLED
    elif change.kind == DutyChange.Kind.SUSPEND:
        duty.state = Duty.State.SUSPENDED
    elif change.kind == DutyChange.Kind.RESUME:
        ended = list(duty.changes.filter(kind=DutyChange.Kind.SUSPEND, to_on__isnull=True))
        for one in ended:
            one.from_on = None if taken_back else one.from_on
            one.to_on = max(one.from_on or ended_on, ended_on)
            one.save(update_fields=["from_on", "to_on"])
        duty.state = Duty.State.OPEN
    return _record(duty, change, actor, at, *ended)


def _recount(duty: Duty, calendar: WorkCalendar) -> bool:
    """Count a due date anew and save it; return whether anything of it moved."""
    before = (duty.due_on, duty.due_at, duty.provisional, duty.alarm_on)
    due = recounted(duty, calendar)
    duty.due_on, duty.due_at, duty.provisional = due.on, due.at, due.provisional
    duty.alarm_on = rules.alarm_day(due.alarm_on, calendar)
    duty.save(update_fields=["state", "due_on", "due_at", "alarm_on", "provisional"])
    return before != (duty.due_on, duty.due_at, duty.provisional, duty.alarm_on)


@transaction.atomic
def confirm_calendar(proposal_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> list[Duty]:
    """Load the holiday notice that somebody else proposed and count every open due date of every agency again.

    The calendar belongs to no agency, so it takes two people. Return the duties whose day moved.
    """
    access_agency(actor, agency_id, "load_calendar", localdate(at))
    confirm_calendar_days(proposal_id, actor=actor, at=at)  # records what was confirmed
    return recompute_open(actor=actor, at=at)


@transaction.atomic
def recompute_open(*, actor: Account | None, at: datetime) -> list[Duty]:
    """Count every open duty again on the calendar as it now is; return those whose day moved.

    Not the provisional ones (暂算) alone: a notice can also move days of the December before its year. A suspended one
    keeps no due date until it is resumed.
    """
    moved: list[Duty] = []
    waiting = counted_duties().select_for_update(of=("self",))
    calendar = work_calendar()
    for duty in waiting.prefetch_related("changes"):
        before = duty.due_on
        if not _recount(duty, calendar):
            continue
        changes = [] if duty.due_on == before else [_recomputed(duty, before, actor, at)]
        _append("duty.recompute", duty, actor, at, *changes)
        moved += [duty] if changes else []
    return moved


def _recomputed(duty: Duty, before: date | None, actor: Account | None, at: datetime) -> DutyChange:
    return DutyChange.objects.create(
        agency_id=duty.agency_id,
        duty=duty,
        kind=DutyChange.Kind.RECOMPUTE,
        reason="放假安排公布后重算",
        basis=duty.basis,
        due_before=before,
        due_after=duty.due_on,
        by=actor,
        at=at,
    )
