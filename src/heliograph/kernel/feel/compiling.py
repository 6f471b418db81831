"""From syntax to closures. Every value is held against what its place needs, so Python's own errors never come up."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, cast

from heliograph.kernel.feel.errors import FeelError, MissingFact
from heliograph.kernel.feel.parser import parse_expression, parse_tests
from heliograph.kernel.feel.syntax import (
    Among,
    Bound,
    Call,
    Choose,
    Compare,
    Equal,
    FactOf,
    Interval,
    ListOf,
    Literally,
    Logic,
    Negative,
    Node,
    Not,
    Reckoning,
    Test,
    Tests,
    names_in,
)
from heliograph.kernel.feel.values import (
    DECIMALS,
    KIND_NAMES,
    Facts,
    FactValue,
    Kind,
    Reckoned,
    Scalar,
    Value,
    bounded,
    checked,
    kind_of,
)

Number = int | Decimal
Holds = Callable[[Value, Facts], bool]

_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression ready to be evaluated; ``names`` are the facts it may ask for."""

    text: str
    node: Node = field(repr=False, compare=False)
    names: frozenset[str] = field(repr=False, compare=False)
    _value: Reckoned = field(repr=False, compare=False)

    def evaluate(self, facts: Facts) -> FactValue:
        """Return the value for these facts; raises ``MissingFact`` or ``FeelError``."""
        value = self._value(facts)
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise FeelError("结果清单里只能是文字")
        return cast("FactValue", value)


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """The tests of one cell, ready to be held against values."""

    text: str
    tests: Tests = field(repr=False, compare=False)
    names: frozenset[str] = field(repr=False, compare=False)
    _holds: Holds = field(repr=False, compare=False)

    def holds(self, value: FactValue, facts: Facts) -> bool:
        """Say whether a value passes; of a list, whether one item does (`not(…)`: whether none does)."""
        checked(value)
        return self._holds(value, facts)


@lru_cache(maxsize=2048)
def compile_expression(text: str) -> Expression:
    """Read an expression; raises ``FeelError`` with the place of the first thing that is not understood."""
    node = parse_expression(text)
    return Expression(text, node, names_in(node), compiled(node))


@lru_cache(maxsize=2048)
def compile_tests(text: str) -> UnaryTests:
    """Read the tests of a cell; nothing or a dash holds for every value."""
    tests = parse_tests(text)
    return UnaryTests(text, tests, names_in(tests), _tests(tests))


def compiled(node: Node) -> Reckoned:
    """Return the closure for a node."""
    return _COMPILERS[type(node)](node)


def _need(value: Value, kind: Kind, at: int) -> Any:
    found = kind_of(value, at)
    if found != kind:
        raise FeelError(f"此处须是{KIND_NAMES[kind]}，得到的是{KIND_NAMES[found]}", at)
    return value


def _literal(node: Literally) -> Reckoned:
    value = node.value
    return lambda facts: value


def _fact(node: FactOf) -> Reckoned:
    name, at = node.name, node.at

    def read(facts: Facts) -> Value:
        value = facts.get(name)
        if value is None:
            raise MissingFact(name, at)
        checked(value, at)
        return value

    return read


def _negative(node: Negative) -> Reckoned:
    operand, at = compiled(node.operand), node.at
    return lambda facts: cast("Number", -_need(operand(facts), "number", at))


def _not(node: Not) -> Reckoned:
    operand, at = compiled(node.operand), node.at
    return lambda facts: not _need(operand(facts), "boolean", at)


def _logic(node: Logic) -> Reckoned:
    operands = [(compiled(operand), operand.at) for operand in node.operands]
    decisive = node.sign == "or"

    def read(facts: Facts) -> bool:
        return decisive if any(_need(one(facts), "boolean", at) is decisive for one, at in operands) else not decisive

    return read


def _divided(left: Number, right: Number, at: int) -> Number:
    if not right:
        raise FeelError("除数为零", at)
    return DECIMALS.divide(Decimal(left), Decimal(right))


def _exactly(of_whole: Callable[[Any, Any], Number], of_decimals: Callable[[Decimal, Decimal], Decimal]) -> Any:
    """Return a step that keeps whole numbers whole and bounds decimals to the precision of FEEL."""

    def step(left: Number, right: Number, at: int) -> Number:
        whole = isinstance(left, int) and isinstance(right, int)
        return of_whole(left, right) if whole else of_decimals(Decimal(left), Decimal(right))

    return step


_STEPS: Final[Mapping[str, Callable[[Number, Number, int], Number]]] = {
    "+": _exactly(operator.add, DECIMALS.add),
    "-": _exactly(operator.sub, DECIMALS.subtract),
    "*": _exactly(operator.mul, DECIMALS.multiply),
    "/": _divided,
}


def _reckoning(node: Reckoning) -> Reckoned:
    first, first_at = compiled(node.first), node.first.at
    steps = [(_STEPS[sign], at, compiled(operand)) for sign, at, operand in node.steps]

    def read(facts: Facts) -> Number:
        value: Number = _need(first(facts), "number", first_at)
        for step, at, operand in steps:
            value = bounded(step(value, _need(operand(facts), "number", at), at), at)
        return value

    return read


def _alike(left: Value, right: Value, at: int) -> Kind:
    """Return the kind that two values share; only like is held against like."""
    one, other = kind_of(left, at), kind_of(right, at)
    if one != other:
        raise FeelError(f"{KIND_NAMES[one]}不能与{KIND_NAMES[other]}比较", at)
    return one


def _equals(left: Value, right: Value, at: int) -> bool:
    if _alike(left, right, at) == "list":
        raise FeelError("清单不能整个比较，请用 contains 或 in", at)
    return left == right


def _ordered(sign: str, left: Value, right: Value, at: int) -> bool:
    kind = _alike(left, right, at)
    if kind not in ("number", "date"):
        raise FeelError(f"{KIND_NAMES[kind]}不能比较大小", at)
    return _ORDER[sign](left, right)


def _compare(node: Compare) -> Reckoned:
    left, right, sign, at = compiled(node.left), compiled(node.right), node.sign, node.at
    if sign == "=":
        return lambda facts: _equals(left(facts), right(facts), at)
    if sign == "!=":
        return lambda facts: not _equals(left(facts), right(facts), at)
    return lambda facts: _ordered(sign, left(facts), right(facts), at)


def _among(node: Among) -> Reckoned:
    value, tests = compiled(node.value), _tests(node.tests)
    return lambda facts: tests(value(facts), facts)


def _list(node: ListOf) -> Reckoned:
    items = [(compiled(item), item.at) for item in node.items]

    def read(facts: Facts) -> Value:
        found = [item(facts) for item, _ in items]
        checked(found, node.at)
        return cast("list[Scalar]", found)

    return read


def _choose(node: Choose) -> Reckoned:
    condition, then, otherwise, at = (
        compiled(node.condition),
        compiled(node.then),
        compiled(node.otherwise),
        node.condition.at,
    )
    return lambda facts: then(facts) if _need(condition(facts), "boolean", at) else otherwise(facts)


def _call(node: Call) -> Reckoned:
    function, arguments, at = _FUNCTIONS[node.name], [compiled(argument) for argument in node.arguments], node.at
    return lambda facts: function([argument(facts) for argument in arguments], at)


def _count(arguments: Sequence[Value], at: int) -> Value:
    return len(_need(arguments[0], "list", at))


def _contains(arguments: Sequence[Value], at: int) -> Value:
    whole, part = arguments
    if kind_of(whole, at) == "text":
        return str(_need(part, "text", at)) in cast("str", whole)
    return any(_equals(item, part, at) for item in _need(whole, "list", at))


def _floor(arguments: Sequence[Value], at: int) -> Value:
    number: Number = _need(arguments[0], "number", at)
    return math.floor(number)


def _numbers(arguments: Sequence[Value], at: int) -> list[Number]:
    """Return the numbers given one by one or as a single list."""
    given = arguments[0] if len(arguments) == 1 and kind_of(arguments[0], at) == "list" else arguments
    return [_need(one, "number", at) for one in cast("Sequence[Value]", given)]


def _summed(arguments: Sequence[Value], at: int) -> Value:
    total: Number = 0
    for number in _numbers(arguments, at):
        total = bounded(_STEPS["+"](total, number, at), at)
    return total


def _extreme(pick: Callable[[list[Any]], Number]) -> Callable[[Sequence[Value], int], Value]:
    def read(arguments: Sequence[Value], at: int) -> Value:
        numbers = _numbers(arguments, at)
        if not numbers:
            raise FeelError("空清单没有最大值和最小值", at)
        return pick(numbers)

    return read


_FUNCTIONS: Final[Mapping[str, Callable[[Sequence[Value], int], Value]]] = {
    "count": _count,
    "contains": _contains,
    "floor": _floor,
    "sum": _summed,
    "min": _extreme(min),
    "max": _extreme(max),
}
_COMPILERS: Final[Mapping[type, Callable[[Any], Reckoned]]] = {
    Literally: _literal,
    FactOf: _fact,
    Negative: _negative,
    Not: _not,
    Logic: _logic,
    Reckoning: _reckoning,
    Compare: _compare,
    Among: _among,
    ListOf: _list,
    Choose: _choose,
    Call: _call,
}


def _tests(tests: Tests) -> Holds:
    if not tests.tests:
        return lambda value, facts: True
    found, negated = [_test(test) for test in tests.tests], tests.negated
    return lambda value, facts: any(one(value, facts) for one in found) is not negated


def _test(test: Test) -> Holds:
    if isinstance(test, Equal):
        return _equal(test)
    return _bound(test) if isinstance(test, Bound) else _interval(test)


def _bound(test: Bound) -> Holds:
    operand, sign, at = compiled(test.operand), test.sign, test.at
    return lambda value, facts: _ordered(sign, value, operand(facts), at)


def _interval(test: Interval) -> Holds:
    low, high, at = compiled(test.low), compiled(test.high), test.at
    from_low, to_high = (">=" if test.with_low else ">"), ("<=" if test.with_high else "<")
    return lambda value, facts: _ordered(from_low, value, low(facts), at) and _ordered(to_high, value, high(facts), at)


def _equal(test: Equal) -> Holds:
    operand, at = compiled(test.operand), test.at

    def holds(value: Value, facts: Facts) -> bool:
        wanted = _items(operand(facts))
        return any(_equals(one, other, at) for one in _items(value) for other in wanted)

    return holds


def _items(value: Value) -> Sequence[Scalar]:
    return value if isinstance(value, list) else [cast("Scalar", value)]
