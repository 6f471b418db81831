"""Officer lookup: is this person a certified officer, and is the certificate good today (D5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heliograph.disclosure.models import PublicVersion
from heliograph.portal import queries
from heliograph.portal.scope import Scope, agency_scope, government_of, scopes_of
from heliograph.portal.search import PAGE_SIZE, Words, asked
from heliograph.portal.site import Link, Page, Site, public_page, show
from heliograph.portal.status import Status, certificate_state
from heliograph.portal.values import Shown, fields_of
from heliograph.registers.models import Agency

TITLE = "核验执法人员"


@dataclass(frozen=True, slots=True)
class Found:
    """A published officer and the state of the certificate today."""

    entry: PublicVersion
    agency: Agency
    url: str
    fields: list[Shown]
    status: Status


@public_page
def lookup(request: HttpRequest, agency: str) -> HttpResponse:
    """Look an officer of one agency up."""
    scope = agency_scope(agency)
    words = asked(request)
    found = _found([scope], words, scope.on)
    url = reverse("portal:officer-lookup", args=[scope.agency.code])
    return _page(request, scope.site, scope.agency.name, words, {"found": found, "url": url, "on": scope.on})


@public_page
def government_lookup(request: HttpRequest, government: str) -> HttpResponse:
    """Look an officer of any agency of a government up."""
    owner = government_of(government)
    agencies = list(Agency.objects.filter(government=owner).select_related("government"))
    scopes, words = scopes_of(agencies), asked(request)
    on = scopes[0].on if scopes else None
    found = _found(scopes, words, on) if on else []
    url = reverse("portal:government-officer-lookup", args=[owner.code])
    return _page(request, Site(government=owner), owner.name, words, {"found": found, "url": url, "on": on})


def _page(request: HttpRequest, site: Site, owner: str, words: Words, context: dict[str, Any]) -> HttpResponse:
    page = Page(site=site, title=TITLE, current="lookup", crumbs=[Link(TITLE, "")], indexed=False)
    many = len(context["found"]) >= PAGE_SIZE
    return show(request, "portal/officer_lookup.html", page, {"owner": owner, "words": words, "many": many, **context})


def _found(scopes: Collection[Scope], words: Words, on: date) -> list[Found]:
    by_agency: dict[UUID, Scope] = {
        scope.agency.pk: scope for scope in scopes if any(one.id == "officers" for one in scope.registers)
    }
    if not words.tokens:
        return []
    return [_officer(row, by_agency[row.agency_id], on) for row in queries.officers_named(list(by_agency), words)]


def _officer(row: PublicVersion, scope: Scope, on: date) -> Found:
    return Found(
        entry=row,
        agency=scope.agency,
        url=reverse("portal:entry", args=[scope.agency.code, row.register, row.entry_number]),
        fields=[field for field in fields_of(row, scope.register(row.register)) if not field.is_empty],
        status=certificate_state(row.entry.certificate, on),
    )
