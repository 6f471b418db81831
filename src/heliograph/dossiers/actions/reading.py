"""Taking a file of a case out, which is a record itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.models import CaseFile
from heliograph.dossiers.permissions import access_case
from heliograph.ledger.actions import record_read
from heliograph.registers.models import Account


@transaction.atomic
def read_case_file(case_id: UUID, file_id: UUID, *, actor: Account, at: datetime) -> CaseFile:
    """Note that somebody took a file of a case out, and return it.

    Case.DoesNotExist for a case out of sight, CaseFile.DoesNotExist for a file of another case.
    """
    case, _who = access_case(actor, case_id, "read_cases", localdate(at), lock=False)
    found = CaseFile.objects.get(pk=file_id, case=case, agency_id=case.agency_id)
    facts = {"file": found.name, "sha256": found.sha256}
    record_read("case.file_read", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, facts=facts)
    return found
