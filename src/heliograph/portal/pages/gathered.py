"""A register over all agencies of a government as files to take away (D28)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.timezone import localtime

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.packs.schema import Register
from heliograph.portal import queries
from heliograph.portal.pages.governments import Wish, wished
from heliograph.portal.pages.registers import CSV_MARK, Echo, sent_as_file
from heliograph.portal.scope import today
from heliograph.portal.site import public_page
from heliograph.portal.values import Definition, cells_of, definitions_of, kept_columns
from heliograph.registers.exports import guarded
from heliograph.registers.models.laws import Verified


def _columns(wish: Wish) -> list[Definition]:
    """Return the fields of the agencies' registers, each once: one id is one thing at every agency."""
    found: dict[str, Definition] = {}
    kept = queries.kept_fields([scope.agency.pk for scope in wish.scopes], wish.register)
    for scope in wish.scopes:
        for field in kept_columns(scope.register(wish.register), kept.get(scope.agency.pk, [])):
            found.setdefault(field.id, field)
    return list(found.values())


def _rows(wish: Wish) -> Iterator[tuple[PublicVersion, Register]]:
    registers = {scope.agency.pk: scope.register(wish.register) for scope in wish.scopes}
    rows = queries.gathered_entries([scope.agency for scope in wish.scopes], wish.register, wish.words)
    return ((row, registers[row.agency_id]) for row in queries.all_gathered(rows, wish.words))


def _address(request: HttpRequest, row: PublicVersion) -> str:
    path = reverse("portal:entry", args=[row.agency.code, row.register, row.entry_number])
    return request.build_absolute_uri(path)


def _csv_lines(request: HttpRequest, wish: Wish) -> Iterator[str]:
    writer = csv.writer(Echo())
    columns = _columns(wish)
    labels = guarded([one.label for one in columns])
    yield CSV_MARK
    yield writer.writerow(["机关", "编号", *labels, "版本", "公开时间", "核实情况", "网址"])
    for row, register in _rows(wish):
        cells = guarded([row.agency.name, *(cell.text for cell in cells_of(row, register, columns))])
        at = localtime(row.published_at).strftime("%Y-%m-%d %H:%M")
        tail = [str(row.number), at, Verified(row.verified).label, _address(request, row)]
        yield writer.writerow([cells[0], str(row.entry_number), *cells[1:], *tail])


@public_page
def csv_file(request: HttpRequest, government: str, register: str) -> StreamingHttpResponse:
    """Send every matching entry of all agencies as a table."""
    wish = wished(request, government, register)
    return sent_as_file(_csv_lines(request, wish), _name(wish), "csv")


def _name(wish: Wish) -> str:
    return f"{wish.owner.code}-{wish.register}-{today():%Y%m%d}"


def _json_parts(request: HttpRequest, wish: Wish) -> Iterator[str]:
    head = {
        "government": {"code": wish.owner.code, "name": wish.owner.name},
        "register": {"id": wish.register, "name": wish.name},
        "fields": [{"id": one.id, "label": one.label, "type": one.type} for one in _columns(wish)],
        "query": {"q": wish.words.text},
    }
    yield f'{json.dumps(head, ensure_ascii=False)[:-1]}, "entries": ['
    separator = "\n"
    for row, register in _rows(wish):
        record = {
            "agency": row.agency.code,
            "number": row.entry_number,
            "title": row.title,
            "version": row.number,
            "published_at": localtime(row.published_at).isoformat(),
            "verified": row.verified,
            "basis": row.basis,
            "data": {one.id: row.data[one.id] for one in definitions_of(row, register) if one.id in row.data},
            "url": _address(request, row),
        }
        yield separator + json.dumps(record, ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


@public_page
def json_file(request: HttpRequest, government: str, register: str) -> StreamingHttpResponse:
    """Send every matching entry of all agencies as JSON, with the labels of the fields."""
    wish = wished(request, government, register)
    return sent_as_file(_json_parts(request, wish), _name(wish), "json")
