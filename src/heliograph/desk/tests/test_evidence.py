"""Originals of evidence at the desk: sending them, seeing them, winding a recording, and what nobody gets at."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from heliograph.desk.ranges import LONGEST, asked_stretch
from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers.models import Case, Evidence
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.walks import filed
from heliograph.evidence.models import Original
from heliograph.evidence.tests.samples import boxed, pdf, picture
from heliograph.ledger.models import Record

FILM = boxed(b"isom") + bytes(range(256)) * 4_000
READS = ("case.original_viewed", "case.original_taken")


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def form(bureau: Bureau, **changes: Any) -> dict[str, Any]:
    return {"kind": "audiovisual", "name": "现场录像", "proves": "迟报", "source": "现场拍摄",
            "obtained_on": "2026-11-20", "place": "晴川县一号", "collector": str(bureau["handler"].pk),
            "second_collector": str(bureau["co_handler"].pk), **changes}  # fmt: skip


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Client, bureau: Bureau, case: Case, content: bytes, name: str, **more: Any) -> Any:
    address = url(bureau, "evidence-upload", case=case.pk)
    given = {"content_type": "application/octet-stream", "headers": {"X-File-Name": quote(name)}, **more}
    return client.post(address, content, **given)


def registered(bureau: Bureau, client: Client, *files: SimpleUploadedFile) -> Evidence:
    """Evidence registered by a plain form, as without script."""
    case = filed(bureau)
    answer = client.post(url(bureau, "evidence-new", case=case.pk), form(bureau, originals=list(files)))
    assert answer.status_code == 302, answer.content.decode()
    return Evidence.objects.get(case=case)


def address(bureau: Bureau, kept: Original, name: str, **more: Any) -> str:
    one = Evidence.objects.get(pk=kept.subject_id)
    return url(bureau, name, case=one.case_id, evidence=one.pk, original=kept.pk, **more)


def looks() -> int:
    return Record.objects.filter(kind__in=READS).count()


def test_a_plain_form_registers_evidence_with_several_files(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    one = registered(bureau, client, upload(FILM, "录像.mp4"), upload(picture(), "截图.jpg"))
    page = read(client, url(bureau, "evidence", case=one.case_id, evidence=one.pk))
    for words in ("录像.mp4", "MP4 视频", "截图.jpg", "JPEG 图片", "视听资料", "现场拍摄", "承办甲", "2026-11-20",
                  *Original.objects.values_list("sha256", flat=True)):  # fmt: skip
        assert words in page
    case_page = read(client, url(bureau, "case", case=one.case_id))
    assert "录像.mp4" in case_page


def test_a_file_sent_beforehand_goes_with_the_form_by_its_reference(bureau: Bureau, browser: Browser) -> None:
    case, client = filed(bureau), browser(bureau["handler"])
    before = Record.objects.count()
    answer = send(client, bureau, case, FILM, "录像.mp4")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["name"], said["kind"], said["size"]) == ("录像.mp4", "MP4 视频", len(FILM))
    assert Record.objects.count() == before  # nothing of the case yet
    sent = form(bureau, **{"originals-kept": [said["reference"]]})
    refused = client.post(url(bureau, "evidence-new", case=case.pk), {**sent, "obtained_on": "2031-01-01"})
    assert refused.status_code == 409
    assert all(words in refused.content.decode() for words in ('name="originals-kept"', "录像.mp4", "MP4 视频"))
    assert client.post(url(bureau, "evidence-new", case=case.pk), sent).status_code == 302
    assert Original.objects.get().name == "录像.mp4"


def test_a_file_that_was_taken_out_of_the_form_is_not_kept(bureau: Bureau, browser: Browser) -> None:
    case, client = filed(bureau), browser(bureau["handler"])
    film, shot = (send(client, bureau, case, *one).json() for one in ((FILM, "录像.mp4"), (picture(), "截图.jpg")))
    sent = form(
        bureau, **{"originals-kept": [film["reference"], shot["reference"]], "originals-remove": shot["sha256"]}
    )
    assert client.post(url(bureau, "evidence-new", case=case.pk), sent).status_code == 302
    assert Original.objects.get().sha256 == film["sha256"]


def test_a_reference_is_good_for_its_own_case_and_account(bureau: Bureau, browser: Browser) -> None:
    case, other = filed(bureau), filed(bureau)
    reference = send(browser(bureau["handler"]), bureau, case, FILM, "录像.mp4").json()["reference"]
    for where, who in ((other, "handler"), (case, "co_handler")):
        sent = form(bureau, **{"originals-kept": reference})
        answer = browser(bureau[who]).post(url(bureau, "evidence-new", case=where.pk), sent)
        assert answer.status_code == 409
        assert "请重新选择文件" in answer.content.decode()
    forged = form(bureau, **{"originals-kept": reference[:-1] + "_"})
    assert browser(bureau["handler"]).post(url(bureau, "evidence-new", case=case.pk), forged).status_code == 409
    assert not Original.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (pdf(), "照片.jpg", 409, "内容实际是PDF"),
        (b"MZ\x90\x00", "程序.exe", 409, "压缩为 zip"),
        (b"<svg onload='x'></svg>", "图.svg", 409, "另存为 PDF"),
        (b"", "空.txt", 422, "文件是空的"),
        (b"x" * 1_000_001, "大.txt", 413, "最大 1 MB"),
    ],
)
def test_what_is_not_kept_is_said_at_once(
    bureau: Bureau, browser: Browser, settings: Settings, content: bytes, name: str, status: int, words: str
) -> None:
    settings.EVIDENCE_FILE_BYTES = 1_000_000
    case, client = filed(bureau), browser(bureau["handler"])
    answer = send(client, bureau, case, content, name)
    assert answer.status_code == status
    assert words in answer.json()["message"]
    plain = client.post(url(bureau, "evidence-new", case=case.pk), form(bureau, originals=[upload(content, name)]))
    if content:
        assert plain.status_code == 422
        assert words in plain.content.decode()
    assert not Evidence.objects.exists()


def test_an_upload_that_breaks_off_leaves_nothing(
    bureau: Bureau, browser: Browser, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, client = filed(bureau), browser(bureau["handler"])
    before = sorted(home.rglob("*.part"))
    pieces = iter([FILM[:100_000], b""])

    def short(_stream: object, _size: int) -> bytes:
        return next(pieces)

    def gone(_stream: object, _size: int) -> bytes:
        raise OSError("connection reset")

    for read_on in (short, gone):
        monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", read_on)
        answer = send(client, bureau, case, FILM, "录像.mp4")
        assert answer.status_code == 400
        assert "上传中断" in answer.json()["message"]
    assert sorted(home.rglob("*.part")) == before == []


def test_only_the_officers_of_an_open_case_send_files(bureau: Bureau, browser: Browser) -> None:
    case = filed(bureau)
    assert send(browser(bureau["leader_in_charge"]), bureau, case, FILM, "a.mp4").status_code == 403
    answer = send(browser(bureau["window_clerk"]), bureau, case, FILM, "a.mp4")
    assert answer.status_code == 403
    assert "承办" in answer.json()["message"]
    strict = Client(enforce_csrf_checks=True, headers={"cookie": ""})
    strict.cookies = browser(bureau["handler"]).cookies
    assert send(strict, bureau, case, FILM, "a.mp4").status_code == 403


def test_looking_is_one_record_and_what_the_page_shows_goes_with_it(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    registered(bureau, client, upload(pdf(2), "合同.pdf"))
    kept = Original.objects.get()
    page = read(client, address(bureau, kept, "original") + "?page=2")
    assert "第 2 页，共 2 页" in page
    assert looks() == 1
    source = page.split('class="sheet"')[1].split('src="')[1].split('"')[0].replace("&amp;", "&")
    answer = client.get(source)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert Image.open(io.BytesIO(answer.content)).height > 300
    assert looks() == 1
    assert client.get(address(bureau, kept, "original-page")).status_code == 200
    assert looks() == 2  # asked without the page's ticket
    ticket = source.partition("ticket=")[2]
    other = browser(bureau["leader_in_charge"])
    assert other.get(address(bureau, kept, "original-page") + f"?ticket={ticket}").status_code == 200
    assert looks() == 3  # another's ticket


def test_an_encrypted_pdf_is_kept_and_said_to_be(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    one = registered(bureau, client, upload(pdf(password="x"), "合同.pdf"))
    kept = Original.objects.get()
    for page in (url(bureau, "evidence", case=one.case_id, evidence=one.pk), address(bureau, kept, "original")):
        assert "加密，无法预览" in read(client, page)
    assert client.get(address(bureau, kept, "original-page")).status_code == 422


def test_a_recording_is_played_by_stretches(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    registered(bureau, client, upload(FILM, "录像.mp4"))
    kept = Original.objects.get()
    page = read(client, address(bureau, kept, "original"))
    source = page.split("<video")[1].split('src="')[1].split('"')[0]
    answer = client.get(source, headers={"Range": "bytes=100-199"})
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 100-199/{len(FILM)}")
    assert b"".join(answer) == FILM[100:200]
    assert answer["Content-Type"] == "video/mp4"
    assert b"".join(client.get(source)) == FILM
    gone = client.get(source, headers={"Range": f"bytes={len(FILM)}-"})
    assert (gone.status_code, gone["Content-Range"]) == (416, f"bytes */{len(FILM)}")
    assert looks() == 1


def test_a_copy_is_saved_and_never_run(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    registered(bureau, client, upload("一,二".encode(), "清单.csv"))
    answer = client.get(address(bureau, Original.objects.get(), "original-file"))
    assert b"".join(answer) == "一,二".encode()
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert Record.objects.filter(kind="case.original_taken").count() == 1
    assert client.get(address(bureau, Original.objects.get(), "original-media")).status_code == 404


def test_more_originals_are_attached_on_a_page_of_their_own(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    one = registered(bureau, client, upload(picture(), "截图.jpg"))
    where = url(bureau, "evidence-attach", case=one.case_id, evidence=one.pk)
    assert "附加原件" in read(client, where)
    assert client.post(where, {}).status_code == 422
    assert client.post(where, {"originals": [upload(pdf(), "合同.pdf")]}).status_code == 302
    again = client.post(where, {"originals": [upload(pdf(), "合同.pdf")]})
    assert again.status_code == 409
    assert "不重复保存" in again.content.decode()
    assert Original.objects.count() == 2


def test_an_original_has_no_address_under_another_case(bureau: Bureau, browser: Browser) -> None:
    client = browser(bureau["handler"])
    one = registered(bureau, client, upload(picture(), "截图.jpg"))
    kept, other = Original.objects.get(), filed(bureau)
    for name in ("original", "original-page", "original-file"):
        wrong = url(bureau, name, case=other.pk, evidence=one.pk, original=kept.pk)
        assert client.get(wrong).status_code == 404
    assert looks() == 0


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", (0, 999)), ("bytes=0-", (0, 999)), ("bytes=10-19", (10, 19)), ("bytes=-5", (995, 999)),
        ("bytes=-5000", (0, 999)), ("bytes=990-5000", (990, 999)), ("bytes=0-1,5-6", (0, 999)), ("items=0-1", (0, 999)),
        ("bytes=-", (0, 999)), ("bytes=1000-", None), ("bytes=9-5", None), ("bytes=-0", None),
    ],
)  # fmt: skip
def test_a_stretch_is_what_the_browser_asks_for(header: str, found: tuple[int, int] | None) -> None:
    stretch = asked_stretch(header, 1_000)
    assert (stretch and (stretch.first, stretch.last)) == found


def test_no_answer_is_longer_than_a_slow_reader_may_take() -> None:
    stretch = asked_stretch("bytes=0-", 10 * LONGEST)
    assert stretch is not None
    assert stretch.length == LONGEST
