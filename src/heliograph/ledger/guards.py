"""Which tables are guarded: every act that writes a row of them records the row's digest (重算核对).

Apps on higher floors name their tables in `AppConfig.ready()`. The digest is made by the database itself over the
row's columns, so that it is the same whoever computes it: SHA-256 of the record's salt and the row as JSON text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql


@dataclass(frozen=True, slots=True)
class Guard:
    """A guarded table; `left_out` are columns that change without an act, such as the time of the last sign-in."""

    model: type[Model]
    left_out: frozenset[str]

    @property
    def table(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of its primary key."""
        return str(self.model._meta.pk.column)

    @property
    def columns(self) -> list[str]:
        """The columns that a digest covers, sorted."""
        names = {str(field.column) for field in self.model._meta.concrete_fields}
        return sorted(names - self.left_out)


_GUARDS: dict[str, Guard] = {}


def guard(*models: type[Model], left_out: Iterable[str] = ()) -> None:
    """Put tables under guard."""
    for model in models:
        _GUARDS[model._meta.db_table] = Guard(model, frozenset(left_out))


def guards() -> list[Guard]:
    """Return the guarded tables, sorted by name."""
    return [_GUARDS[table] for table in sorted(_GUARDS)]


def guard_of(model: type[Model]) -> Guard:
    """Return a table's guard; LookupError when an act records a row of a table that nobody guards."""
    found = _GUARDS.get(model._meta.db_table)
    if found is None:
        raise LookupError(f"{model._meta.label} is not guarded; name it in its app's ready()")
    return found


def shape_of(table: str, columns: Iterable[str]) -> str:
    """Return the fingerprint of a table's columns."""
    return hashlib.sha256(json.dumps([table, *columns]).encode()).hexdigest()


def digests(found: Guard, keys: Collection[Any], salt: bytes) -> dict[str, str]:
    """Return the digest of each of these rows as it stands now, by key. One query."""
    statement = sql.SQL(
        "SELECT {key}::text,"
        " encode(sha256(%(salt)s || convert_to((to_jsonb(t) - %(out)s::text[])::text, 'UTF8')), 'hex')"
        " FROM {table} t WHERE {key} = ANY(%(keys)s)"
    ).format(key=sql.Identifier(found.key), table=sql.Identifier(found.table))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"salt": salt, "out": sorted(found.left_out), "keys": list(keys)})
        return dict(cursor.fetchall())
