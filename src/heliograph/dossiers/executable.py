"""Decisions against a party of a case: which may be carried out by force, which confiscate (强制法27、50、53)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from heliograph.dossiers.models import Case, CaseEvent, CourtApplication, Decision, Party, Remedy
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import NOTHING_LEFT, owed_on, pay_until, served_on
from heliograph.dossiers.rules.coercing import ToExecute, is_deed_left
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import Pack, TimeLimit

COERCION = "coercion"
PERFORMED = "case.paid"  # as registered by its officers: 已履行
DONE_BY_FORCE = ("case.substituted", "case.performed")  # told of the case that executes a decision
DONE = "执行完毕"  # how the result of a court begins that carried all out
REMEDIES = ("reconsideration_apply", "litigation_apply")


def is_same_party(one: Party, other: Party) -> bool:
    """Say whether two entries mean one and the same: by number where both have one, else by name."""
    if one.number and other.number:
        return one.number == other.number
    return one.name == other.name


def decisions_against(case: Case) -> list[Decision]:
    """Return the standing decisions of the agency against a party of a case, other than its own, the latest first.

    A decision on coercion is itself the execution of another one, and is never carried out by force once more.
    """
    parties = _parties(case.parties.all())
    wanted = Q(name__in=[one.name for one in parties])
    numbers = [one.number for one in parties if one.number]
    same = Party.objects.filter(wanted | Q(number__in=numbers), agency_id=case.agency_id, standing=Party.Standing.PARTY)
    cases = {one.case_id for one in same if any(is_same_party(one, mine) for mine in parties)} - {case.pk}
    found = Decision.objects.filter(agency_id=case.agency_id, case_id__in=cases).exclude(annulled_how__in=NOTHING_LEFT)
    found = found.exclude(case__category=COERCION)
    return list(found.select_related("case").order_by("-decided_on", "-pk"))


def confiscating(case: Case) -> list[Decision]:
    """Return the penalty decisions against a party of a case that confiscate property (行政处罚法9)."""
    return [one for one in decisions_against(case) if Penalty.CONFISCATE_PROPERTY in one.kinds]


def state_of_execution(case: Case, decision: Decision, pack: Pack) -> ToExecute:
    """Return what is known of a decision that is to be carried out against a party of a case."""
    served = served_on(decision)
    remedies = Remedy.objects.filter(decision=decision)
    ordered = bool(decision.correction) and decision.corrected_on is None
    return ToExecute(
        number=decision.number,
        same_party=decision in decisions_against(case),
        served_on=served,
        pay_until=pay_until(decision, pack),
        owed=owed_on(decision),
        deed=not is_carried_out(decision)
        and is_deed_left(
            other=bool(decision.other),
            ordered=ordered,
            correct_by=decision.correct_by,
            performed_on=_performed_on(decision),
        ),
        deed_until=decision.correct_by if ordered else None,
        pending=remedies.filter(outcome_on__isnull=True).exists(),
        affirmed=remedies.filter(kind=Remedy.Kind.LITIGATION, outcome_on__isnull=False).exists(),
        remedies_until=_remedies_until(served, pack) if served else None,
    )


def is_carried_out(decision: Decision) -> bool:
    """Say whether the deed that a decision orders was done: in the party's place, after a demand, or by the court."""
    told = CaseEvent.objects.filter(case__executes=decision, kind__in=DONE_BY_FORCE)
    courts = CourtApplication.objects.filter(decision=decision, result__startswith=DONE)
    return told.exists() or courts.exists()


def _remedies_until(served: date, pack: Pack) -> date | None:
    limits: Iterable[TimeLimit] = (pack.rule("time_limits", name) for name in REMEDIES)
    return max((day for limit in limits if (day := last_day(limit, served)) is not None), default=None)


def _performed_on(decision: Decision) -> date | None:
    """Return the day on which a decision was registered as carried out, None while it was not."""
    told = CaseEvent.objects.filter(case_id=decision.case_id, kind=PERFORMED, made_at__gte=decision.decided_at)
    return told.order_by("-happened_on").values_list("happened_on", flat=True).first()


def _parties(given: Iterable[Party]) -> Collection[Party]:
    return [one for one in given if one.standing == Party.Standing.PARTY]
