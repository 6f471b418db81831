"""Forms of documents: whose form holds, writing another with its faults and pages beside it, proposing, deciding."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.cited import in_words, sources_of
from heliograph.desk.procedure_forms import OpinionForm
from heliograph.desk.scope import Scope, page
from heliograph.desk.template_views import (
    FormLine,
    ProposeTemplateForm,
    changed_lines,
    former_text,
    line_of,
    lines_of,
    offered_cases,
    shown_of,
    standing_of,
)
from heliograph.desk.template_words import GENERAL, data_lines, field_lines, readable
from heliograph.documents.actions import ProposedForm, decide_template, propose_template
from heliograph.documents.models import Template
from heliograph.documents.templates import FormFault, FormFaultsError, versions_of
from heliograph.kernel.packs.document_rules import form_of
from heliograph.registers.permissions import same_person


@page("read_templates", "GET", "HEAD")
def templates(scope: Scope) -> HttpResponse:
    """Show every kind of document with whose form holds today and what waits for approval."""
    return scope.render("templates.html", {"lines": lines_of(scope), "general": GENERAL})


def _line(scope: Scope, kind: str) -> FormLine:
    found = line_of(scope, kind)
    if found is None:
        raise Http404
    return found


@page("read_templates")
def template(scope: Scope, kind: str) -> HttpResponseBase:
    """Show the form of a kind of document; write another, look at it, propose it."""
    line = _line(scope, kind)
    asked = scope.request.POST.get("act", "")
    form = ProposeTemplateForm(scope.sent if asked == "propose" else None, initial=_initial(scope, line))
    faults: list[FormFault] = []
    if scope.posted:
        scope.require("propose_template")
        if asked == "propose" and form.is_valid():
            try:
                return _propose(scope, line, form)
            except FormFaultsError as error:
                faults = error.faults
    source = scope.request.POST.get("source", line.in_use)
    shown = shown_of(scope, line.kind, source, scope.request.POST.get("case", ""))
    context = {
        "line": line,
        "form": form,
        "source": source,
        "refused": bool(faults),
        "shown": shown,
        "pages": shown.pages,
        "fonts_missing": shown.fonts_missing,
        "not_drawn": shown.not_drawn,
        "case": scope.request.POST.get("case", ""),
        "cases": offered_cases(scope) if scope.may("propose_template") else [],
        "may_propose": scope.may("propose_template"),
        "changes": changed_lines(line.in_use, source),
        "kept": _kept(scope, line),
        "general": GENERAL,
        "fields": field_lines(line.kind, source),
        "paths": data_lines(scope.pack),
        "versions": [(one, standing_of(one, scope.on)) for one in versions_of(scope.id, line.kind.id)],
    }
    return scope.render("template.html", context, status=422 if form.errors or faults else 200)


def _initial(scope: Scope, line: FormLine) -> dict[str, object]:
    """Return what stands in the form: what was sent without being proposed stays where it was typed."""
    sent = {name: scope.request.POST[name] for name in ("reason", "effective_from") if name in scope.request.POST}
    return {"effective_from": scope.on, **sent}


def _propose(scope: Scope, line: FormLine, form: ProposeTemplateForm) -> HttpResponseBase:
    given = form.cleaned_data
    source = "" if given["restore"] else scope.request.POST.get("source", "")
    content = ProposedForm(source, given["effective_from"], given["reason"])
    if not given["restore"] and not source.strip():
        raise FormFaultsError([FormFault(1, f"模板是空的。不再用本机关文本的，请勾选“恢复使用{GENERAL}”。")])
    made = propose_template(scope.id, line.kind.id, content=content, actor=scope.account, at=scope.at)
    scope.done(f"已提出《{made.title}》模板第 {made.number} 版，待另一名审核人员或者负责人批准。")
    return redirect("desk:template-version", agency=scope.agency.code, version=made.pk)


def _kept(scope: Scope, line: FormLine) -> list[tuple[str, str]]:
    """Return what no form of the kind may leave out: the statements and the required fields with an article."""
    said = [one for one in scope.pack.rules.statements if line.kind.id in one.documents]
    fields = [one for one in form_of(line.kind.source).fields if one.required and one.basis]
    return [(f"法定告知事项「{one.name}」", "、".join(one.basis)) for one in said] + [
        (f"字段「{one.label}」", "、".join(one.basis)) for one in fields
    ]


@page("propose_template", "POST")
def template_check(scope: Scope, kind: str) -> HttpResponse:
    """Say what is wrong with a form as it is typed, and how its pages look."""
    line = _line(scope, kind)
    shown = shown_of(scope, line.kind, scope.request.POST.get("source", ""), scope.request.POST.get("case", ""))
    sources = sources_of(scope)
    return JsonResponse(
        {
            "faults": [{"line": one.line, "message": in_words(one.message, sources)} for one in shown.faults],
            "pages": shown.pages,
            "said": shown.not_drawn or shown.fonts_said,
        }
    )


@page("read_templates")
def template_version(scope: Scope, version: UUID) -> HttpResponseBase:
    """Show one version of the agency's form and what it changes; somebody else approves or returns it."""
    found = get_object_or_404(versions_of(scope.id), pk=version)
    form = OpinionForm(scope.sent)
    faults: list[FormFault] = []
    if scope.posted:
        scope.require("decide_template")
        if form.is_valid():
            try:
                return _decide(scope, found, form.cleaned_data["opinion"])
            except FormFaultsError as error:
                faults = error.faults
    line = line_of(scope, found.kind)
    faults = readable(faults, line.kind, found.source) if line else faults
    former, former_name = former_text(scope, found)
    text = found.source or (line.kind.source if line else "")
    shown = shown_of(scope, line.kind, text, "") if line else None
    pending = found.state == Template.State.PROPOSED
    context = {
        "version": found,
        "general": GENERAL,
        "standing": standing_of(found, scope.on),
        "former_name": former_name,
        "changes": changed_lines(former, text),
        "text": text,
        "shown": shown,
        "pages": shown.pages if shown else [],
        "fonts_missing": shown.fonts_missing if shown else "",
        "not_drawn": shown.not_drawn if shown else "现行规则里已经没有这种文书。",
        "faults": faults or (shown.faults if shown and pending else []),
        "own": pending and same_person(scope.account, found.proposed_by),
        "form": form if pending and scope.may("decide_template") else None,
    }
    return scope.render("template_version.html", context, status=422 if form.errors or faults else 200)


def _decide(scope: Scope, found: Template, opinion: str) -> HttpResponseBase:
    passed = scope.request.POST.get("decision") == "approve"
    done = decide_template(found.pk, passed=passed, opinion=opinion, actor=scope.account, at=scope.at)
    said = f"已批准，自 {done.effective_from:%Y-%m-%d} 起使用。" if passed else "已退回。"
    scope.done(f"《{done.title}》模板第 {done.number} 版{said}")
    return redirect("desk:template", agency=scope.agency.code, kind=done.kind)
