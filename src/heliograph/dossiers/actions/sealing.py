"""Seals and signatures on the documents of a case (盖章、签名).

A seal may come from a server far away: nothing is locked while it is waited for, and all is asked again before the
sealed file is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.documents import actions as making
from heliograph.documents import rules, sealing
from heliograph.documents.actions import Handwriting
from heliograph.documents.models import Document, SealedFile, Signature
from heliograph.documents.queries import seal_place
from heliograph.dossiers import gates
from heliograph.dossiers.actions.making import (
    DECIDING,
    SUBJECT,
    document_data,
    keep_file,
    require_writer_of,
    sheet_of_document,
    typed_in,
)
from heliograph.dossiers.actions.stamping import ask_timestamp
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import LEADERS, access_case, require_handler
from heliograph.dossiers.rules.opening import may_work_on
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

GROUNDS: Final = "审核事由"


def seal_document(
    case_id: UUID, document_id: UUID, *, actor: Account, at: datetime, rev: int | None = None
) -> SealedFile:
    """Put the agency's electronic seal on an issued document: a new file beside the one that was drawn.

    By the officers of the case or its leaders. ActRefusedError: a draft, voided, sealed, nobody seals here, no valid
    review where one is required, no answer of the seal server. Nothing is kept then.
    """
    with transaction.atomic():
        case, document = _to_seal(case_id, document_id, actor, at, rev)
        sheet = sheet_of_document(case, document, localdate(at))
        place = seal_place(sheet, document, agency=case.agency.name)
    chosen = sealing.provider()
    assert chosen is not None  # noqa: S101 - said by the rule in _to_seal, for the type checker
    sealed = making.order_seal(document, chosen, place, agency=case.agency.name, at=at)
    return _keep_sealed(case_id, document_id, sealed, actor=actor, at=at, rev=rev)


def _to_seal(case_id: UUID, document_id: UUID, actor: Account, at: datetime, rev: int | None) -> tuple[Case, Document]:
    """Return the locked case and document; refused unless the document may be sealed by this person now."""
    case, who = access_case(actor, case_id, "seal_document", localdate(at))
    if not who.roles & LEADERS:
        require_handler(case, who)
    document = _document_of(case, document_id)
    sealed = SealedFile.objects.filter(document=document).exists()
    require(
        first_refusal(
            may_work_on(case.state),
            rules.is_fresh(rev, document.rev),
            rules.may_seal(document.state, sealed=sealed, provided=sealing.provider() is not None),
        )
    )
    _require_reviewed(case, document)
    return case, document


def _document_of(case: Case, document_id: UUID) -> Document:
    found = making.lock_document(document_id, case.agency_id)
    if (found.subject_kind, found.subject_id) != (SUBJECT, case.pk):
        raise Document.DoesNotExist
    return found


def _require_reviewed(case: Case, document: Document) -> None:
    """Refuse to seal what decides a case while a review that is required has no valid opinion (行政处罚法58)."""
    stands = standing(case.pk)
    nodes = stands.compiled.definition.nodes.values()
    if document.kind not in {kind for node in nodes if node.act in DECIDING for kind in node.documents}:
        return
    require(first_refusal(gates.asked(gates.IN_EFFECT, case.pk), gates.asked(gates.LEGALITY_REVIEW, case.pk)))
    if stands.facts.get(GROUNDS):
        require(rules.is_reviewed(passed=gates.passed(gates.LEGALITY_REVIEW, case.pk)))


@transaction.atomic
def _keep_sealed(
    case_id: UUID, document_id: UUID, sealed: making.Sealed, *, actor: Account, at: datetime, rev: int | None
) -> SealedFile:
    case, document = _to_seal(case_id, document_id, actor, at, rev)
    made = making.keep_seal(document, sealed, actor=actor, at=at)
    name = f"{document.kind}{document.number}（盖章）.pdf"
    rows: list[Model] = [made, *keep_file(case, made.sha256, name, made.size, actor=actor, at=at)]
    append("document.sealed", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows,
           facts={"drawn_sha256": made.drawn_sha256, "drawn_sm3": made.drawn_sm3, "sha256": made.sha256,
                  "sm3": made.sm3})  # fmt: skip
    ask_timestamp(document, made.sha256)
    return made


@transaction.atomic
def capture_signature(
    case_id: UUID,
    document_id: UUID,
    *,
    given: Handwriting,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> Signature:
    """Keep a signature by hand from the pad, or a picture of one, for a place of a document.

    Before the document is issued it stands in the pages of the file; afterwards it is kept beside it. It holds for the
    content as it is now: a draft that changes is signed anew. For those who may write the document.
    """
    case, who = access_case(actor, case_id, "take_step", localdate(at))
    require(may_work_on(case.state))
    document = _document_of(case, document_id)
    require_writer_of(case, who, document.place, localdate(at))
    require(rules.is_fresh(rev, document.rev))
    sheet = sheet_of_document(case, document, localdate(at))
    is_draft = document.state == Document.State.DRAFT
    typed = typed_in(case, document.place, actor)
    data = document_data(case, sheet, document.data, at, typed) if is_draft else document.data
    made = making.capture(document, sheet, data, given, actor=actor, at=at)
    append("document.signed", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[made],
           facts={"content_sha256": made.content_sha256, "picture_sha256": made.sha256})  # fmt: skip
    return made
