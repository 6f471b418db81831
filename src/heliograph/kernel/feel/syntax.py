"""What an expression is made of, once read; ``at`` is the place in its text, counted from 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from heliograph.kernel.feel.values import Scalar

CompareSign = Literal["=", "!=", "<", "<=", ">", ">="]
BoundSign = Literal["<", "<=", ">", ">="]
FunctionName = Literal["count", "contains", "sum", "min", "max", "floor"]


@dataclass(frozen=True, slots=True)
class Literally:
    """A value as written."""

    at: int
    value: Scalar


@dataclass(frozen=True, slots=True)
class FactOf:
    """A fact of the case, by name."""

    at: int
    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """A number with its sign turned."""

    at: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    at: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by `and` or by `or`, read from the left until the answer is known."""

    at: int
    sign: Literal["and", "or"]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A chain of sums or of products, worked from the left; each step with its sign and place."""

    at: int
    first: Node
    steps: tuple[tuple[str, int, Node], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values held against each other."""

    at: int
    sign: CompareSign
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Among:
    """A value held against tests: `罚款金额 in [1..5]`."""

    at: int
    value: Node
    tests: Tests


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list as written."""

    at: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One of the few functions there are."""

    at: int
    name: FunctionName
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """`if … then … else …`."""

    at: int
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Bound:
    """A test: less or more than a value."""

    at: int
    sign: BoundSign
    operand: Node


@dataclass(frozen=True, slots=True)
class Interval:
    """A test: between two values, each end within or without."""

    at: int
    low: Node
    with_low: bool
    high: Node
    with_high: bool


@dataclass(frozen=True, slots=True)
class Equal:
    """A test: the value itself, or one of a list."""

    at: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests:
    """What a cell of a table says: any of these, or with ``negated`` none of them; no tests at all hold always."""

    at: int
    negated: bool
    tests: tuple[Test, ...]


Node = Literally | FactOf | Negative | Not | Logic | Reckoning | Compare | Among | ListOf | Call | Choose
Test = Bound | Interval | Equal


def parts(node: object) -> Iterator[object]:
    """Yield a node and everything in it."""
    if isinstance(node, tuple):
        for part in node:
            yield from parts(part)
    elif isinstance(node, Node | Test | Tests):
        yield node
        for one in fields(node):
            yield from parts(getattr(node, one.name))


def names_in(node: Node | Tests) -> frozenset[str]:
    """Return the facts that are asked for."""
    return frozenset(part.name for part in parts(node) if isinstance(part, FactOf))
