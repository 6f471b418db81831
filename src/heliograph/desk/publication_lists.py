"""Lists of publications: what is due and not begun, what waits for whom, what is public, what has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from heliograph.desk.case_reading import Left, left_of, soon_on
from heliograph.desk.scope import Scope
from heliograph.disclosure.actions.preparing import PUBLISHED, chain_of
from heliograph.disclosure.models import Publication
from heliograph.dossiers.models import Case, Decision, Service
from heliograph.dossiers.permissions import seen_by
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.registers.models import Role

WITHDRAWN = "case.publication_withdrawn"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Due:
    """A case whose publication is due: by when, what is prepared of it, whether it waits for service."""

    case: Case
    duty: Duty
    left: Left
    occasion: str
    publication: Publication | None
    unserved: bool


@dataclass(frozen=True, slots=True)
class Overdue:
    """A public decision that does not stand, and how long it may stay."""

    publication: Publication
    left: Left | None


def seen_publications(scope: Scope) -> QuerySet[Publication]:
    """Return the publications of the cases that the account may see. Every list and page starts from here."""
    return Publication.objects.filter(agency_id=scope.id, case__in=seen_by(scope.reader).values("pk"))


def listed(scope: Scope) -> dict[str, Any]:
    """Return what the list page shows."""
    seen = seen_publications(scope).select_related("case", "prepared_by", "decision", "duty")
    drafts = seen.exclude(draft="").order_by("-id")
    waiting = list(drafts.filter(draft=Publication.Draft.WAITING)[:SHOWN])
    releasing = Role(chain_of(scope.pack).stages[-1].role) in scope.roles
    mine = [one for one in waiting if releasing and one.prepared_by_id != scope.account.pk]
    public = seen.filter(state=Publication.State.PUBLIC).order_by("-published_at", "-id")
    ended = (Publication.State.WITHDRAWN, Publication.State.EXPIRED, Publication.State.WITHHELD)
    return {
        "due": _due(scope),
        "mine": mine,
        "waiting": [one for one in waiting if one not in mine],
        "drafts": drafts.exclude(draft=Publication.Draft.WAITING)[:SHOWN],
        "to_withdraw": _to_withdraw(scope, public.filter(decision__annulled_on__isnull=False)[:SHOWN]),
        "public": public[:SHOWN],
        "ended": seen.filter(state__in=ended).order_by("-id")[:SHOWN],
        "may_prepare": scope.may("prepare_publication"),
    }


def _limits(scope: Scope, event: str) -> list[str]:
    return [rule.limit for rule in scope.pack.rules.duty_rules if event in rule.fulfilled_by]


def _open_duties(scope: Scope, event: str) -> QuerySet[Duty]:
    found = Duty.objects.filter(
        agency_id=scope.id, subject_kind="case", state__in=OPEN_STATES, kind__in=_limits(scope, event)
    )
    return found.order_by("due_on", "id")


def _due(scope: Scope) -> list[Due]:
    """Return the cases that are to be published, what is due first in front. Four queries."""
    in_sight = seen_by(scope.reader).values("pk")
    duties = list(_open_duties(scope, PUBLISHED).filter(subject_id__in=in_sight)[:SHOWN])
    keys = [one.subject_id for one in duties]
    cases = {one.pk: one for one in Case.objects.filter(pk__in=keys)}
    begun = {one.case_id: one for one in Publication.objects.filter(case__in=keys).exclude(occasion="closing")}
    decided = dict(Decision.objects.filter(case__in=keys).values_list("case_id", "paper_id"))
    served = set(_served(decided.values()))
    soon = soon_on(scope, scope.pack)
    return [
        Due(
            case=cases[one.subject_id],
            duty=one,
            left=left_of(one, scope.on, soon, scope.calendar),
            occasion="decision" if one.subject_id in decided else "result",
            publication=begun.get(one.subject_id),
            unserved=one.subject_id in decided and decided[one.subject_id] not in served,
        )
        for one in duties
        if one.subject_id in cases
    ]


def _served(papers: Iterable[UUID]) -> Iterable[UUID]:
    found = Service.objects.filter(paper__in=list(papers), received_on__isnull=False)
    return found.values_list("paper_id", flat=True)


def _to_withdraw(scope: Scope, rows: Iterable[Publication]) -> list[Overdue]:
    """Return what does not stand and is public still, with the period to withdraw it. Two queries."""
    found = list(rows)
    duties = _open_duties(scope, WITHDRAWN).filter(subject_id__in=[one.case_id for one in found])
    by_case = {one.subject_id: one for one in duties}
    soon = soon_on(scope, scope.pack)
    return [
        Overdue(one, left_of(duty, scope.on, soon, scope.calendar) if (duty := by_case.get(one.case_id)) else None)
        for one in found
    ]
