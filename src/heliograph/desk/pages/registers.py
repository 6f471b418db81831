"""The agency's registers: overview, one register as a list, and its export."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict

from heliograph.desk.entry_states import LABELS, search, slice_of, unfiled, with_state
from heliograph.desk.forms import SearchForm
from heliograph.desk.oversight import as_public, only_supervises, public_words, seen_entries
from heliograph.desk.scope import Scope, page
from heliograph.disclosure.actions import submit_in_bulk
from heliograph.kernel.packs.schema import Register
from heliograph.kernel.verdict import require
from heliograph.registers import exports
from heliograph.registers.actions import export_entries
from heliograph.registers.fieldsets import field_set
from heliograph.registers.models import Entry, EntryVersion
from heliograph.registers.queries import entries_of
from heliograph.registers.rules import may_write_by_hand

BULK = 200  # so many drafts are handed in at once; the rest by pressing again
TICKED = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})", re.ASCII)
FORMATS = {
    "xlsx": (exports.to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (exports.to_csv, "text/csv; charset=utf-8"),
    "json": (exports.to_json, "application/json"),
}


def register_of(scope: Scope, register: str) -> Register:
    """Return a register of the agency's pack; the guard turns an unknown one into 404."""
    return field_set(scope.id, register, scope.on).register


@page("read_registers", "GET", "HEAD")
def overview(scope: Scope) -> HttpResponse:
    """Show every register of the agency with counts by state."""
    counts: dict[str, Counter[str]] = {}
    entries = seen_entries(scope, with_state(Entry.objects.filter(agency_id=scope.id)))
    public_only = only_supervises(scope)
    for register, written in entries.values_list("register", "state"):
        state = "public" if public_only else written
        counts.setdefault(register, Counter())[state] += 1
    rows = [(register, counts.get(register.id, Counter())) for register in scope.pack.rules.registers]
    return scope.render(
        "registers.html",
        {
            "rows": [
                {
                    "register": register,
                    "total": sum(found.values()),
                    "counts": [(label, found[key]) for key, (label, _css) in LABELS.items()],
                }
                for register, found in rows
            ],
            "states": [label for label, _css in LABELS.values()],
        },
    )


@page("read_registers", "GET", "HEAD")
def listing(scope: Scope, register: str) -> HttpResponse:
    """List one register: search, state, and pages by entry number."""
    definition = register_of(scope, register)
    form = SearchForm(scope.request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    public_only = only_supervises(scope)
    shown = slice_of(_asked(scope, register, asked), after=_number(scope, "after"), before=_number(scope, "before"))
    rows = (
        as_public(shown)
        if public_only
        else [(entry, *LABELS[getattr(entry, "state", "draft")]) for entry in shown.entries]
    )
    by_hand = bool(may_write_by_hand(definition))
    kept = QueryDict(mutable=True)
    kept.update({key: value for key, value in asked.items() if value})
    context = {
        "register": definition,
        "form": form,
        "rows": rows,
        "slice": shown,
        "unfiled": unfiled(definition, shown.entries, public=public_only),
        "query": kept.urlencode(),
        "derived": not by_hand,
        "may_draft": by_hand and scope.may("draft_entry"),
        "may_import": by_hand and scope.may("import_entries"),
        "may_export": scope.may("export_entries"),
        "may_submit": scope.may("submit_for_release"),
    }
    return scope.render("register.html", context)


def _asked(scope: Scope, register: str, asked: dict[str, Any]) -> QuerySet[Any]:
    """Return the register's entries that the account may read and that fit the search."""
    entries = with_state(Entry.objects.filter(agency_id=scope.id, register=register)).select_related("owner_unit")
    words, state = (asked.get("q") or "").strip(), asked.get("state")
    if only_supervises(scope):
        return public_words(entries, words)
    entries = search(entries, words) if words else entries
    return entries.filter(state=state) if state else entries


@page("submit_for_release", "POST", shows=listing)
def submit(scope: Scope, register: str) -> HttpResponse:
    """Hand in the ticked drafts, each as it was when the list was opened, or the first of all drafts."""
    definition = register_of(scope, register)
    drafts = with_state(Entry.objects.filter(agency_id=scope.id, register=register)).filter(state="draft")
    seen: dict[UUID, int] = {}
    if "all" not in scope.request.POST:
        seen = _ticked(scope.request.POST.getlist("entry"))
        drafts = with_state(Entry.objects.filter(agency_id=scope.id, register=register, pk__in=seen))
    found = list(drafts.order_by("number")[:BULK])
    newest = EntryVersion.objects.filter(entry__in=found).order_by("entry_id", "-number").distinct("entry_id")
    versions = {version.entry_id: version.pk for version in newest}
    asked = [(versions[entry.pk], seen.get(entry.pk, entry.rev)) for entry in found]
    outcomes = dict(submit_in_bulk(asked, actor=scope.account, at=scope.at))
    rows = [(entry, outcomes[versions[entry.pk]]) for entry in found]
    done = sum(refused is None for _entry, refused in rows)
    left = with_state(Entry.objects.filter(agency_id=scope.id, register=register)).filter(state="draft").count()
    context = {"register": definition, "rows": rows, "done": done, "failed": len(rows) - done, "left": left}
    return scope.render("register_submit.html", context)


def _ticked(values: Sequence[str]) -> dict[UUID, int]:
    """Return the ticked entries with the `rev` that the list showed; what is neither is left out."""
    found: dict[UUID, int] = {}
    for value in values[:BULK]:
        match = TICKED.fullmatch(value)
        if match:
            found[UUID(match[1])] = int(match[2])
    return found


def _number(scope: Scope, name: str) -> int | None:
    text = scope.request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@page("export_entries", "GET", "HEAD")
def export(scope: Scope, register: str, form: str) -> HttpResponse:
    """Write the whole register out as it stands, drafts included; taking it out is a record."""
    definition = register_of(scope, register)
    if form not in FORMATS:
        raise Http404
    rows = [
        exports.ExportRow(
            number=entry.number,
            version=latest.number,
            owner=entry.owner_unit.name if entry.owner_unit else "",
            data=latest.data,
            revision=entry.rev,
        )
        for entry in entries_of(scope.id, register).order_by("number")
        for latest in getattr(entry, "latest_versions", [])[:1]
    ]
    if scope.request.method == "GET":
        export_entries(scope.id, register=register, form=form, count=len(rows), actor=scope.account, at=scope.at)
    write, content_type = FORMATS[form]
    return attachment(write(definition, rows), content_type, f"{scope.agency.code}-{register}.{form}")


@page("import_entries", "GET", "HEAD")
def template(scope: Scope, register: str) -> HttpResponse:
    """Give the empty sheet for an import: the fields' labels as its head."""
    definition = register_of(scope, register)
    require(may_write_by_hand(definition))
    content = exports.template(definition)
    return attachment(content, FORMATS["xlsx"][1], f"{scope.agency.code}-{register}-template.xlsx")


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Return a file to be saved, never shown in the page."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
