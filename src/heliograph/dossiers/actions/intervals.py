"""Days that do not count: which duties of a case they stop, and that none counts twice (不计入期限的期间)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from heliograph.dossiers.models import Case, Hearing, Suspension
from heliograph.duties.actions import record_change
from heliograph.duties.models import Duty, DutyChange
from heliograph.kernel.packs.schema import DutyRule
from heliograph.registers.models import Account

# the event by which a duty rule of the pack says that an interval of this kind stops its period
BEGAN = {
    Suspension.Kind.TESTING: "case.testing_began",
    Suspension.Kind.EXPERT: "case.expert_review_began",
    Suspension.Kind.PUBLIC_NOTICE: "case.public_notice_began",
}
HELD = "case.hearing_held"
# Duties that somebody outside opened: a case that rests does not stop them.
FROM_OUTSIDE = frozenset({
    "case.reconsideration_received", "case.litigation_received", "case.annulled", "case.police_filed",
})  # fmt: skip


def limits_stopped_by(kind: str, rules: Iterable[DutyRule]) -> set[str]:
    """Return the time limits that an interval of a kind stops, by the duty rules of a case."""
    event = BEGAN.get(Suspension.Kind(kind))
    return {rule.limit for rule in rules if event is not None and event in rule.suspended_by}


def limits_of_the_case(rules: Iterable[DutyRule]) -> set[str]:
    """Return the time limits that rest while their case rests."""
    return {rule.limit for rule in rules if rule.opened_by not in FROM_OUTSIDE}


def stop(case: Case, limits: Iterable[str], *, on: date, why: Suspension, actor: Account | None, at: datetime) -> int:
    """Stop the open duties of a case under some limits from a day; those that stand still already are left alone.

    Periods in hours run on: the law gives them no rest. Return how many were stopped.
    """
    found = _duties(case, limits, Duty.State.OPEN)
    stopped = [duty for duty in found if duty.limit["unit"] != "hours"]
    for duty in stopped:
        change = DutyChange(kind=DutyChange.Kind.SUSPEND, from_on=on, reason=why.reason[:300], basis=why.basis)
        record_change(duty, change, actor=actor, at=at, ended_on=on)
    return len(stopped)


def let_go_on(
    case: Case,
    limits: Iterable[str],
    rules: Sequence[DutyRule],
    *,
    on: date,
    why: Suspension,
    actor: Account,
    at: datetime,
) -> int:
    """Let duties count again from a day, but for those that another open interval still stops. Return how many."""
    still = still_stopped(case, rules)
    going = [duty for duty in _duties(case, limits, Duty.State.SUSPENDED) if duty.kind not in still]
    for duty in going:
        change = DutyChange(kind=DutyChange.Kind.RESUME, from_on=on, reason=why.reason[:300], basis=why.basis)
        record_change(duty, change, actor=actor, at=at, ended_on=on - timedelta(days=1), taken_back=why.from_on == on)
    return len(going)


def still_stopped(case: Case, rules: Sequence[DutyRule]) -> set[str]:
    """Return the limits that an open interval of the case, or a hearing that is to be held, keeps from counting."""
    found: set[str] = set()
    for kind in Suspension.objects.filter(case=case, to_on__isnull=True).values_list("kind", flat=True):
        found |= limits_of_the_case(rules) if kind == Suspension.Kind.SUSPENDED else limits_stopped_by(kind, rules)
    if Hearing.objects.filter(case=case, held_on__isnull=True, withdrawn_on__isnull=True).exists():
        found |= {rule.limit for rule in rules if HELD in rule.resumed_by}
    return found


def stop_again(case: Case, rules: Sequence[DutyRule], *, on: date, actor: Account | None, at: datetime) -> None:
    """After an event that lets periods go on: those that another interval still stops stand still again."""
    for one in Suspension.objects.filter(case=case, to_on__isnull=True).order_by("from_on", "id"):
        stop(case, limits_stopped_by(one.kind, rules), on=on, why=one, actor=actor, at=at)


def _duties(case: Case, limits: Iterable[str], state: str) -> list[Duty]:
    found = Duty.objects.select_for_update(of=("self",)).filter(
        agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, state=state, kind__in=list(limits)
    )
    return list(found.order_by("id"))
