"""What changed between two versions of a document: field by field, as each prints it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heliograph.documents.composing import Data, Sheet, shown


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of a document is made of, and what stands beside its fields: number, day."""

    data: Data
    beside: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that two versions say differently."""

    label: str
    before: str
    after: str


def changes(sheet: Sheet, before: Version, after: Version) -> list[Changed]:
    """Return what a version says otherwise than the one before: what stands beside first, then the form's fields."""
    labels = [*before.beside, *(label for label in after.beside if label not in before.beside)]
    rows = [(label, before.beside.get(label, ""), after.beside.get(label, "")) for label in labels]
    rows += [
        (field.label, shown(field, before.data.get(field.id)), shown(field, after.data.get(field.id)))
        for field in sheet.form.fields
    ]
    return [Changed(label, old, new) for label, old, new in rows if old != new]
