"""Requests to erase what records say: the list for the head who decides, and what was decided."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.record_subjects import address_of_subject
from heliograph.desk.scope import Scope, page
from heliograph.ledger.record_names import name_of
from heliograph.registers.actions import confirm_erasure, refuse_erasure
from heliograph.registers.models import ErasureRequest
from heliograph.registers.permissions import same_person

SHOWN = 100
REASON_LIMIT = 300


@page("read_erasures", "GET", "HEAD")
def erasures(scope: Scope, erasure: UUID | None = None) -> HttpResponse:
    """List the requests that wait for the head, and those decided lately; `erasure` is one that was just refused."""
    requests = ErasureRequest.objects.filter(agency_id=scope.id).select_related("record", "requested_by", "decided_by")
    pending = requests.filter(state=ErasureRequest.State.PENDING).order_by("requested_at", "pk")
    decided = requests.exclude(state=ErasureRequest.State.PENDING).order_by("-decided_at", "pk")
    context = {
        "pending": [_row(scope, one) for one in pending[:SHOWN]],
        "decided": [_row(scope, one) for one in decided[:SHOWN]],
        "may_decide": scope.may("confirm_erasure"),
    }
    return scope.render("erasures.html", context)


def _row(scope: Scope, request: ErasureRequest) -> dict[str, object]:
    return {
        "request": request,
        "act": name_of(request.record.kind),
        "address": address_of_subject(scope, request.record),
        "own": same_person(scope.account, request.requested_by),
    }


@page("confirm_erasure", "POST", shows=erasures)
def decide(scope: Scope, erasure: UUID) -> HttpResponse:
    """Let the head approve a request, upon which the content goes, or turn it down with the reason."""
    found = get_object_or_404(ErasureRequest, agency_id=scope.id, pk=erasure)
    if scope.request.POST.get("decision") == "confirm":
        confirm_erasure(found.pk, agency_id=scope.id, actor=scope.account, at=scope.at)
        scope.done("已删除该存证的内容。收录证明仍可下载和核验。")
    else:
        reason = scope.request.POST.get("reason", "")[:REASON_LIMIT]
        refuse_erasure(found.pk, agency_id=scope.id, reason=reason, actor=scope.account, at=scope.at)
        scope.done("已登记不同意删除。")
    return redirect("desk:erasures", agency=scope.agency.code)
