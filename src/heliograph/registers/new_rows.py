"""Writing rows by statements that are made once for each table: every step of a case writes several rows."""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model
from psycopg import sql

Row = TypeVar("Row", bound=Model)


def insert(row: Row) -> Row:
    """Write a new row, as `save(force_insert=True)` would, and return it.

    For tables whose key the application gives and which stand on no other table of a model: the row is written alone.
    """
    fields, statement = _statement(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    row._state.adding, row._state.db = False, connection.alias
    return row


@functools.lru_cache(maxsize=256)
def _statement(model: type[Model]) -> tuple[list[Field[Any, Any]], str]:
    """Return the columns of a table and the statement that writes one row of it."""
    meta = model._meta
    if meta.parents or meta.auto_field is not None:
        raise TypeError(f"{meta.label}: a row of its own, with a key of its own, is written so")
    fields = [field for field in meta.local_concrete_fields if not field.generated]
    statement = sql.SQL("INSERT INTO {table} ({columns}) VALUES ({holes})").format(
        table=sql.Identifier(meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
        holes=sql.SQL(", ").join(sql.SQL(_hole(field)) for field in fields),
    )
    return fields, statement.as_string(None)


def update(row: Model, columns: Collection[str]) -> None:
    """Write some columns of a row that is there, as `save(update_fields=columns)` would. `columns`: names of columns.

    The caller holds the row locked: that it is there is not asked again.
    """
    fields, statement = _changing(type(row), tuple(sorted(columns)))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])


@functools.lru_cache(maxsize=1024)
def _changing(model: type[Model], columns: tuple[str, ...]) -> tuple[list[Field[Any, Any]], str]:
    meta = model._meta
    fields = [field for field in meta.local_concrete_fields if field.attname in columns]
    if len(fields) != len(columns):
        raise TypeError(f"{meta.label} has not all of the columns {columns}")
    changes = [sql.SQL("{} = {}").format(sql.Identifier(str(one.column)), sql.SQL(_hole(one))) for one in fields]
    statement = sql.SQL("UPDATE {table} SET {changes} WHERE {key} = %s").format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(changes),
        key=sql.Identifier(str(meta.pk.column)),
    )
    return fields, statement.as_string(None)


def _hole(field: Field[Any, Any]) -> Any:
    """Return what stands for a column's value: lists are cast to the type of their column."""
    return field.get_placeholder(None, None, connection) if hasattr(field, "get_placeholder") else "%s"
