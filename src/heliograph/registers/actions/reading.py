"""Reads of sensitive things, each of which is a record: who took what out, and how much of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.ledger.actions import record_read
from heliograph.ledger.models import Record
from heliograph.registers.models import Account, Agency
from heliograph.registers.permissions import access_agency


@transaction.atomic
def read_records(subject: Model, *, agency_id: UUID, count: int, actor: Account, at: datetime) -> Record:
    """Note that somebody opened one page of the records of a row. Whoever calls has seen to it that they may read it.

    Records of an account are for the security and the audit administrator. ActRefusedError with the roles that may.
    """
    return _read("records.read", _reading(subject), subject, agency_id, actor, at, {"rows": count})


@transaction.atomic
def read_proof(subject: Model, *, agency_id: UUID, record: Record, actor: Account, at: datetime) -> Record:
    """Note that somebody took the proof of one record out, with what the record says."""
    facts = {"record": str(record.pk), "rows": 1}
    return _read("proof.exported", _reading(subject), subject, agency_id, actor, at, facts)


@transaction.atomic
def export_records(subject: Model, *, agency_id: UUID, count: int, actor: Account, at: datetime) -> Record:
    """Note that somebody took out the whole chain of a row's records."""
    act = "read_account_records" if isinstance(subject, Account) else "export_records"
    return _read("records.exported", act, subject, agency_id, actor, at, {"rows": count})


@transaction.atomic
def export_entries(agency_id: UUID, *, register: str, form: str, count: int, actor: Account, at: datetime) -> Record:
    """Note that somebody took a whole register out, drafts and fields that are not public included."""
    agency = Agency.objects.get(pk=agency_id)
    facts = {"register": register, "format": form, "rows": count}
    return _read("entries.exported", "export_entries", agency, agency_id, actor, at, facts)


def _reading(subject: Model) -> str:
    return "read_account_records" if isinstance(subject, Account) else "read_records"


def _read(
    kind: str, act: str, subject: Model, agency_id: UUID, actor: Account, at: datetime, facts: dict[str, Any]
) -> Record:
    access_agency(actor, agency_id, act, localdate(at))
    return record_read(kind, subject=subject, agency_id=agency_id, actor_id=actor.pk, at=at, facts=facts)
