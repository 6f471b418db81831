"""A sheet goes in whole or not at all, and comes out as it went in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook
from procrastinate.contrib.django import app

from heliograph.desk.tests.conftest import Browser
from heliograph.kernel.verdict import ActRefusedError
from heliograph.outbox.jobs import RETRIES
from heliograph.registers.actions import Content, add_unit, imports, revise_entry
from heliograph.registers.actions.imports import check_import
from heliograph.registers.exports import guarded, unguarded
from heliograph.registers.imports import read_sheet
from heliograph.registers.models import Account, Agency, Entry, EntryVersion, ImportBatch
from heliograph.registers.tasks import give_up, run_import
from tests.cast import NOON

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
    checked = desk.get(where).text
    assert "没有错误" in checked
    records = f"/desk/sunny/records/registers_importbatch/{batch.pk}/"
    assert f'href="{records}"' in checked
    assert "核对导入表格" in desk.get(records).text
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


@pytest.mark.by_hand
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
    cell = book.worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    csv = desk.get(f"{ITEMS}export/csv/").content.decode("utf-8-sig")
    assert "'=1+1" in csv
    assert "'+86" in csv
    again = upload(desk, SimpleUploadedFile("items.csv", csv.encode()))
    assert again.faults == []
    assert again.rows[0]["data"]["name"] == "=1+1"
    assert again.rows[0]["number"] == "1"
    listed = json.loads(desk.get(f"{ITEMS}export/json/").content)
    assert listed["entries"][0]["data"]["name"] == "=1+1"


# -- again
def run(desk: Client, handler: Account, file: SimpleUploadedFile) -> ImportBatch:
    batch = upload(desk, file)
    desk.post(f"{ITEMS}import/{batch.pk}/")
    run_import(str(batch.pk), str(handler.pk))
    batch.refresh_from_db()
    return batch


def exported(desk: Client) -> str:
    return desk.get(f"{ITEMS}export/csv/").content.decode("utf-8-sig")


def csv_file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("items.csv", text.encode())


def test_a_changed_export_revises_the_entries_it_numbers(
    desk: Client, handler: Account, co_handler: Account, browser: Browser
) -> None:
    run(desk, handler, sheet(row("甲"), row("乙")))
    text = exported(desk)
    assert text.startswith("编号,事项名称")
    other = browser(co_handler)
    batch = upload(other, csv_file(text.replace("乙", "乙（修订）")))
    other.post(f"{ITEMS}import/{batch.pk}/")
    run_import(str(batch.pk), str(co_handler.pk))
    assert list(Entry.objects.order_by("number").values_list("number", "title", "rev")) == [
        (1, "甲", 1),  # a row that changes nothing leaves no trace
        (2, "乙（修订）", 2),
    ]
    assert EntryVersion.objects.get(entry__number=2).authors == [handler.pk, co_handler.pk]
    assert EntryVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("\n1,", "\n7,"), "本清单没有编号为“7”的条目"),
        (("\n1,", "\n一,"), "本清单没有编号为“一”的条目"),
        (("\n2,", "\n1,"), "编号 1 在表中出现了 2 次"),
        ((",电话", ",传真"), "本清单没有“传真”列"),
    ],
)
def test_a_wrong_number_keeps_every_row_out(desk: Client, handler: Account, change: tuple[str, str], told: str) -> None:
    run(desk, handler, sheet(row("甲"), row("乙")))
    text = exported(desk).replace("\r\n", "\n").replace(*change)
    batch = upload(desk, csv_file(text))
    assert batch.state == ImportBatch.State.REFUSED
    assert told in desk.get(f"{ITEMS}import/{batch.pk}/").text


def test_a_sheet_with_numbers_keeps_all_columns(desk: Client, handler: Account) -> None:
    run(desk, handler, sheet(row("甲")))
    batch = upload(desk, csv_file("编号,事项名称,类别,依据\n1,甲,行政处罚,行政处罚法@2021:61\n"))
    assert "须保留全部列" in batch.faults[0]["message"]


def test_an_entry_under_approval_is_not_revised_by_a_sheet(desk: Client, handler: Account) -> None:
    run(desk, handler, sheet(row("甲")))
    text = exported(desk)
    desk.post(f"{ITEMS}submit/", {"all": "1"})
    batch = upload(desk, csv_file(text))
    assert "正在审批" in batch.faults[0]["message"]


def revised_meanwhile(entry_number: int, actor: Account, phone: str = "0539-1234567") -> None:
    entry = Entry.objects.get(number=entry_number)
    data = {**entry.versions.get().data, "phone": phone}
    revise_entry(entry.pk, content=Content(data=data, reason="改电话"), actor=actor, at=NOON)


def test_an_entry_written_since_the_export_is_not_overwritten(
    desk: Client, handler: Account, co_handler: Account
) -> None:
    run(desk, handler, sheet(row("甲"), row("乙")))
    text = exported(desk)
    revised_meanwhile(2, co_handler)
    batch = upload(desk, csv_file(text))
    assert [(fault["row"], fault["column"]) for fault in batch.faults] == [(3, "编号")]
    assert "编号 2 的条目在这份表导出或核对之后又有修改" in desk.get(f"{ITEMS}import/{batch.pk}/").text
    fresh = upload(desk, csv_file(exported(desk).replace("甲", "甲（修订）")))
    assert fresh.faults == []


@pytest.mark.parametrize("with_column", [True, False])
def test_an_entry_written_between_the_check_and_the_import_is_not_overwritten(
    desk: Client, handler: Account, co_handler: Account, with_column: bool
) -> None:
    run(desk, handler, sheet(row("甲"), row("乙")))
    text = exported(desk).replace("甲", "甲（修订）")
    if not with_column:
        text = "\r\n".join(line.rpartition(",")[0] for line in text.split("\r\n"))
    batch = upload(desk, csv_file(text))
    assert batch.state == ImportBatch.State.CHECKED
    desk.post(f"{ITEMS}import/{batch.pk}/")
    revised_meanwhile(1, co_handler)
    run_import(str(batch.pk), str(handler.pk))
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.REFUSED
    assert "编号 1 的条目" in batch.faults[0]["message"]
    assert Entry.objects.get(number=1).title == "甲"


def test_an_entry_written_after_the_last_check_is_not_overwritten(
    desk: Client, handler: Account, co_handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(desk, handler, sheet(row("甲")))
    batch = upload(desk, csv_file(exported(desk).replace("甲", "甲（修订）")))
    desk.post(f"{ITEMS}import/{batch.pk}/")
    write = imports._write

    def late(*args: Any) -> ImportBatch:
        revised_meanwhile(1, co_handler)
        return write(*args)

    monkeypatch.setattr(imports, "_write", late)
    run_import(str(batch.pk), str(handler.pk))
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.REFUSED
    assert Entry.objects.get(number=1).title == "甲"


def test_a_revision_that_is_no_number_is_a_fault(desk: Client, handler: Account) -> None:
    run(desk, handler, sheet(row("甲")))
    text = exported(desk).rstrip().rpartition(",")[0] + ",新\r\n"
    assert "修订号应与导出的表一致" in upload(desk, csv_file(text)).faults[0]["message"]


def test_a_second_entry_of_the_same_name_is_pointed_out_before_it_is_made(desk: Client, handler: Account) -> None:
    run(desk, handler, sheet(row("甲")))
    batch = upload(desk, sheet(row("甲"), row("乙")))
    page = desk.get(f"{ITEMS}import/{batch.pk}/").text
    assert "已有同名条目“甲”，编号 1" in page
    assert "已有同名条目“乙”" not in page
    assert batch.state == ImportBatch.State.CHECKED


def test_a_unit_of_the_desk_is_valid_in_a_sheet(
    desk: Client, agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    add_unit(agency.pk, name="新设大队", functions=["handling"], actor=legality_reviewer, at=NOON)
    head = "事项名称,类别,依据,承办科室\n"
    fits = upload(desk, csv_file(f"{head}甲,行政处罚,行政处罚法@2021:61,新设大队\n"))
    assert fits.faults == []
    wrong = upload(desk, csv_file(f"{head}甲,行政处罚,行政处罚法@2021:61,没有的科\n"))
    assert "应为" in wrong.faults[0]["message"]


def test_the_officer_register_takes_no_sheet(agency: Agency, handler: Account) -> None:
    names = read_sheet("a.csv", "姓名,证件编号\n查无此人,1\n".encode())
    with pytest.raises(ActRefusedError, match="由执法证件登记生成"):
        check_import(
            agency.pk, register="officers", file_name="a.csv", sheet=names, reason="试", actor=handler, at=NOON
        )
    assert not ImportBatch.objects.exists()


def attempt(batch: ImportBatch, handler: Account, number: int) -> None:
    """Run the job as the queue does after so many failed tries."""
    context = SimpleNamespace(job=SimpleNamespace(attempts=number))
    run = cast(Callable[..., None], app.tasks["registers.import_entries"].func)
    with pytest.raises(RuntimeError, match="the disk is full"):
        run(context, batch_id=str(batch.pk), actor_id=str(handler.pk))
    batch.refresh_from_db()


def test_an_import_that_keeps_failing_is_noted_on_its_page(
    desk: Client, handler: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(desk, sheet(row("甲")))
    desk.post(f"{ITEMS}import/{batch.pk}/")
    monkeypatch.setattr("heliograph.registers.tasks.import_entries", broken)
    attempt(batch, handler, RETRIES - 1)
    assert batch.state == ImportBatch.State.RUNNING  # it will be tried again
    attempt(batch, handler, RETRIES)
    assert batch.state == ImportBatch.State.REFUSED
    assert "系统故障" in desk.get(f"{ITEMS}import/{batch.pk}/").text


def test_an_import_that_is_done_is_not_undone_by_a_late_failure(desk: Client, handler: Account) -> None:
    batch = run(desk, handler, sheet(row("甲")))
    give_up(str(batch.pk), str(handler.pk))
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.DONE


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("the disk is full")


@pytest.mark.parametrize("start", list("=+-@＝＋－＠\t\r\n"))
def test_what_a_spreadsheet_would_compute_is_guarded_and_read_back(start: str) -> None:
    written = f"{start}1+1"
    assert guarded([written, f"'{written}", "甲'=乙"]) == [f"'{written}", f"''{written}", "甲'=乙"]
    assert [unguarded(cell) for cell in guarded([written, f"'{written}", "甲'=乙"])] == [
        written,
        f"'{written}",
        "甲'=乙",
    ]
