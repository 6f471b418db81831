"""Acts on a case as a whole: suspended, resumed, lengthened, sent back, ended (中止、恢复、延长、退回、终止)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Sum
from django.utils.timezone import localdate

from heliograph.dossiers.actions import intervals
from heliograph.dossiers.actions.freshness import require_fresh_case
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import duty_rules_of, let_duties_follow, limit_of, tell
from heliograph.dossiers.models import Case, CaseEvent, Extension, Measure, Suspension
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.queries import known_articles
from heliograph.dossiers.rules import standing as rules
from heliograph.dossiers.rules.coercing import THINGS
from heliograph.dossiers.rules.opening import check_text, may_work_on
from heliograph.duties.actions import record_change
from heliograph.duties.following import Event
from heliograph.duties.models import Duty, DutyChange
from heliograph.duties.queries import OPEN_STATES
from heliograph.kernel.packs.schema import DutyRule
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.actions import end, resume_run, return_run, suspend_run
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role

SEIZURE = "coercion_seizure"
LONGEST = 300  # what a change of a duty holds of its reason


def _said(reason: str, basis: str) -> Verdict:
    return first_refusal(
        check_text(reason, what="理由", longest=LONGEST), check_text(basis, what="法律依据", longest=200)
    )


def _is_known(case: Case, basis: str) -> Verdict:
    """Say whether what a stop of the time rests on is an article of the pack or of the law library."""
    pack = pack_in_force(case.agency_id, case.opened_on)
    return rules.is_basis_known(basis.strip(), known=known_articles(pack, [basis.strip()]))


def _rules(case: Case) -> list[DutyRule]:
    return duty_rules_of(case, pack_in_force(case.agency_id, case.opened_on))


def _measures_open(case: Case) -> int:
    return Measure.objects.filter(case=case, started_at__isnull=False, ended_on__isnull=True).count()


def _tell(case: Case, kind: str, text: str, basis: str, actor: Account, at: datetime) -> CaseEvent:
    return tell(case, event=kind, act=kind.partition(".")[2], step="全案", text=text, basis=basis,
                on=localdate(at), actor=actor, at=at)  # fmt: skip


def _record(kind: str, case: Case, actor: Account, at: datetime, *rows: Model) -> None:
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[case, *rows])


@transaction.atomic
def suspend_case(
    case_id: UUID, *, from_on: date, reason: str, basis: str, actor: Account, at: datetime, rev: int | None = None
) -> Suspension:
    """Suspend a case from today (中止): no step, no timer, and its own periods stand still until it is resumed.

    from_on is what the form says; any other day than that of the registration is refused.
    """
    case, _who = access_case(actor, case_id, "suspend_case", localdate(at))
    require_fresh_case(case, rev)
    require(
        first_refusal(
            rules.may_suspend_case(case.state, measures_open=_measures_open(case)),
            rules.may_begin_interval(from_on, today=localdate(at)),
            _said(reason, basis),
            _is_known(case, basis),
        )
    )
    made = _interval(case, Suspension.Kind.SUSPENDED, reason, basis, actor, at)
    suspend_run(case.pk, from_on=from_on, reason=reason.strip(), basis=basis.strip(), actor=actor, at=at)
    intervals.stop(case, intervals.limits_of_the_case(_rules(case)), on=from_on, why=made, actor=actor, at=at)
    case.state = Case.State.SUSPENDED
    case.save(update_fields=["state"])
    told = _tell(case, "case.suspended", f"中止办理：{reason.strip()}", basis.strip(), actor, at)
    _record("case.suspended", case, actor, at, made, told)
    return made


def _interval(case: Case, kind: str, reason: str, basis: str, actor: Account, at: datetime) -> Suspension:
    return write_row(
        Suspension,
        agency_id=case.agency_id,
        case=case,
        kind=kind,
        from_on=localdate(at),
        reason=reason.strip(),
        basis=basis.strip(),
        registered_by=actor,
        registered_at=at,
    )


@transaction.atomic
def resume_case(
    case_id: UUID, *, reason: str, basis: str, actor: Account, at: datetime, rev: int | None = None
) -> Suspension:
    """Let a suspended case go on from today (恢复): yesterday is the last day that is not counted.

    On the day of the suspension itself this takes it back: no day rests.
    """
    case, _who = access_case(actor, case_id, "suspend_case", localdate(at))
    require_fresh_case(case, rev)
    on = localdate(at)
    running = Suspension.objects.filter(case=case, kind=Suspension.Kind.SUSPENDED, to_on__isnull=True).first()
    require(
        first_refusal(
            rules.may_resume_case(case.state, since=running.from_on if running else None, on=on),
            _said(reason, basis),
        )
    )
    assert running is not None  # noqa: S101 - said by the rule above, for the type checker
    if running.from_on == on:
        running.reason = f"{running.reason[:LONGEST]}（当日恢复，期限照常计算）"
    _end(running, on)
    resume_run(case.pk, on=on, reason=reason.strip(), basis=basis.strip(), actor=actor, at=at)
    known = _rules(case)
    intervals.let_go_on(case, intervals.limits_of_the_case(known), known, on=on, why=running, actor=actor, at=at)
    case.state = Case.State.HANDLING
    case.save(update_fields=["state"])
    told = _tell(case, "case.resumed", f"恢复办理：{reason.strip()}", basis.strip(), actor, at)
    _record("case.resumed", case, actor, at, running, told)
    return running


def _end(interval: Suspension, on: date) -> None:
    interval.to_on = max(on - timedelta(days=1), interval.from_on)
    interval.save(update_fields=["to_on", "reason"])


@transaction.atomic
def record_interval(
    case_id: UUID,
    *,
    kind: str,
    from_on: date,
    reason: str,
    basis: str,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> Suspension:
    """Begin an interval that the law leaves out of a period: testing, expert review, public notice. From today only.

    The case goes on. Intervals that overlap stop a period once: it counts again when the last of them has ended.
    """
    case, _who = access_case(actor, case_id, "suspend_case", localdate(at))
    require_fresh_case(case, rev)
    found = Suspension.Kind(kind)
    limits = intervals.limits_stopped_by(found, _rules(case))
    already = Suspension.objects.filter(case=case, kind=found, to_on__isnull=True).exists()
    require(
        first_refusal(
            may_work_on(case.state),
            rules.may_record_interval(found.label, covered=bool(limits), already=already),
            rules.may_begin_interval(from_on, today=localdate(at)),
            _said(reason, basis),
            _is_known(case, basis),
        )
    )
    made = _interval(case, found, reason, basis, actor, at)
    intervals.stop(case, limits, on=from_on, why=made, actor=actor, at=at)
    told = _tell(case, "case.interval_began", f"{found.label}开始，期间不计入期限：{reason.strip()}", basis.strip(),
                 actor, at)  # fmt: skip
    _record("case.interval_began", case, actor, at, made, told)
    return made


@transaction.atomic
def end_interval(interval_id: UUID, *, result: str, actor: Account, at: datetime) -> Suspension:
    """End an interval today: yesterday is the last day that is not counted. result: what came of it."""
    case_id = Suspension.objects.values_list("case_id", flat=True).get(pk=interval_id)
    case, _who = access_case(actor, case_id, "end_interval", localdate(at))
    on = localdate(at)
    running = Suspension.objects.exclude(kind=Suspension.Kind.SUSPENDED).get(pk=interval_id, case=case)
    require(
        first_refusal(
            may_work_on(case.state),
            rules.may_end_interval(ended=running.to_on is not None, since=running.from_on, on=on),
            check_text(result, what="结果", longest=1900),
        )
    )
    _end(running, on)
    known = _rules(case)
    limits = intervals.limits_stopped_by(running.kind, known)
    intervals.let_go_on(case, limits, known, on=on, why=running, actor=actor, at=at)
    text = f"{running.get_kind_display()}结束：{result.strip()}"
    told = _tell(case, "case.interval_ended", text, running.basis, actor, at)
    _record("case.interval_ended", case, actor, at, running, told, *_measures_follow(case))
    return running


def _measures_follow(case: Case) -> list[Measure]:
    """Let what is sealed or seized end with its period, which moved by the days of the testing (行政强制法25)."""
    period = Duty.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind=SEIZURE,
                                 state=Duty.State.OPEN).order_by("-opened_at").first()  # fmt: skip
    held = Measure.objects.filter(case=case, kind__in=list(THINGS), started_at__isnull=False, ended_on__isnull=True)
    moved = [one for one in held if period is not None and one.until_on != period.due_on]
    for one in moved:
        one.until_on = period.due_on if period else None
        one.save(update_fields=["until_on"])
    return moved


@transaction.atomic
def extend_limit(
    case_id: UUID, *, duty_id: UUID, length: int, reason: str, basis: str, actor: Account, at: datetime,
    rev: int | None = None
) -> Extension:  # fmt: skip
    """Lengthen a period of a case once, in its own unit (延长): as its rule allows, or on another law by the head."""
    case, who = access_case(actor, case_id, "extend_limit", localdate(at))
    require_fresh_case(case, rev)
    duty = Duty.objects.select_for_update(of=("self",)).get(
        pk=duty_id, agency_id=case.agency_id, subject_kind="case", subject_id=case.pk
    )
    limit = limit_of(pack := pack_in_force(case.agency_id, case.opened_on), duty.kind)
    extended = duty.changes.filter(kind=DutyChange.Kind.EXTEND).aggregate(all=Sum("length"))["all"] or 0
    require(
        first_refusal(
            may_work_on(case.state),
            rules.is_lengthened_here(duty.kind),
            rules.may_lengthen(
                allowed=limit.extension,
                extended=extended,
                length=length,
                excepted=bool(limit.exceptions),
                by_head=Role.HEAD in who.roles,
            ),
            rules.is_basis_known(basis.strip(), known=known_articles(pack, [basis.strip()])),
            _said(reason, basis),
        )
    )
    said: dict[str, Any] = {"length": length, "reason": reason.strip(), "basis": basis.strip()}
    change = DutyChange(kind=DutyChange.Kind.EXTEND, unit=duty.limit["unit"], **said)
    record_change(duty, change, actor=actor, at=at, ended_on=localdate(at))
    made = write_row(
        Extension, agency_id=case.agency_id, case=case, duty_id=duty.pk, limit=duty.kind, approved_by=actor,
        approved_at=at, **said,
    )  # fmt: skip
    told = _tell(case, "case.limit_extended", f"延长“{limit.name}”{length}：{reason.strip()}", basis.strip(), actor, at)
    _record("case.limit_extended", case, actor, at, made, told)
    return made


@transaction.atomic
def return_case(
    case_id: UUID, *, place: str, reason: str, basis: str, actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:
    """Send a case back to a step that was done before (退回), with the reason; never behind its decision."""
    case, _who = access_case(actor, case_id, "return_case", localdate(at))
    require_fresh_case(case, rev)
    require(
        first_refusal(
            may_work_on(case.state), rules.may_return(decided=case.decided_on is not None), _said(reason, basis)
        )
    )
    change = return_run(case.pk, place=place, reason=reason.strip(), basis=basis.strip(), actor=actor, at=at)
    told = _tell(case, "case.returned", f"退回：{change.reason}", basis.strip(), actor, at)
    _record("case.returned", case, actor, at, told)
    return told


@transaction.atomic
def terminate_case(
    case_id: UUID, *, reason: str, basis: str, actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:
    """End a case without its result (终止、撤案): its flow ends, and nothing of it is due any more."""
    case, _who = access_case(actor, case_id, "terminate_case", localdate(at))
    require_fresh_case(case, rev)
    require(first_refusal(rules.may_terminate(case.state, measures_open=_measures_open(case)), _said(reason, basis)))
    on = localdate(at)
    moved = end(case.pk, actor=actor, at=at, note=reason.strip())
    paused = list(Suspension.objects.filter(case=case, to_on__isnull=True))
    for one in paused:
        one.to_on = max(one.from_on, on)
        one.save(update_fields=["to_on"])
    case.state, case.closed_on, case.outcome = Case.State.TERMINATED, on, "终止"
    case.save(update_fields=["state", "closed_on", "outcome"])
    told = _tell(case, "case.terminated", f"终止案件：{reason.strip()}", basis.strip(), actor, at)
    pack = pack_in_force(case.agency_id, case.opened_on)
    _cancel_rest(case, reason.strip(), basis.strip(), actor, at)
    let_duties_follow(case, pack, Event("case.terminated", on, at), actor, at)  # what is left to do: the archive
    append("case.terminated", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[case, told, *paused, *moved.rows], removed=moved.removed)  # fmt: skip
    return told


def _cancel_rest(case: Case, reason: str, basis: str, actor: Account, at: datetime) -> None:
    """Cancel what is still due of an ended case, but for what somebody outside asked for."""
    limits = intervals.limits_of_the_case(_rules(case))
    found = Duty.objects.select_for_update(of=("self",)).filter(
        agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, state__in=OPEN_STATES, kind__in=limits
    )
    for duty in found.order_by("id"):
        change = DutyChange(kind=DutyChange.Kind.CANCEL, reason=reason[:LONGEST], basis=basis)
        record_change(duty, change, actor=actor, at=at, ended_on=localdate(at))
