"""Drafting, issuing and voiding documents. Parts of the acts of higher floors, which authorise, number and record.

No function here has a transaction of its own: the caller's act holds it and records the rows that come back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from heliograph.documents import rules
from heliograph.documents.composing import Composed, Data, Json, Sheet, cleaned, compose, data_sha256, fingerprint
from heliograph.documents.fonts import FontsMissingError
from heliograph.documents.models import Document
from heliograph.documents.typesetting import CannotTypesetError, Press, draw_pdf
from heliograph.kernel.verdict import ActRefusedError, require
from heliograph.registers.files import storage
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about, and in which of its steps it is made."""

    agency_id: UUID
    kind: str
    id: UUID
    place: str = ""


def draft(
    subject: Subject, sheet: Sheet, data: Data, *, actor: Account, at: datetime, rev: int | None = None
) -> tuple[Document, bool]:
    """Write the draft of a kind of document for a step, or change it; say whether it is new."""
    found = find_draft(subject, sheet, lock=True)
    kept = kept_data(sheet, data)
    values = {
        "data": kept,
        "data_sha256": data_sha256(kept),
        "template_sha256": sheet.template_sha256,
        "drafted_by": actor,
        "drafted_at": at,
    }
    if found is None:
        named = {"subject_kind": subject.kind, "subject_id": subject.id, "place": subject.place}
        return Document.objects.create(agency_id=subject.agency_id, kind=sheet.kind.name, **named, **values), True
    require(rules.is_fresh(rev, found.rev))
    for name, value in values.items():
        setattr(found, name, value)
    found.rev += 1
    found.save(update_fields=[*values, "rev"])
    return found, False


def find_draft(subject: Subject, sheet: Sheet, *, lock: bool = False) -> Document | None:
    """Return the draft of a kind of document for a step, locked where it is to be changed."""
    drafts = Document.objects.select_for_update(of=("self",)) if lock else Document.objects.all()
    return drafts.filter(
        agency_id=subject.agency_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        place=subject.place,
        kind=sheet.kind.name,
        state=Document.State.DRAFT,
    ).first()


def lock_document(document_id: UUID, agency_id: UUID) -> Document:
    """Return a document of an agency, locked. Document.DoesNotExist for any other."""
    return Document.objects.select_for_update(of=("self",)).get(pk=document_id, agency_id=agency_id)


def kept_data(sheet: Sheet, data: Data) -> dict[str, Json]:
    """Return the data as they are kept; refused where a field is too long or has no value of its kind."""
    try:
        return cleaned(sheet.form, data)
    except ValueError as error:
        raise ActRefusedError(rules.not_fit(str(error))) from error


def require_complete(sheet: Sheet, data: Data) -> Composed:
    """Return the parts; refuse with every field that is missing, before a number is taken."""
    composed = compose(sheet, data)
    require(rules.is_complete(composed.missing))
    return composed


def issue(
    found: Document, sheet: Sheet, data: Data, *, agency: str, number: str, made_on: date, actor: Account, at: datetime
) -> Document:
    """Draw the PDF of a draft with its number and day, keep the file, and close the document against changes.

    Refused without fonts and for a character that none of them has: nothing is issued then.
    """
    require(rules.may_change(found.state))
    kept = kept_data(sheet, data)
    composed = compose(sheet, kept, number=number, made_on=made_on)
    require(rules.is_complete(composed.missing))
    printed = fingerprint(sheet, kept, number, made_on)
    try:
        pdf = draw_pdf(composed, sheet.layout, Press(agency, made_on, printed))
    except (CannotTypesetError, FontsMissingError) as error:
        raise ActRefusedError(rules.not_drawn(str(error))) from error
    found.data, found.data_sha256, found.template_sha256 = kept, data_sha256(kept), sheet.template_sha256
    found.number, found.made_on, found.fingerprint = number, made_on, printed
    found.sha256, found.pdf_sm3, found.size = storage().put(pdf), hashlib.new("sm3", pdf).hexdigest(), len(pdf)
    found.state, found.issued_by, found.issued_at = Document.State.ISSUED, actor, at
    found.save()
    return found


def void(found: Document, *, reason: str, used: bool, at: datetime) -> Document:
    """Void an issued document; its number stays its own."""
    require(rules.may_void(found.state, reason, used=used))
    found.state, found.void_reason, found.voided_at = Document.State.VOIDED, reason.strip(), at
    found.save(update_fields=["state", "void_reason", "voided_at"])
    return found
