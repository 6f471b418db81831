"""Prove a table before it is published: no case to which two rows apply, and none to which no row applies.

Every combination of values that the rows can tell apart is looked at, not a sample; each finding comes with one case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from heliograph.kernel.dmn.checking import check_table
from heliograph.kernel.dmn.faults import TableRefusedError, rows_named
from heliograph.kernel.dmn.segments import Segment, Segments, segments_of
from heliograph.kernel.dmn.table import Table, places_of
from heliograph.kernel.feel.checking import Dictionary
from heliograph.kernel.feel.values import FactValue, shown

MAX_FINDINGS: Final = 20
MAX_STEPS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One overlap or gap: the rows (from 1; none for a gap), a case that shows it, and both in words."""

    rows: tuple[int, ...]
    example: Mapping[str, FactValue]
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class TableProof:
    """What was found, at most twenty of each; ``notes`` say what could not be looked at to the end.

    ``dead``: rows of a FIRST table that never apply, for others always come before them.
    """

    overlaps: tuple[Finding, ...]
    gaps: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    dead: tuple[Finding, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the table is proved."""
        return not (self.overlaps or self.gaps or self.notes or self.dead)


def prove_table(table: Table, dictionary: Dictionary) -> TableProof:
    """Look for overlaps (UNIQUE, ANY where results differ; FIRST: rows never reached) and gaps (all but collecting).

    Raises ``TableRefusedError`` for a table that does not fit the dictionary.
    """
    if faults := check_table(table, dictionary):
        raise TableRefusedError(faults)
    found = [segments_of(column, dictionary[column.name]) for column in table.columns]
    notes = [
        f"“{column.name}”的组合过多，未逐一查证"
        for column, one in zip(table.columns, found, strict=True)
        if not one.complete
    ]
    overlaps = _overlaps(table, found) if table.hit_policy in ("UNIQUE", "ANY") else ()
    if table.hit_policy in ("COLLECT", "RULE ORDER"):
        return TableProof((), (), ())
    dead: tuple[Finding, ...] = ()
    search = _GapSearch(table, found)
    search.walk(0, (1 << len(table.rows)) - 1)
    if search.steps >= MAX_STEPS:
        notes.append("条件的组合过多，空缺未逐一查证")
    elif table.hit_policy == "FIRST" and not notes and len(search.gaps) < MAX_FINDINGS:
        dead = _never_first(table, search.first)
    return TableProof(overlaps, tuple(search.gaps), tuple(notes), dead)


def _case(table: Table, path: Sequence[Segment | None]) -> str:
    """Return a case in words; a column that does not matter is left out."""
    told = [f"{column.name}={shown(part.example)}" for column, part in zip(table.columns, path, strict=True) if part]
    return f"当 {'、'.join(told)} 时，" if told else "无论何种情形，"


def _example(table: Table, path: Sequence[Segment]) -> dict[str, FactValue]:
    return {column.name: part.example for column, part in zip(table.columns, path, strict=True)}


def _overlaps(table: Table, found: Sequence[Segments]) -> tuple[Finding, ...]:
    passed = [_segments_by_row(one.parts, len(table.rows)) for one in found]
    overlaps: list[Finding] = []
    for one, other in combinations(range(len(table.rows)), 2):
        common = []
        for by_row in passed:
            both = by_row[one] & by_row[other]
            if not both:
                break
            common.append(both)
        else:
            if table.hit_policy == "ANY" and table.agree(one, other):
                continue
            path = [part.parts[(both & -both).bit_length() - 1] for part, both in zip(found, common, strict=True)]
            rows = (one + 1, other + 1)
            message = f"{_case(table, path)}{rows_named(rows)}同时适用"
            overlaps.append(Finding(rows, _example(table, path), message))
            if len(overlaps) == MAX_FINDINGS:
                break
    return tuple(overlaps)


def _never_first(table: Table, first: int) -> tuple[Finding, ...]:
    """Return the rows of a table that takes the first fitting one which others always come before."""
    dead = [number for number in range(len(table.rows)) if not first >> number & 1]
    return tuple(
        Finding((number + 1,), {}, f"{rows_named((number + 1,))}永远不会适用：它的情形都由前面的行先适用")
        for number in dead[:MAX_FINDINGS]
    )


def _segments_by_row(parts: Sequence[Segment], rows: int) -> list[int]:
    """Turn segments with their rows into rows with their segments, both as bits."""
    by_row = [0] * rows
    for number, part in enumerate(parts):
        for row in places_of(part.rows):
            by_row[row] |= 1 << number
    return by_row


@dataclass(slots=True)
class _GapSearch:
    """Goes through the columns with the rows that still fit; where none is left there is a gap.

    The same rows at the same column lead to the same answer and are looked at once.
    """

    table: Table
    found: Sequence[Segments]
    gaps: list[Finding] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)
    path: list[Segment] = field(default_factory=list)
    steps: int = 0
    first: int = 0  # the rows that are the first to fit some case, as bits

    def walk(self, column: int, fitting: int) -> None:
        """Look on from a column with the rows that fit so far."""
        if not fitting:
            self.report()
            return
        if column == len(self.found):
            self.first |= fitting & -fitting
            return
        if (column, fitting) in self.seen:
            return
        self.seen.add((column, fitting))
        in_gap = False
        for part in self.found[column].parts:
            self.steps += 1
            if self.steps >= MAX_STEPS or len(self.gaps) >= MAX_FINDINGS:
                return
            left = fitting & part.rows
            if left or not in_gap:  # neighbours in the same gap are told once
                self.path.append(part)
                self.walk(column + 1, left)
                self.path.pop()
            in_gap = not left

    def report(self) -> None:
        """Note a gap: the columns behind the last one looked at do not matter to it."""
        rest = self.found[len(self.path) :]
        message = f"{_case(self.table, [*self.path, *(None for _ in rest)])}没有适用的行"
        example = _example(self.table, [*self.path, *(one.parts[0] for one in rest)])
        self.gaps.append(Finding((), example, message))
