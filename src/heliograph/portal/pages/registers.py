"""One register of an agency as a list to search, filter and go through, and as files to take away."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.timezone import localtime

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.portal import queries
from heliograph.portal.drawn import Drawn, drawn
from heliograph.portal.scope import Scope, agency_scope
from heliograph.portal.search import Turn, Words, asked, page_number, parameter
from heliograph.portal.site import BadInputError, Link, Page, public_page, show
from heliograph.portal.status import Status, certificate_state
from heliograph.portal.values import (
    Definition,
    Shown,
    cells_of,
    definitions_of,
    kept_columns,
    list_columns,
    public_fields,
)
from heliograph.registers.exports import guarded
from heliograph.registers.models.laws import Verified

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
CSV_MARK = "\ufeff"  # without it, spreadsheets on Chinese desktops read the file as GBK


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in a list: the cells of its columns, the title's first."""

    entry: PublicVersion
    url: str
    cells: list[Shown]
    status: Status | None
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants of a register."""

    scope: Scope
    register: Register
    words: Words
    category: str

    @property
    def query(self) -> str:
        """The same wish as part of an address."""
        return urlencode({key: value for key, value in (("q", self.words.text), ("category", self.category)) if value})


def _asked(request: HttpRequest, agency: str, register: str) -> Asked:
    scope = agency_scope(agency)
    definition = scope.register(register)
    category = parameter(request, "category", 120)
    if category and category not in categories_of(scope, definition):
        raise BadInputError(f"《{definition.name}》没有“{category}”这一类别。请从清单上方选择。", scope.site)
    return Asked(scope, definition, asked(request), category)


def categories_of(scope: Scope, register: Register) -> list[str]:
    """Return the categories by which a register can be filtered; none where its category is free text."""
    field = next((one for one in public_fields(register) if one.id == "category"), None)
    if field is None or scope.pack is None:
        return []
    if field.choices_from == "categories":
        return [category.name for category in scope.pack.rules.categories]
    return list(field.choices)


@public_page
def register_list(request: HttpRequest, agency: str, register: str) -> HttpResponse:
    """Show one page of a register."""
    wish = _asked(request, agency, register)
    scope, definition = wish.scope, wish.register
    turn = Turn(page_number(request, "after"), page_number(request, "before"))
    rows = queries.current_entries(scope.agency.pk, definition, wish.words, wish.category)
    found = queries.page_of_entries(rows, definition, wish.words, turn)
    columns = list_columns(definition)
    charts = drawn(scope, definition)
    narrowed = bool(wish.words or wish.category)
    context = {
        "scope": scope,
        "register": definition,
        "retired": scope.is_retired(definition),
        "wish": wish,
        "categories": categories_of(scope, definition),
        "columns": columns,
        "rows": [_row(scope, definition, columns, entry, charts) for entry in found.rows],
        "total": None if narrowed or turn else rows.count(),
        "narrowed": narrowed,
        "previous": found.previous.entry_number if found.previous else "",
        "following": found.following.entry_number if found.following else "",
        "paged": bool(turn),
        "derived": definition.derived_from == "certificates",
        "drawn": charts,
        "url": reverse("portal:register", args=[scope.agency.code, definition.id]),
    }
    page = Page(site=scope.site, title=definition.name, crumbs=[Link(definition.name, "")])
    return show(request, "portal/register.html", page, context)


def _row(scope: Scope, register: Register, columns: Iterable[FieldDef], entry: PublicVersion, charts: Drawn) -> Row:
    derived = register.derived_from == "certificates"
    return Row(
        entry=entry,
        url=reverse("portal:entry", args=[scope.agency.code, register.id, entry.entry_number]),
        cells=cells_of(entry, register, columns),
        status=certificate_state(entry.entry.certificate, scope.on) if derived else None,
        drawn=bool(charts.of(entry.category)),
    )


def _matches(wish: Asked) -> Iterator[PublicVersion]:
    rows = queries.current_entries(wish.scope.agency.pk, wish.register, wish.words, wish.category)
    return queries.all_matching(rows, wish.register, wish.words)


def columns_of(wish: Asked) -> list[Definition]:
    """Return the columns of a file: also those of fields that a later pack dropped, which the entries still show."""
    agency = wish.scope.agency.pk
    return kept_columns(wish.register, queries.kept_fields([agency], wish.register.id).get(agency, []))


class Echo:
    """A file that hands back what is written to it, so that lines leave as they are made."""

    def write(self, value: str) -> str:
        """Return what came in."""
        return value


def _csv_lines(request: HttpRequest, wish: Asked) -> Iterator[str]:
    writer = csv.writer(Echo())
    fields = columns_of(wish)
    yield CSV_MARK
    yield writer.writerow(["编号", *guarded([one.label for one in fields]), "版本", "公开时间", "核实情况", "网址"])
    for entry in _matches(wish):
        cells = [cell.text for cell in cells_of(entry, wish.register, fields)]
        tail = [str(entry.number), _moment(entry), Verified(entry.verified).label, _address(request, wish, entry)]
        yield writer.writerow([str(entry.entry_number), *guarded(cells), *tail])


def _moment(entry: PublicVersion) -> str:
    return localtime(entry.published_at).strftime("%Y-%m-%d %H:%M")


def _address(request: HttpRequest, wish: Asked, entry: PublicVersion) -> str:
    return request.build_absolute_uri(
        reverse("portal:entry", args=[wish.scope.agency.code, wish.register.id, entry.entry_number])
    )


@public_page
def csv_file(request: HttpRequest, agency: str, register: str) -> StreamingHttpResponse:
    """Send every matching entry as a table."""
    wish = _asked(request, agency, register)
    return sent_as_file(_csv_lines(request, wish), _name(wish), "csv")


def _name(wish: Asked) -> str:
    return f"{wish.scope.agency.code}-{wish.register.id}-{wish.scope.on:%Y%m%d}"


def sent_as_file(parts: Iterator[str], name: str, ending: str) -> StreamingHttpResponse:
    """Return an answer that a browser keeps as a file; its parts leave as they are made."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return StreamingHttpResponse(parts, content_type=CONTENT_TYPES[ending], headers=headers)


def _json_parts(request: HttpRequest, wish: Asked) -> Iterator[str]:
    head = {
        "agency": {"code": wish.scope.agency.code, "name": wish.scope.agency.name},
        "register": {"id": wish.register.id, "name": wish.register.name},
        "fields": [{"id": one.id, "label": one.label, "type": one.type} for one in columns_of(wish)],
        "query": {"q": wish.words.text, "category": wish.category},
    }
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "entries": ['
    separator = "\n"
    for entry in _matches(wish):
        record = {
            "number": entry.entry_number,
            "title": entry.title,
            "version": entry.number,
            "published_at": localtime(entry.published_at).isoformat(),
            "verified": entry.verified,
            "basis": entry.basis,
            "data": _data(entry, wish.register),
            "url": _address(request, wish, entry),
        }
        yield separator + json.dumps(record, ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def _data(entry: PublicVersion, register: Register) -> dict[str, Any]:
    return {one.id: entry.data[one.id] for one in definitions_of(entry, register) if one.id in entry.data}


@public_page
def json_file(request: HttpRequest, agency: str, register: str) -> StreamingHttpResponse:
    """Send every matching entry as JSON, with the labels of its fields."""
    wish = _asked(request, agency, register)
    return sent_as_file(_json_parts(request, wish), _name(wish), "json")
