"""A sheet goes in whole or not at all, and comes out as it went in."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from heliograph.desk.tests.conftest import Browser
from heliograph.registers.models import Account, Entry, EntryVersion, ImportBatch
from heliograph.registers.tasks import run_import

ITEMS = "/desk/sunny/registers/items/"
HEAD = ["事项名称", "类别", "依据", "电话", "责任科室"]


def sheet(*rows: list[Any]) -> SimpleUploadedFile:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in ([*HEAD], *rows):
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("事项.xlsx", buffer.getvalue())


def row(name: str, phone: Any = "0539-8246001") -> list[Any]:
    return [name, "行政处罚", "行政处罚法@2021:61", phone, "执法科"]


@pytest.fixture
def desk(browser: Browser, handler: Account) -> Client:
    return browser(handler)


def upload(desk: Client, file: SimpleUploadedFile) -> ImportBatch:
    answer = desk.post(f"{ITEMS}import/", {"file": file, "reason": "年度编制"})
    assert answer.status_code == 302, answer.text
    return ImportBatch.objects.latest("created_at")


def test_a_sheet_is_checked_then_confirmed_then_imported(desk: Client, handler: Account) -> None:
    batch = upload(desk, sheet(row("甲"), row("乙")))
    where = f"{ITEMS}import/{batch.pk}/"
    assert "没有错误" in desk.get(where).text
    assert not Entry.objects.exists()
    assert desk.post(where).status_code == 302
    page = desk.get(where).text
    assert "<progress" in page
    assert desk.get(f"{where}state/").json() == {"state": "running", "done": 0, "of": 2}
    run_import(str(batch.pk), str(handler.pk))
    assert "已导入 2 条" in desk.get(where).text
    assert list(Entry.objects.order_by("number").values_list("number", "title")) == [(1, "甲"), (2, "乙")]
    version = EntryVersion.objects.get(entry__number=1)
    assert version.basis == ["行政处罚法@2021:61"]
    assert version.entry.owner_unit is not None
    assert version.entry.owner_unit.name == "执法科"


def test_numbers_go_on_after_those_that_are_there(desk: Client, handler: Account, draft: EntryVersion) -> None:
    batch = upload(desk, sheet(row("甲")))
    desk.post(f"{ITEMS}import/{batch.pk}/")
    run_import(str(batch.pk), str(handler.pk))
    run_import(str(batch.pk), str(handler.pk))  # a second run of the job changes nothing
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == [draft.entry.number, 2]


def test_one_wrong_row_keeps_every_row_out(desk: Client) -> None:
    batch = upload(desk, sheet(row("甲"), row("", "不是电话"), row("丙", 1234567890123456789)))
    page = desk.get(f"{ITEMS}import/{batch.pk}/").text
    assert "第 3 行" in page
    assert "“事项名称”必须填写" in page
    assert "末几位已丢失" in page
    refused = desk.post(f"{ITEMS}import/{batch.pk}/")
    assert refused.status_code == 409
    assert not Entry.objects.exists()


def test_a_confirmed_sheet_is_not_imported_twice(desk: Client) -> None:
    batch = upload(desk, sheet(row("甲")))
    where = f"{ITEMS}import/{batch.pk}/"
    desk.post(where)
    assert desk.post(where).status_code == 409


def test_somebody_else_cannot_confirm_it(desk: Client, browser: Browser, co_handler: Account) -> None:
    batch = upload(desk, sheet(row("甲")))
    assert browser(co_handler).post(f"{ITEMS}import/{batch.pk}/").status_code == 409


def test_a_role_lost_meanwhile_refuses_the_whole_import(desk: Client, handler: Account) -> None:
    batch = upload(desk, sheet(row("甲")))
    desk.post(f"{ITEMS}import/{batch.pk}/")
    handler.grants.update(to_on="2026-02-01")
    run_import(str(batch.pk), str(handler.pk))
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.REFUSED
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xls", b"x", "请上传 .xlsx 或 .csv"),
        ("a.xlsx", b"not a zip", "文件内容与扩展名不符"),
        ("a.csv", b"\xff\xff\xff", "文字编码无法识别"),
        ("a.csv", "没有的列\n甲".encode(), "没有“没有的列”列"),
        ("a.csv", "事项名称\n".encode(), "没有数据"),
    ],
)
def test_files_that_are_no_sheet_are_refused_in_words(desk: Client, name: str, content: bytes, words: str) -> None:
    answer = desk.post(
        f"{ITEMS}import/", {"file": SimpleUploadedFile(name, content), "reason": "年度编制"}, follow=True
    )
    assert answer.status_code in {200, 422}
    assert words in answer.text


def test_the_template_is_what_the_import_reads(desk: Client) -> None:
    book = load_workbook(io.BytesIO(desk.get(f"{ITEMS}import/template/").content))
    head = [cell.value for cell in next(iter(book.worksheets[0].iter_rows()))]
    assert head[0] == "事项名称"
    assert head[-1] == "责任科室"


def test_exports_carry_text_only_and_read_back(desk: Client, handler: Account) -> None:
    written = "事项名称,类别,依据,电话\n'=1+1,行政处罚,行政处罚法@2021:61,'+86 539 8246001\n"
    batch = upload(desk, SimpleUploadedFile("items.csv", written.encode()))
    desk.post(f"{ITEMS}import/{batch.pk}/")
    run_import(str(batch.pk), str(handler.pk))
    book = load_workbook(io.BytesIO(desk.get(f"{ITEMS}export/xlsx/").content))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    csv = desk.get(f"{ITEMS}export/csv/").content.decode("utf-8-sig")
    assert "'=1+1" in csv
    assert "'+86" in csv
    again = upload(desk, SimpleUploadedFile("items.csv", csv.encode()))
    assert again.faults == []
    assert again.rows[0]["data"]["name"] == "=1+1"
    listed = json.loads(desk.get(f"{ITEMS}export/json/").content)
    assert listed["entries"][0]["data"]["name"] == "=1+1"
