"""Reads of retrievals: by which rules of the pack they go, and the lists of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from heliograph.dossiers.models import Retrieval
from heliograph.dossiers.rules.retrieving import RETRIEVAL
from heliograph.kernel.packs.schema import Pack
from heliograph.registers.models import Account, Role

AT_ONCE, APPROVING = "retrieval_roles_at_once", "retrieval_roles_approving"
ASKED, MINE, RUNNING, OVER = "asked", "mine", "running", "over"


@dataclass(frozen=True, slots=True)
class RetrievalRule:
    """Who reads at once and who approves, by the pack of the agency. certain: a source says so."""

    at_once: frozenset[Role]
    approving: frozenset[Role]
    basis: str
    certain: bool

    def approvers_of(self, asking: frozenset[Role]) -> frozenset[Role]:
        """Return who approves what somebody with some roles asks: an approver's own application goes to the head."""
        return self.approving | ({Role.HEAD} if asking & self.approving else frozenset())

    @staticmethod
    def names(roles: frozenset[Role]) -> str:
        """Return roles as a sentence names them."""
        return "、".join(str(role.label) for role in Role if role in roles)


def rule_of(pack: Pack) -> RetrievalRule:
    """Return the rules of retrieval of a pack; nobody reads at once or approves where it has none."""
    found = {one.id: one for one in pack.rules.provisions if one.id in {AT_ONCE, APPROVING}}
    named = {key: frozenset(Role(one) for one in _listed(rule.value)) for key, rule in found.items()}
    bases = [key for rule in found.values() for key in rule.basis]
    certain = bool(found) and all(rule.verified != "unverified" for rule in found.values())
    nobody: frozenset[Role] = frozenset()
    return RetrievalRule(
        named.get(AT_ONCE, nobody), named.get(APPROVING, nobody), next(iter(bases), RETRIEVAL), certain
    )


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def retrievals_of(
    agency_id: UUID, account: Account, kind: str, on: date, *, all_of_agency: bool
) -> QuerySet[Retrieval]:
    """Return retrievals of a list, the newest first: to be approved, one's own, those that run, those that are over.

    all_of_agency: for whoever approves or supervises; others find only their own.
    """
    found = Retrieval.objects.filter(agency_id=agency_id)
    if kind == MINE or not all_of_agency:
        found = found.filter(asked_by=account)
    expired = Q(state=Retrieval.State.OPEN, until_on__lt=on)
    wanted = {
        ASKED: Q(state=Retrieval.State.ASKED),
        RUNNING: Q(state=Retrieval.State.OPEN, until_on__gte=on),
        OVER: Q(state__in=[Retrieval.State.REFUSED, Retrieval.State.ENDED]) | expired,
    }
    found = found.filter(wanted.get(kind, Q()))
    people = ("case__unit", "asked_by", "decided_by")
    return found.select_related(*people).order_by("-pk")


def with_readings(found: QuerySet[Retrieval]) -> QuerySet[Retrieval]:
    """Add how often each was read."""
    return found.annotate(read=Count("readings"))


def latest_of_case(case_id: UUID, account: Account) -> Retrieval | None:
    """Return the newest retrieval of a case by somebody. One query."""
    return Retrieval.objects.filter(case_id=case_id, asked_by=account).order_by("-pk").first()
