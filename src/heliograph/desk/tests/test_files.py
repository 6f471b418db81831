"""Uploading a letter of entrustment with an entry, reading it back, and who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from heliograph.desk.tests.conftest import Browser
from heliograph.registers.actions import store_file
from heliograph.registers.models import Account, Agency, Entry, EntryFile, EntryVersion
from tests.cast import NOON, Office, item

BODIES = "/desk/sunny/registers/bodies/"
PDF = b"%PDF-1.7 letter"
FILLED = {
    "f-name": "受托执法队",
    "f-body_type": "委托",
    "f-entrustment_filed": "是",
    "verified": "text",
    "reason": "首次编制",
}


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(browser: Browser, handler: Account) -> Client:
    return browser(handler)


@pytest.fixture
def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("委托书.pdf", PDF, content_type="text/html")


def status_of(client: Client, address: str) -> int:
    """Return the status of a page, which is read to its end: that closes a file."""
    answer = client.get(address)
    list(answer)
    return answer.status_code


def kept_in(page: str) -> str:
    """Return what the form carries of the file that was uploaded before."""
    return page.split('name="f-entrustment_letter-kept" value="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


def test_an_uploaded_letter_is_read_back_as_a_download(desk: Client, upload: SimpleUploadedFile) -> None:
    answer = desk.post(f"{BODIES}new/", {**FILLED, "f-entrustment_letter": upload})
    assert answer.status_code == 302
    version = EntryVersion.objects.get()
    assert version.data["entrustment_letter"]["name"] == "委托书.pdf"
    where = f"{BODIES}{version.entry_id}/v1/files/entrustment_letter/"
    assert where in desk.get(f"{BODIES}{version.entry_id}/").text
    found = desk.get(where)
    assert b"".join(found) == PDF
    assert found["Content-Type"] == "application/pdf"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Disposition"].startswith("attachment;")


def test_a_form_with_other_faults_keeps_the_file(desk: Client, upload: SimpleUploadedFile) -> None:
    faulty = desk.post(f"{BODIES}new/", {**FILLED, "reason": "", "f-entrustment_letter": upload})
    assert faulty.status_code == 422
    assert "委托书.pdf" in faulty.text
    again = desk.post(f"{BODIES}new/", {**FILLED, "f-entrustment_letter-kept": kept_in(faulty.text)})
    assert again.status_code == 302
    assert EntryVersion.objects.get().data["entrustment_letter"]["size"] == len(PDF)


def test_a_file_that_is_not_taken_is_named_at_its_field(desk: Client, settings: Settings) -> None:
    wrong = SimpleUploadedFile("委托书.pdf", b"<html>", content_type="application/pdf")
    answer = desk.post(f"{BODIES}new/", {**FILLED, "f-entrustment_letter": wrong})
    assert answer.status_code == 422
    assert 'id="id_f-entrustment_letter_error"' in answer.text
    assert "只能上传 PDF、JPEG 或 PNG" in answer.text
    assert not EntryFile.objects.exists()
    settings.ENTRY_FILE_BYTES = 5
    answer = desk.post(f"{BODIES}new/", {**FILLED, "f-entrustment_letter": SimpleUploadedFile("a.pdf", PDF)})
    assert "文件最大" in answer.text


def test_without_the_letter_a_filed_entrustment_is_not_saved(desk: Client) -> None:
    answer = desk.post(f"{BODIES}new/", FILLED)
    assert answer.status_code == 422
    assert "须上传“委托书”" in answer.text
    assert not Entry.objects.exists()


def test_editing_keeps_the_file_unless_it_is_taken_out(desk: Client, agency: Agency, handler: Account) -> None:
    letter = store_file(agency.pk, name="委托书.pdf", content=PDF, actor=handler, at=NOON)
    version = item(agency, handler, register="bodies", name="队", entrustment_letter=letter.as_value())
    where = f"{BODIES}{version.entry_id}/edit/"
    kept = kept_in(desk.get(where).text)
    form = {**FILLED, "f-entrustment_filed": "否", "f-entrustment_letter-kept": kept}
    assert desk.post(where, {**form, "rev": "1"}).status_code == 302
    version.refresh_from_db()
    assert version.data["entrustment_letter"]["sha256"] == letter.sha256
    assert desk.post(where, {**form, "rev": "2", "f-entrustment_letter-remove": "1"}).status_code == 302
    version.refresh_from_db()
    assert "entrustment_letter" not in version.data


@pytest.mark.parametrize("kept", ["", "垃圾", "sha256=1&size=x&name=y", "sha256=" + "0" * 64 + "&size=1&name=a.pdf"])
def test_what_a_form_says_of_a_file_is_not_believed(desk: Client, kept: str) -> None:
    answer = desk.post(f"{BODIES}new/", {**FILLED, "f-entrustment_letter-kept": kept})
    assert answer.status_code == 422
    assert not Entry.objects.exists()


def test_another_agency_and_a_wrong_address_find_no_file(
    browser: Browser, desk: Client, agency: Agency, handler: Account, outsider: Account, next_door: Office
) -> None:
    letter = store_file(agency.pk, name="委托书.pdf", content=PDF, actor=handler, at=NOON)
    version = item(agency, handler, register="bodies", name="队", entrustment_letter=letter.as_value())
    where = f"{BODIES}{version.entry_id}/v1/files/entrustment_letter/"
    assert browser(outsider).get(where).status_code == 404
    assert browser(outsider).get(where.replace("sunny", "cloudy")).status_code == 404
    for wrong in (
        where.replace("v1", "v2"),
        where.replace("bodies", "items"),
        where.replace("entrustment_letter", "name"),
        where.replace("entrustment_letter", "scan"),
    ):
        assert desk.get(wrong).status_code == 404, wrong


def test_a_supervisor_reads_no_file_before_it_is_handed_in_and_none_that_stays_inside(
    browser: Browser, desk: Client, agency: Agency, handler: Account, supervisor: Account
) -> None:
    letter = store_file(agency.pk, name="委托书.pdf", content=PDF, actor=handler, at=NOON).as_value()
    version = item(agency, handler, register="bodies", name="队", entrustment_letter=letter, scan=letter)
    where = f"{BODIES}{version.entry_id}/v1/files/"
    overseer = browser(supervisor)
    assert overseer.get(f"{where}entrustment_letter/").status_code == 404
    desk.post(f"{BODIES}{version.entry_id}/submit/", {"rev": "1"})
    assert status_of(overseer, f"{where}entrustment_letter/") == 200
    assert overseer.get(f"{where}scan/").status_code == 404
    assert status_of(desk, f"{where}scan/") == 200
