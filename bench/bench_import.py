"""Importing a register: an xlsx of 10,000 rows read, checked and written, on the embedded PostgreSQL.

`python -m bench import` prints the figures; `run()` returns them. The dry run and the import are timed apart.
"""

from __future__ import annotations

import io
import time
from datetime import datetime

from openpyxl import Workbook

from bench.django_setup import SETTINGS
from heliograph.registers.actions import add_unit
from heliograph.registers.actions.imports import check_import, import_entries, start_import
from heliograph.registers.imports import read_sheet
from heliograph.registers.models import Account, Entry, EntryVersion
from tests.cast import BEIJING, Staffing, grant, new_account, open_office
from tests.database import Clone, ensure_template

ROWS = 10_000
AT = datetime(2026, 11, 20, 12, 0, tzinfo=BEIJING)
HEAD = ["事项名称", "类别", "依据", "条件", "电话", "职责", "责任科室"]


def workbook() -> bytes:
    """Return a sheet of so many items, each with its basis, two conditions and a paragraph."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("事项")
    sheet.append(HEAD)
    for number in range(ROWS):
        conditions = "有书面申请 | 行政处罚法@2021:61\n材料齐全 | 行政处罚法@2021:61"
        duties = f"负责第 {number} 号事项的受理、调查和办理。" * 3
        sheet.append(
            [f"第 {number} 号事项", "行政处罚", "行政处罚法@2021:61", conditions, "0539-8246001", duties, "执法科"]
        )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _handler() -> Account:
    """Open the test office and return somebody who compiles its list of items."""
    office = open_office("sunny", "晴川县测试局")
    legal = grant(office, new_account("法审", "case", office.agency), "legality_reviewer")
    unit = add_unit(office.agency.pk, name="执法科", functions=["handling"], actor=legal, at=AT)
    return Staffing(office, legal).join("承办", "handler", unit)


def run() -> dict[str, float | str]:
    """Measure one import; the database is a fresh clone and goes afterwards."""
    clone = Clone(ensure_template())
    clone.create()
    try:
        return _measure(_handler(), workbook())
    finally:
        clone.drop()


def _measure(actor: Account, content: bytes) -> dict[str, float | str]:
    agency = actor.grants.get().agency
    started = time.perf_counter()
    sheet = read_sheet("items.xlsx", content)
    read = time.perf_counter()
    batch = check_import(
        agency.pk, register="items", file_name="items.xlsx", sheet=sheet, reason="年度编制", actor=actor, at=AT
    )
    checked = time.perf_counter()
    start_import(batch.pk, actor=actor, at=AT)
    import_entries(batch.pk, actor=actor, at=AT)
    done = time.perf_counter()
    if Entry.objects.count() != ROWS or EntryVersion.objects.count() != ROWS:
        raise RuntimeError("the import is not whole")
    return {
        "rows": ROWS,
        "reading the xlsx, s": read - started,
        "dry run, s": checked - read,
        "import (checked again, written), s": done - checked,
        "all together, s": done - started,
        "rows/s of the import": ROWS / (done - checked),
        "settings": SETTINGS,
    }


if __name__ == "__main__":
    for label, value in run().items():
        print(f"{label}: {value}")
