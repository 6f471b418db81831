"""A draft of a procedure: what stands against it, its drawings in the editor or as files, its limits; proposing it."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.forms import uploaded
from heliograph.desk.procedure_forms import DraftProposeForm, FlowUploadForm, LimitForm, limit_initial
from heliograph.desk.procedure_words import edited, fact_in_words, faults_at, located, offered, used_limits
from heliograph.desk.scope import Scope, page
from heliograph.kernel.bpmn import BpmnRefusedError
from heliograph.kernel.bpmn.layout import lay_out
from heliograph.kernel.bpmn.source import parse
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.actions import DraftContent, discard_draft, draft_faults, propose_from_draft, save_draft
from heliograph.procedures.actions.releasing import draft_bundle
from heliograph.procedures.gates import ReleaseFaultsError
from heliograph.procedures.models import Draft
from heliograph.procedures.showing import drawings, limit_in_words, read_and_drawn, shown_tables

XML = "application/xml; charset=utf-8"
LIMIT_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
TYPES = {"bpmn": XML, "dmn": XML, "svg": "image/svg+xml; charset=utf-8"}


def draft_of(scope: Scope, draft: UUID) -> Draft:
    """Return a draft of this agency, 404 for any other."""
    return get_object_or_404(Draft.objects.select_related("edited_by"), agency_id=scope.id, pk=draft)


def content_with(draft: Draft, **changed: Any) -> DraftContent:
    """Return a draft's content with some of its parts changed."""
    parts: dict[str, Any] = {
        "title": draft.title,
        "files": draft.files,
        "tables": draft.tables,
        "facts": draft.facts,
        "limits": draft.limits,
    }
    return DraftContent(**{**parts, **changed})


def save(scope: Scope, draft: Draft, rev: int, **changed: Any) -> Draft:
    """Save a draft with some of its parts changed, as it was read at a revision."""
    return save_draft(draft.pk, content=content_with(draft, **changed), rev=rev, actor=scope.account, at=scope.at)


def seen_rev(scope: Scope) -> int:
    """Return the revision that a form says it was made from, 0 where it says none: that is always stale."""
    text = scope.request.POST.get("rev", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@page("read_procedures")
def draft(scope: Scope, draft: UUID) -> HttpResponse:
    """Show a draft with its faults, pictures, tables and limits; propose it."""
    found = draft_of(scope, draft)
    form = DraftProposeForm(scope.sent, initial={"effective_from": scope.on, "rev": found.rev})
    faults = draft_faults(found)
    if scope.posted:
        scope.require("propose_release")
        if form.is_valid():
            given = form.cleaned_data
            try:
                release = propose_from_draft(found.pk, **given, actor=scope.account, at=scope.at)
            except ReleaseFaultsError as error:
                faults = error.faults
            else:
                scope.done(f"已提出《{release.title}》第 {release.number} 版，待负责人批准。")
                return redirect("desk:procedure-release", agency=scope.agency.code, release=release.pk)
    bundle = draft_bundle(found)
    context = {
        "draft": found,
        "form": form,
        "faults": located(faults, found.procedure, found.procedure),
        "drawings": drawings(bundle),
        "files": list(found.files),
        "tables": shown_tables(bundle),
        "facts": [{**fact, "words": fact_in_words(fact)} for fact in found.facts],
        "limits": [(key, kept, limit_in_words(kept)) for key, kept in found.limits.items()],
        "may_edit": scope.may("draft_procedure"),
        "may_propose": scope.may("propose_release"),
    }
    return scope.render("procedure_draft.html", context, status=422 if scope.posted else 200)


@page("draft_procedure", "POST", shows=draft)
def discard(scope: Scope, draft: UUID) -> HttpResponse:
    """Throw a draft away."""
    found = draft_of(scope, draft)
    discard_draft(found.pk, rev=seen_rev(scope), actor=scope.account, at=scope.at)
    scope.done(f"已删除《{found.title}》的草稿。")
    return redirect("desk:procedures", agency=scope.agency.code)


@page("draft_procedure")
def limit(scope: Scope, draft: UUID, limit: str) -> HttpResponse:
    """Change a time limit of a draft, or add one."""
    found = draft_of(scope, draft)
    fresh = limit == "new"
    kept = None if fresh else found.limits.get(limit)
    if kept is None and not fresh:
        raise Http404
    form = LimitForm(scope.sent, initial=limit_initial(kept, found.rev))
    if scope.posted and form.is_valid():
        key = fresh_key(found.limits) if fresh else limit
        changed = form.kept(key, kept)
        save(scope, found, form.cleaned_data["rev"] or 0, limits={**found.limits, key: changed})
        scope.done(f"期限“{changed['name']}”已改为{limit_in_words(changed)}。")
        return redirect("desk:procedure-draft", agency=scope.agency.code, draft=found.pk)
    context = {"draft": found, "form": form, "kept": kept, "key": limit}
    return scope.render("procedure_limit.html", context, status=422 if form.errors else 200)


def fresh_key(limits: Any) -> str:
    """Return a key for a new time limit."""
    number = 1
    while f"limit_{number}" in limits:
        number += 1
    return f"limit_{number}"


# -- drawings
def file_of(draft: Draft, file: str) -> str:
    """Return a drawing of a draft, 404 for one that it does not have."""
    if file not in draft.files:
        raise Http404
    xml: str = draft.files[file]
    return xml


@page("draft_procedure")
def flow(scope: Scope, draft: UUID, file: str) -> HttpResponse:
    """Open a drawing in the editor; without script take the file of another editor."""
    found = draft_of(scope, draft)
    file_of(found, file)
    form = FlowUploadForm(scope.sent, scope.request.FILES or None, initial={"rev": found.rev})
    if scope.posted and form.is_valid():
        _, content = uploaded(form, "file")
        try:
            xml = readable(content)
        except BpmnRefusedError as refused:
            form.add_error("file", "；".join(str(fault) for fault in refused.faults))
        else:
            _save_flow(scope, found, file, xml, form.cleaned_data["rev"] or 0, {})
            scope.done("流程文件已保存到草稿。")
            return redirect("desk:procedure-draft", agency=scope.agency.code, draft=found.pk)
    shown, _ = read_or_named(found, file)
    context = {
        "draft": found,
        "file": file,
        "name": shown,
        "form": form,
        "offered": offered(scope, found, file),
        "faults": faults_at(found, file),
    }
    return scope.render("procedure_flow.html", context, status=422 if form.errors else 200)


def read_or_named(draft: Draft, file: str) -> tuple[str, str]:
    """Return a drawing's name and picture; its key and no picture where it cannot be read."""
    try:
        process, svg = read_and_drawn(draft.files[file])
    except BpmnRefusedError:
        return file, ""
    return process.name or file, svg


def readable(content: bytes) -> str:
    """Return the text of a file that is whole, harmless XML; its content may be faulty. BpmnRefusedError."""
    parse(content)
    return content.decode("utf-8", "replace")


def _save_flow(scope: Scope, draft: Draft, file: str, xml: str, rev: int, limits: dict[str, Any]) -> Draft:
    files = {**draft.files, file: xml}
    return save(scope, draft, rev, files=files, limits=used_limits(scope, files, {**draft.limits, **limits}))


def sent_json(scope: Scope) -> dict[str, Any]:
    """Return what a script sent, empty for anything that is no object."""
    if scope.request.content_type != "application/json":
        return {}
    try:
        found = json.loads(scope.request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sent_limits(draft: Draft, sent: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the limits that the editor added or changed, and what is wrong with them."""
    limits: dict[str, Any] = {}
    faults: list[dict[str, str]] = []
    given = sent.get("limits")
    for key, values in (given if isinstance(given, dict) else {}).items():
        form = LimitForm(values if isinstance(values, dict) else {})
        if form.is_valid() and LIMIT_KEY.fullmatch(key):
            limits[key] = form.kept(key, draft.limits.get(key))
        else:
            said = "".join(str(text) for texts in form.errors.values() for text in texts) or "编号不对。"
            faults.append({"element": "", "text": f"期限“{form.data.get('name', key)}”：{said}"})
    return limits, faults


@page("draft_procedure", "POST")
def flow_check(scope: Scope, draft: UUID, file: str) -> HttpResponse:
    """Say what stands against a draft if the drawing were saved as sent."""
    found = draft_of(scope, draft)
    file_of(found, file)
    sent = sent_json(scope)
    limits, faults = _sent_limits(found, sent)
    files = {**found.files, file: str(sent.get("xml", ""))}
    would = edited(found, files=files, limits=used_limits(scope, files, {**found.limits, **limits}))
    return JsonResponse({"faults": [*faults, *faults_at(would, file)]})


@page("draft_procedure", "POST")
def flow_save(scope: Scope, draft: UUID, file: str) -> HttpResponse:
    """Save a drawing from the editor and say what stands against it."""
    found = draft_of(scope, draft)
    file_of(found, file)
    sent = sent_json(scope)
    limits, faults = _sent_limits(found, sent)
    rev = sent.get("rev")
    try:
        xml = readable(str(sent.get("xml", "")).encode())
        if faults:
            return JsonResponse({"refused": "没有保存，请先改正期限。", "faults": faults}, status=422)
        done = _save_flow(scope, found, file, xml, rev if isinstance(rev, int) else 0, limits)
    except BpmnRefusedError as refused:
        told = located((str(fault) for fault in refused.faults), file, found.procedure)
        return JsonResponse({"refused": "没有保存，流程文件读不懂。", "faults": told}, status=422)
    except ActRefusedError as error:
        return JsonResponse({"refused": error.verdict.message}, status=409)
    return JsonResponse({"rev": done.rev, "faults": faults_at(done, file)})


@page("draft_procedure", "POST")
def flow_layout(scope: Scope, draft: UUID, file: str) -> HttpResponse:
    """Return a drawing laid out afresh; nothing is saved."""
    found = draft_of(scope, draft)
    file_of(found, file)
    try:
        laid = lay_out(str(sent_json(scope).get("xml", "")).encode())
    except BpmnRefusedError as refused:
        told = located((str(fault) for fault in refused.faults), file, found.procedure)
        return JsonResponse({"refused": "没有排版，请先改正以下各处。", "faults": told}, status=422)
    return JsonResponse({"xml": laid.decode()})


@page("read_procedures", "GET", "HEAD")
def draft_file(scope: Scope, draft: UUID, name: str, form: str) -> HttpResponse:
    """Give a drawing or a table of a draft as a file."""
    found = draft_of(scope, draft)
    kept = found.tables.get(name) if form == "dmn" else found.files.get(name)
    if kept is None or form not in TYPES:
        raise Http404
    content = read_or_named(found, name)[1] if form == "svg" else kept
    headers = {"Content-Disposition": f'attachment; filename="{scope.agency.code}-{name}.{form}"'}
    return HttpResponse(content, content_type=TYPES[form], headers=headers)
