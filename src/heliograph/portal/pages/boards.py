"""Window boards and badges as pages to print, with a QR code that leads back to the public entry (D11)."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse

from heliograph.portal.pages.entries import opened, tombstone
from heliograph.portal.site import Link, NotFoundError, Page, public_page, show
from heliograph.portal.values import fields_of

BADGE_FIELDS = ("unit", "position", "certificate_no", "duties")


@public_page
def board(request: HttpRequest, agency: str, register: str, number: int) -> HttpResponse:
    """Show a desk board, one A4 page."""
    return _print(request, agency, register, number, "board")


@public_page
def badge(request: HttpRequest, agency: str, register: str, number: int) -> HttpResponse:
    """Show a badge, one A6 page."""
    return _print(request, agency, register, number, "badge")


def _print(request: HttpRequest, agency: str, register: str, number: int, form: str) -> HttpResponse:
    found = opened(agency, register, number)
    if found.register.printable != "board":
        raise NotFoundError(f"《{found.register.name}》不制作公示牌。请返回条目页。", found.scope.site)
    if found.current is None:
        return tombstone(request, found)
    address = request.build_absolute_uri(found.url("entry"))
    fields = [one for one in fields_of(found.current, found.register) if not one.is_empty]
    rest = [one for one in fields if one.id != found.register.title_field]
    context = {
        "scope": found.scope,
        "register": found.register,
        "version": found.current,
        "fields": [one for one in rest if one.id in BADGE_FIELDS] if form == "badge" else rest,
        "form": form,
        "address": address,
        "code": segno.make(address, error="m", micro=False).svg_data_uri(border=2, dark="#16202c", light="#fff"),
        "entry_url": found.url("entry"),
        "board_url": found.url("board"),
        "badge_url": found.url("badge"),
    }
    title = f"{found.current.title}：{'胸牌' if form == 'badge' else '岗位信息公示牌'}"
    crumbs = [found.scope.register_link(found.register), Link(title, "")]
    page = Page(site=found.scope.site, title=title, crumbs=crumbs, indexed=False)
    return show(request, f"portal/{form}.html", page, context)
