"""Golden cases beside the packs: whole cases told as steps, replayed on the kernel alone.

Every step says what is open afterwards; steps that must not be possible (no decision before notice, no execution
before service …) say so and are tried as a task and as a timer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources.abc import Traversable

import pytest

from heliograph.kernel.bpmn import Definition, Kind, StuckError, begin, complete, fire
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.kernel.packs.compiling import definition_of, dictionary_of, initial_facts
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import Sections
from heliograph.kernel.packs.yaml_source import Plain, read_yaml

NATION = "cn-national@2026.11"
LEAST_PER_PROCEDURE = 3
STEP_KEYS = {"do", "facts", "expect", "refused"}


@dataclass(frozen=True)
class Golden:
    """One golden case as written."""

    file: str
    procedure: str
    pack: str
    steps: list[dict[str, Plain]]


def _cases() -> Iterator[Golden]:
    folder = shipped().joinpath("cn-national", "2026.11", "cases")
    yield from (_case(file) for file in sorted(folder.iterdir(), key=lambda one: one.name) if ".yaml" in file.name)


def _case(file: Traversable) -> Golden:
    data = read_yaml(file.read_bytes(), file.name).data
    assert data.keys() <= {"procedure", "name", "pack", "steps"}
    assert isinstance(data["steps"], list)
    steps = [step for step in data["steps"] if isinstance(step, dict)]
    assert all(step.keys() <= STEP_KEYS for step in steps)
    return Golden(file.name, str(data["procedure"]), str(data.get("pack", NATION)), steps)


CASES = list(_cases())


@dataclass
class Walk:
    """A case under way."""

    rules: Sections
    definition: Definition
    facts: dict[str, FactValue]
    marking: frozenset[str] = frozenset()
    ended: bool = False

    def do(self, place: str, facts: dict[str, FactValue]) -> None:
        """Take one step; raises StuckError when it is not open."""
        known = {**self.facts, **facts}
        if place == "begin":
            move = begin(self.definition, known)
        elif place in self.definition.nodes and self.definition.nodes[place].kind is Kind.TIMER:
            move = fire(self.definition, self.marking, place, known)
        else:
            if place in self.marking:
                assert self.unasked(place, known) == set()
            move = complete(self.definition, self.marking, place, known)
        self.facts, self.marking, self.ended = {**known, **move.facts}, move.marking, move.ended

    def unasked(self, place: str, known: dict[str, FactValue]) -> frozenset[str]:
        """Return what the form of a step would still have to ask of the handler; the golden cases leave nothing out."""
        mine = {fact.name for fact in self.rules.facts if fact.ask == "handler"}
        return (facts_ahead(self.definition, place) & mine) - known.keys() - self._later(place)

    def _later(self, place: str) -> frozenset[str]:
        """Facts of a penalty are needed only where a penalty is proposed."""
        if self.facts.get("拟处理意见") == "给予处罚" or place != "t_conclude":
            return frozenset()
        return facts_ahead(self.definition, place) - {"拟处理意见"}

    @property
    def open(self) -> set[str]:
        """The tasks that are open."""
        return {one for one in self.marking if self._is_task(one)}

    def _is_task(self, place: str) -> bool:
        return place in self.definition.nodes and self.definition.nodes[place].kind is Kind.TASK


def _typed(value: Plain, fact: FactDef) -> FactValue:
    if fact.type == "choices":
        assert isinstance(value, list)
        assert set(map(str, value)) <= set(fact.choices)
        return [str(one) for one in value]
    if fact.type == "choice":
        assert value in fact.choices, fact.name
        return str(value)
    if fact.type == "boolean":
        assert isinstance(value, bool), fact.name
        return value
    assert isinstance(value, int | str)
    return Decimal(value)


def _begun(case: Golden) -> Walk:
    rules = load_pack(shipped(), case.pack).rules
    return Walk(rules, definition_of(rules, case.procedure), initial_facts(rules))


def _facts(step: dict[str, Plain], walk: Walk) -> dict[str, FactValue]:
    given = step.get("facts", {})
    assert isinstance(given, dict)
    dictionary = dictionary_of(walk.rules)
    return {name: _typed(value, dictionary[name]) for name, value in given.items()}


@pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])
def test_the_case_goes_its_way_and_no_other(case: Golden) -> None:
    walk = _begun(case)
    for step in case.steps:
        place = str(step["do"])
        if step.get("refused"):
            assert place in walk.definition.nodes, "an attempt at what does not exist proves nothing"
            with pytest.raises(StuckError):
                walk.do(place, _facts(step, walk))
            continue
        walk.do(place, _facts(step, walk))
        expected = step["expect"]
        assert isinstance(expected, dict)
        assert isinstance(expected["open"], list)
        assert (walk.open, walk.ended) == (set(expected["open"]), expected["ended"]), place


def test_every_procedure_has_golden_cases_and_attempts_that_fail() -> None:
    rules = load_pack(shipped(), NATION).rules
    counted = Counter(case.procedure for case in CASES)
    refused = Counter(case.procedure for case in CASES for step in case.steps if step.get("refused"))
    for procedure in rules.procedures:
        if procedure.kind != "called":
            assert counted[procedure.id] >= LEAST_PER_PROCEDURE, procedure.id
            assert refused[procedure.id] >= 1, procedure.id


@pytest.mark.parametrize("procedure", [one.id for one in load_pack(shipped(), NATION).rules.procedures])
def test_the_golden_cases_together_pass_every_step(procedure: str) -> None:
    done = {str(step["do"]).rpartition("/")[2] for case in CASES for step in case.steps if not step.get("refused")}
    rules = load_pack(shipped(), NATION).rules
    root = "penalty_ordinary" if rules_kind(rules, procedure) == "called" else procedure
    nodes = definition_of(rules, root).nodes.values()
    tasks = {node.id.rpartition("/")[2] for node in nodes if node.kind is Kind.TASK and node.process == procedure}
    assert tasks - done == set()


def rules_kind(rules: Sections, procedure: str) -> str:
    """Return the kind of a procedure."""
    return next(one.kind for one in rules.procedures if one.id == procedure)
