"""The values of one fact sorted into segments that every row of a table treats alike, each with one example.

What the dictionary of facts rules out (half a person, a choice not in the list, an amount below the minimum) is no
segment, so that no gap is reported that no case can fall into.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final, cast

from heliograph.kernel.dmn.columns import Column, OrderedColumn, WordColumn
from heliograph.kernel.feel.values import DECIMALS, LARGEST, FactDef, FactValue

MAX_KINDS_OF_WORDS: Final = 10
_CENT: Final = Decimal("0.01")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """Values that pass the same rows: one of them, and the rows as bits."""

    example: FactValue
    rows: int


@dataclass(frozen=True, slots=True)
class Segments:
    """All segments of a column; ``complete`` is False where there are too many combinations to try every one."""

    parts: tuple[Segment, ...]
    complete: bool = True


def segments_of(column: Column, fact: FactDef) -> Segments:
    """Return the segments of a column for its fact."""
    if isinstance(column, OrderedColumn):
        return Segments(tuple(_of_line(column, fact)))
    if fact.type == "boolean":
        return Segments(tuple(Segment(value, column.rows_for(value)) for value in (True, False)))
    words = fact.choices or (*map(str, column.words), _unlike(column.words))
    if fact.type == "choices":
        return _of_lists(column, words)
    return Segments(_merged([Segment(word, column.rows_for(word)) for word in words]))


def _unlike(words: Sequence[object]) -> str:
    """Return a word that no cell names."""
    word = "其他"
    while word in words:
        word = f"（{word}）"
    return word


def _merged(parts: Sequence[Segment]) -> tuple[Segment, ...]:
    """Keep one of the segments that pass the same rows."""
    return tuple({part.rows: part for part in reversed(parts)}.values())[::-1]


def _of_lists(column: WordColumn, words: Sequence[str]) -> Segments:
    """Return the segments of a fact that holds several words at once, at least one.

    Words that stand in the same cells are one kind; every combination of kinds is tried while they are few, else
    every one of up to two.
    """
    alike: dict[tuple[int, int], str] = {}
    for word in words:
        alike.setdefault((column.admits.get(word, 0), column.excludes.get(word, 0)), word)
    kinds = list(alike.values())
    complete = len(kinds) <= MAX_KINDS_OF_WORDS
    most = len(kinds) if complete else 2
    lists = (list(one) for size in range(1, most + 1) for one in combinations(kinds, size))
    return Segments(_merged([Segment(one, column.rows_for(one)) for one in lists]), complete)


def _of_line(column: OrderedColumn, fact: FactDef) -> Iterator[Segment]:
    for number, rows in enumerate(column.masks):
        low, high = column.segment_ends(number)
        if number % 2:
            example = low if isinstance(low, date) or _allowed(cast("int | Decimal", low), fact) else None
        elif column.kind == "date":
            example = _day_between(cast("date | None", low), cast("date | None", high))
        else:
            example = _number_between(cast("Decimal | int | None", low), cast("Decimal | int | None", high), fact)
        if example is not None:
            yield Segment(example, rows)


def _allowed(value: int | Decimal, fact: FactDef) -> bool:
    """Say whether a fact may have a number."""
    if fact.type == "integer" and value != int(value):
        return False
    return fact.minimum is None or Decimal(value) >= fact.minimum


def _day_between(low: date | None, high: date | None) -> date | None:
    if low is None:
        return date(2026, 1, 1) if high is None else (high - _DAY if high > date.min else None)
    after = low + _DAY if low < date.max else None
    return after if after is not None and (high is None or after < high) else None


def _number_between(low: int | Decimal | None, high: int | Decimal | None, fact: FactDef) -> int | Decimal | None:
    """Return the number that people would name between two ends, neither of which it may be."""
    for candidate in _candidates(low, high, fact):
        above = low is None or candidate > low
        below = high is None or candidate < high
        if above and below and -LARGEST <= candidate <= LARGEST and _allowed(candidate, fact):
            return _plain(candidate)
    return None


def _candidates(low: int | Decimal | None, high: int | Decimal | None, fact: FactDef) -> Iterator[int | Decimal]:
    if fact.minimum is not None:
        yield math.ceil(fact.minimum)
        yield fact.minimum
    if low is not None:
        yield math.floor(low) + 1
        yield DECIMALS.add(Decimal(low), _CENT)
        if high is not None:
            yield DECIMALS.divide(DECIMALS.add(Decimal(low), Decimal(high)), Decimal(2))
    elif high is not None:
        yield math.ceil(high) - 1
        yield DECIMALS.subtract(Decimal(high), _CENT)
    else:
        yield 1


def _plain(value: int | Decimal) -> int | Decimal:
    return int(value) if value == int(value) else value
