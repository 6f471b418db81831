"""What waits for the approval of an account beside releases: dossiers to be read, forms of documents."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.desk.scope import Scope
from heliograph.documents.models import Template
from heliograph.dossiers.models import Retrieval
from heliograph.dossiers.retrieval_reading import rule_of
from heliograph.kernel.packs.schema import Pack
from heliograph.registers.models import Role, RoleGrant


def waiting_retrievals(scope: Scope, pack: Pack) -> QuerySet[Retrieval]:
    """Return the applications for dossiers that the account may decide, the first to come first. One query.

    Never its own; an approver's application goes to the head as well.
    """
    rule = rule_of(pack)
    found = Retrieval.objects.filter(agency_id=scope.id, state=Retrieval.State.ASKED).exclude(asked_by=scope.account)
    found = found.select_related("case", "asked_by").order_by("pk")
    if scope.roles & rule.approving:
        return found
    if Role.HEAD not in scope.roles:
        return found.none()
    running = Q(to_on__isnull=True) | Q(to_on__gte=scope.on)
    approver = RoleGrant.objects.filter(running, account=OuterRef("asked_by"), agency=scope.id, from_on__lte=scope.on,
                                        role__in=list(rule.approving))  # fmt: skip
    return found.filter(Exists(approver))


def waiting_templates(scope: Scope) -> QuerySet[Template]:
    """Return the proposed forms of documents that the account may decide: of somebody else. One query."""
    if not scope.may("decide_template"):
        return Template.objects.none()
    found = Template.objects.filter(agency_id=scope.id, state=Template.State.PROPOSED)
    found = found.exclude(proposed_by=scope.account)
    if scope.account.person_id is not None:
        found = found.exclude(proposed_by__person=scope.account.person_id)
    return found.select_related("proposed_by").order_by("proposed_at", "pk")
