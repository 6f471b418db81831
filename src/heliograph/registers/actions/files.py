"""Keeping files that belong to entries, e.g. a letter of entrustment (委托书, D4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.ledger.actions import append
from heliograph.registers import files
from heliograph.registers.models import Account, EntryFile
from heliograph.registers.permissions import access_agency


@transaction.atomic
def store_file(agency_id: UUID, *, name: str, content: bytes, actor: Account, at: datetime) -> EntryFile:
    """Keep an uploaded file for an entry of the agency. FileRefusedError for its kind or size; twice is harmless.

    The bytes are kept before the row: a row without its file would be a hole, a file without its row is only unused.
    """
    access_agency(actor, agency_id, "draft_entry", localdate(at))
    files.check_size(len(content))
    kind = files.kind_of(content)
    sha256 = files.storage().put(content)
    made = {"size": len(content), "media_type": kind.media_type, "uploaded_by": actor, "uploaded_at": at}
    found, new = EntryFile.objects.get_or_create(
        agency_id=agency_id, sha256=sha256, name=files.clean_name(name, kind), defaults=made
    )
    if new:
        append("file.stored", subject=found, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[found])
    return found
