"""Several issued documents of a case taken out as one file to be printed, which is a record (批量打印)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.dossiers.actions.making import SUBJECT
from heliograph.dossiers.file_access import require_in_right, right_to_read
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.rules.printing import may_print
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account


def sheets_of(
    case_id: UUID, document_ids: Collection[UUID], *, actor: Account, at: datetime
) -> tuple[Case, list[Document]]:
    """Return documents of a case that somebody may print, in the order in which they were begun.

    Case.DoesNotExist, Document.DoesNotExist for what is out of sight. ActRefusedError: none chosen, too many, a draft
    or a voided one, the case in the archive, a level of secrecy above what they may read.
    """
    case, who = access_case(actor, case_id, "read_cases", localdate(at), lock=False)
    wanted = set(document_ids)
    made = documents_of(case.agency_id, SUBJECT, case.pk)
    found = list(made.filter(pk__in=wanted).select_related("sealed"))
    if len(found) != len(wanted):
        raise Document.DoesNotExist
    require(may_print(case.state, [one.state for one in found]))
    right = right_to_read(case, who, localdate(at))
    for one in found:
        require_in_right(case, right, sha256=one.sha256)
        require_in_right(case, right, sha256=file_of(one))
    return case, found


def file_of(document: Document) -> str:
    """Return the SHA-256 of the file that is printed: the one under seal where there is one."""
    return document.sealed.sha256 if hasattr(document, "sealed") else document.sha256


@transaction.atomic
def note_print(case_id: UUID, document_ids: Collection[UUID], *, sha256: str, actor: Account, at: datetime) -> Case:
    """Record that somebody took documents out to be printed: which, and the SHA-256 of the very file."""
    case, found = sheets_of(case_id, document_ids, actor=actor, at=at)
    facts = {"file": "、".join(str(one) for one in found), "pieces": str(len(found)), "sha256": sha256}
    append("case.documents_printed", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[],
           facts=facts)  # fmt: skip
    return case
