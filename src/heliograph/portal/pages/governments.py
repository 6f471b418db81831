"""The index of the installation, a government's home and the registers gathered over its agencies (D28)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heliograph.disclosure.models import PublicVersion
from heliograph.portal import queries
from heliograph.portal.pages.changes import changed
from heliograph.portal.scope import Scope, government_of, scopes_of
from heliograph.portal.search import LARGEST_NUMBER, Turn, Words, asked
from heliograph.portal.site import BadInputError, Link, NotFoundError, Page, Site, platform_name, public_page, show
from heliograph.portal.status import Status, certificate_state
from heliograph.registers.models import Agency, Government

ALWAYS_GATHERED = "items"
LATEST = 8


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """An agency in a list, with how much of its registers is public."""

    agency: Agency
    entries: int
    ready: bool


@dataclass(frozen=True, slots=True)
class Gathered:
    """A register over the agencies of a government."""

    id: str
    name: str
    url: str
    count: int


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """Show the governments and agencies of this installation."""
    agencies = list(Agency.objects.select_related("government").order_by("government__code", "code"))
    counts = queries.counts_by_register([agency.pk for agency in agencies])
    groups: dict[UUID, tuple[Government, str, list[AgencyCard]]] = {}
    for agency in agencies:
        government = agency.government
        group = groups.setdefault(government.pk, (government, platform_name(government), []))
        group[2].append(_card(agency, counts, ready=True))
    page = Page(site=Site(), title="行政执法信息公示", current="home")
    return show(request, "portal/index.html", page, {"groups": list(groups.values())})


def _card(agency: Agency, counts: dict[tuple[UUID, str], int], *, ready: bool) -> AgencyCard:
    return AgencyCard(agency, sum(many for (owner, _), many in counts.items() if owner == agency.pk), ready)


@public_page
def home(request: HttpRequest, government: str) -> HttpResponse:
    """Show a government's agencies, the registers gathered over them and the latest changes."""
    owner = government_of(government)
    scopes = _scopes(owner)
    by_agency = {scope.agency.pk: scope for scope in scopes}
    ids = list(by_agency)
    counts = queries.counts_by_register(ids)
    page = Page(site=Site(government=owner), title=platform_name(owner), current="home")
    context = {
        "agencies": [_card(scope.agency, counts, ready=scope.pack is not None) for scope in scopes],
        "gathered": [_gathered(owner, scopes, register, counts) for register in _gathered_ids(scopes)],
        "changes": [changed(by_agency[row.agency_id], row) for row in queries.changes_of(ids)[:LATEST]],
    }
    return show(request, "portal/government.html", page, context)


def _scopes(government: Government) -> list[Scope]:
    agencies = list(Agency.objects.filter(government=government).select_related("government").order_by("code"))
    return scopes_of(agencies)


def _gathered_ids(scopes: Sequence[Scope]) -> list[str]:
    """Items always; another register where a pack of an agency sends it to the government's portal."""
    sent = [register.id for scope in scopes for register in scope.registers if register.on_government_portal]
    return list(dict.fromkeys([ALWAYS_GATHERED, *sent]))


def _contributing(scopes: Sequence[Scope], register: str) -> list[Scope]:
    """Return the agencies whose register is shown here: their pack has it, and sends it unless it is always shown."""
    return [
        scope
        for scope in scopes
        for one in scope.registers
        if one.id == register and (one.on_government_portal or register == ALWAYS_GATHERED)
    ]


def _gathered(
    owner: Government, scopes: Sequence[Scope], register: str, counts: dict[tuple[UUID, str], int]
) -> Gathered:
    contributing = _contributing(scopes, register)
    return Gathered(
        id=register,
        name=_name(contributing, register),
        url=reverse("portal:government-register", args=[owner.code, register]),
        count=sum(counts.get((scope.agency.pk, register), 0) for scope in contributing),
    )


def _name(scopes: Sequence[Scope], register: str) -> str:
    """Return the name of a gathered register: the agencies' own where they agree, else what it is about."""
    names = {scope.register_name(register) for scope in scopes}
    return (
        names.pop()
        if len(names) == 1
        else {"items": "行政执法事项清单", "officers": "行政执法人员清单"}.get(register, "汇总清单")
    )


@dataclass(frozen=True, slots=True)
class GatheredRow:
    """One entry in the list over all agencies."""

    entry: PublicVersion
    url: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants of a register over the agencies of a government."""

    owner: Government
    register: str
    name: str
    scopes: list[Scope]
    words: Words


def wished(request: HttpRequest, government: str, register: str) -> Wish:
    """Read the wish. NotFoundError when no agency sends this register to its government's portal."""
    owner = government_of(government)
    scopes = _scopes(owner)
    if register not in _gathered_ids(scopes):
        raise NotFoundError("本级政府没有汇总这份清单。请到各机关页面查看。", Site(government=owner))
    contributing = _contributing(scopes, register)
    return Wish(owner, register, _name(contributing, register), contributing, asked(request))


@public_page
def register(request: HttpRequest, government: str, register: str) -> HttpResponse:
    """Show one register over all agencies of a government, with the agency beside each entry."""
    wish = wished(request, government, register)
    owner, contributing, words, name = wish.owner, wish.scopes, wish.words, wish.name
    site = Site(government=owner)
    agencies = [scope.agency for scope in contributing]
    rows = queries.gathered_entries(agencies, register, words)
    turn = Turn(_place(request, "after", site), _place(request, "before", site))
    found = queries.page_of_gathered(rows, agencies, words, turn)
    by_agency = {scope.agency.pk: scope for scope in contributing}
    context = {
        "name": name,
        "register": register,
        "words": words,
        "agencies": agencies,
        "rows": [_row(row, by_agency[row.agency_id]) for row in found.rows],
        "previous": _place_of(found.previous),
        "following": _place_of(found.following),
        "paged": bool(turn),
        "url": reverse("portal:government-register", args=[owner.code, register]),
        "with_status": register == "officers",
    }
    page = Page(site=site, title=name, current=register, crumbs=[Link(name, "")])
    return show(request, "portal/government_register.html", page, context)


def _row(row: PublicVersion, scope: Scope) -> GatheredRow:
    derived = scope.register(row.register).derived_from == "certificates"
    return GatheredRow(
        entry=row,
        url=reverse("portal:entry", args=[row.agency.code, row.register, row.entry_number]),
        status=certificate_state(row.entry.certificate, scope.on) if derived else None,
    )


def _place_of(row: PublicVersion | None) -> str:
    return f"{row.agency.code}:{row.entry_number}" if row else ""


def _place(request: HttpRequest, name: str, site: Site) -> tuple[str, int] | None:
    text = request.GET.get(name)
    if text is None:
        return None
    found = re.fullmatch(r"([a-zA-Z0-9_-]{1,40}):([0-9]{1,10})", text)
    if found is None or int(found[2]) > LARGEST_NUMBER:
        raise BadInputError("翻页位置不正确。请回到列表第一页重新翻页。", site)
    return found[1], int(found[2])
