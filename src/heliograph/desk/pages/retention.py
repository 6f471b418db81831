"""Retention of dossiers: whose term is over, and their destruction by three people (保管期限、鉴定销毁)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from heliograph.desk.case_reading import case_of, key_of
from heliograph.desk.retrieval_forms import AppraisalForm, DestructionDecisionForm, RetentionForm
from heliograph.desk.scope import Scope, page
from heliograph.documents.fonts import FontsMissingError
from heliograph.documents.typesetting import CannotTypesetError
from heliograph.dossiers.actions.destroying import (
    cancel_destruction,
    decide_destruction,
    destroy_dossier,
    propose_destruction,
    set_retention,
)
from heliograph.dossiers.certificate import NAME, NOT_ERASED, draw_certificate
from heliograph.dossiers.models import Case, Destruction
from heliograph.dossiers.retention_reading import over_by, retention_of
from heliograph.dossiers.rules.retention import KEEPING, certified
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.permissions import same_person

PAGE = 20
UNDER_WAY = (Destruction.State.PROPOSED, Destruction.State.APPROVED)


@page("read_retention", "GET", "HEAD")
def retention(scope: Scope) -> HttpResponse:
    """List destructions under way, dossiers whose term is over, and what was destroyed or refused lately."""
    after, since = key_of(scope.request.GET.get("after", "")), scope.request.GET.get("since", "")
    found = over_by(scope.id, scope.on, after=(_day(since), after) if after else None)
    rows = list(found[: PAGE + 1])
    all_here = Destruction.objects.filter(agency_id=scope.id).select_related("case__unit", "proposed_by", "decided_by")
    context = {
        "rows": rows[:PAGE],
        "last": rows[PAGE - 1] if len(rows) > PAGE else None,
        "after": after,
        "under_way": all_here.filter(state__in=UNDER_WAY).order_by("-pk")[:PAGE],
        "done": all_here.exclude(state__in=UNDER_WAY).order_by("-pk")[:PAGE],
        "may_propose": scope.may("propose_destruction"),
    }
    return scope.render("retention.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


@page("read_retention", also="set_retention")
def dossier_retention(scope: Scope, case: UUID) -> HttpResponseBase:
    """Show the term of a dossier; an archivist sets one or lengthens it after appraisal."""
    found = case_of(scope, case)
    form = RetentionForm(scope.sent)
    if scope.posted:
        scope.require("set_retention")
        if form.is_valid():
            set_retention(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
            scope.done("已登记保管期限。")
            return redirect("desk:dossier-retention", agency=scope.agency.code, case=found.pk)
    context = {
        "case": found,
        "retention": retention_of(found),
        "form": form if scope.may("set_retention") and found.state == Case.State.ARCHIVED else None,
    }
    return scope.render("dossier_retention.html", context, status=422 if form.errors else 200)


@page("propose_destruction")
def destruction_new(scope: Scope, case: UUID) -> HttpResponseBase:
    """Propose to destroy a dossier, with the opinion of the appraisal."""
    found = case_of(scope, case)
    form = AppraisalForm(scope.sent)
    if scope.posted and form.is_valid():
        made = propose_destruction(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("已提出销毁，待领导审批。")
        return redirect("desk:destruction", agency=scope.agency.code, destruction=made.pk)
    context = {"case": found, "form": form, "retention": retention_of(found)}
    return scope.render("destruction_new.html", context, status=422 if form.errors else 200)


@page("read_retention", "GET", "HEAD")
def destruction(scope: Scope, destruction: UUID) -> HttpResponse:
    """Show a destruction: who proposed, who decided, when it may be carried out, and the certificate."""
    found = _of(scope, destruction)
    people = [found.proposed_by, *([found.decided_by] if found.decided_by else [])]
    took_part = any(same_person(scope.account, one) for one in people)
    proposed, approved = (found.state == state for state in UNDER_WAY)
    context = {
        "destruction": found,
        "case": found.case,
        "retention": retention_of(found.case),
        "form": DestructionDecisionForm(scope.sent)
        if scope.may("decide_destruction") and (approved or (proposed and not took_part))
        else None,
        "proposed": proposed,
        "not_erased": NOT_ERASED,
        "may_execute": approved and scope.may("execute_destruction") and not took_part
        and found.not_before is not None and found.not_before <= scope.on,
    }  # fmt: skip
    return scope.render("destruction.html", context)


@page("read_retention", "GET", "HEAD")
def certificate(scope: Scope, destruction: UUID) -> HttpResponse:
    """Give the certificate of a destruction that was carried out, as a document to be signed and kept."""
    found = _of(scope, destruction)
    require(certified(found.state))
    pack = pack_in_force(found.agency_id, found.case.opened_on)
    try:
        pdf = draw_certificate(found, pack)
    except (CannotTypesetError, FontsMissingError) as error:
        raise ActRefusedError(Refused("destruction.not_drawn", str(error), KEEPING)) from error
    answer = HttpResponse(pdf, content_type="application/pdf")
    name = f"{found.case.archive_number or found.case.number}{NAME}.pdf"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


def _of(scope: Scope, key: UUID) -> Destruction:
    people = ("case__unit", "case__agency", "proposed_by", "decided_by", "executed_by")
    return Destruction.objects.select_related(*people).get(pk=key, agency_id=scope.id)


@page("decide_destruction", "POST", shows=destruction)
def destruction_decide(scope: Scope, destruction: UUID) -> HttpResponseBase:
    """Approve or refuse a destruction, or stop one that is approved."""
    found = _of(scope, destruction)
    form = DestructionDecisionForm(scope.request.POST)
    if not form.is_valid():
        fault = next(iter(form.errors.values()))[0]
        require(Refused("destruction.exists", str(fault), KEEPING))
    decision, opinion = form.cleaned_data["decision"], form.cleaned_data["opinion"]
    if decision == "cancel":
        cancel_destruction(found.pk, reason=opinion, actor=scope.account, at=scope.at)
    else:
        decide_destruction(found.pk, granted=decision == "grant", opinion=opinion, actor=scope.account, at=scope.at)
    scope.done("已登记审批意见。")
    return redirect("desk:destruction", agency=scope.agency.code, destruction=found.pk)


@page("execute_destruction", "POST", shows=destruction)
def destruction_execute(scope: Scope, destruction: UUID) -> HttpResponseBase:
    """Erase the files of a dossier; catalogue, records and certificate stay."""
    done = destroy_dossier(_of(scope, destruction).pk, actor=scope.account, at=scope.at)
    scope.done("案卷文件已经销毁，销毁清册见下。")
    return redirect("desk:destruction", agency=scope.agency.code, destruction=done.pk)
