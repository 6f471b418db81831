"""The agency's units: what they do in the three systems, and their closing."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import UnitActForm, UnitCloseForm, UnitForm
from heliograph.desk.scope import Scope, page
from heliograph.registers.actions import add_unit, change_functions, close_unit
from heliograph.registers.models import Unit


@page("read_people")
def units(scope: Scope) -> HttpResponse:
    """List the agency's units with their functions; register a new one."""
    form = UnitForm(scope.sent)
    if scope.posted:
        scope.require("manage_units")
        if form.is_valid():
            unit = add_unit(scope.id, **form.cleaned_data, actor=scope.account, at=scope.at)
            scope.done(f"已登记“{unit.name}”。")
            return redirect("desk:units", agency=scope.agency.code)
    labels = dict(Unit.Function.choices)
    rows = [
        (unit, "、".join(str(labels.get(function, function)) for function in unit.functions))
        for unit in Unit.objects.filter(agency_id=scope.id)
    ]
    context = {
        "rows": rows,
        "form": form,
        "may_manage": scope.may("manage_units"),
        "pack_units": scope.pack.rules.units,
        "labels": labels,
    }
    return scope.render("units.html", context, status=422 if form.errors else 200)


@page("manage_units")
def unit(scope: Scope, unit: UUID) -> HttpResponse:
    """Change a unit's functions, or note that it was closed."""
    found = get_object_or_404(Unit, agency_id=scope.id, pk=unit)
    sent = scope.request.POST.get("form", "")
    functions = UnitActForm(
        scope.request.POST if sent == "functions" else None, initial={"functions": found.functions}, prefix="unit"
    )
    closing = UnitCloseForm(scope.request.POST if sent == "close" else None, prefix="close")
    if scope.posted and functions.is_bound and functions.is_valid():
        change_functions(found.pk, **functions.cleaned_data, actor=scope.account, at=scope.at)
        scope.done(f"已更改“{found.name}”的职能。")
        return redirect("desk:units", agency=scope.agency.code)
    if scope.posted and closing.is_bound and closing.is_valid():
        close_unit(found.pk, **closing.cleaned_data, actor=scope.account, at=scope.at)
        scope.done(f"已登记“{found.name}”撤并。")
        return redirect("desk:units", agency=scope.agency.code)
    staff = list(found.posts.filter(to_on__isnull=True).select_related("person"))
    context = {
        "unit": found,
        "functions_form": functions,
        "close_form": None if staff else closing,
        "owned": found.entries.count(),
        "staff": staff,
    }
    return scope.render("unit.html", context, status=422 if functions.errors or closing.errors else 200)
