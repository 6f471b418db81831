"""Writes a register's entries as xlsx, CSV or JSON, and the empty template. Every cell is text: nothing computes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from heliograph.kernel.packs.schema import Register

NUMBER = "编号"
OWNER = "责任科室"
REVISION = "修订号"
FORMULA_STARTS = "=+-@＝＋－＠\t\r\n"  # what makes a spreadsheet compute a cell, also as a Chinese keyboard types it
GUARDABLE = re.compile(rf"'*[{re.escape(FORMULA_STARTS)}]")  # with the apostrophes that an earlier guard left
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CELL_LIMIT = 32_767  # what a spreadsheet cell holds
WIDTHS = {"text": 24, "longtext": 48, "lines": 48, "basis": 32, "choices": 24}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One entry to write out."""

    number: int
    version: int
    owner: str
    data: dict[str, Any]
    revision: int = 0


def flat(value: Any) -> str:
    """Return a field's value as the import reads it back: one line per item, `内容 | 依据` for lines.

    Of a file only the name is written: files are not imported.
    """
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "\n".join(_item(item) for item in value)
    return "" if value is None else str(value)


def _item(item: Any) -> str:
    if isinstance(item, dict):
        return f"{item['text']} | {item['basis']}" if item.get("basis") else str(item["text"])
    return str(item)


def labels(register: Register) -> list[str]:
    """Return the column names of a template: the fields' labels in the pack's order, then the owning unit."""
    return [field.label for field in register.fields] + [OWNER]


def numbered(register: Register) -> list[str]:
    """Return the column names of an export: the entry's number first, by which an import finds the entry again.

    The revision stands last: by it an import sees whether somebody wrote the entry since the sheet was taken out.
    """
    return [NUMBER, *labels(register), REVISION]


def cells(register: Register, row: ExportRow) -> list[str]:
    """Return one entry's cells in the order of `numbered`."""
    return [str(row.number), *(flat(row.data.get(field.id)) for field in register.fields), row.owner, str(row.revision)]


def template(register: Register) -> bytes:
    """Return the empty workbook for new entries, without columns for files, which are uploaded on the entry's page."""
    files = {field.label for field in register.fields if field.type == "file"}
    return _workbook(register, [label for label in labels(register) if label not in files], [])


def to_xlsx(register: Register, rows: Iterable[ExportRow]) -> bytes:
    """Return a workbook with one sheet, which an import reads back as changes of the same entries."""
    return _workbook(register, numbered(register), (cells(register, row) for row in rows))


def _workbook(register: Register, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(register.name[:31])
    types = {field.label: field.type for field in register.fields}
    for index, label in enumerate(head):
        sheet.column_dimensions[_letter(index)].width = WIDTHS.get(types.get(label, ""), 16)
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, label, bold=True) for label in head])
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _letter(index: int) -> str:
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """Return a cell that stays text, whatever it looks like."""
    cell = WriteOnlyCell(sheet, value=CONTROL.sub("", text)[:CELL_LIMIT])
    cell.data_type = "s"
    cell.number_format = "@"
    if bold:
        cell.font = Font(bold=True)
    return cell


def to_csv(register: Register, rows: Iterable[ExportRow]) -> bytes:
    """Return CSV with a byte order mark; a cell that a spreadsheet would compute is kept text by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(guarded(numbered(register)))
    for row in rows:
        writer.writerow(guarded(cells(register, row)))
    return buffer.getvalue().encode("utf-8-sig")


def guarded(values: Sequence[str]) -> list[str]:
    """Return cells that no spreadsheet takes for a formula."""
    return [f"'{value}" if GUARDABLE.match(value) else value for value in values]


def unguarded(value: str) -> str:
    """Return what a guarded cell holds."""
    return value[1:] if value.startswith("'") and GUARDABLE.match(value) else value


def to_json(register: Register, rows: Iterable[ExportRow]) -> bytes:
    """Return the entries as JSON with the fields' ids, and the labels once."""
    document = {
        "register": register.id,
        "name": register.name,
        "fields": {field.id: field.label for field in register.fields},
        "entries": [
            {"number": row.number, "version": row.version, "owner_unit": row.owner, "data": row.data} for row in rows
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()
