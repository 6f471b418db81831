"""Whose form a document has: the agency's own of the day, else the pack's; and what stands against a text as a form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from heliograph.documents import fonts
from heliograph.documents.composing import Composed, Sheet, sheet_of
from heliograph.documents.models import Document, Template
from heliograph.documents.typesetting import CannotTypesetError, Press, draw_pdf
from heliograph.kernel.packs.check_form import faults_of_form
from heliograph.kernel.packs.document_rules import DocumentKind, Form
from heliograph.kernel.packs.schema import Pack

DECIDED = (Template.State.IN_FORCE, Template.State.SUPERSEDED)
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class FormFault:
    """What is wrong with a form: the line, from 1, and the sentence."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.message}"


class FormFaultsError(Exception):
    """A text that cannot be the form of a kind of document; carries every fault."""

    def __init__(self, faults: list[FormFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(one) for one in faults))


def versions_of(agency_id: UUID, kind: str = "") -> QuerySet[Template]:
    """Return the versions of the agency's own forms, of one kind or of all, the latest first."""
    found = Template.objects.filter(agency_id=agency_id).select_related("proposed_by", "decided_by")
    return (found.filter(kind=kind) if kind else found).order_by("kind", "-number")


def template_on(agency_id: UUID, kind: str, on: date) -> Template | None:
    """Return the version of the agency's own form that holds on a day, None where there is none. One query."""
    holds = Q(effective_to__isnull=True) | Q(effective_to__gte=on)
    decided = Template.objects.filter(agency_id=agency_id, kind=kind, state__in=DECIDED)
    return decided.filter(holds, effective_from__lte=on).order_by("-number").first()


def latest_template(agency_id: UUID, kind: str) -> Template | None:
    """Return the version that was approved last, in force already or not."""
    return Template.objects.filter(agency_id=agency_id, kind=kind, state__in=DECIDED).order_by("-number").first()


def kind_of_pack(pack: Pack, kind: str) -> DocumentKind | None:
    """Return a kind of document that the pack declares, by name or id."""
    return next((one for one in pack.rules.documents if kind in {one.name, one.id}), None)


def sheet_on(agency_id: UUID, pack: Pack, kind: str, on: date) -> Sheet | None:
    """Return the sheet for a document that is made on a day: the agency's form, else the pack's. One query.

    A form that a later pack no longer admits, because more must be said, is not used: the pack's is.
    """
    declared = kind_of_pack(pack, kind)
    if declared is None:
        return None
    own = template_on(agency_id, declared.id, on)
    return _sheet(pack, declared, own.source if own is not None else "")


def sheet_as_made(pack: Pack, made: Document) -> Sheet | None:
    """Return the sheet by which a document was issued, found by its hash; the pack's where none has that hash."""
    sheet = sheet_of(pack.rules, made.kind)
    if sheet is None or sheet.template_sha256 == made.template_sha256:
        return sheet
    for one in Template.objects.filter(agency_id=made.agency_id, kind=sheet.kind.id, state__in=DECIDED):
        own = _sheet(pack, sheet.kind, one.source)
        if own.template_sha256 == made.template_sha256:
            return own
    return sheet


def _sheet(pack: Pack, kind: DocumentKind, source: str) -> Sheet:
    sound = source if source and not faults_of_form(source, kind, pack) else ""
    sheet = sheet_of(pack.rules, kind.id, sound)
    assert sheet is not None  # noqa: S101 - the kind is of this pack, for the type checker
    return sheet


def faults_of(source: str, kind: DocumentKind, pack: Pack) -> list[FormFault]:
    """Return everything that stands against a text as the form of a kind: the checks of packs, then the fonts."""
    found = [
        FormFault(one.line, f"{one.message}。".replace("。。", "。")) for one in faults_of_form(source, kind, pack)
    ]
    if found:
        return found
    sheet = sheet_of(pack.rules, kind.id, source)
    assert sheet is not None  # noqa: S101 - the kind is of this pack, for the type checker
    return _undrawn(sheet, source)


def _undrawn(sheet: Sheet, source: str) -> list[FormFault]:
    """Return the characters of a form that no font draws, wherever in it they stand; nothing without fonts."""
    if not fonts.are_ready():
        return []
    seen = "".join(dict.fromkeys(char for text in _texts(sheet.form) for char in text if not char.isspace()))
    every = Composed(sheet.title, "", sheet.kind.layout, [{"part": "paragraph", "text": seen}], ())
    try:
        draw_pdf(every, sheet.layout, Press("", date.min, _NO_HASH))
    except CannotTypesetError as error:
        said = str(error)
        lines = source.splitlines()
        named = {char for char in seen if f"“{char}”" in said}
        at = next((number for number, line in enumerate(lines, 1) if named & set(line)), 1)
        return [FormFault(at, said)] if named else []  # else it is the layout that fails, not this text
    return []


def _texts(form: Form) -> list[str]:
    """Return every text of a form that may be printed."""
    cells = [cell for block in form.blocks for row in block.rows for cell in row]
    columns = [column.label for block in form.blocks for column in block.columns]
    who = [name for block in form.blocks for name in block.who]
    inside = [text for cell in cells for text in (cell.label, cell.text, cell.sign)]
    return [form.title, *(block.text for block in form.blocks), *inside, *columns, *who]


def digest(source: str) -> str:
    """Return the hash of the text of a form."""
    return hashlib.sha256(source.encode()).hexdigest()
