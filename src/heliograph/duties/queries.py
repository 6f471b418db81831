"""Reads of duties: the desk's lanes and the open duties of one subject."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import get_args
from uuid import UUID

from django.db.models import F, Q, QuerySet

from heliograph.duties import rules
from heliograph.duties.models import Duty, SubjectKind
from heliograph.kernel.packs.schema import TimeLimit
from heliograph.kernel.timelimits import DueDate, TimeLimitError
from heliograph.kernel.workdays import WorkCalendar
from heliograph.regimes.queries import work_calendar

SUBJECT_KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)
OPEN_STATES = (Duty.State.OPEN, Duty.State.SUSPENDED)
NOT_OURS = (Duty.Bound.PARTY, Duty.Bound.WAIT, Duty.Bound.OTHER)
OURS = Q(bound=Duty.Bound.AGENCY)  # what the agency itself has to do in time
THEIRS = Q(bound__in=NOT_OURS)  # periods of others, and those that only have to pass


def open_duties(
    agency_id: UUID, unit_ids: Iterable[UUID] | None = None, *, subject_kind: SubjectKind | None = None
) -> QuerySet[Duty]:
    """Return what is still to be done, the earliest due first, those without a date last; of some units or of all.

    Of one kind of subject it is read along an index; of every kind the whole has to be sorted.
    """
    duties = Duty.objects.filter(agency_id=agency_id, state__in=OPEN_STATES).select_related("owner_unit")
    if subject_kind is not None:
        duties = duties.filter(subject_kind=subject_kind)
    if unit_ids is not None:
        duties = duties.filter(owner_unit_id__in=list(unit_ids))
    return duties.order_by(F("due_on").asc(nulls_last=True), "id")


def duties_of(agency_id: UUID, subject_kind: str, subject_id: UUID) -> QuerySet[Duty]:
    """Return every duty on one subject, newest first."""
    return Duty.objects.filter(agency_id=agency_id, subject_kind=subject_kind, subject_id=subject_id).order_by(
        "-opened_at", "id"
    )


def counted_duties() -> QuerySet[Duty]:
    """Return the duties of all agencies whose day depends on the calendar: those with a date, and suspended ones."""
    counted = Q(state=Duty.State.SUSPENDED) | Q(state=Duty.State.OPEN, due_on__isnull=False)
    return Duty.objects.filter(counted).prefetch_related("changes").order_by("id")


def recounted(duty: Duty, calendar: WorkCalendar) -> DueDate:
    """Return where a duty's recorded facts put its due date on a calendar."""
    changes = [
        rules.Change(change.kind, change.from_on, change.to_on, change.length, change.unit)
        for change in duty.changes.all()
    ]
    return rules.due_of(duty.limit, duty.event_at or duty.event_on, calendar, changes)


def moved_by(calendar: WorkCalendar) -> list[tuple[Duty, DueDate]]:
    """Return the duties of all agencies that another calendar would give another day, with that day."""
    duties = ((duty, recounted(duty, calendar)) for duty in counted_duties())
    return [(duty, due) for duty, due in duties if due.on != duty.due_on]


def last_day(limit: TimeLimit, event_on: date, away: Iterable[rules.Change] = ()) -> date:
    """Return the last day of a period of the pack counted from a day. TimeLimitError for hours and 及时."""
    due = rules.due_of(rules.snapshot(limit), event_on, work_calendar(), list(away))
    if due.on is None:
        raise TimeLimitError(f"{limit.id} has no last day")
    return due.on
