"""Approving releases: the inbox, one release, and several at once."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.entry_states import current_public, field_rows
from heliograph.desk.forms import DecisionForm
from heliograph.desk.oversight import only_supervises, seen_releases
from heliograph.desk.pages.home import returned_releases, waiting_adjustments, waiting_releases
from heliograph.desk.pages.registers import register_of
from heliograph.desk.scope import Scope, page
from heliograph.disclosure import rules
from heliograph.disclosure.actions import Decision, current_stage, decide_stage, release_in_bulk, state_of
from heliograph.disclosure.models import Release

SHOWN = 200


@page("read_releases", "GET", "HEAD")
def inbox(scope: Scope) -> HttpResponse:
    """Show what waits for this account by stage, what waits for others, and what was decided lately."""
    waiting = sorted(waiting_releases(scope)[:SHOWN], key=lambda release: release.stage_index)
    groups = [
        {"stage": stage, "releases": list(members)}
        for stage, members in groupby(sorted(waiting, key=lambda one: current_stage(one).id), key=current_stage)
    ]
    others = seen_releases(scope, Release.objects.filter(agency_id=scope.id))
    others = others.select_related("version", "entry", "submitted_by")
    mine = {release.pk for release in waiting}
    context = {
        "groups": groups,
        "adjustments": waiting_adjustments(scope)[:SHOWN],
        "names": {register.id: register.name for register in scope.pack.rules.registers},
        "returned": returned_releases(scope)[:SHOWN],
        "open": [
            (release, current_stage(release))
            for release in others.filter(state=Release.State.IN_REVIEW).order_by("submitted_at")[:SHOWN]
            if release.pk not in mine
        ],
        "closed": others.exclude(state=Release.State.IN_REVIEW).order_by("-submitted_at")[:20],
        "may_decide": scope.may("decide_stage"),
    }
    return scope.render("releases.html", context)


def release_of(scope: Scope, release: UUID) -> Release:
    """Return a release of this agency that the account may read, 404 for any other."""
    releases = seen_releases(scope, Release.objects.select_related("version__created_by", "entry", "submitted_by"))
    return get_object_or_404(releases, agency_id=scope.id, pk=release)


@page("read_releases")
def detail(scope: Scope, release: UUID) -> HttpResponse:
    """Show what is to be released beside what is public, and take the decision on the stage that waits."""
    found = release_of(scope, release)
    state = state_of(found)
    form = DecisionForm(scope.sent, unfounded=found.unfounded, initial={"stage": state.current.id})
    if scope.posted and form.is_valid():
        return _decide(scope, found, form)
    definition = register_of(scope, found.register)
    public = current_public(scope.id, found.entry_id)
    former = public if public and public.version_id != found.version_id else None
    rows = field_rows(definition, found.version.data, former.data if former else None)
    verdict = rules.may_decide(
        state, stage=state.current.id, roles={role.value for role in scope.roles}, actor=scope.account.pk
    )
    context = {
        "release": found,
        "stage": state.current,
        "stages": list(enumerate(state.stages)),
        "steps": found.steps.select_related("by").order_by("stage_index", "at"),
        "register": definition,
        "former": former,
        "rows": [row for row in rows if row.public or not only_supervises(scope)],
        "form": form if verdict else None,
        "verdict": verdict,
        "may_decide": bool(verdict),
    }
    return scope.render("release.html", context, status=422 if form.errors else 200)


def _decide(scope: Scope, release: Release, form: DecisionForm) -> HttpResponse:
    given = form.cleaned_data
    passed = scope.request.POST.get("decision") == "pass"
    decision = Decision(
        stage=given["stage"], passed=passed, opinion=given["opinion"], acknowledged=given.get("acknowledged", [])
    )
    done = decide_stage(release.pk, decision=decision, actor=scope.account, at=scope.at)
    outcome = {
        Release.State.PUBLISHED: "已通过并公开",
        Release.State.RETURNED: "已退回",
        Release.State.IN_REVIEW: "已通过，转下一环节",
    }
    scope.done(f"“{release.version.title}”{outcome[Release.State(done.state)]}。")
    return redirect("desk:releases", agency=scope.agency.code)


@page("decide_stage", "POST", shows=inbox)
def bulk(scope: Scope) -> HttpResponse:
    """Pass the ticked releases of one stage; each has its own outcome."""
    asked = {text for text in scope.request.POST.getlist("release") if _is_uuid(text)}
    releases = list(Release.objects.filter(agency_id=scope.id, pk__in=asked).select_related("version"))
    titles = {release.pk: release.version.title for release in releases}
    stage = scope.request.POST.get("stage", "")
    outcomes = release_in_bulk([release.pk for release in releases], stage=stage, actor=scope.account, at=scope.at)
    rows = [(titles[key], key, refused) for key, refused in outcomes]
    passed = sum(refused is None for _title, _key, refused in rows)
    return scope.render("release_bulk.html", {"rows": rows, "passed": passed, "left": len(rows) - passed})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
