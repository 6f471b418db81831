"""Duties whose day a decision sets: the parts of a plan of instalments, the day to correct (行政处罚法28、66)."""

from __future__ import annotations

from datetime import date, datetime

from heliograph.dossiers.actions.steps import duty_rules_of, let_duties_follow, limit_of
from heliograph.dossiers.court_days import APPLIED, court_state
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.queries import decision_of, next_due, owed_on, plan_of
from heliograph.duties.actions import Subject
from heliograph.duties.following import Event, Followed, follow
from heliograph.duties.models import Duty
from heliograph.kernel.packs.schema import Pack, TimeLimit
from heliograph.registers.models import Account

ORDERED = "case.correction_ordered"
AWAITED = "case.court_awaited"  # the debtor is in default: the days for the court count from the remedies' end
DUE, PAID = "case.instalment_due", "case.instalment_paid"


def follow_plan(case: Case, decision: Decision, pack: Pack, *, paid: bool, actor: Account, at: datetime) -> None:
    """Let the duty of a plan follow what was paid: the part that was covered is done, the next one is waited for.

    paid: after a receipt; otherwise the plan has just been approved. Part of the act that is one or the other.
    """
    plan = plan_of(decision)
    due = next_due(decision, pack)
    if plan is None or due is None:
        return
    began = plan.asked_on
    followed = _till(case, pack, began, due, actor, at)
    if paid:
        follow(Event(PAID, began, at), case=followed)
    if owed_on(decision) > 0:
        follow(Event(DUE, began, at), case=followed)


def await_court(case: Case, pack: Pack, *, actor: Account | None, at: datetime) -> None:
    """Open the duty to apply to the court before its months are over; part of the act that finds the debtor in default.

    Counted from the last day of the remedies, which may be to come: the duty stands there with its first and last day.
    """
    decision = decision_of(case)
    if decision is None or not any(rule.opened_by == AWAITED for rule in duty_rules_of(case, pack)):
        return
    begins = court_state(decision, pack).begins
    assert begins is not None  # noqa: S101 - counted above; only rules that are asked without a case leave it out
    running = Duty.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind=APPLIED,
                                  event_on=begins, state=Duty.State.OPEN)  # fmt: skip
    if not running.exists():
        let_duties_follow(case, pack, Event(AWAITED, begins, at), actor, at)


def follow_correction(case: Case, decision: Decision, pack: Pack, *, actor: Account, at: datetime) -> None:
    """Open the duty to see that a violation is put right by the day of the decision; part of the act that decides."""
    if decision.correct_by is not None:
        follow_order(case, pack, began=decision.decided_on, due=decision.correct_by, actor=actor, at=at)


def follow_order(case: Case, pack: Pack, *, began: date, due: date, actor: Account, at: datetime) -> None:
    """Open the duty of an order to put something right by a day; part of the act that gives the order."""
    follow(Event(ORDERED, began, at), case=_till(case, pack, began, due, actor, at))


def _till(case: Case, pack: Pack, began: date, due: date, actor: Account, at: datetime) -> Followed:
    return Followed(case.agency_id, Subject("case", case.pk, f"{case.number} {case.title}", case.unit_id),
                    duty_rules_of(case, pack), lambda key: _until(limit_of(pack, key), began, due), actor, at,
                    dict)  # fmt: skip


def _until(limit: TimeLimit, began: date, due: date) -> TimeLimit:
    """Return the limit of the pack with the length that the plan gives it."""
    return limit.model_copy(update={"unit": "calendar_days", "length": (due - began).days})
