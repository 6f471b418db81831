"""Drafting, issuing and voiding documents. Parts of the acts of higher floors, which authorise, number and record.

No function here has a transaction of its own: the caller's act holds it and records the rows that come back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from heliograph.documents import rules
from heliograph.documents.comparing import Outcome
from heliograph.documents.composing import Composed, Data, Json, Sheet, cleaned, compose, data_sha256, fingerprint
from heliograph.documents.fonts import FontsMissingError
from heliograph.documents.models import Comparison, Document, SealedFile, Signature, TimeToken
from heliograph.documents.pictures import is_readable
from heliograph.documents.queries import marks_of
from heliograph.documents.sealing import CannotSealError, SealOrder, SealPlace, SealProvider, sealed_file
from heliograph.documents.sign_places import Mark, content_sha256, fault_of_picture, places_of, with_marks
from heliograph.documents.timestamps import Stated
from heliograph.documents.typesetting import CannotTypesetError, Press, draw_pdf
from heliograph.kernel.verdict import ActRefusedError, require
from heliograph.registers.models import Account
from heliograph.registers.storage import storage


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
    signed, pictures = with_marks(composed, marks_of(found, content_sha256(data_sha256(kept), sheet.template_sha256)))
    try:
        pdf = draw_pdf(signed, sheet.layout, Press(agency, made_on, printed), pictures=pictures)
    except (CannotTypesetError, FontsMissingError) as error:
        raise ActRefusedError(rules.not_drawn(str(error))) from error
    found.data, found.data_sha256, found.template_sha256 = kept, data_sha256(kept), sheet.template_sha256
    found.number, found.made_on, found.fingerprint = number, made_on, printed
    found.sha256, found.pdf_sm3, found.size = storage().put(pdf), sm3(pdf), len(pdf)
    found.state, found.issued_by, found.issued_at = Document.State.ISSUED, actor, at
    found.save()
    return found


def void(found: Document, *, reason: str, used: bool, at: datetime) -> Document:
    """Void an issued document; its number stays its own."""
    require(rules.may_void(found.state, reason, used=used))
    found.state, found.void_reason, found.voided_at = Document.State.VOIDED, reason.strip(), at
    found.save(update_fields=["state", "void_reason", "voided_at"])
    return found


def sm3(content: bytes) -> str:
    """Return the SM3 hash of a file (hex)."""
    return hashlib.new("sm3", content).hexdigest()


@dataclass(frozen=True, slots=True)
class Handwriting:
    """What came from the pad: the picture, whether it was drawn there or uploaded, who signs where and for whom."""

    place: int
    side: str
    signer: str
    picture: bytes
    drawn: bool


def capture(
    found: Document, sheet: Sheet, data: Data, given: Handwriting, *, actor: Account, at: datetime
) -> Signature:
    """Keep a signature for the content of a document as it is now, and return it.

    data: as a draft would be issued with them; an issued one is signed as it was issued.
    """
    kept = kept_data(sheet, data)
    content = content_sha256(data_sha256(kept), sheet.template_sha256)
    known = {one.index: one.who for one in places_of(compose(sheet, kept))}
    signed = Signature.objects.filter(document=found, place=given.place, content_sha256=content).exists()
    fault = fault_of_picture(given.picture)
    if not fault and not is_readable(given.picture, Mark(given.picture, at.date()).name(given.place)):
        fault = "签名图片已经损坏，不能打开。请重新签名，或者换一张图片。"
    require(
        rules.may_sign(found.state, known=given.place in known, signed=signed, signer=given.signer, picture_fault=fault)
    )
    return Signature.objects.create(
        agency_id=found.agency_id,
        document=found,
        place=given.place,
        place_name=known[given.place][:60],
        side=given.side,
        signer=given.signer.strip(),
        sha256=storage().put(given.picture),
        drawn=given.drawn,
        content_sha256=content,
        on_issued=found.state != Document.State.DRAFT,
        captured_by=actor,
        captured_at=at,
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file that came back, and what its signature says."""

    content: bytes
    provider: str
    signer: str


def order_seal(
    found: Document, chosen: SealProvider, place: tuple[int, float, float], *, agency: str, at: datetime
) -> Sealed:
    """Have the file of an issued document sealed. May wait for a server: no lock may be held meanwhile."""
    with storage().open(found.sha256) as file:
        pdf = file.read()
    order = SealOrder(pdf, agency, f"{found.kind}{found.number}", SealPlace(*place), at)
    try:
        content, state = sealed_file(chosen, order)
    except (CannotSealError, FontsMissingError) as error:
        raise ActRefusedError(rules.not_sealed(str(error))) from error
    return Sealed(content, chosen.label, state.signer)


def keep_seal(found: Document, sealed: Sealed, *, actor: Account, at: datetime) -> SealedFile:
    """Keep a sealed file beside the one that was drawn; refused when another came first."""
    require(rules.may_seal(found.state, sealed=SealedFile.objects.filter(document=found).exists(), provided=True))
    return SealedFile.objects.create(
        agency_id=found.agency_id,
        document=found,
        provider=sealed.provider,
        signer=sealed.signer[:200],
        drawn_sha256=found.sha256,
        drawn_sm3=found.pdf_sm3,
        sha256=storage().put(sealed.content),
        sm3=sm3(sealed.content),
        size=len(sealed.content),
        sealed_by=actor,
        sealed_at=at,
    )


def keep_token(found: Document, file_sha256: str, stated: Stated, *, at: datetime) -> TimeToken | None:
    """Keep a timestamp of a file; None where it has one already."""
    if TimeToken.objects.filter(document=found, file_sha256=file_sha256).exists():
        return None
    return TimeToken.objects.create(
        agency_id=found.agency_id,
        document=found,
        file_sha256=file_sha256,
        authority=stated.authority,
        stated_at=stated.at,
        token=stated.token,
        obtained_at=at,
    )


def begin_comparison(
    found: Document, *, file_sha256: str, file_name: str, engine: bool, actor: Account, at: datetime
) -> Comparison:
    """Note that a scan is to be held against a document."""
    waiting = Comparison.objects.filter(document=found, state=Comparison.State.WAITING).exists()
    require(rules.may_compare(found.state, engine=engine, waiting=waiting))
    return Comparison.objects.create(
        agency_id=found.agency_id,
        document=found,
        file_sha256=file_sha256,
        file_name=file_name,
        uploaded_by=actor,
        uploaded_at=at,
    )


def finish_comparison(found: Comparison, outcome: Outcome, *, at: datetime) -> Comparison:
    """Write down what a comparison came to."""
    found.read, found.differences = outcome.read, outcome.as_json()
    found.likeness, found.code, found.pages = outcome.likeness, outcome.code, outcome.pages
    found.state = Comparison.State.DIFFERENT if outcome.differences else Comparison.State.SAME
    found.finished_at = at
    found.save()
    return found


def fail_comparison(found: Comparison, why: str, *, at: datetime) -> Comparison:
    """Write down why a comparison came to nothing."""
    found.state, found.failure, found.finished_at = Comparison.State.FAILED, why[:300], at
    found.save(update_fields=["state", "failure", "finished_at"])
    return found
