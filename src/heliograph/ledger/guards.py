"""Which tables are guarded: every act that writes a row of them records the row's digest (重算核对).

Apps on higher floors name their tables in `AppConfig.ready()`. The digest is made by the database itself over the
row's columns, so that it is the same whoever computes it: SHA-256 of the record's salt and the row as JSON text.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
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

    @property
    def key_name(self) -> sql.Identifier:
        """That column, to be put into a statement."""
        return sql.Identifier(self.key)

    def keys_of(self, texts: Iterable[str]) -> list[Any]:
        """Return the keys of rows that are named by text."""
        return [self.model._meta.pk.to_python(text) for text in texts]


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


def columns_now(found: Guard) -> list[str]:
    """Return the columns that a guarded table has in the database, sorted; none for a table that is not made yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname::text FROM pg_attribute"
            " WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped ORDER BY 1",
            [found.table],
        )
        return [name for (name,) in cursor.fetchall()]


def digests(found: Guard, keys: Collection[Any], salt: bytes) -> dict[str, str]:
    """Return the digest of each of these rows as it stands now, by key. One query."""
    return digests_of_all({found: keys}, salt)[found]


def digests_of_all(asked: Mapping[Guard, Collection[Any]], salt: bytes) -> dict[Guard, dict[str, str]]:
    """Return the same for rows of several tables. One query, for it stands in the way of every act."""
    tables = tuple(asked)
    values: dict[str, Any] = {f"keys_{place}": list(asked[found]) for place, found in enumerate(tables)}
    values |= {f"out_{place}": sorted(found.left_out) for place, found in enumerate(tables)}
    digest_of: dict[Guard, dict[str, str]] = {found: {} for found in tables}
    if tables:
        with connection.cursor() as cursor:
            cursor.execute(_digesting(tables), {**values, "salt": salt})
            for place, key, digest in cursor.fetchall():
                digest_of[tables[place]][key] = digest
    return digest_of


@functools.lru_cache(maxsize=256)
def _digesting(tables: tuple[Guard, ...]) -> str:
    parts = [
        sql.SQL(
            "SELECT {place}, {key}::text,"
            " encode(sha256(%(salt)s || convert_to((to_jsonb(t) - {out}::text[])::text, 'UTF8')), 'hex')"
            " FROM {table} t WHERE {key} = ANY({keys})"
        ).format(
            place=sql.Literal(place),
            key=found.key_name,
            table=sql.Identifier(found.table),
            out=sql.Placeholder(f"out_{place}"),
            keys=sql.Placeholder(f"keys_{place}"),
        )
        for place, found in enumerate(tables)
    ]
    return sql.SQL(" UNION ALL ").join(parts).as_string(None)
