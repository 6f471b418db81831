"""Rows as they go into tables: a text too long or an unknown choice is a refusal, not a fault of the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model

from heliograph.dossiers.rules.opening import check_value
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.registers.new_rows import insert

Row = TypeVar("Row", bound=Model)


def write_row(model: type[Row], **values: Any) -> Row:
    """Write a new row of the case file; part of the act that records it. ActRefusedError for what does not fit."""
    require_fit(model, **values)
    return insert(model(**values))


def require_fit(model: type[Model], **values: Any) -> None:
    """Refuse values that their columns cannot hold, naming column, limit and value."""
    require(first_refusal(*_checks(model, values)))


def _checks(model: type[Model], values: dict[str, Any]) -> Iterator[Verdict]:
    for name, value in values.items():
        field = model._meta.get_field(name)
        if isinstance(field, ArrayField):
            yield from (_check(field.base_field, one, str(field.verbose_name)) for one in value)
        elif isinstance(field, Field) and not (value is None or (value == "" and field.blank)):
            yield _check(field, value, str(field.verbose_name))


def _check(field: Field[Any, Any], value: Any, name: str) -> Verdict:
    choices = [key for key, _label in field.flatchoices]
    return check_value(value, what=f"“{name}”", longest=field.max_length, choices=choices)
