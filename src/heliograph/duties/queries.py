"""Reads of duties: the desk's lanes and the open duties of one subject."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, QuerySet

from heliograph.duties.models import Duty

OPEN_STATES = (Duty.State.OPEN, Duty.State.SUSPENDED)


def open_duties(agency_id: UUID, unit_ids: Iterable[UUID] | None = None) -> QuerySet[Duty]:
    """Return what is still to be done, the earliest due first, those without a date last; of some units or of all."""
    duties = Duty.objects.filter(agency_id=agency_id, state__in=OPEN_STATES).select_related("owner_unit")
    if unit_ids is not None:
        duties = duties.filter(owner_unit_id__in=list(unit_ids))
    return duties.order_by(F("due_on").asc(nulls_last=True), "id")


def duties_of(agency_id: UUID, subject_kind: str, subject_id: UUID) -> QuerySet[Duty]:
    """Return every duty on one subject, newest first."""
    return Duty.objects.filter(agency_id=agency_id, subject_kind=subject_kind, subject_id=subject_id).order_by(
        "-opened_at", "id"
    )
