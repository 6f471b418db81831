"""From the rules of a pack to what runs: the dictionary of facts, and a procedure with all that it calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from heliograph.kernel.bpmn import Definition, Process, compile_definition, read_process
from heliograph.kernel.dmn import Table, parse_table
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.procedure_rules import Procedure
from heliograph.kernel.packs.sections import Sections


def dictionary_of(rules: Sections) -> dict[str, FactDef]:
    """Return the facts of a pack by name, as conditions and tables know them."""
    return {
        fact.name: FactDef(
            fact.name,
            fact.type,
            tuple(fact.choices),
            fact.unit,
            None if fact.minimum is None else Decimal(fact.minimum),
        )
        for fact in rules.facts
    }


def initial_facts(rules: Sections) -> dict[str, FactValue]:
    """Return what a case knows before anybody has said anything."""
    return {fact.name: fact.initial for fact in rules.facts if fact.initial is not None}


def procedures_for(rules: Sections, category: str) -> list[Procedure]:
    """Return the procedures on which cases of a category run."""
    return [procedure for procedure in rules.procedures if category in procedure.categories]


def called_by(rules: Sections, root: str) -> list[Procedure]:
    """Return a procedure and all that it calls, itself first; names that lead nowhere are left out."""
    known = {procedure.id: procedure for procedure in rules.procedures}
    return [known[name] for name in dict.fromkeys(_reached(known, root))]


def _reached(known: Mapping[str, Procedure], root: str) -> Iterator[str]:
    waiting, seen = [root], set()
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in seen:
            seen.add(name)
            yield name
            waiting.extend(known[name].calls)


@lru_cache(maxsize=256)
def process_of(source: str) -> Process:
    """Return the process of a flowchart. Raises BpmnRefusedError."""
    return read_process(source.encode())


@lru_cache(maxsize=256)
def table_of(source: str) -> Table:
    """Return the table of a file. Raises TableRefusedError."""
    return parse_table(source.encode())


def definition_of(rules: Sections, root: str) -> Definition:
    """Return the definition of a procedure. Raises BpmnRefusedError or TableRefusedError."""
    processes = tuple((procedure.id, procedure.source) for procedure in called_by(rules, root))
    return compiled(root, processes, tuple((table.id, table.source) for table in rules.tables))


@lru_cache(maxsize=256)
def compiled(root: str, processes: tuple[tuple[str, str], ...], tables: tuple[tuple[str, str], ...]) -> Definition:
    """Return the definition of a root with the named flowcharts and tables."""
    return compile_definition(
        root, {name: process_of(source) for name, source in processes}, {name: table_of(text) for name, text in tables}
    )
