"""Reads of retention: the term that counts, what still holds a dossier, whose term is over, which bytes may go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from heliograph.documents.models import Document
from heliograph.dossiers.models import Case, Destruction, Remedy, Retention, Retrieval
from heliograph.duties.queries import OPEN_STATES, duties_of
from heliograph.registers.models import EntryVersion

OPEN_DESTRUCTIONS = (Destruction.State.PROPOSED, Destruction.State.APPROVED, Destruction.State.EXECUTED)


def retention_of(case: Case) -> Retention | None:
    """Return the term of a dossier that counts: the latest. One query."""
    return Retention.objects.filter(case=case).order_by("-set_at", "-pk").first()


def destruction_of(case: Case) -> Destruction | None:
    """Return the destruction of a dossier that goes on or is done, None without one. One query."""
    return Destruction.objects.filter(case=case, state__in=OPEN_DESTRUCTIONS).first()


def holds_on(case: Case, on: date) -> list[str]:
    """Return in words what still needs a dossier: open periods, remedies and lawsuits, retrievals."""
    return list(_holds(case, on))


def _holds(case: Case, on: date) -> Iterator[str]:
    duties = duties_of(case.agency_id, "case", case.pk).filter(state__in=OPEN_STATES).count()
    if duties:
        yield f"还有 {duties} 项期限没有办结"
    remedies = Remedy.objects.filter(case=case, outcome_on__isnull=True).count()
    if remedies:
        yield f"还有 {remedies} 件复议或者诉讼没有终结"
    running = Retrieval.objects.filter(case=case)
    read = running.filter(state=Retrieval.State.OPEN, until_on__gte=on).count()
    waiting = running.filter(state=Retrieval.State.ASKED).count()
    if read or waiting:
        yield f"还有 {read + waiting} 份调阅在期限内或者等待审批"
    moved = Case.objects.filter(executes__case=case).exclude(state=Case.State.ARCHIVED).count()
    if moved:
        yield f"执行该案决定的 {moved} 件案件还没有归档"


def over_by(agency_id: UUID, on: date, *, after: tuple[date, UUID] | None = None) -> QuerySet[Any]:
    """Return the cases whose dossiers' terms are over, the first to end in front, as `kept_until`; not those destroyed.

    after: day and key of the case after which the list goes on.
    """
    latest = Retention.objects.filter(case=OuterRef("pk")).order_by("-set_at", "-pk")
    gone = Destruction.objects.filter(case=OuterRef("pk"), state=Destruction.State.EXECUTED)
    found: QuerySet[Any] = Case.objects.filter(agency_id=agency_id, state=Case.State.ARCHIVED)
    found = found.annotate(kept_until=Subquery(latest.values("until_on")[:1]))
    found = found.filter(~Exists(gone), kept_until__lte=on)
    if after is not None:
        day, key = after
        found = found.filter(kept_until__gte=day).exclude(kept_until=day, pk__lte=key)
    return found.select_related("unit").order_by("kept_until", "pk")


def files_beside(case: Case) -> set[str]:
    """Return the files of a case that stand in no catalogue: uploaded and not used, issued and not registered."""
    made = Document.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk)
    return {*case.files.values_list("sha256", flat=True), *made.exclude(sha256="").values_list("sha256", flat=True)}


def needed_elsewhere(sha256s: set[str], case: Case) -> set[str]:
    """Return which files something outside of a case names too: their bytes stay."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = {field.name for field in model._meta.concrete_fields}
        if "sha256" not in fields or model._meta.label in NOT_HOLDING:
            continue
        rows = model._default_manager.filter(sha256__in=sha256s).order_by()
        if "case" in fields:
            rows = rows.exclude(case_id=case.pk)
        elif {"subject_kind", "subject_id"} <= fields:
            rows = rows.exclude(subject_id__in=_subjects_of(case))
        found |= set(rows.values_list("sha256", flat=True))
    named = (one for one in sha256s - found if EntryVersion.objects.filter(data__icontains=one).exists())
    return found | set(named)


NOT_HOLDING = frozenset({"dossiers.RetrievalReading"})  # it says what was read, and holds nothing


def _subjects_of(case: Case) -> list[UUID]:
    return [case.pk, *case.evidence.values_list("pk", flat=True)]
