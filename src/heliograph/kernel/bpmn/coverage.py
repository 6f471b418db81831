"""What a definition asks of the facts: every condition understood, and at each exclusive gateway always a way out.

A gateway without a default is proven by trying every combination that its conditions can tell apart: both values of a
yes-or-no, each choice, each number named, and enough numbers between and beyond them. Conditions that reckon
(`金额 * 2 > 上限`) cannot be proven so; such a gateway needs a default.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise, product
from math import ceil, floor, prod
from typing import Final

from heliograph.kernel.bpmn.definition import Definition, Node
from heliograph.kernel.bpmn.faults import Fault
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.feel import Expression, FactDef, FactValue, check_expression
from heliograph.kernel.feel.syntax import Call, Literally, Negative, Reckoning, parts
from heliograph.kernel.feel.values import LARGEST

MAX_COMBINATIONS: Final = 20_000
MAX_SELECTED: Final = 12
_RECKONED: Final = {"sum", "min", "max", "floor"}
_OTHER: Final = "（其他{}）"
_FIRST_DAY: Final = datetime.date.min.toordinal()
_LAST_DAY: Final = datetime.date.max.toordinal()


def gateway_faults(definition: Definition, dictionary: Mapping[str, FactDef]) -> tuple[Fault, ...]:
    """Return what is wrong with the facts that tasks ask for and that conditions read."""
    return tuple(fault for node in definition.nodes.values() for fault in _node_faults(node, dictionary))


def _node_faults(node: Node, dictionary: Mapping[str, FactDef]) -> Iterator[Fault]:
    for name in node.facts:
        if name not in dictionary:
            yield Fault(node.id, node.name, f"要求填写的事项「{name}」不在事项目录里")
    if node.kind is not Kind.CHOICE:
        return
    conditions = [way.condition for way in node.ways if way.condition is not None]
    wrong = [
        Fault(node.id, node.name, f"条件「{condition.text}」：{message}")
        for condition in conditions
        for message in check_expression(condition, dictionary, wants="boolean")
    ]
    yield from wrong
    if not wrong and not node.default and len(conditions) == len(node.ways):
        yield from _coverage_faults(node, conditions, dictionary)


def _coverage_faults(
    node: Node, conditions: Sequence[Expression], dictionary: Mapping[str, FactDef]
) -> Iterator[Fault]:
    trial = _Trial.of(conditions, dictionary)
    if trial is None:
        yield Fault(node.id, node.name, "条件里有计算或取值过多，不能证明各种情况都有出口，请设一条默认连线")
        return
    for facts in trial.combinations():
        if not any(condition.evaluate(facts) for condition in conditions):
            example = "，".join(f"{name}为{_shown(value)}" for name, value in facts.items())
            yield Fault(node.id, node.name, f"有的情况没有出口，例如{example or '任何情况'}；请补条件或设一条默认连线")
            return


def _shown(value: FactValue) -> str:
    if isinstance(value, bool):
        return "「是」" if value else "「否」"
    if isinstance(value, list):
        return f"「{'、'.join(value) or '无'}」"
    return f"「{value}」"


@dataclass(frozen=True, slots=True)
class _Trial:
    """The values to try for each fact."""

    values: Mapping[str, Sequence[FactValue]]

    def combinations(self) -> Iterator[dict[str, FactValue]]:
        """Yield every combination."""
        for chosen in product(*self.values.values()):
            yield dict(zip(self.values, chosen, strict=True))

    @classmethod
    def of(cls, conditions: Sequence[Expression], dictionary: Mapping[str, FactDef]) -> _Trial | None:
        """Return what to try, or None when trying proves nothing or takes too long."""
        inside = [part for condition in conditions for part in parts(condition.node)]
        if any(_reckons(part, dictionary) for part in inside):
            return None
        facts = [dictionary[name] for name in sorted(frozenset().union(*(one.names for one in conditions)))]
        points = _Points.of(inside, facts)
        if any(len(points.told(fact)) > MAX_SELECTED for fact in facts if fact.type == "choices"):
            return None
        values = {fact.name: points.values(fact) for fact in facts}
        if prod(map(len, values.values())) > MAX_COMBINATIONS:
            return None
        return cls(values)


def _reckons(part: object, dictionary: Mapping[str, FactDef]) -> bool:
    """Whether a part makes new values, or looks into a text, so that the constants do not tell all cases apart."""
    if isinstance(part, Negative):
        return not isinstance(part.operand, Literally)
    if isinstance(part, Call) and part.name == "contains":
        return any(getattr(one, "name", "") in _texts(dictionary) for one in part.arguments)
    return isinstance(part, Reckoning) or (isinstance(part, Call) and part.name in _RECKONED)


def _texts(dictionary: Mapping[str, FactDef]) -> Collection[str]:
    return {fact.name for fact in dictionary.values() if fact.kind == "text"}


@dataclass(frozen=True, slots=True)
class _Points:
    """The constants of a gateway's conditions, and how many facts may have to be told apart between two of them."""

    numbers: tuple[Decimal, ...]
    days: tuple[int, ...]
    words: tuple[str, ...]
    apart: int
    counted: bool

    @classmethod
    def of(cls, inside: Sequence[object], facts: Sequence[FactDef]) -> _Points:
        """Collect the constants of all conditions together, as facts may be compared with each other."""
        numbers, days, words = {Decimal(0)}, set(), set()
        for part in inside:
            value = part.value if isinstance(part, Literally) else None
            if isinstance(value, str):
                words.add(value)
            elif isinstance(value, datetime.date):
                days.add(value.toordinal())
            elif isinstance(value, int | Decimal) and not isinstance(value, bool):
                numbers |= {Decimal(value), -Decimal(value)}
        counted = any(isinstance(part, Call) and part.name == "count" for part in inside)
        for fact in facts:
            words.update(fact.choices if fact.type == "choice" else ())
            numbers.update(map(Decimal, range(len(fact.choices) + 1)) if fact.type == "choices" else ())
        return cls(tuple(sorted(numbers)), tuple(sorted(days)), tuple(sorted(words)), len(facts), counted)

    def values(self, fact: FactDef) -> Sequence[FactValue]:
        """Return the values of one fact that conditions can tell apart."""
        match fact.type:
            case "boolean":
                return (True, False)
            case "choice":
                return fact.choices
            case "choices":
                return self._selections(fact)
            case "text":
                return (*self.words, *(_OTHER.format(number) for number in range(1, self.apart + 1)))
            case "date":
                return self._dates()
            case _:
                whole = fact.type == "integer"
                numbers = self._integers() if whole else self._numbers()
                least = -LARGEST if fact.minimum is None else max(fact.minimum, Decimal(-LARGEST))
                return [number for number in numbers if least <= number <= LARGEST]

    def told(self, fact: FactDef) -> Sequence[str]:
        """Return the choices that conditions name and one other; a count may need them all."""
        named = [choice for choice in fact.choices if self.counted or choice in self.words]
        return named + [choice for choice in fact.choices if choice not in named][:1]

    def _selections(self, fact: FactDef) -> Sequence[FactValue]:
        told = self.told(fact)
        return [list(some) for size in range(len(told) + 1) for some in combinations(told, size)]

    def _dates(self) -> Sequence[FactValue]:
        middle = self.days or (datetime.date(2000, 1, 1).toordinal(),)
        around = {day + step for day in middle for step in range(-self.apart, self.apart + 1)}
        return [datetime.date.fromordinal(day) for day in sorted(around) if _FIRST_DAY <= day <= _LAST_DAY]

    def _integers(self) -> Sequence[int]:
        around = {
            whole + step
            for number in self.numbers
            for whole in (floor(number), ceil(number))
            for step in range(-self.apart, self.apart + 1)
        }
        return sorted(around)

    def _numbers(self) -> Sequence[Decimal]:
        step = Decimal(1) / (self.apart + 1)
        found = set(self.numbers)
        for low, high in pairwise(self.numbers):
            found.update(low + (high - low) * step * place for place in range(1, self.apart + 1))
        for place in range(1, self.apart + 1):
            found |= {self.numbers[0] - place, self.numbers[-1] + place}
        return sorted(found)
