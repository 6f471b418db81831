"""The agency's registers: overview, one register as a list, and its export."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpResponse, QueryDict

from heliograph.desk.entry_states import LABELS, search, slice_of, with_state
from heliograph.desk.forms import SearchForm
from heliograph.desk.scope import Scope, page
from heliograph.kernel.packs.schema import Register
from heliograph.registers import exports
from heliograph.registers.fieldsets import field_set
from heliograph.registers.models import Entry
from heliograph.registers.queries import entries_of

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
    for register, state in with_state(Entry.objects.filter(agency_id=scope.id)).values_list("register", "state"):
        counts.setdefault(register, Counter())[state] += 1
    rows = [(register, counts.get(register.id, Counter())) for register in scope.pack.rules.registers]
    return scope.render(
        "registers.html",
        {
            "rows": [
                {"register": register, "total": sum(found.values()), "counts": [found[key] for key in LABELS]}
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
    entries = with_state(Entry.objects.filter(agency_id=scope.id, register=register)).select_related("owner_unit")
    if asked.get("q"):
        entries = search(entries, asked["q"].strip())
    if asked.get("state"):
        entries = entries.filter(state=asked["state"])
    shown = slice_of(entries, after=_number(scope, "after"), before=_number(scope, "before"))
    rows = [(entry, *LABELS[getattr(entry, "state", "draft")]) for entry in shown.entries]
    kept = QueryDict(mutable=True)
    kept.update({key: value for key, value in asked.items() if value})
    context = {"register": definition, "form": form, "rows": rows, "slice": shown, "query": kept.urlencode()}
    return scope.render("register.html", context)


def _number(scope: Scope, name: str) -> int | None:
    text = scope.request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@page("export_entries", "GET", "HEAD")
def export(scope: Scope, register: str, form: str) -> HttpResponse:
    """Write the whole register out as it stands, drafts included."""
    definition = register_of(scope, register)
    if form not in FORMATS:
        raise Http404
    rows = [
        exports.ExportRow(
            number=entry.number,
            version=latest.number,
            owner=entry.owner_unit.name if entry.owner_unit else "",
            data=latest.data,
        )
        for entry in entries_of(scope.id, register).order_by("number")
        for latest in getattr(entry, "latest_versions", [])[:1]
    ]
    write, content_type = FORMATS[form]
    return attachment(write(definition, rows), content_type, f"{scope.agency.code}-{register}.{form}")


@page("import_entries", "GET", "HEAD")
def template(scope: Scope, register: str) -> HttpResponse:
    """Give the empty sheet for an import: the fields' labels as its head."""
    content = exports.to_xlsx(register_of(scope, register), [])
    return attachment(content, FORMATS["xlsx"][1], f"{scope.agency.code}-{register}-template.xlsx")


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """Return a file to be saved, never shown in the page."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
