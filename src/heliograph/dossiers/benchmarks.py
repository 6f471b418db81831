"""Which discretion tables are the benchmark of a case, then and now, and what they say of it (从旧兼从轻)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from heliograph.dossiers.models import Case, Proposal
from heliograph.dossiers.models.decisions import Outcome
from heliograph.dossiers.rules.discretion import Tier, cannot_weigh, find_tier, lighter, may_stay_decided, tier_of
from heliograph.kernel.feel import FactDef, FactValue, FeelError
from heliograph.kernel.verdict import ActRefusedError, Allowed, Verdict
from heliograph.procedures.rules import decode, encode
from heliograph.procedures.tables import DatedTable, tables_on


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A discretion table as it stood on the day of the act and as it stands today; None where there was none."""

    then: DatedTable | None
    now: DatedTable | None
    acted_on: date
    on: date

    @property
    def id(self) -> str:
        """The key by which it is chosen."""
        return self._newest.table.id

    @property
    def name(self) -> str:
        """What people read."""
        return self._newest.table.name

    @property
    def tables(self) -> set[str]:
        """The ids of both tables."""
        return {one.table.id for one in (self.then, self.now) if one is not None}

    @property
    def dated(self) -> list[tuple[str, date, DatedTable | None]]:
        """Both days with their table."""
        return [("then", self.acted_on, self.then), ("now", self.on, self.now)]

    @property
    def dictionary(self) -> dict[str, FactDef]:
        """The facts that either table looks at, as the newer one knows them."""
        found: dict[str, FactDef] = {}
        for one in (self.then, self.now):
            if one is not None:
                names = [*(column.name for column in one.table.inputs), *sorted(one.table.result_names)]
                found |= {name: one.dictionary[name] for name in names}
        return found

    @property
    def questions(self) -> dict[str, str]:
        """What is asked for these facts, in the words of the rules."""
        return {**(self.then.questions if self.then else {}), **(self.now.questions if self.now else {})}

    @property
    def _newest(self) -> DatedTable:
        found = self.now or self.then
        assert found is not None  # noqa: S101 - a benchmark is made of at least one table
        return found


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the tables of both days say of a case; the lighter applies."""

    then: Tier | None
    now: Tier | None
    facts: Mapping[str, FactValue]

    @property
    def applied(self) -> Tier:
        """The tier that applies."""
        found = self.now if lighter(self.then, self.now) == "now" else self.then
        assert found is not None  # noqa: S101 - at least one table was asked
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as a proposal keeps it."""
        return {
            "applied": lighter(self.then, self.now),
            "then": self.then.to_json() if self.then else None,
            "now": self.now.to_json() if self.now else None,
            "facts": {name: encode(value) for name, value in self.facts.items()},
        }


def acted_on(case: Case) -> date | None:
    """Return the day of the act that counts: its end, for an act that went on; None where none is on file."""
    return case.occurred_to or case.occurred_from


def benchmarks_of(case: Case, articles: Collection[str], on: date) -> list[Benchmark]:
    """Return the benchmarks of a case by the articles that it applies, one for each discretion table.

    A table of then and one of today belong together by their id, else by an article that both are the benchmark of.
    """
    acted = acted_on(case)
    now = _discretion(case, on, on)
    then = now if acted is None else _discretion(case, acted, on)
    every = [*then.items(), *now.items()]
    wanted = {key for key, one in every if set(one.table.articles) & set(articles)}
    return list(_paired(then, now, wanted, acted or on, on))


def _discretion(case: Case, day: date, known_on: date) -> dict[str, DatedTable]:
    found = tables_on(case.agency_id, case.procedure, day, known_on=known_on)
    return {one.table.id: one for one in found if one.table.articles}


def _paired(
    then: Mapping[str, DatedTable], now: Mapping[str, DatedTable], wanted: set[str], acted: date, on: date
) -> Iterator[Benchmark]:
    used: set[str] = set()
    for key in (key for key in now if key in wanted):
        before = then.get(key) or _sharing(now[key], then, used | set(now))
        used |= {before.table.id} if before else set()
        yield Benchmark(before, now[key], acted, on)
    for key in (key for key in then if key in wanted - used - set(now)):
        yield Benchmark(then[key], None, acted, on)


def _sharing(one: DatedTable, others: Mapping[str, DatedTable], taken: set[str]) -> DatedTable | None:
    articles = set(one.table.articles)
    found = (other for key, other in others.items() if key not in taken and articles & set(other.table.articles))
    return next(found, None)


def weigh(benchmark: Benchmark, facts: Mapping[str, FactValue]) -> Weighed:
    """Ask the tables of both days. ActRefusedError with the fact that is not known, or why no row fits."""
    tiers: dict[str, Tier | None] = {}
    for when, day, one in benchmark.dated:
        try:
            tiers[when] = None if one is None else find_tier(one.table, facts, day=day, source=one.source)
        except FeelError as error:
            raise ActRefusedError(cannot_weigh(benchmark.name, str(error))) from error
    return Weighed(tiers["then"], tiers["now"], facts_for(benchmark, facts, {}))


def facts_for(
    benchmark: Benchmark, case_facts: Mapping[str, FactValue], answers: Mapping[str, FactValue]
) -> dict[str, FactValue]:
    """Return what a benchmark is weighed by: what the case knows, and what the handler answered."""
    found = {**case_facts, **answers}
    return {name: found[name] for name in benchmark.dictionary if name in found}


def may_stay(case: Case, proposal: Proposal, on: date) -> Verdict:
    """Say whether a proposal may be decided under the tables of today: not where a lighter one has come since."""
    kept = proposal.benchmark_found
    if not kept or proposal.outcome != Outcome.PENALTY:
        return Allowed()
    again = _weighed_again(case, kept, proposal.basis, on)
    if again is None or again.now is None:
        return Allowed()
    applied = tier_of(kept[kept["applied"]])
    is_lighter = lighter(applied, again.now) == "now"
    return may_stay_decided(proposal.fine, lighter_since=again.now if is_lighter else None)


def _weighed_again(case: Case, kept: Mapping[str, Any], articles: Collection[str], on: date) -> Weighed | None:
    tables = {tier["table"] for tier in (kept["then"], kept["now"]) if tier}
    found = (one for one in benchmarks_of(case, articles, on) if one.tables & tables)
    benchmark = next(found, None)
    if benchmark is None:
        return None
    known = benchmark.dictionary
    facts = {name: decode(known[name], value) for name, value in kept["facts"].items() if name in known}
    return weigh(benchmark, facts)
