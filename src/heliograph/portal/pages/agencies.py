"""An agency's home: its registers, its policies, its officers' lookup, its latest changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from heliograph.kernel.packs.schema import Pack, PortalColumn, Register
from heliograph.portal import queries
from heliograph.portal.decided import count_of, public_decisions
from heliograph.portal.drawn import in_force, public_releases
from heliograph.portal.pages.changes import changed
from heliograph.portal.pages.policy import KINDS
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.search import Words, parameter
from heliograph.portal.site import Link, Page, public_page, show
from heliograph.regimes.queries import retired_registers

LATEST = 8
NO_WORDS = Words("", (), ())
MEASURES = {"officers": "人", "bodies": "个", "flowcharts": "张", "guides": "份", "window_boards": "块"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A register with how many entries are public."""

    register: Register
    url: str
    count: int
    measure: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the portal that the agency's document names (D25), with the registers it holds."""

    column: PortalColumn
    registers: list[Listed]


@public_page
def home(request: HttpRequest, agency: str) -> HttpResponseBase:
    """Show an agency's part of the portal; with a register chosen in the search box, go on to its list."""
    scope = agency_scope(agency)
    chosen = parameter(request, "k", 80)
    if chosen:
        target = reverse("portal:register", args=[scope.agency.code, scope.register(chosen).id])
        return redirect(f"{target}?{urlencode({'q': parameter(request, 'q')})}")
    counts = queries.counts_by_register([scope.agency.pk])
    listed = [_listed(scope, one, counts.get((scope.agency.pk, one.id), 0)) for one in scope.registers]
    context = {
        "scope": scope,
        "before": [one for one in listed if one.register.phase == "before"],
        "during": [one for one in listed if one.register.phase == "during"],
        "after": [one for one in listed if one.register.phase == "after" and one.count],
        "retired": _retired(scope, counts),
        "decisions": count_of(public_decisions(scope.agency.pk, NO_WORDS, "", None)),
        "policies": policy_links(scope.pack, scope.agency.code),
        "columns": _columns(scope.pack.rules.columns if scope.pack else [], listed),
        "changes": [changed(scope, row) for row in queries.changes_of([scope.agency.pk])[:LATEST]],
        "procedures": len(in_force(scope, public_releases(scope))),
        "has_officers": any(one.register.id == "officers" for one in listed),
    }
    page = Page(site=scope.site, title=scope.agency.name, current="agency")
    return show(request, "portal/agency.html", page, context)


def _listed(scope: Scope, register: Register, count: int) -> Listed:
    url = reverse("portal:register", args=[scope.agency.code, register.id])
    return Listed(register, url, count, MEASURES.get(register.id, "项"))


def _retired(scope: Scope, counts: Mapping[tuple[UUID, str], int]) -> list[Listed]:
    """Return the registers that the pack no longer has and in which something is still public."""
    known = {one.id for one in scope.registers}
    gone = {register: count for (_, register), count in counts.items() if register not in known}
    found = retired_registers(scope.agency.pk, list(gone), scope.on)
    return [_listed(scope, register, gone[code]) for code, register in sorted(found.items())]


def _columns(columns: Sequence[PortalColumn], listed: Sequence[Listed]) -> list[Column]:
    return [Column(column, [one for one in listed if one.register.id in column.registers]) for column in columns]


def policy_links(pack: Pack | None, code: str) -> list[Link]:
    """Return the policy pages that an agency's document gives rise to."""
    titles: dict[str, str] = {policy.kind: policy.title for policy in pack.rules.policies} if pack else {}
    return [
        Link(titles.get(kind, name), reverse("portal:policy", args=[code, kind]), kind) for kind, name in KINDS.items()
    ]
