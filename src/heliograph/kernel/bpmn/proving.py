"""Prove a definition before anybody relies on it: explore every marking that any facts and any timers can lead to.

The proof runs the same tokens as a case does and takes every way at a gateway, so it is blind to data: what it finds
sound is sound whatever is filled in. Refused are dead ends, cases that can never be closed, an open task entered
again, a branch that arrives twice at its join, elements never reached, and circles of gateways without a task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from heliograph.kernel.bpmn.definition import Definition, Node
from heliograph.kernel.bpmn.faults import Fault, StuckError
from heliograph.kernel.bpmn.notation import KIND_NAMES, Kind
from heliograph.kernel.bpmn.tokens import Arrival, Tokens

Marking = frozenset[str]

MAX_FAULTS: Final = 20
# Bounds on time and memory beside the count of markings, so that a hostile drawing is refused and not sat out.
MAX_AT_ONCE: Final = 10_000  # states that the tokens of one move may go through
STEPS_PER_MARKING: Final = 20
PLACES_PER_MARKING: Final = 20
_TOO_MANY: Final = "并行分支过多，可能的办理状态超过 {limit} 种，无法证明流程总能办结"


@dataclass(frozen=True, slots=True)
class FlowProof:
    """Every marking a case can be in, how many moves lead between them, and what is wrong."""

    markings: frozenset[Marking]
    edges: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether the definition may be released."""
        return not self.faults


def prove_flow(definition: Definition, limit: int = 100_000) -> FlowProof:
    """Explore all markings, at most `limit`."""
    circles = tuple(_circles(definition))
    if circles:
        return FlowProof(frozenset(), 0, circles)
    explorer = _Explorer(definition, limit)
    explorer.explore()
    faults = explorer.faults or [*_dead_ends(explorer), *_unreached(explorer)]
    found = tuple(dict.fromkeys(faults))[:MAX_FAULTS]
    return FlowProof(frozenset(explorer.after), sum(map(len, explorer.after.values())), found)


def _circles(definition: Definition) -> Iterator[Fault]:
    """Yield the nodes on circles on which a case would never come to rest."""
    ways = {name: _passes_to(definition, node) for name, node in definition.nodes.items()}
    # Nodes that lead nowhere but to nodes already taken away are on no circle; what stays is a circle or leads to one.
    while gone := {name for name, targets in ways.items() if not any(target in ways for target in targets)}:
        ways = {name: targets for name, targets in ways.items() if name not in gone}
    entered = {target for targets in ways.values() for target in targets}
    while outside := ways.keys() - entered:
        ways = {name: targets for name, targets in ways.items() if name not in outside}
        entered = {target for targets in ways.values() for target in targets}
    for name in ways:
        yield Fault(name, definition.nodes[name].name, "网关之间循环不止：这一圈里没有办理环节，会一直转下去")


def _passes_to(definition: Definition, node: Node) -> tuple[str, ...]:
    """Return the nodes a token may enter after this one without resting; a task always rests."""
    if node.kind is Kind.TASK:
        return ()
    if node.kind is Kind.CALL:
        return (node.begins,)
    if node.kind is Kind.END:
        return tuple(way.target for way in definition.nodes[node.scope[:-1]].ways) if node.scope else ()
    return tuple(way.target for way in node.ways)


class _Explorer:
    """Explores markings; `after` holds the markings that one move leads to."""

    def __init__(self, definition: Definition, limit: int) -> None:
        self.definition, self.limit = definition, limit
        self.after: dict[Marking, frozenset[Marking]] = {}
        self.found: dict[Marking, Marking] = {}  # one object for each marking, however many moves lead to it
        self.entered: set[str] = set()
        self.faults: list[Fault] = []
        self.steps = self.places = 0

    def explore(self) -> None:
        """Explore until every marking found has been left in every way, or a fault stops it."""
        first = self._rests(Tokens(self.definition, (), [(self.definition.start, "")]))
        waiting = sorted(self._new(first), key=sorted)
        while waiting and not self.faults:
            marking = waiting.pop()
            after = set(self._moves(marking))
            waiting.extend(self._new(after))
            self.after[marking] = frozenset(self.found[one] for one in after)

    def _new(self, markings: set[Marking]) -> list[Marking]:
        """Note the markings not found before and return them."""
        new = [one for one in markings if one not in self.found]
        self.found.update(zip(new, new, strict=True))
        self.places += sum(map(len, new))
        if len(self.found) > self.limit or self.places > self.limit * PLACES_PER_MARKING:
            self._too_many()
        return new

    def _too_many(self) -> None:
        self.faults.append(Fault(self.definition.root, "", _TOO_MANY.format(limit=self.limit)))

    def _moves(self, marking: Marking) -> Iterator[Marking]:
        for place in sorted(marking):
            if place in self.definition.nodes and not self.faults:  # not a flow that waits at its join
                tokens = Tokens(self.definition, marking)
                node = tokens.leave(place)
                tokens.follow(node.ways)
                yield from self._rests(tokens)

    def _rests(self, tokens: Tokens) -> set[Marking]:
        """Return every marking in which the moving tokens can come to rest; each state between is looked at once."""
        rests: set[Marking] = set()
        start = (frozenset(tokens.marking), tuple(tokens.moving))
        seen, waiting = {start}, [start]
        while waiting and not self.faults:
            marking, moving = waiting.pop()
            if not moving:
                rests.add(marking)
                continue
            new = [state for state in self._step(marking, moving) if state not in seen]
            seen.update(new)
            waiting.extend(new)
            if len(seen) > MAX_AT_ONCE:
                self._too_many()
        return rests

    def _step(self, marking: Marking, moving: tuple[Arrival, ...]) -> Iterator[tuple[Marking, tuple[Arrival, ...]]]:
        self.steps += 1
        if self.steps > self.limit * STEPS_PER_MARKING:
            self._too_many()
            return
        tokens = Tokens(self.definition, marking, moving)
        try:
            node, _, ways = tokens.step()
        except StuckError as error:
            name = self.definition.nodes[error.place].name
            self.faults.append(Fault(error.place, name, f"{error}；例如正在办理：{_shown(self.definition, marking)}"))
            return
        self.entered.add(node.id)
        options = [(way,) for way in ways] if node.kind is Kind.CHOICE else [ways]
        for option in options:
            moved = Tokens(self.definition, (), tokens.moving)
            moved.follow(option)
            yield frozenset(tokens.marking), tuple(moved.moving)


def _shown(definition: Definition, marking: Marking) -> str:
    """Return the open tasks of a marking by name."""
    nodes = [definition.nodes[place] for place in sorted(marking) if place in definition.nodes]
    return "、".join(f"「{node.shown}」" for node in nodes if node.kind is Kind.TASK) or "无"


def _dead_ends(explorer: _Explorer) -> Iterator[Fault]:
    """Yield markings that cannot be left, and those from which a case can never be closed."""
    definition = explorer.definition
    ends = _that_can_end(explorer.after)
    for marking in sorted(explorer.after.keys() - ends, key=lambda one: (len(one), sorted(one))):
        if explorer.after[marking]:
            place = min(place for place in marking if place in definition.nodes)
            message = f"从此处起永远不能办结；正在办理：{_shown(definition, marking)}"
        else:
            place = next(node.id for node in definition.nodes.values() if node.arriving & marking)
            message = "流程在此停住：并行汇合等不到其余分支"
        yield Fault(place, definition.nodes[place].name, message)


def _that_can_end(after: Mapping[Marking, frozenset[Marking]]) -> set[Marking]:
    before: dict[Marking, list[Marking]] = {}
    for marking, following in after.items():
        for one in following:
            before.setdefault(one, []).append(marking)
    ends: set[Marking] = set()
    waiting: list[Marking] = [frozenset()]
    while waiting:
        marking = waiting.pop()
        if marking not in ends:
            ends.add(marking)
            waiting.extend(before.get(marking, ()))
    return ends


def _unreached(explorer: _Explorer) -> Iterator[Fault]:
    for node in explorer.definition.nodes.values():
        if node.id not in explorer.entered and node.kind is not Kind.TIMER:
            yield Fault(node.id, node.name, f"{KIND_NAMES[node.kind]}永远走不到")
