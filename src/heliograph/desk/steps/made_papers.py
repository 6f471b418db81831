"""What the system made, or can make, of the documents that an open step declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from heliograph.desk.steps.fields import one_of
from heliograph.desk.steps.shape import StepPlace
from heliograph.documents.composing import sheet_of
from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.dossiers.actions.making import SUBJECT
from heliograph.dossiers.models import Paper
from heliograph.dossiers.typed import PATHS
from heliograph.dossiers.volume_reading import CATALOGUE, built_documents
from heliograph.regimes.queries import pack_in_force

BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One declared document: its id in the pack (none: no form for it), its draft, and what is issued and not taken.

    built: drawn up by the system when the step is done, so that nothing is made or uploaded.
    """

    kind: str
    id: str
    draft: Document | None
    made: Document | None
    built: bool = False

    @property
    def makeable(self) -> bool:
        """Whether the pack has a form for it."""
        return bool(self.id)


def documents_of_step(place: StepPlace) -> list[StepDocument]:
    """Return the declared documents of a step in its order. Two queries."""
    case = place.case
    kinds = pack_in_force(case.agency_id, case.opened_on).rules.documents
    ids = {one.name: one.id for one in kinds if one.id != CATALOGUE}
    built = built_documents(place.scope.pack)
    taken = Paper.objects.filter(case=case, document__isnull=False).values("document")
    found = documents_of(case.agency_id, SUBJECT, case.pk).filter(place=place.place).exclude(pk__in=taken)
    by_kind: dict[tuple[str, str], Document] = {(one.kind, one.state): one for one in found}
    return [
        StepDocument(
            kind, ids.get(kind, ""), by_kind.get((kind, "draft")), by_kind.get((kind, "issued")), built=kind in built
        )
        for kind in place.node.documents
    ]


def said_in_documents(place: StepPlace) -> dict[str, Any]:
    """Return what the documents made at a step say already, by the field of the step's form that asks it again."""
    paths = PATHS.get(place.node.act, {})
    if not paths:
        return {}
    rules = pack_in_force(place.case.agency_id, place.case.opened_on).rules
    found: dict[str, Any] = {}
    for one in documents_of(place.case.agency_id, SUBJECT, place.case.pk).filter(place=place.place):
        sheet = sheet_of(rules, one.kind) if one.state != Document.State.VOIDED else None
        said = {field.source: one.data.get(field.id) for field in sheet.form.fields} if sheet else {}
        for name, (path, kind) in paths.items():
            value = said.get(path)
            if kind == "yes" and isinstance(value, bool):
                found[name] = "yes" if value else "no"
            elif kind in {"day", "text", "amount"} and value:
                found[name] = value
    return found


def choice_of(made: Document) -> Mapping[str, Any]:
    """Return the field in which an issued document is taken for the step, or one made by hand in its place."""
    words = f"{made.kind}{made.number}"
    choices = [(str(made.pk), f"系统生成的{words}"), (BY_HAND, "另行制作的文书")]
    hint = "采用系统生成的文书时，日期和文号以文书为准；可以附上签章后的扫描件"
    field: forms.Field = one_of("采用的文书", choices, hint=hint)
    field.initial = str(made.pk)
    return {"document": field}
