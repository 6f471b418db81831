"""Erasure (依法删除): what a record says and the salt that hides it go; the record, its leaf and every proof stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from heliograph.kernel.verdict import Refused, require
from heliograph.ledger.actions.records import append
from heliograph.ledger.models import Erasure, Record, RecordContent, RecordSalt

BASIS = "个人信息保护法@2021:47"


@transaction.atomic
def erase_content(record_id: UUID, *, ground: str, basis: str, by_id: UUID, at: datetime) -> Erasure:
    """Erase the content and the salt of a record under a legal ground, which is itself a record.

    Whoever calls has authorised it. ActRefusedError without ground or basis, or when it was erased already.
    """
    record = Record.objects.get(pk=record_id)
    if not ground.strip() or not basis.strip():
        require(Refused("erasure.ground", "删除存证内容须写明理由和法律依据。", BASIS))
    erasure, new = Erasure.objects.get_or_create(
        record=record, defaults={"ground": ground.strip(), "basis": basis.strip(), "by_id": by_id, "at": at}
    )
    if not new:
        require(Refused("erasure.done", "该存证的内容已经删除。", BASIS))
    RecordContent.objects.filter(record=record).delete()
    RecordSalt.objects.filter(record=record).delete()
    append(
        "record.erased",
        subject=record,
        agency_id=record.agency_id,
        actor_id=by_id,
        at=at,
        facts={"record": str(record.pk), "ground": erasure.ground, "basis": erasure.basis},
    )
    return erasure
