"""One duty: how its due date came about, and the acts of a leader on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import DeskForm
from heliograph.desk.oversight import seen_duties, titled
from heliograph.desk.reference_forms import CancelForm, ExtendForm, ResumeForm, SuspendForm
from heliograph.desk.scope import Scope, page
from heliograph.duties.actions import cancel_duty, extend, resume, suspend
from heliograph.duties.models import Duty

UNITS = {"working_days": "工作日", "calendar_days": "日", "months": "个月", "hours": "小时"}
# name in the form, label of the button, shape, states in which it makes sense
ACTS: dict[str, tuple[str, type[DeskForm], frozenset[str]]] = {
    "extend": ("延长", ExtendForm, frozenset({"open"})),
    "suspend": ("中止", SuspendForm, frozenset({"open"})),
    "resume": ("恢复", ResumeForm, frozenset({"suspended"})),
    "cancel": ("取消", CancelForm, frozenset({"open", "suspended"})),
}


@page("read_duties")
def duty(scope: Scope, duty: UUID) -> HttpResponse:
    """Show a duty with everything that moved it; a leader extends, suspends, resumes or cancels it."""
    readable = seen_duties(scope, Duty.objects.select_related("owner_unit", "opened_by", "fulfilled_by"))
    found = titled(scope, [get_object_or_404(readable, agency_id=scope.id, pk=duty)])[0]
    asked = scope.request.POST.get("form", "")
    forms = {name: shape(prefix=name) for name, (_label, shape, _states) in ACTS.items()}
    posted = scope.posted
    if asked in ACTS:
        forms[asked] = ACTS[asked][1](scope.request.POST, prefix=asked)
    if posted:
        scope.require("extend_duty")
        if asked in ACTS and forms[asked].is_valid():
            return _act(scope, found, asked, forms[asked].cleaned_data)
    extension = found.limit["extension"]
    context = {
        "duty": found,
        "changes": found.changes.select_related("by").order_by("at", "id"),
        "extension": f"{extension} {UNITS.get(found.limit['unit'], '')}" if extension else "",
        "forms": [
            (name, label, forms[name])
            for name, (label, _shape, states) in ACTS.items()
            if found.state in states and (name != "extend" or extension)
        ],
        "may_act": scope.may("extend_duty"),
    }
    return scope.render("duty.html", context, status=422 if posted else 200)


def _act(scope: Scope, duty: Duty, name: str, given: dict[str, Any]) -> HttpResponse:
    acts: dict[str, Callable[..., Duty]] = {
        "extend": extend,
        "suspend": suspend,
        "resume": resume,
        "cancel": cancel_duty,
    }
    acts[name](duty.pk, **given, actor=scope.account, at=scope.at)
    scope.done(f"已{ACTS[name][0]}“{duty.title}”。")
    return redirect("desk:duty", agency=scope.agency.code, duty=duty.pk)
