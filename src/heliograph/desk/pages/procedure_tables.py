"""Decision tables of a draft as a grid of plain words: edited by hand or as a sheet, checked as they are typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect

from heliograph.desk import drafts
from heliograph.desk.forms import uploaded
from heliograph.desk.pages.procedure_drafts import draft_of, save, sent_json
from heliograph.desk.pages.registers import FORMATS, attachment
from heliograph.desk.procedure_forms import TableHeadForm, TableUploadForm
from heliograph.desk.scope import Scope, page
from heliograph.desk.table_sheets import read_rows, workbook
from heliograph.kernel.dmn import (
    GridRow,
    Table,
    TableFault,
    TableRefusedError,
    parse_table,
    prove_table,
    table_from_rows,
    table_rows,
    write_table,
)
from heliograph.kernel.feel import FactDef
from heliograph.procedures.actions.releasing import draft_bundle
from heliograph.procedures.models import Draft
from heliograph.procedures.showing import HIT_POLICIES
from heliograph.registers.imports import SheetError

KIND: Final = "procedure-table"
MAX_ROWS: Final = 1000
MAX_COLUMNS: Final = 30
LIST_KINDS: Final = frozenset({"choice", "choices"})
PROVED: Final = "已逐一查证：没有重叠，也没有空缺。"
GATHERED: Final = "各行的结果合在一起，不查证重叠和空缺。"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the grid: its head, what may be chosen, and whether it is a result."""

    name: str
    label: str
    hint: str
    choices: tuple[str, ...]
    result: bool


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell with its column, what stands in it and what is wrong with it."""

    column: GridColumn
    text: str
    fault: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """A row of the grid as the page shows it."""

    row: GridRow
    cells: tuple[GridCell, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of rows says: the table if it reads, faults of cells, what the proof found."""

    table: Table | None
    faults: tuple[TableFault, ...] = ()
    findings: tuple[str, ...] = ()
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it for the page's script."""
        return {
            "cells": [{"row": one.row, "column": one.column, "message": one.message} for one in self.faults],
            "findings": list(self.findings),
            "said": self.said,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """A table of a draft with the facts that it may ask for."""

    draft: Draft
    table: Table
    dictionary: Mapping[str, FactDef] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[GridColumn, ...]:
        """The columns in order, conditions first."""
        return (
            *(_column(one.name, one.label, one.type, self.dictionary, result=False) for one in self.table.inputs),
            *(_column(one.name, one.label, one.type, self.dictionary, result=True) for one in self.table.outputs),
        )


HINTS: Final = {
    "number": "如 5000以上且不满10000",
    "date": "如 2026-01-01起",
    "text": "几项之间用顿号",
    "boolean": "是或否",
}


def _column(name: str, label: str, kind: str, dictionary: Mapping[str, FactDef], *, result: bool) -> GridColumn:
    fact = dictionary.get(name)
    choices = ("是", "否") if kind == "boolean" else fact.choices if fact else ()
    hint = HINTS[kind] if not result else ""
    return GridColumn(name, label or name, hint, choices if result else (*choices, "任意"), result)


def place_of(scope: Scope, draft: UUID, table: str) -> Place:
    """Return a table of a draft, 404 for one that it does not have or that cannot be read."""
    found = draft_of(scope, draft)
    try:
        read = parse_table(found.tables[table].encode())
    except (KeyError, TableRefusedError):
        raise Http404 from None
    return Place(found, read, draft_bundle(found).dictionary)


def check(place: Place, rows: Sequence[GridRow], days: tuple[date | None, date | None] | None = None) -> Checked:
    """Hold rows against the columns and the facts, then prove them."""
    begins, ends = days or (place.table.effective_from, place.table.effective_to)
    try:
        table = table_from_rows(replace(place.table, effective_from=begins, effective_to=ends), rows, place.dictionary)
        proof = prove_table(table, place.dictionary)
    except TableRefusedError as refused:
        return Checked(None, refused.faults)
    findings = (*(str(one) for one in (*proof.overlaps, *proof.dead, *proof.gaps)), *proof.notes)
    gathered = table.hit_policy in {"COLLECT", "RULE ORDER"}
    return Checked(table, (), findings, "" if findings else GATHERED if gathered else PROVED)


def lines_of(place: Place, rows: Sequence[GridRow], faults: Sequence[TableFault]) -> list[GridLine]:
    """Return rows as the page shows them, each fault at its cell."""
    told: dict[tuple[int, str], str] = {}
    for fault in faults:
        key = fault.row, fault.column
        told[key] = f"{told[key]}；{fault.message}" if key in told else fault.message
    columns = place.columns
    lines = []
    for number, row in enumerate(rows, 1):
        texts = [*row.cells, *row.outputs]
        cells = tuple(
            GridCell(column, text, told.get((number, column.name), ""))
            for column, text in zip(columns, texts, strict=False)
        )
        lines.append(GridLine(row, cells, told.get((number, ""), "")))
    return lines


# -- what is sent
def sent_rows(place: Place, post: QueryDict) -> list[GridRow]:
    """Return the rows of a sent grid: from the script's one field, else from the single inputs."""
    packed = post.get("rows", "")
    if packed:
        try:
            return rows_from_json(place, json.loads(packed))
        except ValueError:
            return []
    return [_row_from_fields(place, post, number) for number in post.getlist("row")[:MAX_ROWS]]


def rows_from_json(place: Place, sent: Any) -> list[GridRow]:
    """Return rows from what a script sent; anything that is no row is passed over."""
    found = []
    for one in (sent if isinstance(sent, list) else [])[:MAX_ROWS]:
        if isinstance(one, dict) and isinstance(one.get("cells"), list):
            cells = [str(text) for text in one["cells"]]
            found.append(_row(place, cells, *(str(one.get(name, "")) for name in ("id", "basis", "note"))))
    return found


def _row(place: Place, cells: Sequence[str], key: str, basis: str, note: str) -> GridRow:
    width = len(place.table.inputs)
    every = [*cells, *[""] * (width + len(place.table.outputs))][: width + len(place.table.outputs)]
    return GridRow(key, tuple(every[:width]), tuple(every[width:]), note, basis)


def _row_from_fields(place: Place, post: QueryDict, number: str) -> GridRow:
    head = f"r{number}-"
    cells = [post.get(f"{head}c{place_}", "") for place_ in range(len(place.columns))]
    return _row(place, cells, *(post.get(f"{head}{name}", "") for name in ("id", "basis", "note")))


def _moved(place: Place, rows: list[GridRow], act: str) -> list[GridRow]:
    """Return the rows after one of the buttons beside a row, which work without script."""
    name, _, text = act.partition("-")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
    if name == "add":
        return [*rows, _row(place, [], "", "", "")]
    if not 0 <= number < len(rows):
        return rows
    row = rows.pop(number)
    if name in {"up", "down"}:
        rows.insert(max(number - 1, 0) if name == "up" else number + 1, row)
    return rows


# -- pages
@page("draft_procedure")
def table(scope: Scope, draft: UUID, table: str) -> HttpResponse:
    """Show a table as a grid; add, remove and move rows; save it with its faults shown cell by cell."""
    place = place_of(scope, draft, table)
    days = {"effective_from": place.table.effective_from, "effective_to": place.table.effective_to}
    form = TableHeadForm(scope.sent, initial={**days, "rev": place.draft.rev})
    rows = list(table_rows(place.table))
    status = 200
    if scope.sent is not None:
        rows = sent_rows(place, scope.sent)
        act = scope.sent.get("act", "save")
        if act != "save":
            return _grid(scope, place, form, _moved(place, rows, act))
        status = 422
        if scope.posted and form.is_valid():
            found = check(place, rows, _days(form))
            if found.table is not None:
                return _saved(scope, place, found.table, form.cleaned_data["rev"] or 0)
    return _grid(scope, place, form, rows, status)


def _days(form: TableHeadForm) -> tuple[date | None, date | None] | None:
    """Return from when to when a sent table is to hold, None where that cannot be read."""
    if not form.is_bound or not form.is_valid():
        return None
    return form.cleaned_data["effective_from"], form.cleaned_data["effective_to"]


def _saved(scope: Scope, place: Place, made: Table, rev: int) -> HttpResponse:
    tables = {**place.draft.tables, made.id: write_table(made).decode()}
    save(scope, place.draft, rev, tables=tables)
    scope.done(f"规则表“{made.name}”已保存到草稿，共 {len(made.rows)} 行。")
    return redirect("desk:procedure-table", agency=scope.agency.code, draft=place.draft.pk, table=made.id)


def _grid(scope: Scope, place: Place, form: TableHeadForm, rows: Sequence[GridRow], status: int = 200) -> HttpResponse:
    found = check(place, rows, _days(form))
    context = {
        "draft": place.draft,
        "table": place.table,
        "policy": HIT_POLICIES[place.table.hit_policy],
        "columns": place.columns,
        "lines": lines_of(place, rows, found.faults),
        "whole": [one for one in found.faults if not one.row],
        "faults": found.faults,
        "checked": found,
        "form": form,
        "upload": TableUploadForm(initial={"rev": place.draft.rev}),
    }
    return scope.render("procedure_table.html", context, status=status)


@page("draft_procedure", "POST")
def table_check(scope: Scope, draft: UUID, table: str) -> HttpResponse:
    """Say what is wrong with rows as they are typed; nothing is saved."""
    place = place_of(scope, draft, table)
    return JsonResponse(check(place, rows_from_json(place, sent_json(scope).get("rows"))).as_json())


@page("draft_procedure", "GET", "HEAD")
def table_sheet(scope: Scope, draft: UUID, table: str) -> HttpResponse:
    """Give a table as a workbook."""
    place = place_of(scope, draft, table)
    return attachment(workbook(place.table), FORMATS["xlsx"][1], f"{scope.agency.code}-{place.table.id}.xlsx")


@page("draft_procedure", "POST", shows=table)
def table_upload(scope: Scope, draft: UUID, table: str) -> HttpResponse:
    """Take a table as a sheet: first a preview with every fault, then, confirmed, into the draft."""
    place = place_of(scope, draft, table)
    form = TableUploadForm(scope.request.POST, scope.request.FILES or None)
    if not form.is_valid():
        return _preview(scope, place, (), "请选择要上传的文件。")
    token = form.cleaned_data["confirmed"]
    if token:
        kept = drafts.find(scope.account.pk, KIND, token)
        found = check(place, kept) if kept is not None else None
        if found is None or found.table is None:
            return _preview(scope, place, (), "预览已经过期，请重新上传。")
        drafts.drop(scope.account.pk, KIND, token)
        return _saved(scope, place, found.table, form.cleaned_data["rev"] or 0)
    if not form.cleaned_data["file"]:
        return _preview(scope, place, (), "请选择要上传的文件。")
    name, content = uploaded(form, "file")
    try:
        rows = read_rows(name, content, place.table)
    except SheetError as error:
        return _preview(scope, place, (), str(error))
    return _preview(scope, place, rows)


def _preview(scope: Scope, place: Place, rows: Sequence[GridRow], refused: str = "") -> HttpResponse:
    found = check(place, rows) if rows else Checked(None)
    token = drafts.keep(scope.account.pk, KIND, list(rows)) if found.table is not None else ""
    former = {row.id: row for row in table_rows(place.table)}
    context = {
        "draft": place.draft,
        "table": place.table,
        "columns": place.columns,
        "lines": lines_of(place, rows, found.faults),
        "faults": found.faults,
        "checked": found,
        "refused": refused,
        "token": token,
        "added": sum(row.id not in former for row in rows),
        "changed": sum(row.id in former and former[row.id] != row for row in rows),
        "removed": len(set(former) - {row.id for row in rows}) if rows else 0,
    }
    return scope.render("procedure_table_preview.html", context, status=200 if token else 422)
