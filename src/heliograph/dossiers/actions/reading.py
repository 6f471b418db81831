"""Taking a file of a case out, which is a record itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.file_access import FileRight, require_readable_file
from heliograph.dossiers.models import Case, CaseFile, Retrieval, RetrievalReading
from heliograph.dossiers.permissions import access_case
from heliograph.ledger.actions import append, record_read
from heliograph.registers.models import Account

LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that somebody may read now. right: under a retrieval only a marked copy is given."""

    file: CaseFile
    right: FileRight


@transaction.atomic
def read_case_file(case_id: UUID, file_id: UUID, *, actor: Account, at: datetime) -> TakenFile:
    """Note that somebody took a file of a case out, and return it.

    Case.DoesNotExist for a case out of sight, CaseFile.DoesNotExist for a file of another case. ActRefusedError for an
    archived case without a retrieval, and for what is secret to them.
    """
    case, who = access_case(actor, case_id, "read_cases", localdate(at), lock=False)
    found = CaseFile.objects.get(pk=file_id, case=case, agency_id=case.agency_id)
    right = require_readable_file(case, who, on=localdate(at), sha256=found.sha256)
    note_file_read(case, right, title=found.name, sha256=found.sha256, form="copy", actor=actor, at=at)
    return TakenFile(found, right)


def note_file_read(
    case: Case, right: FileRight, *, title: str, sha256: str, form: str, actor: Account, at: datetime
) -> None:
    """Record that somebody read a file; part of the act that gives it. form: one of RetrievalReading.Form."""
    if right.retrieval is None:
        record_read("case.file_read", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
                    facts={"file": title, "sha256": sha256})  # fmt: skip
        return
    note_reading(right.retrieval, title=title, sha256=sha256, form=form, actor=actor, at=at)


def note_reading(
    retrieval: Retrieval, *, title: str, sha256: str, form: str, actor: Account, at: datetime
) -> RetrievalReading:
    """Record one look into a dossier under a retrieval: who, what, when, by which approval."""
    reading = write_row(RetrievalReading, agency_id=retrieval.agency_id, retrieval=retrieval, form=form,
                        title=title[:LONGEST_TITLE], sha256=sha256, read_by=actor, read_at=at)  # fmt: skip
    facts = {"file": title, "sha256": sha256, "form": str(reading.get_form_display()), "retrieval": str(retrieval.pk)}
    append("case.dossier_read", subject=Case(pk=retrieval.case_id), agency_id=retrieval.agency_id, actor_id=actor.pk,
           at=at, rows=[reading], facts=facts)  # fmt: skip
    return reading
