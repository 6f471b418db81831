"""Accessibility statement, and what search engines read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from heliograph.disclosure.models import PublicVersion
from heliograph.portal.pages.policy import KINDS
from heliograph.portal.scope import today
from heliograph.portal.site import Link, Page, Site, public_page, show
from heliograph.procedures.models import Release
from heliograph.procedures.queries import IN_FORCE_STATES
from heliograph.registers.models import Agency, LawVersion

SITEMAP_LIMIT = 45_000  # the format allows 50,000 addresses in one file
CHUNK = 1000
PEOPLE = "officers"  # found through the lookup; people's pages are not handed to search engines


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what was done for readers who see, hear or move differently, and what was not tried yet."""
    page = Page(site=Site(), title="无障碍声明", crumbs=[Link("无障碍声明", "")])
    return show(request, "portal/accessibility.html", page, {})


@public_page
def sitemap(request: HttpRequest) -> StreamingHttpResponse:
    """List the public pages for search engines."""
    return StreamingHttpResponse(_sitemap(request), content_type="application/xml; charset=utf-8")


def _sitemap(request: HttpRequest) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for path in _paths():
        yield f"<url><loc>{escape(request.build_absolute_uri(path))}</loc></url>\n"
    rows = PublicVersion.objects.filter(is_current=True).exclude(register=PEOPLE).order_by("pk")
    fields = rows.values_list("agency__code", "register", "entry_number", "published_at")
    for code, register, number, at in fields[:SITEMAP_LIMIT].iterator(chunk_size=CHUNK):
        address = request.build_absolute_uri(reverse("portal:entry", args=[code, register, number]))
        yield f"<url><loc>{escape(address)}</loc><lastmod>{at:%Y-%m-%d}</lastmod></url>\n"
    yield "</urlset>\n"


def _paths() -> Iterator[str]:
    """Yield the pages that are not entries."""
    yield from (reverse(f"portal:{name}") for name in ("index", "laws", "log", "verify", "accessibility"))
    agencies = list(Agency.objects.select_related("government").order_by("code"))
    for government in dict.fromkeys(agency.government.code for agency in agencies):
        yield reverse("portal:government", args=[government])
        yield reverse("portal:government-register", args=[government, "items"])
    for agency in agencies:
        yield reverse("portal:agency", args=[agency.code])
        yield reverse("portal:changes", args=[agency.code])
        yield reverse("portal:decisions", args=[agency.code])
        yield from (reverse("portal:policy", args=[agency.code, kind]) for kind in KINDS)
    yield from _procedures(today())
    shown = PublicVersion.objects.filter(is_current=True).order_by("agency__code", "register")
    for code, register in shown.values_list("agency__code", "register").distinct():
        yield reverse("portal:register", args=[code, register])
    for key in LawVersion.objects.order_by("key").values_list("key", flat=True):
        yield reverse("portal:law", args=[key])


def _procedures(on: date) -> Iterator[str]:
    """Yield the list of procedures of each agency that has published one, and those in force."""
    rows = Release.objects.filter(state__in=IN_FORCE_STATES).order_by("agency__code", "procedure", "number")
    known = rows.values_list("agency__code", "procedure", "effective_from", "effective_to")
    listed = list(known)
    for code in dict.fromkeys(row[0] for row in listed):
        yield reverse("portal:procedures", args=[code])
    held = [(code, key) for code, key, begins, ends in listed if begins <= on and (ends is None or on <= ends)]
    for code, key in dict.fromkeys(held):
        yield reverse("portal:procedure", args=[code, key])


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out of what is not public, and show them the list of what is."""
    address = request.build_absolute_uri(reverse("portal:sitemap"))
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /accounts/", f"Sitemap: {address}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
