"""Reads an uploaded sheet (xlsx or CSV) against a register's fields: rows to import, and every fault by row and column.

Nothing is written here. Cells are read as people see them; a number that lost digits in the spreadsheet is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.registers import rules
from heliograph.registers.archives import ArchiveRefusedError, open_archive
from heliograph.registers.exports import NUMBER, OWNER, REVISION, unguarded

FILE_BYTES = 20_000_000
ROWS = 20_000
COLUMNS = 200
FAULTS_SHOWN = 500
EXACT_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number, no more
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d{1,3}")
LIST_BREAK = re.compile(r"[\r\n]+")

Cell = object


class SheetError(ValueError):
    """A file that cannot be read as a sheet; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of one cell: the row as the spreadsheet numbers it (0: the whole file), the column, what to do."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"第 {self.row} 行" + (f"“{self.column}”列" if self.column else "") + "：" if self.row else ""
        return where + self.message

    def as_json(self) -> dict[str, Any]:
        """Return the form kept with the batch."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as read: the head, and rows with the number the spreadsheet gives them."""

    head: list[str]
    rows: list[tuple[int, list[Cell]]]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row that can be imported: its cleaned content, the owning unit's name, the entry's number if it has one."""

    row: int
    data: dict[str, Any]
    owner: str
    number: int | None = None
    revision: int | None = None  # of the entry as the sheet, or the dry run, knew it


@dataclass(frozen=True, slots=True)
class Present:
    """What is there already: the names of the units, and for each entry's number whether it is under approval.

    `files` are the files of each numbered entry by field: a sheet names them and cannot change them. `revisions` say,
    by number, how often each entry was written.
    """

    units: Collection[str]
    entries: Mapping[int, bool]
    files: Mapping[int, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    revisions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """The outcome of a dry run. `raw` keeps what was written, so that the import checks it again."""

    rows: list[CheckedRow]
    raw: list[dict[str, Any]]
    faults: list[RowFault]


def read_sheet(file_name: str, content: bytes) -> Sheet:
    """Read the first sheet of an xlsx file, or a CSV file. SheetError with the reason when that cannot be done."""
    if len(content) > FILE_BYTES:
        raise SheetError(f"文件最大 {FILE_BYTES // 1_000_000} MB。请分成几个文件导入。")
    suffix = file_name.rpartition(".")[2].lower()
    if suffix not in {"xlsx", "csv"}:
        raise SheetError("请上传 .xlsx 或 .csv 文件；旧格式 .xls 请先另存为 .xlsx。")
    table = _read_xlsx(content) if suffix == "xlsx" else _read_csv(content)
    if not table:
        raise SheetError("表里没有内容。请下载模板，在第一行保留各列名称，从第二行起填写。")
    head = [_label(cell) for cell in table[0]]
    rows = [(number, list(row)) for number, row in enumerate(table[1:], start=2) if any(_filled(cell) for cell in row)]
    if len(rows) > ROWS:
        raise SheetError(f"一次最多导入 {ROWS} 行，现为 {len(rows)} 行。请分成几个文件导入。")
    if not rows:
        raise SheetError("除列名外没有数据。请从第二行起填写。")
    return Sheet(head, rows)


def _read_xlsx(content: bytes) -> Sequence[Sequence[Cell]]:
    try:
        with open_archive(content) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise SheetError("文件不是 Excel 工作簿。请另存为 .xlsx 后再上传。")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        if sheet.total_height > ROWS * 2 or sheet.total_width > COLUMNS:
            raise SheetError(f"表的范围过大，最多 {ROWS} 行、{COLUMNS} 列。请删去多余的行和列。")
        return sheet.to_python(skip_empty_area=False)
    except ArchiveRefusedError as error:
        raise SheetError(str(error)) from None
    except (CalamineError, ValueError, IndexError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError("工作簿无法读取，可能已损坏。请重新另存为 .xlsx 后再上传。") from None


def _read_csv(content: bytes) -> Sequence[Sequence[Cell]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetError("文字编码无法识别。请另存为 UTF-8 编码的 CSV，或改用 .xlsx。")
    try:
        return [[unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(text), strict=True)]
    except csv.Error:
        raise SheetError("CSV 格式有误，常见原因是引号没有成对。请改用 .xlsx。") from None


def _label(cell: Cell) -> str:
    return re.sub(r"[\s*＊]+", "", str(cell))


def _filled(cell: Cell) -> bool:
    return cell is not None and str(cell).strip() != ""


def check_sheet(
    sheet: Sheet, register: Register, choices: rules.Choices, articles: Collection[str], present: Present
) -> CheckedSheet:
    """Check every cell of a sheet; rows count as importable only when no fault is found anywhere in it."""
    columns, faults = _match_columns(sheet.head, register)
    if faults:
        return CheckedSheet([], [], faults)
    raw: list[dict[str, Any]] = []
    for number, cells in sheet.rows:
        values, cell_faults = _read_cells(number, cells, columns)
        faults += cell_faults
        raw.append(values)
    rows, row_faults = check_rows(raw, register, choices, articles, present)
    return CheckedSheet(rows, raw, sorted(faults + row_faults, key=lambda fault: fault.row))


def check_rows(
    raw: Iterable[Mapping[str, Any]],
    register: Register,
    choices: rules.Choices,
    articles: Collection[str],
    present: Present,
) -> tuple[list[CheckedRow], list[RowFault]]:
    """Return rows in stored form, and the faults of content with the field's own label."""
    labels = {field.id: field.label for field in register.fields}
    rows: list[CheckedRow] = []
    faults: list[RowFault] = []
    for values in raw:
        row, owner = int(values["row"]), str(values.get("owner", ""))
        data, file_faults = _with_files(register, values, present)
        faults += file_faults
        clean, found = rules.check_entry(register, data, choices, articles)
        faults += [RowFault(row, labels.get(fault.field, fault.field), fault.message) for fault in found]
        if owner and owner not in present.units:
            faults.append(RowFault(row, OWNER, f"本机关没有“{owner}”。请先登记内设机构，或改为已有的名称。"))
        faults += _number_faults(row, str(values.get("number", "")), present.entries)
        checked = CheckedRow(row, clean, owner, _as_number(values.get("number")), _as_number(values.get("revision")))
        if values.get("revision") and checked.revision is None:
            faults.append(RowFault(row, REVISION, "修订号应与导出的表一致，不要改动；没有的请整列删去。"))
        rows.append(checked)
    return rows, faults + _repeated(rows) + stale_faults(rows, present.revisions)


def _with_files(
    register: Register, values: Mapping[str, Any], present: Present
) -> tuple[dict[str, Any], list[RowFault]]:
    """Return a row's content with the files that its entry has; a sheet may repeat a file's name, nothing else."""
    data, faults = dict(values["data"]), []
    held = present.files.get(_as_number(values.get("number")) or 0, {})
    for one in (each for each in register.fields if each.type == "file"):
        written, kept = str(data.pop(one.id, "")), held.get(one.id)
        if kept is not None:
            data[one.id] = dict(kept)
        if written and (kept is None or written != kept["name"]):
            message = f"“{one.label}”是文件，不能导入。请把这一格留空或保持导出时的文件名，在条目页面上传。"
            faults.append(RowFault(int(values["row"]), one.label, message))
    return data, faults


def _as_number(text: object) -> int | None:
    written = str(text or "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None


def _number_faults(row: int, text: str, entries: Mapping[int, bool]) -> list[RowFault]:
    """Say why the entry that a row names cannot be revised by it; without a number the row is a new entry."""
    number = _as_number(text)
    if not text:
        return []
    if number is None or number not in entries:
        return [RowFault(row, NUMBER, f"本清单没有编号为“{text[:20]}”的条目。请核对编号；新增条目的编号请留空。")]
    if entries[number]:
        return [RowFault(row, NUMBER, f"编号 {number} 的条目正在审批，审批结束或退回后才能修改。")]
    return []


def stale_faults(rows: Iterable[CheckedRow], revisions: Mapping[int, int]) -> list[RowFault]:
    """Refuse rows whose entry was written since: the sheet would silently undo what somebody else wrote."""
    faults: list[RowFault] = []
    for row in rows:
        held = None if row.number is None else revisions.get(row.number)
        if None not in (row.revision, held) and row.revision != held:
            told = f"编号 {row.number} 的条目在这份表导出或核对之后又有修改。请重新导出，在新表上修改后再导入。"
            faults.append(RowFault(row.row, NUMBER, told))
    return faults


def _repeated(rows: Sequence[CheckedRow]) -> list[RowFault]:
    counts = Counter(row.number for row in rows if row.number is not None)
    return [
        RowFault(row.row, NUMBER, f"编号 {row.number} 在表中出现了 {counts[row.number]} 次，请只保留一行。")
        for row in rows
        if row.number is not None and counts[row.number] > 1
    ]


def _match_columns(head: Sequence[str], register: Register) -> tuple[list[FieldDef | str | None], list[RowFault]]:
    """Return for each column its field, the number or owner column, or None for an empty head; and what does not fit.

    Where rows revise entries every column must be there: a column left out would empty its field.
    """
    by_label = {_label(field.label): field for field in register.fields}
    columns: list[FieldDef | str | None] = []
    faults: list[RowFault] = []
    for label in head:
        known = by_label.get(label) or (label if label in {NUMBER, OWNER, REVISION} else None)
        columns.append(known)
        if label and known is None:
            known_labels = "、".join(field.label for field in register.fields)
            faults.append(RowFault(0, label, f"本清单没有“{label}”列。可用的列：{NUMBER}、{known_labels}、{OWNER}。"))
        elif label and head.count(label) > 1:
            faults.append(RowFault(0, label, f"“{label}”列出现了多次，请只保留一列。"))
    absent = [one for one in register.fields if one.type != "file" and _label(one.label) not in head]
    missing = [field.label for field in absent if field.required]
    if missing:
        faults.append(RowFault(0, "", f"缺少必填的列：{'、'.join(missing)}。请下载模板后按其列名填写。"))
    elif absent and NUMBER in columns:
        names = "、".join(field.label for field in absent)
        faults.append(RowFault(0, "", f"按编号修改条目的表须保留全部列，缺少：{names}。请在导出的表上修改。"))
    return columns, list(dict.fromkeys(faults))


def _read_cells(
    number: int, cells: Sequence[Cell], columns: Sequence[FieldDef | str | None]
) -> tuple[dict[str, Any], list[RowFault]]:
    data: dict[str, Any] = {}
    faults: list[RowFault] = []
    named = {NUMBER: "", OWNER: "", REVISION: ""}
    for cell, column in zip(cells, columns, strict=False):
        if column is None or not _filled(cell):
            continue
        if isinstance(column, str):
            named[column] = cell_text(cell)
            continue
        if lost_digits(cell, column):
            faults.append(RowFault(number, column.label, _lost(cell)))
            continue
        text = cell_text(cell, column)
        many = column.type in {"basis", "lines", "choices"}
        data[column.id] = [part.strip() for part in LIST_BREAK.split(text) if part.strip()] if many else text
    row = {"row": number, "data": data, "owner": named[OWNER], "number": named[NUMBER], "revision": named[REVISION]}
    return row, faults


def lost_digits(cell: Cell, field: FieldDef) -> bool:
    """Say whether a cell holds a number of which the spreadsheet has dropped digits (long numbers, 1.2E+17)."""
    if field.type == "number":
        return False
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= EXACT_DIGITS
    return isinstance(cell, str) and SCIENTIFIC.fullmatch(cell.strip()) is not None


def _lost(cell: Cell) -> str:
    return f"单元格是数字格式，长编号的末几位已丢失（现为 {cell}）。请把该列设为“文本”格式后重新填写完整编号。"


def cell_text(cell: Cell, field: FieldDef | None = None) -> str:
    """Return a cell as a person reads it: no `.0` on whole numbers, dates as 2026-11-20, 是 and 否."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat()
            if (field and field.type == "date") or cell.time() == time()
            else cell.isoformat(" ")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
