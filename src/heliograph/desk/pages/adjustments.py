"""Dynamic adjustment: registering a change of law or function, and what it touches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import AdjustmentForm
from heliograph.desk.scope import Scope, page
from heliograph.disclosure.actions import adjust_for_function_change, adjust_for_law_change
from heliograph.disclosure.models import Adjustment
from heliograph.disclosure.queries import cited_articles, registered_elsewhere
from heliograph.duties.queries import OPEN_STATES
from heliograph.registers.models import Unit

SHOWN = 100
LINK_LIMIT = 300


@page("read_registers")
def adjustments(scope: Scope) -> HttpResponse:
    """List the adjustments with how much is still to be done; register another."""
    units = list(Unit.objects.filter(agency_id=scope.id))
    form = AdjustmentForm(scope.request.POST or None, units=units, initial=_proposed(scope))
    if scope.request.method == "POST":
        scope.require("adjust")
        if form.is_valid():
            made = _adjust(scope, form.cleaned_data)
            scope.done(f"已登记“{made}”，涉及 {made.items.count()} 条清单信息，责任科室已有待办。")
            return redirect("desk:adjustment", agency=scope.agency.code, adjustment=made.pk)
    still = Count("items", filter=Q(items__duty__state__in=OPEN_STATES))
    found = Adjustment.objects.filter(agency_id=scope.id).select_related("made_by")
    context = {
        "adjustments": found.annotate(total=Count("items"), still=still).order_by("-made_at")[:SHOWN],
        "form": form,
        "may_adjust": scope.may("adjust"),
        "cited": cited_articles(scope.id),
        "elsewhere": registered_elsewhere(scope.id),
    }
    return scope.render("adjustments.html", context, status=422 if form.errors else 200)


def _proposed(scope: Scope) -> dict[str, str]:
    """Return what a link filled in beforehand: the article, what happened to it and when."""
    given = scope.request.GET
    return {name: given[name][:LINK_LIMIT] for name in ("kind", "article", "effective_on", "reason") if name in given}


def _adjust(scope: Scope, given: dict[str, Any]) -> Adjustment:
    shared = {key: given[key] for key in ("effective_on", "reason", "basis")}
    if given["kind"] == "function":
        unit = UUID(given["unit"])
        return adjust_for_function_change(
            scope.id, unit_id=unit, function=given["function"], **shared, actor=scope.account, at=scope.at
        )
    repealed = given["kind"] == "repealed"
    return adjust_for_law_change(
        scope.id, article=given["article"], repealed=repealed, **shared, actor=scope.account, at=scope.at
    )


@page("read_registers", "GET", "HEAD")
def adjustment(scope: Scope, adjustment: UUID) -> HttpResponse:
    """Show one adjustment with every entry it touches and whether that is done."""
    found = get_object_or_404(Adjustment.objects.select_related("made_by"), agency_id=scope.id, pk=adjustment)
    items = found.items.select_related("entry__owner_unit", "duty").order_by("entry__register", "entry__number")
    names = {register.id: register.name for register in scope.pack.rules.registers}
    return scope.render("adjustment.html", {"adjustment": found, "items": items, "names": names})
