"""Run a case: begin, complete a task, fire a timer. Pure functions of a marking and the facts of the case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, cast

from heliograph.kernel.bpmn.definition import Definition, Node, Way
from heliograph.kernel.bpmn.faults import StuckError
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.bpmn.tokens import Tokens
from heliograph.kernel.feel import FactValue

MAX_STEPS: Final = 10_000

Facts = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Passed:
    """A node that a token left, the flow it left by (none at an end) and the table rows that fired."""

    node: str
    flow: str | None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """What a step did. Take `closed` away before adding `opened`: a task that loops back to itself is in both."""

    marking: frozenset[str]
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    passed: tuple[Passed, ...]
    facts: dict[str, FactValue]
    ended: bool


def begin(definition: Definition, facts: Facts) -> Move:
    """Return the first move of a case."""
    return _run(Tokens(definition, (), [(definition.start, "")]), frozenset(), facts, [])


def complete(definition: Definition, marking: Collection[str], place: str, facts: Facts) -> Move:
    """Return the move after an open task. Raises StuckError when it is not open, FeelError when a fact is missing."""
    return _leave(definition, marking, place, facts, timer=False)


def fire(definition: Definition, marking: Collection[str], timer: str, facts: Facts) -> Move:
    """Return the move after an armed timer ran out. Raises StuckError when it is not armed."""
    return _leave(definition, marking, timer, facts, timer=True)


def _leave(definition: Definition, marking: Collection[str], place: str, facts: Facts, *, timer: bool) -> Move:
    tokens = Tokens(definition, sorted(marking))
    node = tokens.leave(place)
    if (node.kind is Kind.TIMER) is not timer:
        raise StuckError(
            place, f"「{node.shown}」是期限，只能到期触发" if not timer else f"「{node.shown}」是办理环节，不会到期"
        )
    tokens.follow(node.ways)
    return _run(tokens, frozenset(marking), facts, [Passed(place, way.id) for way in node.ways])


class _Facts:
    """The facts a case has, and what rule tasks add on the way."""

    def __init__(self, definition: Definition, given: Facts) -> None:
        self.definition = definition
        self.all = dict(given)
        self.added: dict[str, FactValue] = {}

    def decide(self, node: Node) -> tuple[str, ...]:
        """Set what a table answers and return the rows that fired."""
        decision = self.definition.tables[node.decision].decide(self.all)
        answered = cast("Facts", decision.outputs)  # what a table collects for a procedure is a list of words
        self.added.update(answered)
        self.all.update(answered)
        return tuple(decision.rows)

    def choose(self, node: Node) -> Way:
        """Return the first way whose condition holds, else the default."""
        for way in node.ways:
            if way.id != node.default and self._holds(node, way):
                return way
        for way in node.ways:
            if way.id == node.default:
                return way
        raise StuckError(node.id, f"「{node.shown}」没有满足条件的出口，请核对所填事项")

    def _holds(self, node: Node, way: Way) -> bool:
        if way.condition is None:
            return True
        answer = way.condition.evaluate(self.all)
        if not isinstance(answer, bool):
            raise StuckError(node.id, f"「{node.shown}」的条件「{way.condition.text}」得不出是或否")
        return answer


def _run(tokens: Tokens, before: frozenset[str], facts: Facts, passed: list[Passed]) -> Move:
    """Move every token until all rest."""
    known = _Facts(tokens.definition, facts)
    # What was there may be cleared and marked anew in one move; only the order of clearing tells.
    kept = set(before) & set(tokens.marking)
    for _ in range(MAX_STEPS):
        if not tokens.moving:
            break
        node, left, ways = tokens.step()
        kept &= set(tokens.marking)
        rows = known.decide(node) if node.kind is Kind.RULE else ()
        if node.kind is Kind.CHOICE:
            ways = (known.choose(node),)
        if node.kind is Kind.END:
            passed.append(Passed(node.id, None))
        passed.extend(Passed(left.id, way.id, rows) for way in ways)
        tokens.follow(ways)
    else:
        raise StuckError(tokens.definition.root, "网关之间循环不止")
    marking = frozenset(tokens.marking)
    opened = tuple(mark for mark in tokens.marking if mark not in kept)
    return Move(marking, opened, tuple(sorted(before - kept)), tuple(passed), known.added, ended=not marking)
