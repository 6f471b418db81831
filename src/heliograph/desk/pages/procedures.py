"""Procedures of the agency: those of the pack, their versions, proposals and drafts; proposing and deciding."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from heliograph.desk.procedure_forms import OpinionForm, ProposeForm
from heliograph.desk.scope import Scope, page
from heliograph.kernel.bpmn import PAPERS
from heliograph.procedures.actions import approve_release, begin_draft, propose_from_pack, return_release
from heliograph.procedures.actions.releasing import content_of
from heliograph.procedures.bundles import digest_of
from heliograph.procedures.gates import ReleaseFaultsError
from heliograph.procedures.models import Draft, Release
from heliograph.procedures.queries import IN_FORCE_STATES, definition_of, releases_of
from heliograph.procedures.showing import changes_in_words, drawings, limit_in_words, printed, shown_tables
from heliograph.registers.permissions import same_person

CALLED = "called"
STATES = {"current": "施行中", "coming": "将要施行", "former": "已被替代"}


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure of the agency and where it stands."""

    id: str
    name: str
    categories: list[str]
    current: Release | None
    coming: Release | None
    waiting: Release | None
    draft: Draft | None


def standing_of(release: Release, scope: Scope) -> str:
    """Return how a released version stands today."""
    if release.effective_to is not None and release.effective_to < scope.on:
        return "former"
    return "coming" if release.effective_from > scope.on else "current"


def lines_of(scope: Scope) -> list[ProcedureLine]:
    """Return the procedures of the pack, then those that only releases or drafts know. Two queries beside the pack."""
    releases = list(releases_of(scope.id))
    drafts = {draft.procedure: draft for draft in Draft.objects.filter(agency_id=scope.id).select_related("edited_by")}
    known = {one.id: one for one in scope.pack.rules.procedures if one.kind != CALLED}
    names = {one.id: one.name for one in scope.pack.rules.categories}
    lines = []
    for key in dict.fromkeys([*known, *(one.procedure for one in releases), *drafts]):
        own = [one for one in releases if one.procedure == key]
        title = known[key].name if key in known else own[0].title if own else drafts[key].title
        kinds = known[key].categories if key in known else own[0].categories if own else drafts[key].categories
        released = {standing_of(one, scope): one for one in reversed(own) if one.state in IN_FORCE_STATES}
        lines.append(
            ProcedureLine(
                id=key,
                name=title,
                categories=[names[one] for one in kinds if one in names],
                current=released.get("current"),
                coming=released.get("coming"),
                waiting=next((one for one in own if one.state == Release.State.PROPOSED), None),
                draft=drafts.get(key),
            )
        )
    return lines


@page("read_procedures", "GET", "HEAD")
def procedures(scope: Scope) -> HttpResponse:
    """Show every procedure with the version in force, what waits for approval and what is being edited."""
    return scope.render("procedures.html", {"lines": lines_of(scope)})


def line_of(scope: Scope, procedure: str) -> ProcedureLine:
    """Return one procedure, 404 for one that the agency does not have."""
    found = next((line for line in lines_of(scope) if line.id == procedure), None)
    if found is None:
        raise Http404
    return found


@page("read_procedures")
def procedure(scope: Scope, procedure: str) -> HttpResponse:
    """Show a procedure with its picture and versions; propose the pack's as it is."""
    line = line_of(scope, procedure)
    form = ProposeForm(scope.sent, initial={"effective_from": scope.on})
    faults: tuple[str, ...] = ()
    if scope.posted:
        scope.require("propose_release")
        if form.is_valid():
            given = form.cleaned_data
            try:
                release = propose_from_pack(
                    scope.id,
                    procedure,
                    effective_from=given["effective_from"],
                    reason=given["reason"],
                    actor=scope.account,
                    at=scope.at,
                )
            except ReleaseFaultsError as error:
                faults = error.faults
            else:
                return _proposed(scope, release)
    context = {**_content(scope, line), "line": line, "form": form, "faults": faults}
    return scope.render("procedure.html", context, status=422 if form.errors or faults else 200)


def _proposed(scope: Scope, release: Release) -> HttpResponse:
    scope.done(f"已提出《{release.title}》第 {release.number} 版，待负责人批准。")
    return redirect("desk:procedure-release", agency=scope.agency.code, release=release.pk)


def _content(scope: Scope, line: ProcedureLine) -> dict[str, object]:
    """Return what the page of a procedure shows: the version in force, else the pack's, and how the pack differs."""
    of_pack = any(one.id == line.id for one in scope.pack.rules.procedures)
    pack = content_of(scope.pack, line.id).bundle if of_pack else None
    shown = line.current or line.coming
    bundle = definition_of(shown).bundle if shown else pack
    same = pack is not None and shown is not None and digest_of(pack.to_bytes()) == shown.sha256
    versions = releases_of(scope.id, line.id).select_related("proposed_by", "decided_by")
    return {
        "shown": shown,
        "drawings": drawings(bundle) if bundle else (),
        "tables": shown_tables(bundle) if bundle else (),
        "from_pack": pack is not None,
        "same_as_pack": same,
        "versions": [
            (one, STATES[standing_of(one, scope)] if one.state in IN_FORCE_STATES else one.get_state_display())
            for one in versions
        ],
        "may_propose": scope.may("propose_release"),
        "may_draft": scope.may("draft_procedure"),
    }


@page("draft_procedure", "POST", shows=procedure)
def begin(scope: Scope, procedure: str) -> HttpResponse:
    """Begin a draft of a procedure."""
    line_of(scope, procedure)
    draft = begin_draft(scope.id, procedure, actor=scope.account, at=scope.at)
    scope.done("已建立草稿。改好后提出发布，由负责人批准后施行。")
    return redirect("desk:procedure-draft", agency=scope.agency.code, draft=draft.pk)


def former_of(release: Release) -> Release | None:
    """Return the version that a release follows or would follow: the last released one before its number."""
    former = releases_of(release.agency_id, release.procedure).filter(state__in=IN_FORCE_STATES)
    return former.filter(number__lt=release.number).first()


@page("read_procedures")
def release(scope: Scope, release: UUID) -> HttpResponse:
    """Show one version and what it changes; a leader approves or returns it."""
    versions = Release.objects.defer("bundle").select_related("proposed_by", "decided_by")
    found = get_object_or_404(versions, agency_id=scope.id, pk=release)
    form = OpinionForm(scope.sent)
    if scope.posted:
        scope.require("decide_release")
        if form.is_valid():
            return _decide(scope, found, form.cleaned_data["opinion"])
    compiled = definition_of(found)
    former = former_of(found)
    pending = found.state == Release.State.PROPOSED
    context = {
        "release": found,
        "former": former,
        "changes": changes_in_words(definition_of(former) if former else None, compiled),
        "running": found.changes.get("running") or {},
        "drawings": drawings(compiled.bundle),
        "tables": shown_tables(compiled.bundle),
        "limits": [(key, kept, limit_in_words(kept)) for key, kept in compiled.limits.items()],
        "pending": pending,
        "own": pending and same_person(scope.account, found.proposed_by),
        "form": form if pending and scope.may("decide_release") else None,
    }
    return scope.render("procedure_release.html", context, status=422 if form.errors else 200)


@page("read_procedures", "GET", "HEAD")
def sheets(scope: Scope, release: UUID, paper: str) -> HttpResponse:
    """Show one version on sheets of paper, to be printed."""
    found = get_object_or_404(Release, agency_id=scope.id, pk=release)
    if paper not in PAPERS:
        raise Http404

    def address(name: str, **more: str) -> str:
        return reverse(name, kwargs={"agency": scope.agency.code, "release": found.pk, **more})

    context = {
        "title": found.title,
        "version": f"第 {found.number} 版",
        "paper": paper,
        "papers": [{"paper": one, "url": address("desk:procedure-sheets", paper=one)} for one in PAPERS],
        "back": address("desk:procedure-release"),
        "drawings": printed(definition_of(found).bundle, paper),
    }
    return render(scope.request, "procedures/sheets.html", {**context, "agency": scope.agency.name})


def _decide(scope: Scope, found: Release, opinion: str) -> HttpResponse:
    if scope.request.POST.get("decision") == "approve":
        done = approve_release(found.pk, opinion=opinion, actor=scope.account, at=scope.at)
        scope.done(f"已批准《{done.title}》第 {done.number} 版，自 {done.effective_from:%Y-%m-%d} 施行。")
    else:
        done = return_release(found.pk, opinion=opinion, actor=scope.account, at=scope.at)
        scope.done(f"已退回《{done.title}》第 {done.number} 版。")
    return redirect("desk:procedure", agency=scope.agency.code, procedure=done.procedure)
