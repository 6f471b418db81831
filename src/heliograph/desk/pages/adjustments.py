"""Dynamic adjustment: registering a change of law or function, what it touches, and telling the public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import AdjustmentForm
from heliograph.desk.oversight import only_supervises, seen_adjustments, seen_items
from heliograph.desk.scope import Scope, page
from heliograph.disclosure.actions import (
    adjust_for_function_change,
    adjust_for_law_change,
    confirm_adjustment,
    return_adjustment,
)
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
            scope.done(f"已登记“{made.cause}”，{_told(made)}。变更记录待发布审批人确认后公开。")
            return redirect("desk:adjustment", agency=scope.agency.code, adjustment=made.pk)
    told = Q(items__draft=False) if only_supervises(scope) else Q()
    still = Count("items", filter=told & Q(items__duty__state__in=OPEN_STATES))
    found = seen_adjustments(scope, Adjustment.objects.filter(agency_id=scope.id))
    counted = found.select_related("made_by", "confirmation").annotate(total=Count("items", filter=told), still=still)
    context = {
        "adjustments": counted.order_by("-made_at")[:SHOWN],
        "form": form,
        "may_adjust": scope.may("adjust"),
        "cited": cited_articles(scope.id),
        "elsewhere": [] if only_supervises(scope) else registered_elsewhere(scope.id),
    }
    return scope.render("adjustments.html", context, status=422 if form.errors else 200)


def _told(made: Adjustment) -> str:
    """Say how many entries are touched and how many of them an earlier adjustment already put on a list."""
    items = made.items.count()
    earlier = made.items.filter(duty__opened_at__lt=made.made_at).count()
    known = f"，其中 {earlier} 条沿用先前同一变动的待办" if earlier else ""
    return f"涉及 {items} 条清单信息，责任科室已有待办{known}"


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
    readable = seen_adjustments(scope, Adjustment.objects.select_related("made_by", "confirmation__by"))
    found = get_object_or_404(readable, agency_id=scope.id, pk=adjustment)
    items = found.items.select_related("entry", "duty__owner_unit").order_by("entry__register", "entry__number")
    context = {
        "adjustment": found,
        "items": seen_items(scope, items),
        "names": {register.id: register.name for register in scope.pack.rules.registers},
        "may_confirm": scope.may("confirm_adjustment") and found.made_by_id != scope.account.pk,
    }
    return scope.render("adjustment.html", context)


@page("confirm_adjustment", "POST")
def confirm(scope: Scope, adjustment: UUID) -> HttpResponse:
    """Let the approver tell an adjustment to the public, or return it with the reason."""
    found = get_object_or_404(Adjustment, agency_id=scope.id, pk=adjustment)
    if scope.request.POST.get("decision") == "return":
        opinion = scope.request.POST.get("opinion", "")[:LINK_LIMIT]
        return_adjustment(found.pk, opinion=opinion, actor=scope.account, at=scope.at)
        scope.done(f"“{found.cause}”已退回，没有对公众显示。")
    else:
        confirm_adjustment(found.pk, actor=scope.account, at=scope.at)
        scope.done(f"“{found.cause}”已写入公开的变更记录。")
    return redirect("desk:adjustment", agency=scope.agency.code, adjustment=found.pk)
