"""Holiday notices as sheets: the template people fill in, and what they filled in as the calendar's rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from heliograph.kernel.workdays import LABELS, CalendarDay, RowFault, parse_calendar_csv
from heliograph.registers.imports import read_sheet

WIDTHS = (14, 10, 14, 44, 44)
DAYS = 200  # rows of the template that offer the two kinds


def template() -> bytes:
    """Return the empty workbook; the kind of a day is chosen from a list."""
    book = Workbook()
    sheet = book["Sheet"]
    sheet.title = "放假安排"
    sheet.append(list(LABELS.values()))
    for column, width in zip("ABCDE", WIDTHS, strict=True):
        sheet[f"{column}1"].font = Font(bold=True)
        sheet.column_dimensions[column].width = width
    for row in range(2, DAYS + 2):
        sheet[f"A{row}"].number_format = "@"
    kinds = DataValidation(type="list", formula1='"放假,上班"', allow_blank=False)
    kinds.add(f"B2:B{DAYS + 1}")
    sheet.add_data_validation(kinds)
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_days(file_name: str, content: bytes) -> tuple[list[CalendarDay], list[RowFault]]:
    """Return the days of a sheet, and the faults under the row numbers of the spreadsheet. SheetError: no sheet."""
    sheet = read_sheet(file_name, content)
    width = max((index for index, label in enumerate(sheet.head, start=1) if label), default=0)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_line(sheet.head, width))
    line = 2
    for number, cells in sheet.rows:
        buffer.write("\n" * (number - line))  # empty rows keep their numbers
        line = number + 1
        writer.writerow(_line(cells, width))
    return parse_calendar_csv(buffer.getvalue())


def _line(cells: Sequence[object], width: int) -> list[str]:
    """Return as many cells as there are heads, more only where something is written beyond them."""
    written = [_written(cell) for cell in cells]
    while len(written) > width and not written[-1]:
        written.pop()
    return written + [""] * (width - len(written))


def _written(cell: object) -> str:
    """Return a cell on one line, a date written out."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else " ".join(str(cell).split())
