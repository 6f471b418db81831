"""Decision tables as sheets: what people download to fill in, and what they filled in as rows with their faults."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from heliograph.kernel.dmn import GridRow, Table, table_rows
from heliograph.registers.imports import SheetError, read_sheet

ID, BASIS, NOTE = "行编号", "依据", "说明"
WIDTH: Final = 22


def labels(table: Table) -> list[str]:
    """Return the heads of a table's sheet: the key of a row, its columns, its basis and note."""
    return [
        ID,
        *(one.label or one.name for one in table.inputs),
        *(_result(one.label or one.name, table) for one in table.outputs),
        BASIS,
        NOTE,
    ]


def _result(label: str, table: Table) -> str:
    """Return a result's head; one that is named as a condition says that it is the result."""
    return f"结果：{label}" if label in {one.label or one.name for one in table.inputs} else label


def workbook(table: Table) -> bytes:
    """Return a table as a workbook. Every cell is text: nothing computes."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.name[:31])
    heads = labels(table)
    for number in range(len(heads)):
        sheet.column_dimensions[get_column_letter(number + 1)].width = WIDTH
    sheet.freeze_panes = "B2"
    lines = [heads, *([row.id, *row.cells, *row.outputs, row.basis, row.description] for row in table_rows(table))]
    for number, line in enumerate(lines):
        cells = []
        for text in line:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 0)
            cells.append(cell)
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_rows(file_name: str, content: bytes, table: Table) -> list[GridRow]:
    """Return the rows of a sheet in plain words. SheetError for a file that is no sheet of this table."""
    sheet = read_sheet(file_name, content)
    places = _places(sheet.head, table)
    heads = labels(table)
    inputs = heads[1 : 1 + len(table.inputs)]
    outputs = heads[1 + len(table.inputs) : -2]
    rows = []
    for _, cells in sheet.rows:
        told = {head: written(cells[place]) if place < len(cells) else "" for head, place in places.items()}
        rows.append(
            GridRow(
                id=told.get(ID, ""),
                cells=tuple(told[head] for head in inputs),
                outputs=tuple(told[head] for head in outputs),
                description=told.get(NOTE, ""),
                basis=told.get(BASIS, ""),
            )
        )
    return rows


def _places(head: Sequence[str], table: Table) -> Mapping[str, int]:
    wanted = labels(table)
    bare = {"".join(label.split()): label for label in wanted}
    found = {bare[label]: place for place, label in enumerate(head) if label in bare}
    missing = [label for label in wanted if label not in found and label not in {ID, BASIS, NOTE}]
    if missing:
        raise SheetError(f"缺少列：{'、'.join(missing)}。请下载本表后按其列名填写。")
    unknown = [label for label in head if label and label not in bare]
    if unknown:
        raise SheetError(f"本表没有“{unknown[0]}”列。请下载本表后按其列名填写。")
    return found


def written(cell: object) -> str:
    """Return a cell as text on one line: a whole number without its point, a date written out."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else " ".join(str(cell).split())
