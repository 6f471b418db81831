"""Acts on a whole case: which the account may do now, and the form of each; reading a message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from heliograph.desk.case_acts import CASE_ACTS, CaseAct
from heliograph.desk.case_reading import case_of
from heliograph.desk.forms import DeskForm
from heliograph.desk.review_acts import REVIEW_ACTS
from heliograph.desk.scope import Scope, page
from heliograph.desk.steps.uploads import CaseFileField, done_with_files, with_case_uploads
from heliograph.dossiers.actions import read_message
from heliograph.dossiers.models import Case, Message
from heliograph.procedures.queries import standing

OFFERED = {**CASE_ACTS, **REVIEW_ACTS}


@page("read_cases", "GET", "HEAD")
def case_acts(scope: Scope, case: UUID) -> HttpResponse:
    """List the acts on a case that the account may do now."""
    found = case_of(scope, case)
    offered = [(key, one) for key, one in OFFERED.items() if one.is_offered(scope, found)]
    return scope.render("case_acts.html", {"case": found, "offered": offered})


@page("read_cases")
def case_act(scope: Scope, case: UUID, act: str) -> HttpResponse:
    """Do one act on a case."""
    asked = OFFERED.get(act)
    if asked is None:
        raise Http404
    found = case_of(scope, case)
    scope.require(asked.act)
    form = _form(scope, found, asked)
    if scope.posted and form.is_valid():
        done_with_files(scope, found.pk, form.cleaned_data, lambda sent: asked.call(scope, found, sent))
        scope.done(f"已办理：{asked.label}。")
        return redirect("desk:case", agency=scope.agency.code, case=found.pk)
    return scope.render(
        "case_act.html",
        {"case": found, "act": asked, "form": form, "rev": standing(found.pk).run.rev},
        status=422 if form.errors else 200,
    )


def _form(scope: Scope, case: Case, asked: CaseAct) -> DeskForm:
    members: dict[str, Any] = asked.fields(scope, case)
    names = [name for name, field in members.items() if isinstance(field, CaseFileField)]
    shape: type[DeskForm] = type("FormOfAct", (DeskForm,), members)  # takes the fields out of `members`
    if scope.sent is None or not names:
        return shape(scope.sent)
    data, faults = with_case_uploads(scope, case.pk, names)
    form = shape(data)
    for name, message in faults.items():
        form.add_error(name, message)
    return form


@page("send_message", "POST")
def message_read(scope: Scope, message: UUID) -> HttpResponse:
    """Note that a message was read, and go to its case."""
    found = Message.objects.get(pk=message, agency_id=scope.id, to_account=scope.account)
    read_message(found.pk, actor=scope.account, at=scope.at)
    return redirect("desk:case", agency=scope.agency.code, case=found.case_id)
