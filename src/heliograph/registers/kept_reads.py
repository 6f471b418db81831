"""Reads that are put into SQL once: the same few stand in the way of every page and of every step of a case.

Django builds the SQL of a queryset anew each time, which takes longer than sending it. A kept read is written as a
queryset all the same, so that it means what the others mean; only its values change from one call to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
_POPULATORS: Final[Callable[..., Any]] = get_related_populators  # how Django itself puts what was joined beside a row
_FIRST_DAY: Final = date(1601, 1, 1)  # before any day of a case
# What stands in for a value of each type while the SQL is made; no constant of a query looks like one.
_STAND_INS: Final[Mapping[type, Callable[[int], Any]]] = {
    UUID: lambda place: uuid5(NAMESPACE_OID, f"kept read {place}"),
    str: lambda place: f"kept read {place}",
    date: lambda place: _FIRST_DAY + timedelta(days=place),
    datetime: lambda place: datetime(1601, 1, 1, 0, place, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as Django made it: its SQL, where each value goes, and how a row becomes what was asked for."""

    sql: str
    params: Sequence[Any]
    places: Sequence[tuple[int, str]]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
    row_of: Callable[[Sequence[Any]], Any]
    locks: bool
    missing: type[Exception]


class Kept(Generic[Row]):
    """A read with named values, whose types are given as annotations are: `Kept(build, case=UUID, on=date)`.

    `build` takes the values and returns the queryset. It may hold no value but these and constants, and branch on none
    of them. No value may be None: “is null” is another statement.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], **types: type) -> None:
        self._build = build
        self._types = types
        self._made: _Made | None = None

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows. One query."""
        made = self._made
        if made is None:
            made = self._made = _made(self._build, self._types)
        if made.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked in a transaction only")
        params = list(made.params)
        for place, name in made.places:
            params[place] = values[name]
        if values.keys() != self._types.keys() or None in values.values():
            raise ValueError(f"a kept read takes {sorted(self._types)}, each with a value")
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            rows = cursor.fetchall()
        return [made.row_of(_converted(row, made.converters)) for row in rows]

    def first(self, **values: Any) -> Row | None:
        """Return the first row, None without one. Its queryset is to be cut to one."""
        return next(iter(self(**values)), None)

    def get(self, **values: Any) -> Row:
        """Return the first row; DoesNotExist of its model without one."""
        for row in self(**values):
            return row
        made = self._made
        raise (made.missing if made else LookupError)("no such row")


def _converted(
    row: Sequence[Any], converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]
) -> Sequence[Any]:
    if not converters:
        return row
    changed = list(row)
    for place, steps, expression in converters:
        for step in steps:
            changed[place] = step(changed[place], expression, connection)
    return changed


def _made(build: Callable[..., QuerySet[Any, Any]], types: Mapping[str, type]) -> _Made:
    """Let Django make the SQL with stand-ins for the values, and find out where they went."""
    stand_ins = {name: _STAND_INS[kind](place) for place, (name, kind) in enumerate(types.items(), start=1)}
    query: Any = build(**stand_ins)
    compiler = query.query.get_compiler(using=connection.alias)
    sql, params = compiler.as_sql()
    name_of = {value: name for name, value in stand_ins.items()}
    places = [(place, name_of[value]) for place, value in enumerate(params) if _is_one_of(value, name_of)]
    if {name for _place, name in places} != set(types):
        raise ValueError(f"not every value of {sorted(types)} stands in the statement as it was given: {sql}")
    converters = compiler.get_converters([one[0] for one in compiler.select]).items()
    return _Made(
        sql=sql,
        params=params,
        places=places,
        converters=[(place, steps, expression) for place, (steps, expression) in converters],
        row_of=_row_of(query, compiler),
        locks=bool(query.query.select_for_update),
        missing=query.model.DoesNotExist,
    )


def _is_one_of(value: Any, names: Mapping[Any, str]) -> bool:
    return isinstance(value, tuple(_STAND_INS)) and value in names


def _row_of(query: Any, compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Return how a row becomes an object of its model with what is selected beside it, a tuple, or a single value."""
    shape = query._iterable_class
    if query._prefetch_related_lookups or shape not in (ModelIterable, ValuesListIterable, FlatValuesListIterable):
        raise ValueError("a kept read gives objects, tuples or values, and fetches nothing more")
    if shape is FlatValuesListIterable:
        return lambda row: row[0]
    if shape is ValuesListIterable:
        return tuple
    info, select = compiler.klass_info, compiler.select
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[first:last]]
    populators = _POPULATORS(info, select, connection.alias)
    extra = dict(compiler.annotation_col_map or {})
    model = info["model"]

    def made(row: Sequence[Any]) -> Any:
        found = model.from_db(connection.alias, names, row[first:last])
        for one in populators:
            one.populate(row, found)
        for name, place in extra.items():
            setattr(found, name, row[place])
        return found

    return made
