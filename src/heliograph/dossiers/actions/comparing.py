"""A scan of the signed sheet, held against the document by the worker (纸质与电子一致, R3)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.documents import actions as making
from heliograph.documents import scan_reading
from heliograph.documents.comparing import Outcome, compare, strict_of
from heliograph.documents.models import Comparison, Document
from heliograph.documents.queries import text_of
from heliograph.documents.scan_reading import ReadPage
from heliograph.dossiers.actions.making import SUBJECT, keep_file, sheet_of_document
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.ledger.actions import append
from heliograph.outbox.jobs import enqueue
from heliograph.registers import files
from heliograph.registers.models import Account
from heliograph.registers.storage import storage

COMPARE_JOB: Final = "dossiers.compare_scan"


@transaction.atomic
def compare_scan(
    case_id: UUID, document_id: UUID, *, name: str, content: bytes, actor: Account, at: datetime
) -> Comparison:
    """Keep a scan of an issued document and have it compared in the background. By the officers of the case.

    FileRefusedError for its kind or size; ActRefusedError for a draft, without a reader, while another one waits.
    """
    case, who = access_case(actor, case_id, "compare_scan", localdate(at))
    require_handler(case, who)
    document = making.lock_document(document_id, case.agency_id)
    if (document.subject_kind, document.subject_id) != (SUBJECT, case.pk):
        raise Document.DoesNotExist
    files.check_size(len(content))
    clean = files.clean_name(name, files.kind_of(content))
    engine, sha256 = scan_reading.is_installed(), storage().put(content)
    made = making.begin_comparison(document, file_sha256=sha256, file_name=clean, engine=engine, actor=actor, at=at)
    rows = [made, *keep_file(case, sha256, clean, len(content), actor=actor, at=at)]
    append("comparison.asked", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows,
           facts={"sha256": sha256})  # fmt: skip
    enqueue(COMPARE_JOB, comparison_id=str(made.pk))
    return made


def scan_of(comparison_id: UUID) -> bytes | None:
    """Return the scan of a comparison that still waits, None for one that is finished: a job may run twice."""
    found = Comparison.objects.get(pk=comparison_id)
    if found.state != Comparison.State.WAITING:
        return None
    with storage().open(found.file_sha256) as file:
        return file.read()


@transaction.atomic
def finish_comparison(comparison_id: UUID, pages: list[ReadPage], *, at: datetime) -> Comparison:
    """Hold what was read against the document and write the outcome down; once."""
    found = _waiting(comparison_id)
    return found if found.state != Comparison.State.WAITING else _finished(found, pages, at)


def _finished(found: Comparison, pages: list[ReadPage], at: datetime) -> Comparison:
    document = found.document
    case = Case.objects.select_related("agency").get(pk=document.subject_id)
    sheet = sheet_of_document(case, document, localdate(at))
    lines = text_of(sheet, document)
    outcome: Outcome = compare(
        lines,
        strict_of(sheet, document.data, lines, document.number),
        [page.lines for page in pages],
        code=f"{document.number}\n{document.fingerprint}".strip(),
        said=[code for page in pages for code in page.codes],
    )
    making.finish_comparison(found, outcome, at=at)
    append("comparison.finished", subject=case, agency_id=case.agency_id, actor_id=None, at=at, rows=[found],
           facts={"state": found.state, "likeness": str(found.likeness)})  # fmt: skip
    return found


@transaction.atomic
def fail_comparison(comparison_id: UUID, why: str, *, at: datetime) -> Comparison:
    """Write down why a scan could not be compared; its page says so and another can be uploaded."""
    found = _waiting(comparison_id)
    if found.state == Comparison.State.WAITING:
        making.fail_comparison(found, why, at=at)
        case = Case.objects.get(pk=found.document.subject_id)
        append("comparison.failed", subject=case, agency_id=case.agency_id, actor_id=None, at=at, rows=[found])
    return found


def _waiting(comparison_id: UUID) -> Comparison:
    return Comparison.objects.select_for_update(of=("self",)).select_related("document").get(pk=comparison_id)
