"""The form of a document: what the officer is asked, beside what the case gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.cited import in_words
from heliograph.desk.forms import Day, DeskForm, text
from heliograph.desk.steps.fields import Moment, area, money, yes_no
from heliograph.documents.composing import Data, Json, Missing, Sheet, compose, needed_of, shown
from heliograph.documents.models import Document
from heliograph.kernel.packs.document_rules import DocumentField

LONGEST_LINE = 500
MARKED = "needed"  # of a field: the page marks it as it marks what is required
RECENT = 30  # documents that are looked through for what the agency says of itself


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the case gives: its label, how the document prints it, and whether it is needed and not there."""

    label: str
    value: str
    missing: bool


def document_form(sheet: Sheet, data: Data) -> type[DeskForm]:
    """Return the form class of a kind of document. Nothing is required: a draft may be kept as far as it is.

    What has to be there before the document is issued, as its data are now, is marked all the same.
    """
    members = {one.id: _field(one) for one in sheet.form.fields if one.asked}
    for name in members.keys() & needed_of(sheet, data):
        setattr(members[name], MARKED, True)
        members[name].widget.attrs["aria-required"] = "true"
    return type("FormOfDocument", (DeskForm,), members)


def _field(one: DocumentField) -> forms.Field:
    return _FIELDS[one.asked or "text"](one)


def _hint(one: DocumentField) -> str:
    needed = f"依据：{'、'.join(in_words(key) for key in one.basis)}" if one.basis else ""
    return "　".join(part for part in (one.help, "" if one.required else "可以不填", needed) if part)


_FIELDS: dict[str, Callable[[DocumentField], forms.Field]] = {
    "text": lambda one: text(one.label, limit=LONGEST_LINE, required=False, help_text=_hint(one)),
    "long": lambda one: area(one.label, required=False, hint=_hint(one)),
    "lines": lambda one: area(one.label, required=False, hint=f"每行一条　{_hint(one)}"),
    "date": lambda one: Day(label=one.label, required=False, help_text=f"格式如 2026-11-20　{_hint(one)}"),
    "time": lambda one: Moment(label=one.label, required=False),
    "amount": lambda one: money(one.label, required=False, hint=_hint(one)),
    "yesno": lambda one: yes_no(one.label, required=False, hint=_hint(one)),
}


def initial_of(sheet: Sheet, data: Data) -> dict[str, Any]:
    """Return what stands in the form already."""
    return {one.id: _typed(one, data.get(one.id)) for one in sheet.form.fields if one.asked}


def _typed(one: DocumentField, value: Json) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(str(line) for line in value)
    if one.asked == "time" and value:
        return datetime.fromisoformat(str(value))
    if one.asked == "date" and value:
        return date.fromisoformat(str(value))
    return value or ""


def remembered(agency_id: UUID, sheet: Sheet) -> dict[str, Json]:
    """Return what the agency last said of itself in its documents: telephone, address, court, bank. One query."""
    wanted = {one.id for one in sheet.form.fields if one.asked and one.source.startswith("agency.")}
    if not wanted:
        return {}
    issued = Document.objects.filter(agency_id=agency_id, state=Document.State.ISSUED).order_by("-issued_at", "-pk")
    found: dict[str, Json] = {}
    for data in issued.values_list("data", flat=True)[:RECENT]:
        found |= {name: data[name] for name in wanted - found.keys() if data.get(name)}
    return found


def asked_of(sheet: Sheet, cleaned: Mapping[str, Any]) -> dict[str, Json]:
    """Return what was typed as the data of a document."""
    return {one.id: _kept(one, cleaned.get(one.id)) for one in sheet.form.fields if one.asked}


def _kept(one: DocumentField, value: Any) -> Json:
    if one.asked == "lines":
        return [line.strip() for line in str(value or "").split("\n") if line.strip()]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value if isinstance(value, bool) else str(value or "")


def given_by_case(sheet: Sheet, data: Data) -> list[Given]:
    """Return what the case gives, in the order of the form."""
    missing = {one.label for one in missing_of(sheet, data)}
    return [
        Given(one.label, shown(one, data.get(one.id)), one.label in missing)
        for one in sheet.form.fields
        if not one.asked
    ]


def missing_of(sheet: Sheet, data: Data) -> tuple[Missing, ...]:
    """Return what is needed and not there."""
    return compose(sheet, data).missing
