"""The dossier on the desk: catalogue, what is missing, a later file, exports, handing over and receipt; side doors."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.desk.tests.casework import open_bureau, read, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.models import Case, Deposit, Paper, PaperScan
from heliograph.dossiers.tests.bureau import Bureau, opened, step_of
from heliograph.dossiers.tests.retrieving import granted
from heliograph.dossiers.tests.test_dossier import archive, close, lacking_report, pdf
from heliograph.ledger.models import Record
from heliograph.registers.models import Account
from tests.cast import Office, grant, new_account, open_office

pytestmark = pytest.mark.django_db
REPORT = "调查终结报告"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def closed(bureau: Bureau) -> Case:
    case = lacking_report(bureau)
    close(bureau, case, missing_reason="报告在打印")
    return case


@pytest.fixture
def archived(bureau: Bureau, closed: Case) -> Case:
    archive(bureau, closed, "报告在打印")
    closed.refresh_from_db()
    return closed


def at(bureau: Bureau, case: Case, name: str = "dossier", **more: object) -> str:
    return url(bureau, name, case=case.pk, **more)


def test_the_page_lists_what_is_there_and_what_is_missing(bureau: Bureau, archived: Case, browser: Browser) -> None:
    page = read(browser(bureau["handler"]), at(bureau, archived))
    assert "正卷" in page
    assert "副卷" in page
    assert "晴测案卷〔2026〕1号" in page
    paper = Paper.objects.get(case=archived, kind=REPORT)
    scan = at(bureau, archived, "paper-scan", registered=paper.pk)
    assert scan in page
    assert scan in read(browser(bureau["handler"]), at(bureau, archived, "case"))
    leader = read(browser(bureau["leader_in_charge"]), at(bureau, archived))
    assert scan not in leader
    assert "导出数据包" not in leader
    assert at(bureau, archived) in read(browser(bureau["archivist"]), at(bureau, archived, "case"))


def test_archiving_asks_why_something_is_missing(bureau: Bureau, closed: Case, browser: Browser) -> None:
    handler, step = browser(bureau["handler"]), step_url(bureau, closed, step_of(closed, "archive_case"))
    page = read(handler, step)
    assert "案卷还缺：调查终结报告没有上传文件" in page
    assert 'name="paper-0-on"' not in page
    sent = {"rev": page.partition('name="rev" value="')[2].partition('"')[0], "note": "一案一卷"}
    refused = handler.post(step, sent)
    assert refused.status_code == 409
    assert "写明缺少的理由" in refused.content.decode()
    assert handler.post(step, {**sent, "missing_reason": "报告在打印"}).status_code == 302
    assert Paper.objects.filter(case=closed, kind="卷内目录").exists()


def test_a_missing_file_is_added_after_archiving(bureau: Bureau, archived: Case, browser: Browser) -> None:
    handler = browser(bureau["handler"])
    address = at(bureau, archived, "paper-scan", registered=Paper.objects.get(case=archived, kind=REPORT).pk)
    assert "补传文件" in read(handler, address)
    assert handler.post(address, {"reason": "补签"}).status_code == 422
    wrong = SimpleUploadedFile("a.exe", b"MZ")
    assert handler.post(address, {"reason": "补签", "file": wrong}).status_code == 422
    good = SimpleUploadedFile("报告.pdf", pdf(2))
    assert handler.post(address, {"reason": "补签", "file": good}).status_code == 302
    assert PaperScan.objects.get().file.name == "报告.pdf"
    assert handler.get(address).status_code == 409
    assert "已办环节要求的文书都已登记" in read(handler, at(bureau, archived))
    assert browser(bureau["archivist"]).get(address).status_code == 403


def test_exports_are_given_and_recorded(bureau: Bureau, archived: Case, browser: Browser, tmp_path: Path) -> None:
    handler = browser(bureau["handler"])
    for role in ("handler", "archivist"):
        granted(bureau, archived, bureau[role])
    bag = handler.post(at(bureau, archived, "dossier-bag"))
    with zipfile.ZipFile(io.BytesIO(b"".join(bag))) as content:
        names = content.namelist()
    assert {"bag/bagit.txt", "bag/manifest-sha256.txt", "bag/data/mets.xml"} <= set(names)
    whole = browser(bureau["archivist"]).post(at(bureau, archived, "dossier-pdf"))
    assert whole["Content-Type"] == "application/pdf"
    assert b"".join(whole).startswith(b"%PDF")
    taken = Record.objects.filter(kind="case.dossier_exported", subject_id=str(archived.pk))
    assert set(taken.values_list("actor_id", flat=True)) == {bureau["handler"].pk, bureau["archivist"].pk}
    assert handler.get(at(bureau, archived, "dossier-pdf")).status_code == 405


def test_without_fonts_there_is_no_pdf_and_no_record(
    bureau: Bureau, archived: Case, browser: Browser, settings: LazySettings, tmp_path: Path
) -> None:
    settings.FONT_FOLDERS = [tmp_path]
    granted(bureau, archived, bureau["handler"])
    handler = browser(bureau["handler"])
    assert "heliograph fonts install" in read(handler, at(bureau, archived))
    assert handler.post(at(bureau, archived, "dossier-pdf")).status_code == 409
    assert not Record.objects.filter(kind="case.dossier_exported").exists()


def test_side_doors_are_shut(bureau: Bureau, archived: Case, browser: Browser) -> None:
    paper = Paper.objects.get(case=archived, kind=REPORT)
    for name in ("dossier-pdf", "dossier-bag"):
        assert browser(bureau["leader_in_charge"]).post(at(bureau, archived, name)).status_code == 403
        assert browser(bureau["unit_head"]).post(at(bureau, archived, name)).status_code == 403
    other = opened(bureau)
    assert browser(bureau["handler"]).get(at(bureau, other, "paper-scan", registered=paper.pk)).status_code == 404


def test_another_officer_and_another_agency_get_nothing(bureau: Bureau, archived: Case, browser: Browser) -> None:
    office = Office(bureau.agency, Account.objects.get(username="安全"), Account.objects.get(username="系统"))
    second = grant(office, new_account("承办辛", "case", bureau.agency), "handler")
    next_door = open_office("cloudy", "邻县测试局")
    outsider = grant(next_door, new_account("邻局", "case", next_door.agency), "archivist")
    paper = Paper.objects.get(case=archived, kind=REPORT)
    for account in (second, outsider):
        client = browser(account)
        for name in ("dossier-pdf", "dossier-bag"):
            assert client.post(at(bureau, archived, name)).status_code == 404
        for address in (at(bureau, archived), at(bureau, archived, "paper-scan", registered=paper.pk)):
            assert client.get(address).status_code == 404
    theirs = at(bureau, archived).replace(f"/{bureau.agency.code}/", "/cloudy/")
    assert browser(outsider).get(theirs).status_code == 404
    assert browser(outsider).post(f"{theirs}bag.zip").status_code == 404
    assert not Record.objects.filter(kind="case.dossier_exported").exists()


def test_handing_over_and_the_receipt(bureau: Bureau, archived: Case, browser: Browser) -> None:
    handler, archivist = browser(bureau["handler"]), browser(bureau["archivist"])
    over = at(bureau, archived, "dossier-hand-over")
    assert over in read(handler, at(bureau, archived))
    assert handler.post(over, {"keeper": ""}).status_code == 422
    assert handler.post(over, {"keeper": "局办公室"}).status_code == 302
    deposit = Deposit.objects.get()
    receipt = at(bureau, archived, "dossier-receive", deposit=deposit.pk)
    assert receipt not in read(handler, at(bureau, archived))
    assert receipt in read(archivist, at(bureau, archived))
    assert "请清点后签收" in read(archivist, receipt)
    assert archivist.post(receipt, {"accepted": "no"}).status_code == 409
    assert archivist.post(receipt, {"accepted": "yes"}).status_code == 302
    assert handler.post(over, {"keeper": "局办公室"}).status_code == 409
    page = read(handler, at(bureau, archived))
    assert "已签收" in page
    assert over not in page
