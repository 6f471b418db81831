"""Reads of documents for every floor above, and previews of what is not yet issued."""

from __future__ import annotations

from datetime import date
from typing import BinaryIO
from uuid import UUID

from django.db.models import QuerySet

from heliograph.documents.composing import Data, Sheet, compose, fingerprint
from heliograph.documents.models import Document
from heliograph.documents.typesetting import Press, draw_pages, draw_pdf
from heliograph.documents.word import draw_docx
from heliograph.registers.files import storage


def documents_of(agency_id: UUID, kind: str, subject_id: UUID) -> QuerySet[Document]:
    """Return the documents of a subject in the order in which they were begun."""
    return Document.objects.filter(agency_id=agency_id, subject_kind=kind, subject_id=subject_id).order_by("pk")


def opened(document: Document) -> BinaryIO:
    """Open the file of an issued document. FileNotFoundError when storage has lost it."""
    return storage().open(document.sha256)


def preview_pages(sheet: Sheet, data: Data, *, agency: str, number: str, on: date) -> list[bytes]:
    """Return the pages of a draft as PNG, marked as a draft. CannotTypesetError, FontsMissingError."""
    composed = compose(sheet, data, number=number, made_on=on)
    return draw_pages(composed, sheet.layout, Press(agency, on, fingerprint(sheet, data, number, on), draft=True))


def issued_pages(sheet: Sheet, made: Document, *, agency: str) -> list[bytes]:
    """Return the pages of an issued document as PNG, from its data and the template that it was made by."""
    on = made.made_on or made.drafted_at.date()
    composed = compose(sheet, made.data, number=made.number, made_on=on)
    return draw_pages(composed, sheet.layout, Press(agency, on, made.fingerprint))


def preview_pdf(sheet: Sheet, data: Data, *, agency: str, number: str, on: date) -> bytes:
    """Return the same as PDF."""
    composed = compose(sheet, data, number=number, made_on=on)
    return draw_pdf(composed, sheet.layout, Press(agency, on, fingerprint(sheet, data, number, on), draft=True))


def editable(sheet: Sheet, data: Data, *, agency: str, number: str, on: date) -> bytes:
    """Return an editable copy (.docx) of a document as its data are."""
    return draw_docx(compose(sheet, data, number=number, made_on=on), agency=agency)
