"""What the system made, or can make, of the documents that an open step declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from heliograph.desk.steps.fields import one_of
from heliograph.desk.steps.shape import StepPlace
from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.dossiers.actions.making import SUBJECT
from heliograph.dossiers.models import Paper
from heliograph.dossiers.volume_reading import CATALOGUE
from heliograph.regimes.queries import pack_in_force

BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One declared document: its id in the pack (none: no form for it), its draft, and what is issued and not taken."""

    kind: str
    id: str
    draft: Document | None
    made: Document | None

    @property
    def makeable(self) -> bool:
        """Whether the pack has a form for it."""
        return bool(self.id)


def documents_of_step(place: StepPlace) -> list[StepDocument]:
    """Return the declared documents of a step in its order. Two queries."""
    case = place.case
    kinds = pack_in_force(case.agency_id, case.opened_on).rules.documents
    ids = {one.name: one.id for one in kinds if one.id != CATALOGUE}
    taken = Paper.objects.filter(case=case, document__isnull=False).values("document")
    found = documents_of(case.agency_id, SUBJECT, case.pk).filter(place=place.place).exclude(pk__in=taken)
    by_kind: dict[tuple[str, str], Document] = {(one.kind, one.state): one for one in found}
    return [
        StepDocument(kind, ids.get(kind, ""), by_kind.get((kind, "draft")), by_kind.get((kind, "issued")))
        for kind in place.node.documents
    ]


def choice_of(made: Document) -> Mapping[str, Any]:
    """Return the field in which an issued document is taken for the step, or one made by hand in its place."""
    words = f"{made.kind}{made.number}"
    choices = [(str(made.pk), f"系统生成的{words}"), (BY_HAND, "另行制作的文书")]
    hint = "采用系统生成的文书时，日期和文号以文书为准；可以附上签章后的扫描件"
    field: forms.Field = one_of("采用的文书", choices, hint=hint)
    field.initial = str(made.pk)
    return {"document": field}
