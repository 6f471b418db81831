"""Cells of a table's conditions: constants only, so that a table can be indexed, proved and shown in plain words."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal, cast

from heliograph.kernel.feel.compiling import compile_tests, compiled
from heliograph.kernel.feel.errors import FeelError
from heliograph.kernel.feel.syntax import Bound, Equal, Interval, Node, Test
from heliograph.kernel.feel.values import KIND_NAMES, Kind, Scalar, Value, kind_of

ColumnType = Literal["boolean", "number", "text", "date"]
Ordered = int | Decimal | date
ORDERED: Final = frozenset({"number", "date"})


@dataclass(frozen=True, slots=True)
class Range:
    """Values between two ends; None is an open end, one value alone has itself at both ends."""

    low: Ordered | None
    high: Ordered | None
    _: KW_ONLY
    with_low: bool = False
    with_high: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell admits: any of its words or ranges, or with ``negated`` all but these. Neither: everything."""

    negated: bool = False
    words: tuple[str | bool, ...] = ()
    ranges: tuple[Range, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the cell asks nothing."""
        return not self.words and not self.ranges


def parse_cell(text: str, kind: ColumnType) -> Cell:
    """Read a cell of a column; raises ``FeelError`` for what is no constant test of the column's type."""
    tests = compile_tests(text)
    if tests.names:
        raise FeelError(f"条件格只能写固定的值，不能引用事实“{min(tests.names)}”")
    words: list[str | bool] = []
    ranges: list[Range] = []
    for test in tests.tests.tests:
        if kind in ORDERED:
            ranges += _ranges(test, kind)
        elif isinstance(test, Equal):
            words += cast("list[str | bool]", _values(test.operand, kind))
        else:
            raise FeelError(f"{KIND_NAMES[kind]}不能比较大小", test.at)
    return Cell(tests.tests.negated, tuple(dict.fromkeys(words)), tuple(dict.fromkeys(ranges)))


def _values(node: Node, kind: Kind) -> list[Scalar]:
    value: Value = compiled(node)({})
    values = list(value) if isinstance(value, list) else [cast("Scalar", value)]
    if not values:
        raise FeelError("清单是空的", node.at)
    for one in values:
        if kind_of(one, node.at) != kind:
            raise FeelError(f"此列须是{KIND_NAMES[kind]}，写的是{KIND_NAMES[kind_of(one)]}", node.at)
    return values


def _end(node: Node, kind: Kind) -> Ordered:
    values = cast("list[Ordered]", _values(node, kind))
    if len(values) > 1:
        raise FeelError("此处须是一个值", node.at)
    return values[0]


def _ranges(test: Test, kind: Kind) -> list[Range]:
    if isinstance(test, Equal):
        return [
            Range(one, one, with_low=True, with_high=True) for one in cast("list[Ordered]", _values(test.operand, kind))
        ]
    if isinstance(test, Bound):
        end, closed = _end(test.operand, kind), test.sign.endswith("=")
        return [Range(None, end, with_high=closed) if test.sign[0] == "<" else Range(end, None, with_low=closed)]
    return [_between(test, kind)]


def _between(test: Interval, kind: Kind) -> Range:
    low, high = _end(test.low, kind), _end(test.high, kind)
    empty = low > high or (low == high and not (test.with_low and test.with_high))  # type: ignore[operator]
    if empty:
        raise FeelError("区间里没有值：下限须小于上限", test.at)
    return Range(low, high, with_low=test.with_low, with_high=test.with_high)
