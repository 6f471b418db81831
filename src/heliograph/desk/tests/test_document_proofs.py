"""Seal, signature pad and comparison on the desk: buttons where they may be used, reasons where not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.desk.tests.test_documents import document_url, issue
from heliograph.documents import scan_reading
from heliograph.documents.models import Comparison, Document, SealedFile, Signature
from heliograph.documents.page_pictures import page_pictures
from heliograph.documents.pictures import draw_seal
from heliograph.documents.queries import text_of
from heliograph.documents.scan_reading import ReadPage
from heliograph.dossiers.actions.comparing import fail_comparison, finish_comparison
from heliograph.dossiers.actions.making import WHOLE_CASE, draft_document, issue_document, sheet_for
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.dossiers.tests.stages import walk_to
from heliograph.ledger.models import Record
from heliograph.registers.storage import storage

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.7 a scan"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> Bureau:
    settings.SEAL_PROVIDER, settings.SEAL_HOME = "test", tmp_path / "seal"
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    return made


@pytest.fixture
def handler(bureau: Bureau, browser: Browser) -> Client:
    return browser(bureau["handler"])


def receipt(bureau: Bureau, case: Case) -> Document:
    return draft_document(case.pk, WHOLE_CASE, kind="送达回证", asked={"paper": "行政处罚事先告知书"},
                          actor=bureau["handler"], at=bureau.later())  # fmt: skip


def test_document_is_sealed_on_its_page(
    handler: Client, bureau: Bureau, case: Case, browser: Browser, settings: LazySettings
) -> None:
    made = issue(handler, bureau, case)
    page = read(handler, document_url(bureau, "document", made))
    assert "未加盖电子印章" in page
    assert "加盖电子印章</button>" in page
    address = document_url(bureau, "document-seal", made)
    assert browser(bureau["archivist"]).post(address, {"rev": made.rev}).status_code == 403
    stale = handler.post(address, {"rev": 7})
    assert stale.status_code == 409
    assert handler.post(address, {"rev": made.rev}).status_code == 302
    sealed = SealedFile.objects.get(document=made)
    page = read(handler, document_url(bureau, "document", made))
    assert "签名有效，盖章后没有改动" in page
    assert sealed.sm3 in page
    assert "盖章后的文件" in page
    kept = {one.sha256: str(one.pk) for one in case.files.all()}
    assert f'{kept[sealed.sha256]}/">' in page.split("下载盖章后的 PDF")[0]
    assert kept[made.sha256] in page.split("下载盖章后的 PDF")[1]
    whole = b"".join(handler.get(document_url(bureau, "document-pdf", made)))
    with storage().open(made.sha256) as bare:
        before, after = (page_pictures(one, first=1, most=9).pictures for one in (bare.read(), whole))
    assert before != after  # the seal is drawn
    again = handler.post(address, {"rev": made.rev})
    assert again.status_code == 409
    assert "已经加盖电子印章" in again.content.decode()
    settings.SEAL_PROVIDER = "none"
    assert "本系统没有接入电子印章" not in read(handler, document_url(bureau, "document", made))


def test_without_seals_the_page_says_what_to_do(
    handler: Client, bureau: Bureau, case: Case, settings: LazySettings
) -> None:
    settings.SEAL_PROVIDER = "none"
    made = issue(handler, bureau, case)
    page = read(handler, document_url(bureau, "document", made))
    assert "本系统没有接入电子印章" in page
    assert "加盖电子印章</button>" not in page
    assert handler.post(document_url(bureau, "document-seal", made), {"rev": made.rev}).status_code == 409


def test_signature_is_drawn_or_uploaded(handler: Client, bureau: Bureau, case: Case) -> None:
    draft = receipt(bureau, case)
    assert document_url(bureau, "document-sign", draft) in read(
        handler, url(bureau, "document-make", case=case.pk, kind="service_receipt", step="case")
    )
    address = document_url(bureau, "document-sign", draft)
    page = read(handler, address)
    assert "收件人签章" in page
    assert "data-sign" in page
    drawn = "data:image/png;base64," + base64.b64encode(draw_seal("王")).decode()
    who = {"rev": draft.rev, "place": "0", "side": "party", "signer": "王某"}
    for nothing in ("", "data:image/png;base64,!!", "javascript:"):
        empty = handler.post(address, {**who, "drawn": nothing})
        assert "请先签名，或者选择签名图片" in empty.content.decode()
    assert handler.post(address, {**who, "drawn": drawn}).status_code == 302
    picture = SimpleUploadedFile("签名.png", draw_seal("甲"), content_type="image/png")
    sent = {**who, "place": "3", "side": "officer", "signer": "承办甲", "picture": picture}
    assert handler.post(address, sent).status_code == 302
    assert [one.drawn for one in Signature.objects.order_by("place")] == [True, False]
    assert handler.post(address, {**who, "drawn": drawn}).status_code == 422, "the place is not offered any more"
    issue_document(case.pk, draft.pk, actor=bureau["handler"], at=bureau.later())
    page = read(handler, document_url(bureau, "document", draft))
    assert "王某（当事人一方）" in page
    assert "现场手写" in page


# -- a scan held against the document
def test_without_a_reader_the_page_says_the_way_out(
    handler: Client, bureau: Bureau, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_reading, "is_installed", lambda: False)
    made = issue(handler, bureau, case)
    page = read(handler, document_url(bureau, "document", made))
    assert "没有安装文字识别组件" in page
    assert "requirements-ocr.lock" in page
    address = document_url(bureau, "document-compare", made)
    assert "现在不能上传比对" in read(handler, address)
    assert 'type="file"' not in read(handler, address)
    answer = handler.post(address, {"file": SimpleUploadedFile("扫描.pdf", SCAN)})
    assert answer.status_code == 409
    assert "没有安装文字识别组件" in answer.content.decode()
    assert not Comparison.objects.exists()


def test_scan_is_uploaded_compared_and_shown(
    handler: Client, bureau: Bureau, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_reading, "is_installed", lambda: True)
    made = issue(handler, bureau, case)
    address = document_url(bureau, "document-compare", made)
    assert "比对扫描件" in read(handler, address)
    assert handler.post(address, {}).status_code == 422
    assert handler.post(address, {"file": SimpleUploadedFile("a.txt", b"text")}).status_code == 422
    assert handler.post(address, {"file": SimpleUploadedFile("扫描.pdf", SCAN)}).status_code == 302
    held = Comparison.objects.get()
    shown = url(bureau, "comparison", case=case.pk, document=made.pk, comparison=held.pk)
    assert "正在识别扫描件" in read(handler, shown)
    lines = text_of(sheet_for(case, made.kind), made)
    wrong = [line.replace("迟报一次", "迟报三次").replace("0539", "0538") for line in lines]
    finish_comparison(held.pk, [ReadPage(wrong, [])], at=bureau.later())
    page = read(handler, shown)
    assert "纸质文书比对：有差异" in page
    assert "0538" in page
    assert "有差异" in read(handler, document_url(bureau, "document", made))
    assert handler.post(address, {"file": SimpleUploadedFile("二.pdf", SCAN + b"2")}).status_code == 302
    second = Comparison.objects.order_by("-pk")[0]
    fail_comparison(second.pk, "扫描件不能打开。", at=bureau.later())
    assert "扫描件不能打开。" in read(handler, shown.replace(str(held.pk), str(second.pk)))
    assert Record.objects.filter(kind="case.file_read", subject_id=str(case.pk)).count() >= 3
    other = opened(bureau)
    assert (
        handler.get(url(bureau, "comparison", case=other.pk, document=made.pk, comparison=held.pk)).status_code == 404
    )
