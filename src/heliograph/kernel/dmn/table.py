"""A decision table: read once, indexed, and then asked often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from heliograph.kernel.dmn.cells import Cell, ColumnType, parse_cell
from heliograph.kernel.dmn.columns import Column, index
from heliograph.kernel.dmn.faults import NoRule, Overlap, TableFault, TableRefusedError
from heliograph.kernel.feel.compiling import Expression, compile_expression
from heliograph.kernel.feel.errors import FeelError, MissingFact
from heliograph.kernel.feel.parser import RESERVED
from heliograph.kernel.feel.values import KIND_NAMES, Facts, FactValue, kind_of, shown

HitPolicy = Literal["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"]
MAX_ROWS: Final = 1000
MAX_COLUMNS: Final = 30
MAX_TEXT: Final = 500
_LISTS: Final = frozenset({"COLLECT", "RULE ORDER"})
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_FACT: Final = re.compile(r"[^\W\d]\w{0,59}")
# A note may have several lines; else nothing that cannot be seen, so that text survives writing and reading.
# Nor marks that reorder or hide text: a row must not say something else than what is decided.
_INVISIBLE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ud800-\udfff\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Input:
    """A condition column: ``name`` is the fact it looks at."""

    name: str
    label: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Output:
    """A result column: ``name`` is the fact it sets."""

    name: str
    type: ColumnType
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as written: one FEEL text per column; ``basis`` is the citation that it rests on."""

    id: str
    cells: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table answered, and the ids of the rows that said so; values are lists where rows are collected."""

    outputs: Mapping[str, FactValue | list[FactValue]]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Result:
    """The results of one row; ``constant`` where no fact is asked for."""

    expressions: tuple[Expression, ...]
    constant: tuple[FactValue, ...] | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that has been read as a whole and found in order; anything else is a ``TableRefusedError``.

    ``articles``: the penalty provisions that a discretion table (裁量基准) is the benchmark of; other tables have none.
    """

    id: str
    name: str
    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    effective_from: date | None = None
    effective_to: date | None = None
    articles: tuple[str, ...] = ()
    columns: tuple[Column, ...] = field(init=False, repr=False, compare=False)
    cells: tuple[tuple[Cell, ...], ...] = field(init=False, repr=False, compare=False)
    _results: tuple[_Result, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        faults = [*_heading_faults(self), *_row_faults(self)]
        if faults:
            raise TableRefusedError(faults)
        cells = tuple(self._cells_of(number, row, faults) for number, row in enumerate(self.rows, 1))
        results = tuple(self._results_of(number, row, faults) for number, row in enumerate(self.rows, 1))
        if faults:
            raise TableRefusedError(faults)
        columns = tuple(self._column_of(place, column, cells) for place, column in enumerate(self.inputs))
        for name, value in (("cells", cells), ("_results", results), ("columns", columns)):
            object.__setattr__(self, name, value)

    def _column_of(self, place: int, column: Input, cells: Sequence[tuple[Cell, ...]]) -> Column:
        try:
            return index(column.name, column.type, [row[place] for row in cells])
        except FeelError as error:
            raise TableRefusedError([TableFault(0, column.name, str(error))]) from error

    def _cells_of(self, number: int, row: Row, faults: list[TableFault]) -> tuple[Cell, ...]:
        found = []
        for column, text in zip(self.inputs, row.cells, strict=True):
            try:
                found.append(parse_cell(text, column.type))
            except FeelError as error:
                faults.append(TableFault(number, column.name, str(error)))
        return tuple(found)

    def _results_of(self, number: int, row: Row, faults: list[TableFault]) -> _Result:
        expressions, values = [], []
        for column, text in zip(self.outputs, row.outputs, strict=True):
            try:
                expression = compile_expression(text)
                expressions.append(expression)
                if not expression.names:
                    values.append(_of_type(expression.evaluate({}), column))
            except FeelError as error:
                faults.append(TableFault(number, column.name, str(error) if text.strip() else "没有填写"))
        return _Result(tuple(expressions), tuple(values) if len(values) == len(self.outputs) else None)

    @property
    def result_names(self) -> frozenset[str]:
        """Return the facts that the results ask for, beside those of the conditions."""
        return frozenset().union(*(one.names for result in self._results for one in result.expressions))

    def agree(self, one: int, other: int) -> bool:
        """Say whether two rows (from 0) have the same results whatever the facts."""
        results = self._results[one], self._results[other]
        same = results[0].constant is not None and results[0].constant == results[1].constant
        return same or self.rows[one].outputs == self.rows[other].outputs

    def decide(self, facts: Facts) -> Decision:
        """Return what the table says; raises ``MissingFact``, ``NoRule``, ``Overlap`` or another ``FeelError``."""
        fitting = (1 << len(self.rows)) - 1
        for column in self.columns:
            value = facts.get(column.name)
            if value is None:
                raise MissingFact(column.name)
            fitting &= column.rows_for(value)
        if self.hit_policy in _LISTS:
            return self._collected(places_of(fitting), facts)
        if not fitting:
            raise NoRule(self.name, self._told(facts))
        first = fitting & -fitting
        if fitting != first and self.hit_policy == "UNIQUE":
            raise Overlap(self.name, self._told(facts), [place + 1 for place in places_of(fitting)])
        if fitting != first and self.hit_policy == "ANY":
            return self._agreed(places_of(fitting), facts)
        place = first.bit_length() - 1
        return Decision(self._row_result(place, facts), (self.rows[place].id,))

    def _row_result(self, place: int, facts: Facts) -> dict[str, FactValue | list[FactValue]]:
        result = self._results[place]
        values = result.constant
        if values is None:
            pairs = zip(result.expressions, self.outputs, strict=True)
            values = tuple(_of_type(expression.evaluate(facts), column) for expression, column in pairs)
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _collected(self, places: Sequence[int], facts: Facts) -> Decision:
        found = [self._row_result(place, facts) for place in places]
        lists = {column.name: [one[column.name] for one in found] for column in self.outputs}
        return Decision(lists, tuple(self.rows[place].id for place in places))  # type: ignore[arg-type]

    def _agreed(self, places: Sequence[int], facts: Facts) -> Decision:
        found = [self._row_result(place, facts) for place in places]
        unlike = [place for place, one in zip(places, found, strict=True) if one != found[0]]
        if unlike:
            raise Overlap(self.name, self._told(facts), [places[0] + 1, *(place + 1 for place in unlike)])
        return Decision(found[0], tuple(self.rows[place].id for place in places))

    def _told(self, facts: Facts) -> str:
        return "、".join(f"{column.name}={shown(facts[column.name])}" for column in self.columns)


def places_of(bits: int) -> list[int]:
    """Return the rows of a set of bits, from the first down."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found


def _of_type(value: FactValue, column: Output) -> FactValue:
    kind = kind_of(value)
    if kind != column.type:
        raise FeelError(f"“{column.name}”的结果须是{KIND_NAMES[column.type]}，得到的是{KIND_NAMES[kind]}")
    return value


def _heading_faults(table: Table) -> list[TableFault]:
    faults = []
    if not _ID.fullmatch(table.id):
        faults.append(TableFault(0, "", "表的编号（id）须以英文字母开头，只含英文字母、数字、点、横线和下划线"))
    if not table.name.strip():
        faults.append(TableFault(0, "", "表没有名称"))
    if table.effective_from and table.effective_to and table.effective_from > table.effective_to:
        faults.append(TableFault(0, "", "失效日期早于生效日期"))
    if not table.inputs or not table.outputs:
        faults.append(TableFault(0, "", "至少要有一列条件和一列结果"))
    if len(table.inputs) + len(table.outputs) > MAX_COLUMNS or len(table.rows) > MAX_ROWS:
        faults.append(TableFault(0, "", f"表过大（最多 {MAX_COLUMNS} 列、{MAX_ROWS} 行）"))
    for names in ([column.name for column in table.inputs], [column.name for column in table.outputs]):
        faults += [TableFault(0, name, "列重复") for name in dict.fromkeys(names) if names.count(name) > 1]
        faults += [TableFault(0, name, "列须是一个事实的名称") for name in names if not _is_fact(name)]
    labels = [*(one.label for one in table.inputs), *(one.label for one in table.outputs)]
    written = [table.name, *labels, *table.articles]
    return faults + [TableFault(0, "", fault) for text in written for fault in _text_faults(text, lines=False)]


def _is_fact(name: str) -> bool:
    return _FACT.fullmatch(name) is not None and name not in RESERVED


def _row_faults(table: Table) -> list[TableFault]:
    faults = []
    seen: set[str] = set()
    for number, row in enumerate(table.rows, 1):
        if not _ID.fullmatch(row.id):
            faults.append(
                TableFault(number, "", "行的编号（id）须以英文字母开头，只含英文字母、数字、点、横线和下划线")
            )
        if row.id in seen:
            faults.append(TableFault(number, "", f"行的编号（id）“{row.id}”重复"))
        seen.add(row.id)
        for what, written, columns in (("条件", row.cells, table.inputs), ("结果", row.outputs, table.outputs)):
            if len(written) != len(columns):
                faults.append(TableFault(number, "", f"应有 {len(columns)} 格{what}，实有 {len(written)} 格"))
        found = [fault for text in (*row.cells, *row.outputs, row.basis) for fault in _text_faults(text, lines=False)]
        faults += [TableFault(number, "", fault) for fault in (*found, *_text_faults(row.description, lines=True))]
    return faults


def _text_faults(text: str, *, lines: bool) -> list[str]:
    faults = ["含有看不见的字符，请删去"] if _INVISIBLE.search(text) or ("\n" in text and not lines) else []
    if len(text) > MAX_TEXT:
        faults.append(f"文字过长（最多 {MAX_TEXT} 个字符）")
    return faults
