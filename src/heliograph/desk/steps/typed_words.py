"""What was typed into a form that can no longer be sent, in words: each answer under its question."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.http import QueryDict

from heliograph.desk.steps.form import form_class
from heliograph.desk.steps.shape import StepPlace
from heliograph.desk.steps.table import form_of


def typed_words(place: StepPlace | None, sent: QueryDict) -> list[tuple[str, str]]:
    """Return the labels and words of what was typed; of a step without a form, what was typed alone."""
    row = form_of(place) if place is not None else None
    fields = form_class(place, row).base_fields if place is not None and row is not None else {}
    return list(_lines(fields, sent))


def _lines(fields: dict[str, forms.Field], sent: QueryDict) -> Iterator[tuple[str, str]]:
    for name in sent:
        field = fields.get(name)
        if fields and (field is None or isinstance(field, forms.FileField)):
            continue
        words = [_said(field, one) for one in sent.getlist(name) if one.strip()]
        if words:
            yield str(field.label or "") if field is not None else "", "、".join(words)


def _said(field: forms.Field | None, value: str) -> str:
    """Return a chosen answer by its words; anything else as it was typed."""
    choices = getattr(field, "choices", None) or ()
    return next((str(words) for key, words in choices if str(key) == value), value)
