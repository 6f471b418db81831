"""Keeping files that belong to entries, e.g. a letter of entrustment (委托书, D4), and dropping what none holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils.timezone import localdate

from heliograph.ledger.actions import append
from heliograph.registers import files
from heliograph.registers.models import Account, EntryFile, EntryVersion
from heliograph.registers.permissions import access_agency
from heliograph.registers.storage import storage


@transaction.atomic
def store_file(agency_id: UUID, *, name: str, content: bytes, actor: Account, at: datetime) -> EntryFile:
    """Keep an uploaded file for an entry of the agency. FileRefusedError for its kind or size; twice is harmless.

    The bytes are kept before the row: a row without its file would be a hole, a file without its row is only unused.
    """
    access_agency(actor, agency_id, "draft_entry", localdate(at))
    files.check_size(len(content))
    kind = files.kind_of(content)
    sha256 = storage().put(content)
    made = {"size": len(content), "media_type": kind.media_type, "uploaded_by": actor, "uploaded_at": at}
    found, new = EntryFile.objects.get_or_create(
        agency_id=agency_id, sha256=sha256, name=files.clean_name(name, kind), defaults=made
    )
    if new:
        append("file.stored", subject=found, agency_id=agency_id, actor_id=actor.pk, at=at, rows=[found])
    return found


def drop_unused_files(*, unused_for: timedelta, at: datetime) -> int:
    """Delete the bytes of uploads that no entry came to hold in all that time; return how many.

    The rows stay: they say who uploaded what, and each gets a record that its bytes are gone. A form that is sent later
    all the same is asked for the file anew.
    """
    before = at - unused_for
    storage().tidy(before=before)
    old = storage().untouched(before)
    unused = sorted(set(old) - _held()) if old else []
    return sum(_drop(sha256, unused_for=unused_for, at=at) for sha256 in unused)


@transaction.atomic
def _drop(sha256: str, *, unused_for: timedelta, at: datetime) -> bool:
    facts = {"sha256": sha256, "unused_hours": int(unused_for.total_seconds() // 3600)}
    for row in EntryFile.objects.filter(sha256=sha256):
        append("file.dropped", subject=row, agency_id=row.agency_id, actor_id=None, at=at, facts=facts)
    if storage().drop(sha256, before=at - unused_for):  # last: what was not recorded is not deleted
        return True
    transaction.set_rollback(True)  # somebody uploaded it again meanwhile
    return False


def _held() -> set[str]:
    """Return the SHA-256 of every file that a version of an entry holds or another table names.

    Other apps may keep files in the same place; each names them in a column `sha256`.
    """
    named = RawSQL("jsonb_path_query(data, '$.*.sha256') #>> '{}'", ())
    found = set(EntryVersion.objects.order_by().annotate(file=named).values_list("file", flat=True).distinct())
    for model in apps.get_models():
        if model is not EntryFile and any(field.name == "sha256" for field in model._meta.concrete_fields):
            found |= set(model._default_manager.order_by().values_list("sha256", flat=True))
    return found
