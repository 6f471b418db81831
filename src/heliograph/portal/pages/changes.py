"""The public change log of an agency, as a page and as a feed per register."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from heliograph.disclosure.models import PublicChange
from heliograph.portal import queries
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.search import PAGE_SIZE, Turn, moment_key, page_moment
from heliograph.portal.site import Link, Page, public_page, show

TITLE = "变更记录"
WITHDRAWN_REASON = "该版信息已撤回，不再公开"
CONTROL = {code: None for code in range(32) if code not in {9, 10, 13}}  # no XML can hold them


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of the log. Neither the name of what was withdrawn nor why it was published is repeated here."""

    change: PublicChange
    register: str
    title: str
    url: str
    reason: str
    basis: str


@public_page
def change_log(request: HttpRequest, agency: str) -> HttpResponse:
    """Show what changed, when and why, newest first."""
    scope = agency_scope(agency)
    turn = Turn(page_moment(request, "after"), page_moment(request, "before"))
    found = queries.page_of_changes(queries.changes_of([scope.agency.pk]), turn)
    context = {
        "scope": scope,
        "changes": [changed(scope, row) for row in found.rows],
        "previous": moment_key(found.previous.at, found.previous.pk) if found.previous else "",
        "following": moment_key(found.following.at, found.following.pk) if found.following else "",
        "paged": bool(turn),
        "url": reverse("portal:changes", args=[scope.agency.code]),
    }
    page = Page(site=scope.site, title=TITLE, current="changes", crumbs=[Link(TITLE, "")])
    return show(request, "portal/changes.html", page, context)


def changed(scope: Scope, row: PublicChange) -> Changed:
    """Return a line of the log as the public reads it."""
    if row.entry is None:
        return Changed(row, "", row.title, "", row.reason, row.basis)
    register = scope.register_name(row.register)
    url = reverse("portal:entry", args=[scope.agency.code, row.register, row.entry.number])
    if not _is_hidden(row):
        return Changed(row, register, row.title, url, row.reason, row.basis)
    title = f"{register}第 {row.entry.number} 号（已撤回）"
    # Why it was withdrawn must be public; why it had been published may speak of what is no longer there.
    if row.kind == PublicChange.Kind.WITHDRAWN:
        return Changed(row, register, title, url, row.reason, row.basis)
    return Changed(row, register, title, url, WITHDRAWN_REASON, "")


def _is_hidden(row: PublicChange) -> bool:
    """Whether the line speaks of something withdrawn; both marks are annotated by the query."""
    return not row.is_public or row.is_withdrawn  # type: ignore[attr-defined]


@public_page
def feed(request: HttpRequest, agency: str, register: str) -> HttpResponse:
    """Send the latest changes of a register as an Atom feed."""
    scope = agency_scope(agency)
    definition = scope.register(register)
    rows = list(queries.changes_of([scope.agency.pk]).filter(register=definition.id)[:PAGE_SIZE])
    address = request.build_absolute_uri(reverse("portal:register", args=[scope.agency.code, definition.id]))
    atom = Atom1Feed(
        title=f"{scope.agency.name}：{definition.name}变更",
        link=address,
        description=f"{scope.agency.name}《{definition.name}》的公开、更新和撤回",
        language="zh-CN",
        feed_url=request.build_absolute_uri(),
        feed_guid=address,
        author_name=scope.agency.name,
    )
    for line in (changed(scope, row) for row in rows):
        atom.add_item(
            title=f"{line.change.get_kind_display()}：{line.title}".translate(CONTROL),
            link=request.build_absolute_uri(line.url),
            description=line.reason.translate(CONTROL),
            unique_id=f"urn:uuid:{line.change.pk}",
            pubdate=line.change.at,
            updateddate=line.change.at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
