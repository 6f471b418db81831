"""Decision tables by the day: which one was in force when, and which are the benchmarks of a penalty provision.

A case runs on its release, tables included. A discretion table (裁量基准) is not pinned with it: the day of the act and
the day of the decision are both asked for (从旧兼从轻, 行政处罚法37), each by the release that was in force then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from heliograph.kernel.dmn import Table
from heliograph.kernel.feel import FactDef
from heliograph.kernel.packs.compiling import dictionary_of, table_of
from heliograph.procedures.queries import definition_of, release_in_force
from heliograph.regimes.queries import find_pack


@dataclass(frozen=True, slots=True)
class DatedTable:
    """A table with the facts that it was written for, what is asked of the handler for them, and where it stands."""

    table: Table
    dictionary: Mapping[str, FactDef]
    questions: Mapping[str, str]
    source: str


def table_on(
    agency_id: UUID, procedure: str, table_id: str, day: date, *, known_on: date | None = None
) -> DatedTable | None:
    """Return a table of a procedure as it stood on a day, None without one. See `tables_on`."""
    found = tables_on(agency_id, procedure, day, known_on=known_on)
    return next((one for one in found if one.table.id == table_id), None)


def benchmarks_on(
    agency_id: UUID, procedure: str, articles: Collection[str], day: date, *, known_on: date | None = None
) -> list[DatedTable]:
    """Return the discretion tables of a day that are the benchmark of one of these articles."""
    found = tables_on(agency_id, procedure, day, known_on=known_on)
    return [one for one in found if not set(one.table.articles).isdisjoint(articles)]


def tables_on(agency_id: UUID, procedure: str, day: date, *, known_on: date | None = None) -> list[DatedTable]:
    """Return the tables in force on a day for the cases of a procedure, one of each id.

    Those of the release of this procedure in force on the day come before those of the agency's pack of the day. An act
    may be older than the first release or pack that is known here: then the tables of `known_on` are asked, and only
    those count that themselves say that they held on the day.
    """
    known = known_on or day
    found: dict[str, DatedTable] = {}
    for one in (*_released(agency_id, procedure, day, known), *_packed(agency_id, day, known)):
        found.setdefault(one.table.id, one)
    return list(found.values())


def _released(agency_id: UUID, procedure: str, day: date, known: date) -> Iterator[DatedTable]:
    then = release_in_force(agency_id, procedure, day)
    release = then or release_in_force(agency_id, procedure, known)
    if release is None:
        return
    compiled = definition_of(release)
    questions = {one["name"]: one.get("question") or "" for one in compiled.bundle.facts}
    for table in compiled.tables.values():
        if _holds_on(table, day, in_force=then is not None):
            yield DatedTable(table, compiled.dictionary, questions, f"《{release.title}》第 {release.number} 版")


def _packed(agency_id: UUID, day: date, known: date) -> Iterator[DatedTable]:
    then = find_pack(agency_id, day)
    pack = then or find_pack(agency_id, known)
    if pack is None:
        return
    questions = {fact.name: fact.question for fact in pack.rules.facts}
    for table in (table_of(rule.source) for rule in pack.rules.tables):
        if _holds_on(table, day, in_force=then is not None):
            yield DatedTable(table, dictionary_of(pack.rules), questions, f"规则包 {pack.lineage[-1]}")


def _holds_on(table: Table, day: date, *, in_force: bool) -> bool:
    """Say whether a table holds on a day; where its source was not yet in force then, only if it says so itself."""
    begun = in_force if table.effective_from is None else table.effective_from <= day
    return begun and (table.effective_to is None or day <= table.effective_to)
