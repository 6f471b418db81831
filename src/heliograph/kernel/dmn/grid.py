"""A table as rows of plain words, for the desk's grid and for spreadsheets: `罚款、警告`, `5000以上且不满10000`, `是`.

Words follow the law's own use: 以上 and 以下 include the number, 超过 and 不满 do not. What has no plain words stays
FEEL, and FEEL is taken everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from heliograph.kernel.dmn.cells import Cell, ColumnType, Range, parse_cell
from heliograph.kernel.dmn.checking import check_table
from heliograph.kernel.dmn.faults import TableRefusedError
from heliograph.kernel.dmn.table import Row, Table
from heliograph.kernel.feel.checking import Dictionary
from heliograph.kernel.feel.compiling import compile_expression
from heliograph.kernel.feel.errors import FeelError
from heliograph.kernel.feel.values import shown

ANYTHING: Final = "任意"
FORMULA: Final = "公式："
_EXCEPT: Final = re.compile(r"除(?P<items>.+)外")
_SIGNS: Final = str.maketrans("，＜＞＝（）［］－．０１２３４５６７８９", ",<>=()[]-.0123456789")
_VALUE: Final = r"(?:-?[0-9]+(?:\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2})"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ONE: Final = re.compile(_VALUE)
_RANGE: Final = re.compile(
    rf"(?:(?P<from>{_VALUE})(?:以上|起)|(?:超过(?P<over>{_VALUE})|(?P<after>{_VALUE})后))?且?"
    rf"(?:(?P<to>{_VALUE})(?:以下|止)|(?:不满(?P<under>{_VALUE})|(?P<before>{_VALUE})前))?"
)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row in plain words; an empty ``id`` is a row yet to be named."""

    id: str
    cells: tuple[str, ...]
    outputs: tuple[str, ...]
    description: str = ""
    basis: str = ""


def table_rows(table: Table) -> tuple[GridRow, ...]:
    """Return the rows in plain words."""
    return tuple(
        GridRow(
            row.id,
            tuple(plain_cell(text, column.type) for text, column in zip(row.cells, table.inputs, strict=True)),
            tuple(plain_result(text) for text in row.outputs),
            row.description,
            row.basis,
        )
        for row in table.rows
    )


def table_from_rows(table: Table, rows: Sequence[GridRow], dictionary: Dictionary) -> Table:
    """Return the table with other rows; raises ``TableRefusedError`` with a fault for each cell that is wrong."""
    taken = {row.id for row in rows}
    written = []
    for number, row in enumerate(rows, 1):
        cells = (feel_cell(text, column.type) for text, column in zip(row.cells, table.inputs, strict=False))
        results = (feel_result(text, column.type) for text, column in zip(row.outputs, table.outputs, strict=False))
        # What stands beyond the last column is kept, so that the count of cells is complained of.
        cells_kept = (*cells, *row.cells[len(table.inputs) :])
        results_kept = (*results, *row.outputs[len(table.outputs) :])
        name = row.id.strip() or _fresh_id(number, taken)
        written.append(Row(name, cells_kept, results_kept, row.description.strip(), row.basis.strip()))
    made = replace(table, rows=tuple(written))
    if faults := check_table(made, dictionary):
        raise TableRefusedError(faults)
    return made


def _fresh_id(number: int, taken: set[str]) -> str:
    name = f"row_{number}"
    while name in taken:
        number += 1
        name = f"row_{number}"
    taken.add(name)
    return name


def plain_cell(text: str, kind: ColumnType) -> str:
    """Return the plain words of a condition, or its FEEL where they would read back as something else."""
    cell = parse_cell(text, kind)
    if cell.anything:
        return ANYTHING
    words = "、".join([*(shown(word) for word in cell.words), *(_plain_range(one) for one in cell.ranges)])
    plain = f"除{words}外" if cell.negated else words
    return plain if _reads_as(plain, kind) == cell else text


def _reads_as(plain: str, kind: ColumnType) -> Cell | None:
    try:
        return parse_cell(feel_cell(plain, kind), kind)
    except FeelError:
        return None


def _plain_range(one: Range) -> str:
    if one.low == one.high and one.low is not None:
        return shown(one.low)
    days = isinstance(one.low, date) or isinstance(one.high, date)
    low, high = _plain_low(one, days=days), _plain_high(one, days=days)
    return f"{low}且{high}" if low and high else low or high


def _plain_low(one: Range, *, days: bool) -> str:
    if one.low is None:
        return ""
    end = shown(one.low)
    if days:
        return f"{end}起" if one.with_low else f"{end}后"
    return f"{end}以上" if one.with_low else f"超过{end}"


def _plain_high(one: Range, *, days: bool) -> str:
    if one.high is None:
        return ""
    end = shown(one.high)
    if days:
        return f"{end}止" if one.with_high else f"{end}前"
    return f"{end}以下" if one.with_high else f"不满{end}"


def feel_cell(text: str, kind: ColumnType) -> str:
    """Return the FEEL of a condition in plain words; what is not understood is given back to be complained of."""
    plain = text.strip()
    if plain in ("", "-", "－", ANYTHING):
        return "-"
    if '"' in plain:
        return plain
    outside = _EXCEPT.fullmatch(plain)
    items = [item.strip() for item in (outside["items"] if outside else plain).split("、")]
    found = [_feel_item(item, kind) for item in items if item]
    return f"not({', '.join(found)})" if outside else ", ".join(found)


def _feel_item(item: str, kind: ColumnType) -> str:
    if kind == "text":
        return item if item.startswith("not(") else f'"{item}"'
    if kind == "boolean":
        return {"是": "true", "否": "false"}.get(item, item)
    return _feel_range(item.translate(_SIGNS).replace(" ", ""), item)


def _feel_range(item: str, written: str) -> str:
    """Return the FEEL of a number, a day or a range of them."""
    if _ONE.fullmatch(item):
        return _feel_end(item)
    found = _RANGE.fullmatch(item)
    if found is None:
        return written.translate(_SIGNS)
    low, high = found["from"] or found["over"] or found["after"], found["to"] or found["under"] or found["before"]
    if low and high:
        return f"{'[' if found['from'] else '('}{_feel_end(low)}..{_feel_end(high)}{']' if found['to'] else ')'}"
    if low:
        return f"{'>=' if found['from'] else '>'} {_feel_end(low)}"
    return f"{'<=' if found['to'] else '<'} {_feel_end(high)}" if high else written


def _feel_end(end: str) -> str:
    return f'date("{end}")' if _DAY.fullmatch(end) else end


def plain_result(text: str) -> str:
    """Return a result in plain words; what reckons with facts is marked as a formula."""
    expression = compile_expression(text)
    return f"{FORMULA}{text}" if expression.names else shown(expression.evaluate({}))


def feel_result(text: str, kind: ColumnType) -> str:
    """Return the FEEL of a result in plain words."""
    plain = text.strip()
    if plain.startswith(FORMULA):
        return plain.removeprefix(FORMULA).strip()
    if kind == "text" and plain and '"' not in plain:
        return f'"{plain}"'
    if kind == "boolean":
        return {"是": "true", "否": "false"}.get(plain, plain)
    return f'date("{plain}")' if kind == "date" and _DAY.fullmatch(plain) else plain.translate(_SIGNS)
