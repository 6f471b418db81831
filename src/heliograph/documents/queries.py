"""Reads of documents for every floor above, and previews of what is not yet issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate

from heliograph.documents.comparing import lines_of
from heliograph.documents.composing import Composed, Data, Sheet, cleaned, compose, data_sha256, fingerprint
from heliograph.documents.models import Document, Signature
from heliograph.documents.sign_places import Mark, SignPlace, content_sha256, places_of, with_marks
from heliograph.documents.typesetting import Press, ask_pages, draw_pages, draw_pdf
from heliograph.documents.word import draw_docx
from heliograph.registers.storage import storage

SEAL_MARK = "seal-place"
ONE_LINE = 28.0  # points: the seal stands on the name and the day below it
NO_PLACE = (1, 440.0, 690.0)


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
    composed, pictures = as_issued(sheet, made)
    return draw_pages(composed, sheet.layout, Press(agency, _day_of(made), made.fingerprint), pictures=pictures)


def issued_again(sheet: Sheet, made: Document, *, agency: str) -> bytes:
    """Return the file of an issued document, drawn anew from what is kept: the same bytes under the same template."""
    composed, pictures = as_issued(sheet, made)
    return draw_pdf(composed, sheet.layout, Press(agency, _day_of(made), made.fingerprint), pictures=pictures)


def as_issued(sheet: Sheet, made: Document) -> tuple[Composed, dict[str, bytes]]:
    """Return an issued document in parts, with the signatures that were captured before it was issued."""
    composed = compose(sheet, made.data, number=made.number, made_on=_day_of(made))
    return with_marks(composed, marks_of(made, content_of(made)))


def _day_of(made: Document) -> date:
    return made.made_on or made.drafted_at.date()


def seal_place(sheet: Sheet, made: Document, *, agency: str) -> tuple[int, float, float]:
    """Return where the middle of the seal goes: page from 1, points from the left and the top.

    The layout marks the place above the name of the agency. A document without one, or of a template that is no longer
    there, is sealed at the lower right of its first page.
    """
    if sheet.template_sha256 != made.template_sha256:
        return NO_PLACE
    composed, pictures = as_issued(sheet, made)
    press = Press(agency, _day_of(made), made.fingerprint)
    found = ask_pages(composed, sheet.layout, press, SEAL_MARK, pictures=pictures)
    if not found:
        return NO_PLACE
    return int(found[-1]["page"]), float(found[-1]["x"][:-2]), float(found[-1]["y"][:-2]) + ONE_LINE


def content_of(document: Document) -> str:
    """Return the hash of what is signed in a document as it is kept."""
    return content_sha256(document.data_sha256, document.template_sha256)


def marks_of(document: Document, content: str) -> dict[int, Mark]:
    """Return the signatures that stand in the pages: captured before the document was issued, for this very content."""
    kept = Signature.objects.filter(document=document, content_sha256=content, on_issued=False).order_by("place")
    return {one.place: Mark(_picture(one), localdate(one.captured_at)) for one in kept}


@dataclass(frozen=True, slots=True)
class SignedPlace:
    """A place to sign of a document: its number, who signs, the signature that holds, and those that are void."""

    index: int
    who: str
    held: Signature | None
    void: tuple[Signature, ...]


def signed_places(sheet: Sheet, document: Document, data: Data | None = None) -> list[SignedPlace]:
    """Return the places to sign of a document with their signatures.

    data: of a draft as it would be issued now; a signature for anything else is void.
    """
    kept = dict(document.data if data is None else data)
    content = content_of(document)
    if data is not None:
        content = content_sha256(data_sha256(cleaned(sheet.form, kept)), sheet.template_sha256)
    given: dict[int, list[Signature]] = {}
    for one in document.signatures.order_by("pk"):
        given.setdefault(one.place, []).append(one)
    places = places_of(compose(sheet, kept))
    return [_signed(place, given.get(place.index, []), content) for place in places]


def _signed(place: SignPlace, given: list[Signature], content: str) -> SignedPlace:
    held = next((one for one in given if one.content_sha256 == content), None)
    return SignedPlace(place.index, place.who, held, tuple(one for one in given if one is not held))


def _picture(signature: Signature) -> bytes:
    with storage().open(signature.sha256) as file:
        return file.read()


def text_of(sheet: Sheet, made: Document) -> list[str]:
    """Return the lines of an issued document as it says them: title, number, parts."""
    composed, _pictures = as_issued(sheet, made)
    return lines_of(composed)


def preview_pdf(sheet: Sheet, data: Data, *, agency: str, number: str, on: date) -> bytes:
    """Return the same as PDF."""
    composed = compose(sheet, data, number=number, made_on=on)
    return draw_pdf(composed, sheet.layout, Press(agency, on, fingerprint(sheet, data, number, on), draft=True))


def editable(sheet: Sheet, data: Data, *, agency: str, number: str, on: date) -> bytes:
    """Return an editable copy (.docx) of a document as its data are."""
    return draw_docx(compose(sheet, data, number=number, made_on=on), agency=agency)
