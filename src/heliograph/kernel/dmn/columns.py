"""An index of each condition column: from a value straight to the rows it passes, as bits of one integer (row 1 is 1).

A decision is then one look-up and one `&` per column, whatever the number of rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from operator import xor
from typing import Any, Final, cast

from heliograph.kernel.dmn.cells import Cell, ColumnType, Ordered, Range
from heliograph.kernel.feel.errors import FeelError
from heliograph.kernel.feel.values import KIND_NAMES, Value, checked


def refuse_kind(name: str, wanted: ColumnType, value: object) -> FeelError:
    """Return the error for a fact that is not what the column asks."""
    return FeelError(f"事实“{name}”须是{KIND_NAMES[wanted]}，得到的是{KIND_NAMES[checked(value)]}")


class WordColumn:
    """Text, or yes and no. Of a list of words one must be among the cell's, for a negated cell none."""

    def __init__(self, name: str, kind: ColumnType, cells: Sequence[Cell]) -> None:
        self.name, self.kind = name, kind
        self.anything = self.negated = 0
        self.admits: dict[Any, int] = defaultdict(int)
        self.excludes: dict[Any, int] = defaultdict(int)
        for row, cell in enumerate(cells):
            self.anything |= cell.anything << row
            self.negated |= cell.negated << row
            for word in cell.words:
                (self.excludes if cell.negated else self.admits)[word] |= 1 << row
        self.words = tuple(dict.fromkeys(word for cell in cells for word in cell.words))
        self._single = {word: self.rows_for_items((word,)) for word in self.words}
        self._other = self.anything | self.negated

    def rows_for(self, value: object) -> int:
        """Return the rows that a value passes."""
        kind = checked(value)
        if kind == self.kind:
            return self._single.get(cast("str | bool", value), self._other)
        if kind == "list" and self.kind == "text":
            return self.rows_for_items(cast("list[str]", value))
        raise refuse_kind(self.name, self.kind, value)

    def rows_for_items(self, items: Sequence[Value]) -> int:
        """Return the rows that a list of words passes."""
        admitted, excluded = self.anything, 0
        for item in items:
            admitted |= self.admits.get(item, 0)
            excluded |= self.excludes.get(item, 0)
        return admitted | (self.negated & ~excluded)


class OrderedColumn:
    """Numbers or dates. The ends that cells name cut the line into segments: before the first end, at it, after it."""

    def __init__(self, name: str, kind: ColumnType, cells: Sequence[Cell]) -> None:
        self.name, self.kind = name, kind
        ends = {end for cell in cells for one in cell.ranges for end in (one.low, one.high) if end is not None}
        self.points: list[Any] = sorted(ends)
        self._place = {point: 2 * number + 1 for number, point in enumerate(self.points)}
        turns = [0] * (2 * len(self.points) + 2)  # the rows that begin or cease to be passed at a segment
        for row, cell in enumerate(cells):
            if cell.anything or cell.negated:
                turns[0] ^= 1 << row
            for first, behind in self._spans(cell):
                turns[first] ^= 1 << row
                turns[behind] ^= 1 << row
        self.masks: list[int] = list(accumulate(turns[:-1], xor))

    def _spans(self, cell: Cell) -> list[tuple[int, int]]:
        """Return what a cell names as runs of segments, each with the segment behind it, none touching another."""
        spans: list[tuple[int, int]] = []
        for first, behind in sorted(self._span(one) for one in cell.ranges):
            if spans and first <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(behind, spans[-1][1]))
            else:
                spans.append((first, behind))
        return spans

    def _span(self, one: Range) -> tuple[int, int]:
        first = 0 if one.low is None else self._place[one.low] + (not one.with_low)
        behind = 2 * len(self.points) + 1 if one.high is None else self._place[one.high] + one.with_high
        return first, behind

    def rows_for(self, value: object) -> int:
        """Return the rows that a value passes."""
        if checked(value) != self.kind:
            raise refuse_kind(self.name, self.kind, value)
        place = bisect_left(self.points, value)
        at_point = place < len(self.points) and self.points[place] == value
        return self.masks[2 * place + bool(at_point)]

    def segment_ends(self, segment: int) -> tuple[Ordered | None, Ordered | None]:
        """Return the two points around a segment, twice the same for a point, None where the line goes on."""
        place = segment // 2
        if segment % 2:
            return self.points[place], self.points[place]
        before = self.points[place - 1] if place else None
        return before, self.points[place] if place < len(self.points) else None


Column = WordColumn | OrderedColumn
MAX_VALUES: Final = 5000


def index(name: str, kind: ColumnType, cells: Sequence[Cell]) -> Column:
    """Return the index of a column; raises ``FeelError`` for more values than a table for people can have."""
    if sum(len(cell.words) + len(cell.ranges) for cell in cells) > MAX_VALUES:
        raise FeelError(f"此列的值过多（最多 {MAX_VALUES} 个）")
    return (OrderedColumn if kind in ("number", "date") else WordColumn)(name, kind, cells)
