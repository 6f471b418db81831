"""Clues: the list, registering one, and what becomes of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from heliograph.desk.archive_gate import open_clues, require_whole
from heliograph.desk.case_reading import key_of, seen_clues
from heliograph.desk.clue_forms import CloseClueForm, ClueForm
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.actions import close_clue, register_clue
from heliograph.dossiers.models import Case, Clue
from heliograph.dossiers.permissions import seen_by
from heliograph.kernel.verdict import Refused, require

PAGE = 30
STATES = [("open", "待核查"), ("filed", "已转立案"), ("closed", "不予立案"), ("merged", "并入其他线索")]


@page("read_cases", "GET", "HEAD")
def clues(scope: Scope) -> HttpResponse:
    """List the clues in sight, those that wait in front unless asked for others, the newest first."""
    state = scope.request.GET.get("state", Clue.State.OPEN)
    state = state if state in dict(STATES) else Clue.State.OPEN
    after = key_of(scope.request.GET.get("after", ""))
    found = seen_clues(scope.reader).filter(state=state).select_related("unit", "registered_by")
    rows = list((found.filter(pk__lt=after) if after else found).order_by("-pk")[: PAGE + 1])
    context = {
        "clues": rows[:PAGE],
        "open": set(
            open_clues(scope, Clue.objects.filter(pk__in=[one.pk for one in rows])).values_list("pk", flat=True)
        ),
        "state": state,
        "states": STATES,
        "after": after,
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "may_register": scope.may("register_clue"),
    }
    return scope.render("clues.html", context)


@page("register_clue")
def clue_new(scope: Scope) -> HttpResponse:
    """Register a clue in the unit of whoever takes it."""
    form = ClueForm(scope.sent, initial={"received_on": scope.on})
    if scope.posted and form.is_valid():
        clue = register_clue(scope.id, unit_id=own_unit(scope), content=form.clue(), actor=scope.account, at=scope.at)
        scope.done(f"已登记线索“{clue.target}”。")
        return redirect("desk:clue", agency=scope.agency.code, clue=clue.pk)
    return scope.render("clue_new.html", {"form": form}, status=422 if form.errors else 200)


def own_unit(scope: Scope) -> UUID:
    """Return the unit of the account; refused where nobody registered one."""
    unit = scope.reader.unit_id
    if unit is None:
        message = "您在本机关没有登记任职，系统不知道由哪个机构承办。请法制机构在“人员与证件”中登记任职。"
        require(Refused("clue.unit", message, "行政处罚法@2021:42"))
        raise AssertionError
    return unit


@page("read_cases", also="close_clue")
def clue(scope: Scope, clue: UUID) -> HttpResponse:
    """Show a clue; close it, merge it, or go on to a case."""
    found = seen_clues(scope.reader).select_related("unit", "registered_by", "same_as").get(pk=clue)
    filed = Case.objects.filter(clue=found).first()
    if filed is not None:  # what a case came of stands in its dossier
        require_whole(scope, filed)
    others = seen_clues(scope.reader).filter(state=Clue.State.OPEN).exclude(pk=found.pk).order_by("-received_on")[:50]
    form = CloseClueForm(scope.sent, others=list(others))
    if scope.posted:
        scope.require("close_clue")
        if form.is_valid():
            chosen = form.cleaned_data["same_as"]
            close_clue(
                found.pk,
                reason=form.cleaned_data["reason"],
                same_as_id=UUID(chosen) if chosen else None,
                actor=scope.account,
                at=scope.at,
            )
            scope.done("线索已处理。")
            return redirect("desk:clue", agency=scope.agency.code, clue=found.pk)
    here = scope.reader.unit_id == found.unit_id or found.registered_by_id == scope.account.pk
    context = {
        "clue": found,
        "form": form,
        "may_see_reporter": here,
        "case": seen_by(scope.reader).filter(clue=found).first(),
        "inspection": seen_by(scope.reader).filter(pk=found.inspection_id).first() if found.inspection_id else None,
        "has_case": filed is not None,
        "may_close": scope.may("close_clue") and found.state == Clue.State.OPEN,
        "may_open": scope.may("open_case") and found.state == Clue.State.OPEN,
    }
    return scope.render("clue.html", context, status=422 if form.errors else 200)
