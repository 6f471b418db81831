"""What an event of a case does to its duties: the duty rules of the pack say it, this module carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from heliograph.duties import actions
from heliograph.duties.models import Duty, DutyChange
from heliograph.kernel.feel import FactValue, FeelError, MissingFact, compile_expression
from heliograph.kernel.packs.schema import DutyRule, TimeLimit
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.kernel.workdays import WorkCalendar
from heliograph.regimes.queries import work_calendar
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account

# In the order of their keys, so that two acts never wait for each other.
_HELD = Kept(
    lambda agency, kind, subject: (
        Duty.objects.select_for_update(of=("self",))
        .filter(
            agency_id=agency,
            subject_kind=kind,
            subject_id=subject,
            state__in=[Duty.State.OPEN, Duty.State.SUSPENDED],
        )
        .order_by("id")
    ),
    agency=UUID,
    kind=str,
    subject=UUID,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a subject: its id of the packs, its legal day, and its instant where hours count."""

    kind: str
    on: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """Whose event it is, under which rules, and who made the act that is the event."""

    agency_id: UUID
    subject: actions.Subject
    rules: Iterable[DutyRule]
    limit_of: Callable[[str], TimeLimit]
    actor: Account | None
    at: datetime
    facts: Callable[[], Mapping[str, FactValue]] = dict  # of the subject at the event, for rules with a condition


def follow(event: Event, *, case: Followed) -> list[Duty]:
    """Fulfil, cancel, lengthen, stop, resume and open the duties that an event concerns; return those it opened.

    Part of the act's transaction. A duty that is opened again while one of its kind is open replaces that one; of
    several rules that open one kind at once the last counts.
    """
    rules = list(case.rules)
    held: list[Duty] = []
    if _concerns_open(event, rules):
        held = _HELD(agency=case.agency_id, kind=case.subject.kind, subject=case.subject.id)
    for duty in held:
        for rule in rules:
            if rule.limit == duty.kind:
                _touch(duty, rule, event, case)
    opening = {rule.limit: rule for rule in rules if rule.opened_by == event.kind and _applies(rule, case)}
    calendar = work_calendar() if opening else None  # read once, however many are opened
    return [_opened(rule, event, case, held, calendar) for rule in opening.values()]


def _applies(rule: DutyRule, case: Followed) -> bool:
    """Say whether the condition of a rule holds. What it asks and nobody knows yet is a refusal that names it."""
    if not rule.when:
        return True
    try:
        return compile_expression(rule.when).evaluate(case.facts()) is True
    except MissingFact as missing:
        message = f"缺少事实“{missing.name}”，无法确定期限“{rule.limit}”，请先补充后再办理。"
        raise ActRefusedError(Refused("step.missing_fact", message, rule.basis[0])) from missing
    except FeelError as error:
        message = f"期限“{rule.limit}”的条件无法判断：{error}。"
        raise ActRefusedError(Refused("duty.condition", message, rule.basis[0])) from error


def _concerns_open(event: Event, rules: Iterable[DutyRule]) -> bool:
    return any(event.kind == named for rule in rules for _key, named in rule.events)


def _touch(duty: Duty, rule: DutyRule, event: Event, case: Followed) -> None:
    if duty.state in {Duty.State.FULFILLED, Duty.State.CANCELLED}:
        return
    if event.kind in rule.fulfilled_by:
        actions.fulfil(duty.pk, event=event.kind, actor=case.actor, at=case.at)
        duty.state = Duty.State.FULFILLED
    elif event.kind in rule.cancelled_by:
        _change(duty, DutyChange.Kind.CANCEL, event, rule, case)
    elif event.kind in rule.extended_by:
        _change(duty, DutyChange.Kind.EXTEND, event, rule, case)
    elif event.kind in rule.suspended_by and duty.state == Duty.State.OPEN:
        _change(duty, DutyChange.Kind.SUSPEND, event, rule, case)
    elif event.kind in rule.resumed_by and duty.state == Duty.State.SUSPENDED:
        _change(duty, DutyChange.Kind.RESUME, event, rule, case)


def _change(duty: Duty, kind: DutyChange.Kind, event: Event, rule: DutyRule, case: Followed) -> None:
    """Record on a duty what an event did to it, under the basis of the duty rule."""
    change = DutyChange(kind=kind, reason=event.kind, basis="、".join(rule.basis))
    if kind == DutyChange.Kind.EXTEND:
        change.length, change.unit = duty.limit["extension"], duty.limit["unit"]
        if change.length is None or duty.changes.filter(kind=DutyChange.Kind.EXTEND).exists():
            return  # the law gives no more; the act that asks for it is refused by its own rule
    if kind in {DutyChange.Kind.SUSPEND, DutyChange.Kind.RESUME}:
        change.from_on = event.on
    actions.record_change(duty, change, actor=case.actor, at=case.at, ended_on=event.on - timedelta(days=1))


def _opened(rule: DutyRule, event: Event, case: Followed, held: Iterable[Duty], calendar: WorkCalendar | None) -> Duty:
    for former in held:
        if former.kind == rule.limit and former.state in {Duty.State.OPEN, Duty.State.SUSPENDED}:
            _change(former, DutyChange.Kind.CANCEL, event, rule, case)
    return actions.open_duty(
        case.agency_id,
        limit=case.limit_of(rule.limit),
        subject=case.subject,
        event_on=event.on,
        event_at=event.at,
        actor=case.actor,
        at=case.at,
        calendar=calendar,
    )
