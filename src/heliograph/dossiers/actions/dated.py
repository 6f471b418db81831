"""Duties whose day a decision sets: the parts of a plan of instalments, the day to correct (行政处罚法28、66)."""

from __future__ import annotations

from datetime import date, datetime

from heliograph.dossiers.actions.steps import duty_rules_of, limit_of
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.queries import next_due, owed_on, plan_of
from heliograph.duties.actions import Subject
from heliograph.duties.following import Event, Followed, follow
from heliograph.kernel.packs.schema import Pack, TimeLimit
from heliograph.registers.models import Account

ORDERED = "case.correction_ordered"
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
