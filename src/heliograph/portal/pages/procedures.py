"""An agency's procedures as they are carried out: list, one version with its drawings, steps and tables, the files."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from heliograph.kernel.bpmn import PAPERS
from heliograph.portal.drawn import Line, categories, line_of, public_releases
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.site import Link, NotFoundError, Page, public_page, show
from heliograph.procedures.models import Release
from heliograph.procedures.queries import definition_of
from heliograph.procedures.showing import drawings, printed, read_and_drawn, shown_tables

TYPES = {
    "bpmn": "application/xml; charset=utf-8",
    "dmn": "application/xml; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
WHOLE = "release"  # the name of the file over which the hash is made
OTHERS = "其他流程"


def list_link(scope: Scope) -> Link:
    """Return the crumb that leads to the list."""
    return Link("办案流程图", reverse("portal:procedures", args=[scope.agency.code]))


@public_page
def procedures(request: HttpRequest, agency: str) -> HttpResponse:
    """Show the procedures in force by category, those to come, and how many former versions each has."""
    scope = agency_scope(agency)
    lines = [line_of(scope, release) for release in public_releases(scope)]
    names = categories(scope)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.state == "current":
            for key in line.release.categories or [""]:
                groups.setdefault(names.get(key, OTHERS), []).append(line)
    order = [*names.values(), OTHERS]
    context = {
        "scope": scope,
        "groups": sorted(groups.items(), key=lambda group: order.index(group[0])),
        "coming": [line for line in lines if line.state == "coming"],
        "former": [line for line in lines if line.state == "former"],
    }
    page = Page(site=scope.site, title="办案流程图", crumbs=[Link("办案流程图", "")])
    return show(request, "portal/procedures.html", page, context)


@public_page
def procedure(request: HttpRequest, agency: str, procedure: str) -> HttpResponse:
    """Show the version of a procedure in force today, else the next one, else the last."""
    scope = agency_scope(agency)
    lines = [line_of(scope, release) for release in public_releases(scope, procedure)]
    wanted = {line.state: line for line in reversed(lines)}
    found = wanted.get("current") or wanted.get("coming") or (lines[0] if lines else None)
    if found is None:
        raise NotFoundError(f"{scope.agency.name}没有公开这一流程。请从流程列表中选择。", scope.site)
    return _shown(request, scope, found, lines, canonical=request.path)


@public_page
def procedure_version(request: HttpRequest, agency: str, procedure: str, number: int) -> HttpResponse:
    """Show one version of a procedure."""
    scope = agency_scope(agency)
    lines = [line_of(scope, release) for release in public_releases(scope, procedure)]
    found = _numbered(scope, lines, number)
    address = reverse("portal:procedure", args=[scope.agency.code, procedure])
    return _shown(request, scope, found, lines, canonical=address if found.state == "current" else request.path)


def _numbered(scope: Scope, lines: Iterable[Line], number: int) -> Line:
    for line in lines:
        if line.release.number == number:
            return line
    raise NotFoundError(f"这一流程没有公开过第 {number} 版。请从流程列表中选择。", scope.site)


def _shown(request: HttpRequest, scope: Scope, found: Line, lines: list[Line], *, canonical: str) -> HttpResponse:
    bundle = definition_of(found.release).bundle
    names = categories(scope)
    context = {
        "scope": scope,
        "line": found,
        "release": found.release,
        "lines": lines,
        "category_names": [names.get(key, key) for key in found.release.categories],
        "drawings": drawings(bundle),
        "tables": shown_tables(bundle),
        "whole": WHOLE,
    }
    page = Page(
        site=scope.site,
        title=found.release.title,
        crumbs=[list_link(scope), Link(found.release.title, "")],
        canonical=canonical,
        indexed=found.state == "current",
    )
    return show(request, "portal/procedure.html", page, context)


@public_page
def procedure_sheets(request: HttpRequest, agency: str, procedure: str, number: int, paper: str) -> HttpResponse:
    """Show one version on sheets of paper, to be printed."""
    scope = agency_scope(agency)
    lines = [line_of(scope, release) for release in public_releases(scope, procedure)]
    line = _numbered(scope, lines, number)
    if paper not in PAPERS:
        raise NotFoundError("打印版只有 A4 和 A3 两种。请从流程页选择。", scope.site)
    context = {
        "title": line.release.title,
        "agency": scope.agency.name,
        "version": f"第 {number} 版",
        "paper": paper,
        "papers": [{"paper": one, "url": sheets_url(line.release, agency, one)} for one in PAPERS],
        "back": line.url,
        "drawings": printed(definition_of(line.release).bundle, paper),
    }
    return render(request, "procedures/sheets.html", context)


def sheets_url(release: Release, agency: str, paper: str) -> str:
    """Return the address of a version on a paper."""
    return reverse("portal:procedure-sheets", args=[agency, release.procedure, release.number, paper])


@public_page
def procedure_file(
    request: HttpRequest, agency: str, procedure: str, number: int, name: str, form: str
) -> HttpResponse:
    """Send a file of a version: a drawing as BPMN or SVG, a table as DMN, or the whole over which the hash is made."""
    scope = agency_scope(agency)
    lines = [line_of(scope, release) for release in public_releases(scope, procedure)]
    release = _numbered(scope, lines, number).release
    content = _content(release, name, form)
    if content is None:
        raise NotFoundError("这一版流程没有这个文件。请从流程页下载。", scope.site)
    file_name = f"{agency}-{procedure}-v{number}-{name}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return HttpResponse(content, content_type=TYPES[form], headers=headers, status=HTTPStatus.OK)


def _content(release: Release, name: str, form: str) -> bytes | None:
    bundle = definition_of(release).bundle
    if form == "json":
        return bundle.to_bytes() if name == WHOLE else None
    kept = bundle.tables.get(name) if form == "dmn" else bundle.files.get(name)
    if kept is None or form not in TYPES:
        return None
    return (read_and_drawn(kept)[1] if form == "svg" else kept).encode()
