"""Documents of a case made by the system: drafted by its officers, issued by whoever does the step, voided with reason.

The number is taken in the transaction that draws the file: one that cannot be drawn takes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.documents import actions as making
from heliograph.documents import rules
from heliograph.documents.actions import Subject
from heliograph.documents.composing import Json, Sheet
from heliograph.documents.models import Document
from heliograph.documents.templates import sheet_as_made, sheet_on
from heliograph.dossiers.actions.deciding import require_decidable
from heliograph.dossiers.actions.numbering import document_letters, take_number
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.stamping import ask_timestamp
from heliograph.dossiers.actions.steps import GENERIC, take_step
from heliograph.dossiers.document_data import data_for
from heliograph.dossiers.models import Case, CaseFile, IssuedNumber, Paper
from heliograph.dossiers.permissions import Reader, access_case, require_doer, require_handler
from heliograph.dossiers.rules.opening import may_work_on
from heliograph.dossiers.rules.papers import is_asked_here
from heliograph.dossiers.typed import NOTHING, Typed, typed_at
from heliograph.kernel.bpmn import Node
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.files import clean_name, kind_of
from heliograph.registers.models import Account
from heliograph.registers.storage import storage

SUBJECT = "case"
LONGEST_START = 16  # bytes that tell what a file is
EMPTY: tuple[Json, ...] = (None, "", [])
WHOLE_CASE = "case"  # the place of documents that belong to no step
DECIDING = frozenset({"decide", "decide_no_penalty", "carry_out_coercion"})  # whose document is a decision


@transaction.atomic
def draft_document(
    case_id: UUID,
    step: str,
    *,
    kind: str,
    asked: Mapping[str, Json],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> Document:
    """Write or change the draft of a document that an open step declares.

    asked: the fields that the form asks, by id; what comes from the case alone is taken from it anew. For the officers
    of the case and whoever may do the step. rev: that of the draft the form showed, None for a new one.
    """
    case, who = access_case(actor, case_id, "take_step", localdate(at))
    require(may_work_on(case.state))
    sheet = sheet_for(case, kind, localdate(at))
    if step == WHOLE_CASE:
        require(is_asked_here(kind, declared=(kind,) if case.category in sheet.kind.offered else ()))
        require_handler(case, who)
    else:
        _require_writer(case, who, step, kind, localdate(at))
    data = document_data(case, sheet, asked, at, typed_in(case, step, actor))
    drafted, _new = making.draft(_subject(case, step), sheet, data, actor=actor, at=at, rev=rev)
    append("document.drafted", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[drafted])
    return drafted


def _require_writer(case: Case, who: Reader, step: str, kind: str, on: date) -> None:
    """Refuse unless the open step declares the document; for the officers of the case and whoever may do the step."""
    node = _open_node(case, step)
    require(is_asked_here(kind, declared=node.documents if node else ()))
    assert node is not None  # noqa: S101 - said by the rule above, for the type checker
    if who.account.pk not in {case.handler_id, case.co_handler_id}:
        require_doer(case, who, node, on)


def require_writer_of(case: Case, who: Reader, place: str, on: date) -> None:
    """Refuse whoever may not write the documents of a place: neither an officer of the case nor who does its step."""
    node = None if place == WHOLE_CASE else _open_node(case, place)
    if node is None or who.account.pk in {case.handler_id, case.co_handler_id}:
        require_handler(case, who)
    else:
        require_doer(case, who, node, on)


def _open_node(case: Case, step: str) -> Node | None:
    stands = standing(case.pk)
    return stands.node(step) if step in {token.place for token in stands.tasks} else None


def _subject(case: Case, step: str) -> Subject:
    return Subject(case.agency_id, SUBJECT, case.pk, step)


def sheet_for(case: Case, kind: str, on: date | None = None) -> Sheet:
    """Return the form of a kind of document under the pack of a case; refused where the pack has none.

    on: the day on which the document is made, for the agency's own form in force then; without it the day of the case.
    """
    found = sheet_on(case.agency_id, pack_in_force(case.agency_id, case.opened_on), kind, on or case.opened_on)
    return _declared(found, kind)


def sheet_of_document(case: Case, made: Document, on: date) -> Sheet:
    """Return the form of a document: a draft's as one made on the day would have it, else the one it was issued by."""
    if made.state == Document.State.DRAFT:
        return sheet_for(case, made.kind, on)
    return _declared(sheet_as_made(pack_in_force(case.agency_id, case.opened_on), made), made.kind)


def _declared(found: Sheet | None, kind: str) -> Sheet:
    require(rules.is_declared(kind, declared=found is not None))
    assert found is not None  # noqa: S101 - said by the rule above, for the type checker
    return found


def typed_in(case: Case, step: str, account: Account) -> Typed:
    """Return what an account has typed into the form of an open step, for the documents of that step."""
    return typed_at(case, None if step == WHOLE_CASE else _open_node(case, step), step, account)


def document_data(
    case: Case, sheet: Sheet, asked: Mapping[str, Json], at: datetime, typed: Typed = NOTHING
) -> dict[str, Json]:
    """Return the data of a document: from the case and what is being typed at its step, from the form what it asks."""
    known = data_for(sheet, case, pack_in_force(case.agency_id, case.opened_on), localdate(at), typed)
    return {**known, **answered(sheet, asked)}


def answered(sheet: Sheet, asked: Mapping[str, Json]) -> dict[str, Json]:
    """Return the answers to what a document asks; one that is needed, was left empty and the case knows counts not."""
    fields = [one for one in sheet.form.fields if one.asked and one.id in asked]
    return {one.id: asked[one.id] for one in fields if asked[one.id] not in EMPTY or not (one.required and one.source)}


@transaction.atomic
def issue_document(
    case_id: UUID, document_id: UUID, *, actor: Account, at: datetime, rev: int | None = None
) -> Document:
    """Issue a draft: number, day, PDF. Only by whoever may do its step now, and a decision only when it may be made.

    ActRefusedError: not open, not theirs, a required field missing (named with its article), no fonts, no glyph.
    """
    place = Document.objects.values_list("place", flat=True).get(
        pk=document_id, subject_kind=SUBJECT, subject_id=case_id
    )
    case = _case_to_issue(case_id, place, actor, at)
    document = making.lock_document(document_id, case.agency_id)
    require(rules.is_fresh(rev, document.rev))
    require(rules.may_change(document.state))
    sheet = sheet_for(case, document.kind, localdate(at))
    data = document_data(case, sheet, document.data, at, typed_in(case, place, actor))
    making.require_complete(sheet, data)
    number, rows = _numbered(case, sheet, actor, at)
    making.issue(document, sheet, data, agency=case.agency.name, number=number, made_on=localdate(at),
                 actor=actor, at=at)  # fmt: skip
    rows += _kept(case, document, actor, at)
    append("document.issued", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[document, *rows], facts={"sha256": document.sha256})  # fmt: skip
    ask_timestamp(document, document.sha256)
    return document


def _case_to_issue(case_id: UUID, place: str, actor: Account, at: datetime) -> Case:
    """Return the locked case; refuse whoever may not issue at this place now."""
    if place == WHOLE_CASE:
        case, who = access_case(actor, case_id, "take_step", localdate(at))
        require(may_work_on(case.state))
        require_handler(case, who)
        return case
    node = standing(case_id).node(place)
    act = (node.act if node else "") or GENERIC
    taken = take_step(case_id, place, act=act, actor=actor, at=at)
    if act in DECIDING:
        require_decidable(taken)
    return taken.case


def _numbered(case: Case, sheet: Sheet, actor: Account, at: datetime) -> tuple[str, list[Model]]:
    if sheet.kind.number is None:
        return "", []
    pack = pack_in_force(case.agency_id, case.opened_on)
    prefix = f"{document_letters(pack, case.agency_id)}{sheet.kind.number.letters}"
    number, rows = take_number(case.agency_id, kind=sheet.kind.name, prefix=prefix, case=case, actor=actor, at=at)
    return number.text, list(rows)


def _kept(case: Case, document: Document, actor: Account, at: datetime) -> list[Model]:
    """Put the file among those of the case, where it is read under its rules; register what no step will take."""
    name = f"{document.kind}{document.number}.pdf"
    rows: list[Model] = [*keep_file(case, document.sha256, name, document.size, actor=actor, at=at)]
    kept = CaseFile.objects.filter(case=case, agency_id=case.agency_id, sha256=document.sha256).order_by("pk")[:1].get()
    if document.place == WHOLE_CASE:
        rows.append(
            write_row(
                Paper,
                agency_id=case.agency_id,
                case=case,
                step=WHOLE_CASE,
                kind=document.kind,
                number=document.number,
                made_on=localdate(at),
                file=kept,
                document=document,
                registered_by=actor,
                registered_at=at,
            )
        )
    return rows


def keep_file(case: Case, sha256: str, name: str, size: int, *, actor: Account, at: datetime) -> list[CaseFile]:
    """Put a stored file among those of a case, and return its row if it is new; part of the act that records it."""
    with storage().open(sha256) as file:
        kind = kind_of(file.read(LONGEST_START))
    made = {"size": size, "media_type": kind.media_type, "uploaded_by": actor, "uploaded_at": at}
    kept, new = CaseFile.objects.get_or_create(
        agency_id=case.agency_id, case=case, sha256=sha256, name=clean_name(name, kind), defaults=made
    )
    return [kept] if new else []


@transaction.atomic
def void_document(case_id: UUID, document_id: UUID, *, reason: str, actor: Account, at: datetime) -> Document:
    """Void an issued document that no step has taken; its number keeps its place with the reason."""
    case, who = access_case(actor, case_id, "take_step", localdate(at))
    document = making.lock_document(document_id, case.agency_id)
    if document.subject_id != case.pk:
        raise Document.DoesNotExist
    node = standing(case.pk).node(document.place)
    if node is None or actor.pk in {case.handler_id, case.co_handler_id}:
        require_handler(case, who)
    else:
        require_doer(case, who, node, localdate(at))
    used = Paper.objects.filter(document=document).exists()
    making.void(document, reason=reason, used=used, at=at)
    rows: list[Model] = [document]
    for number in IssuedNumber.objects.select_for_update(of=("self",)).filter(
        agency_id=case.agency_id, series__kind=document.kind, text=document.number, voided_at__isnull=True
    ):
        number.void_reason, number.voided_at = reason.strip(), at
        number.save(update_fields=["void_reason", "voided_at"])
        rows.append(number)
    append("document.voided", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows)
    return document
