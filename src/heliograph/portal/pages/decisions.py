"""Published decisions of an agency: the list to search, one decision, its tombstone, as data and as a feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import localtime

from heliograph.disclosure.models import Publication, PublicDecision
from heliograph.portal.attested import Attested
from heliograph.portal.decided import (
    MOST_COUNTED,
    READABLE,
    Opened,
    attested_of,
    count_of,
    opened,
    page_of_decisions,
    public_decisions,
    readable_now,
    standings_of,
)
from heliograph.portal.pages.changes import CONTROL
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.search import PAGE_SIZE, Turn, Words, asked, moment_key, page_moment, parameter
from heliograph.portal.site import BadInputError, Link, Page, public_page, show

TITLE = "决定公示"
YEAR_LENGTH = 4
HEAD_LINES = 2  # of a document: its name and its number, which stand in the middle
TITLE_LINE = "案件名称"
Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants of the list."""

    scope: Scope
    words: Words
    category: str
    year: int | None

    @property
    def query(self) -> str:
        """The same wish as part of an address."""
        given = (("q", self.words.text), ("category", self.category), ("year", self.year or ""))
        return urlencode({key: value for key, value in given if value})


def _wish(request: HttpRequest, agency: str) -> Wish:
    scope = agency_scope(agency)
    category = parameter(request, "category", 120)
    if category and category not in categories_of(scope):
        raise BadInputError(f"没有“{category}”这一类别。请从列表上方选择。", scope.site)
    year = parameter(request, "year", 10)
    if year and not (year.isascii() and year.isdigit() and len(year) == YEAR_LENGTH and year < "9999" and year > "0"):
        raise BadInputError("年份应为四位数字，如 2026。", scope.site)
    return Wish(scope, asked(request), category, int(year) if year else None)


def categories_of(scope: Scope) -> list[str]:
    """Return the categories of enforcement by which decisions can be chosen."""
    return [one.name for one in scope.pack.rules.categories] if scope.pack else []


@public_page
def decision_list(request: HttpRequest, agency: str) -> HttpResponse:
    """Show one page of the decisions of an agency, the newest first."""
    wish = _wish(request, agency)
    scope = wish.scope
    turn = Turn(page_moment(request, "after"), page_moment(request, "before"))
    rows = public_decisions(scope.agency.pk, wish.words, wish.category, wish.year)
    found = page_of_decisions(rows, wish.words, turn)
    narrowed = bool(wish.words or wish.category or wish.year)
    total = None if narrowed or turn else count_of(rows)
    context = {
        "scope": scope,
        "wish": wish,
        "categories": categories_of(scope),
        "rows": found.rows,
        "total": total,
        "many": total is not None and total > MOST_COUNTED,
        "most": MOST_COUNTED,
        "narrowed": narrowed,
        "previous": _key(found.previous),
        "following": _key(found.following),
        "paged": bool(turn),
        "url": reverse("portal:decisions", args=[scope.agency.code]),
    }
    page = Page(site=scope.site, title=TITLE, current="decisions", crumbs=[Link(TITLE, "")])
    return show(request, "portal/decisions.html", page, context)


def _key(row: PublicDecision | None) -> str:
    return moment_key(row.published_at, row.pk) if row else ""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of versions."""

    version: PublicDecision
    url: str
    attested: Attested
    proof_url: str


def list_link(scope: Scope) -> Link:
    """Return the crumb that leads to the list."""
    return Link(TITLE, reverse("portal:decisions", args=[scope.agency.code]))


def address_of(found: Opened, name: str = "decision", *more: int | str) -> str:
    """Return the address of a page of a publication."""
    return reverse(f"portal:{name}", args=[found.scope.agency.code, found.publication.pk, *more])


@public_page
def decision(request: HttpRequest, agency: str, publication: UUID) -> HttpResponse:
    """Show a decision as it is published now, or what is left of it."""
    found = opened(agency_scope(agency), publication)
    if found.current is None:
        return tombstone(request, found, found.versions[0])
    return _shown(request, found, found.current)


@public_page
def decision_version(request: HttpRequest, agency: str, publication: UUID, version: int) -> HttpResponse:
    """Show a decision as one version had it. What may not be read any more is shown in no form."""
    found = opened(agency_scope(agency), publication)
    wanted = found.version(version)
    if found.current is None or wanted.state not in READABLE:
        return tombstone(request, found, wanted)
    return _shown(request, found, wanted)


def _shown(request: HttpRequest, found: Opened, version: PublicDecision) -> HttpResponse:
    scope = found.scope
    lines = _lines(found)
    address = request.build_absolute_uri(address_of(found))
    paragraphs = paragraphs_of(version.text, version.marks)
    is_current = version.state == PublicDecision.State.PUBLIC
    context = {
        "scope": scope,
        "version": version,
        "publication": found.publication,
        "is_current": is_current,
        "facts": [(label, value) for label, value in version.lines if label != TITLE_LINE],
        "head": paragraphs[:HEAD_LINES],
        "body": paragraphs[HEAD_LINES:],
        "hidden": len(version.marks),
        "lines": lines,
        "shown": next(line for line in lines if line.version.pk == version.pk),
        "current_url": address_of(found),
        "json_url": address_of(found, "decision-json"),
        "list": list_link(scope),
        "address": address,
        "code": segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#16202c", light="#fff"),
    }
    page = Page(
        site=scope.site,
        title=version.title,
        current="decisions",
        crumbs=[list_link(scope), Link(version.document_number or version.title, "")],
        canonical=address_of(found) if is_current else "",
        indexed=is_current,
    )
    return show(request, "portal/decision.html", page, context)


def _lines(found: Opened) -> list[VersionLine]:
    standings = standings_of(found)
    return [
        VersionLine(
            version=one,
            url=address_of(found, "decision-version", one.number) if one.state in READABLE else "",
            attested=attested_of(one, standings),
            proof_url=address_of(found, "decision-proof", one.number),
        )
        for one in found.versions
    ]


def paragraphs_of(text: str, marks: list[list[Any]]) -> list[Pieces]:
    """Return a text as paragraphs of pieces, each with whether it stands for something hidden."""
    found: list[Pieces] = []
    for start, line in _with_places(text):
        found.append(list(_pieces(line, start, marks)))
    return found


def _with_places(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for line in text.split("\n") if text else []:
        yield place, line
        place += len(line) + 1


def _pieces(line: str, start: int, marks: list[list[Any]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for begin, end, _kind in marks:
        first, last = max(begin - start, 0), min(end - start, len(line))
        if last <= at or first >= last:
            continue
        if first > at:
            yield line[at:first], False
        yield line[max(first, at) : last], True
        at = last
    if at < len(line):
        yield line[at:], False


def tombstone(request: HttpRequest, found: Opened, version: PublicDecision) -> HttpResponse:
    """Answer 410: that it was there, and why it is gone; nothing of what it said, nor of whom."""
    scope, publication = found.scope, found.publication
    context = {
        "scope": scope,
        "publication": publication,
        "version": version,
        "expired": found.is_expired,
        "attested": attested_of(version, standings_of(found)),
        "proof_url": address_of(found, "decision-proof", version.number),
        "current": found.current,
        "current_url": address_of(found),
        "list": list_link(scope),
    }
    name = publication.number or "该条信息"
    page = Page(
        site=scope.site,
        title=f"{name}不再公示",
        current="decisions",
        crumbs=[list_link(scope), Link(name, "")],
        indexed=False,
    )
    return show(request, "portal/decision_gone.html", page, context, status=410)


@public_page
def decision_json(request: HttpRequest, agency: str, publication: UUID) -> HttpResponse:
    """Send a published decision as data; of one that is gone number, times and reason, with 410."""
    found = opened(agency_scope(agency), publication)
    one, current = found.publication, found.current
    head: dict[str, Any] = {
        "agency": {"code": found.scope.agency.code, "name": found.scope.agency.name},
        "publication": str(one.pk),
        "occasion": one.get_occasion_display(),
        "number": one.number,
        "state": one.get_state_display(),
        "published_at": localtime(one.published_at).isoformat() if one.published_at else None,
        "url": request.build_absolute_uri(address_of(found)),
    }
    if current is None:
        ended = one.withdrawn_at or one.expired_at
        gone = {
            "state": Publication.State.EXPIRED.label if found.is_expired else one.get_state_display(),
            "ended_at": localtime(ended).isoformat() if ended else None,
            "reason": one.withdrawn_reason or "公示期限届满",
            "basis": one.withdrawn_basis or one.term_basis,
        }
        return JsonResponse(head | gone, status=410, json_dumps_params={"ensure_ascii": False})
    shown = {
        "version": current.number,
        "category": current.category,
        "decided_on": current.decided_on.isoformat(),
        "term_ends_on": current.term_ends_on.isoformat() if current.term_ends_on else None,
        "lines": [{"label": label, "value": value} for label, value in current.lines],
        "text": current.text,
        "sha256": current.masked_sha256,
    }
    return JsonResponse(head | shown, json_dumps_params={"ensure_ascii": False})


@public_page
def feed(request: HttpRequest, agency: str) -> HttpResponse:
    """Send the newest decisions of an agency as an Atom feed: only what is public now."""
    scope = agency_scope(agency)
    rows = readable_now(scope.agency.pk)
    address = request.build_absolute_uri(reverse("portal:decisions", args=[scope.agency.code]))
    atom = Atom1Feed(
        title=f"{scope.agency.name}：{TITLE}",
        link=address,
        description=f"{scope.agency.name}公示的执法决定和结果",
        language="zh-CN",
        feed_url=request.build_absolute_uri(),
        feed_guid=address,
        author_name=scope.agency.name,
    )
    for row in rows.defer("tokens", "text", "marks").order_by("-published_at", "-id")[:PAGE_SIZE]:
        link = reverse("portal:decision", args=[scope.agency.code, row.publication_id])
        atom.add_item(
            title=f"{row.document_number} {row.title}".strip().translate(CONTROL),
            link=request.build_absolute_uri(link),
            description=f"{row.category}　{row.party}".translate(CONTROL),
            unique_id=f"urn:uuid:{row.pk}",
            pubdate=row.published_at,
            updateddate=row.published_at,
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
