"""The days of an application to the court: the first and the last on which it may be made (行政强制法53、54)."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from heliograph.dossiers.models import Decision, Deferral, Demand, Remedy
from heliograph.dossiers.queries import served_on
from heliograph.dossiers.rules.serving import CourtState
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import Pack, TimeLimit

DEMANDED, APPLIED = "coercion_court_demand", "coercion_court_apply"  # time limits of the packs
REMEDIES = ("reconsideration_apply", "litigation_apply")


def demand_of(decision: Decision) -> Demand | None:
    """Return the last demand to carry a decision out. One query."""
    return Demand.objects.filter(decision=decision).order_by("-served_on", "-id").first()


def demanded_until(decision: Decision, pack: Pack) -> date | None:
    """Return the last of the days that the party has after the demand, None while none was served."""
    demand = demand_of(decision)
    return last_day(_limit(pack, DEMANDED), demand.served_on) if demand else None


def court_state(decision: Decision, pack: Pack) -> CourtState:
    """Count the days of the law: remedies from service, the application from the last end: theirs, the deferral's."""
    served = served_on(decision) or decision.decided_on
    remedies_until = max(last_day(_limit(pack, one), served) for one in REMEDIES)
    deferred = (
        Deferral.objects.filter(decision=decision).order_by("-until_on").values_list("until_on", flat=True).first()
    )
    ended = Remedy.objects.filter(decision=decision).aggregate(last=Max("outcome_on"))["last"]
    begins = max(remedies_until, deferred or remedies_until, ended or remedies_until)
    return CourtState(
        demanded_until=demanded_until(decision, pack),
        remedies_until=remedies_until,
        latest=last_day(_limit(pack, APPLIED), begins),
        pending_remedy=Remedy.objects.filter(decision=decision, outcome_on__isnull=True).exists(),
        begins=begins,
    )


def _limit(pack: Pack, key: str) -> TimeLimit:
    found: TimeLimit = pack.rule("time_limits", key)
    return found
