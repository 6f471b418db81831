"""Evidence on the network (R1, R4, R9, R11): an officer's files as they are, kept, seen, and proved unchanged."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Page, expect

from heliograph.desk import clock
from heliograph.dossiers.models import Case, CaseEvent, Evidence
from heliograph.dossiers.tests.bureau import Bureau, found_bureau
from heliograph.dossiers.tests.walks import filed
from heliograph.evidence.models import Original
from heliograph.evidence.tests.samples import boxed, pdf
from heliograph.ledger.models import Record
from heliograph.registers.actions import add_agency, appoint_first_security_admin
from heliograph.registers.storage import storage
from tests.browser.test_desk_pages import look
from tests.cast import LONG_AGO, NOON, Office, grant, new_account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FILM = boxed(b"isom") + bytes(range(256)) * 20_000

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bureau(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bureau:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "session", False  # the test's server has no TLS
    settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE = "csrf", False
    settings.NOTICE_COOKIE_NAME = "notice"
    settings.MEDIA_ROOT = tmp_path / "files"
    made = found_bureau("jinghai-tjj", "penalty_ordinary")
    monkeypatch.setattr(clock, "now", lambda: made.later(seconds=1))
    return made


@pytest.fixture
def page(bureau: Bureau, browser: Browser, live_server: Any, settings: Any) -> Iterator[Page]:
    """The handler's browser, signed in with both factors."""
    TOTP.activate(bureau["handler"], generate_totp_secret())
    client = Client()
    client.force_login(bureau["handler"], backend=BACKEND)
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 1360, "height": 900})
    context.set_default_timeout(15_000)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def photograph() -> bytes:
    """A picture from a telephone: large, and turned by its EXIF."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    drawn = Image.new("RGB", (2_400, 1_800), (214, 224, 232))
    ImageDraw.Draw(drawn).rectangle((300, 500, 2_100, 1_300), fill=(70, 90, 120))
    drawn.save(made, "JPEG", exif=exif)
    return made.getvalue()


def given(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def register(page: Page, bureau: Bureau, case: Case, *files: FilePayload) -> list[str]:
    page.goto(f"/desk/{bureau.agency.code}/cases/{case.pk}/evidence/")
    page.get_by_label("种类").select_option("audiovisual")
    page.get_by_label("名称").fill("现场录像和照片")
    page.get_by_label("证明事项").fill("证明货物堆放在消防通道")
    page.locator("#id_source").fill("现场拍摄")
    page.get_by_label("取证人之二").select_option(str(bureau["co_handler"].pk))
    page.locator("input[type=file]").set_input_files(list(files))
    expect(page.get_by_text("已上传")).to_have_count(len(files) - 1)
    expect(page.get_by_text("扩展名与内容不符")).to_be_visible()
    faults = look(page, "evidence-sent")
    page.get_by_role("button", name="登记证据").click()
    page.wait_for_load_state()
    return faults


def test_r4_evidence_is_sent_kept_and_seen_on_the_network(bureau: Bureau, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    case = filed(bureau)
    shot, film, paper = given("照片.jpg", photograph()), given("录像.mp4", FILM), given("合同.pdf", pdf(3))
    faults = register(page, bureau, case, shot, film, paper, given("假照片.png", pdf()))
    page.get_by_role("link", name="现场录像和照片").click()
    expect(page.locator("h1")).to_contain_text("视听资料")
    for words in ("照片.jpg", "录像.mp4", "合同.pdf", hashlib.sha256(FILM).hexdigest()):
        expect(page.locator("main")).to_contain_text(words)
    faults += look(page, "evidence-page")
    page.get_by_role("link", name="照片.jpg").click()
    shown = page.locator("img.sheet")
    expect(shown).to_be_visible()
    assert page.evaluate("one => one.decode().then(() => one.naturalHeight > one.naturalWidth)", shown.element_handle())
    faults += look(page, "original-picture")
    page.go_back()
    page.get_by_role("link", name="合同.pdf").click()
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("main")).to_contain_text("第 2 页，共 3 页")
    faults += look(page, "original-pdf")
    page.goto(page.url.partition("files/")[0])
    page.get_by_role("link", name="录像.mp4").click()
    expect(page.locator("video")).to_be_visible()
    faults += look(page, "original-film")
    assert faults == []
    assert [text for text in said if "409" not in text] == []  # the forged picture was refused
    assert Original.objects.count() == 3


def signed_in(account: Any) -> Client:
    TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def kept_film(bureau: Bureau) -> tuple[Client, Evidence, Original]:
    case, client = filed(bureau), signed_in(bureau["handler"])
    sent = {"kind": "audiovisual", "name": "录像", "proves": "迟报", "source": "现场", "obtained_on": bureau.today,
            "collector": bureau["handler"].pk, "second_collector": bureau["co_handler"].pk,
            "originals": io.BytesIO(FILM)}  # fmt: skip
    sent["originals"].name = "录像.mp4"
    assert client.post(f"/desk/{bureau.agency.code}/cases/{case.pk}/evidence/", sent).status_code == 302
    return client, Evidence.objects.get(), Original.objects.get()


def address(bureau: Bureau, one: Evidence, kept: Original, part: str = "") -> str:
    return f"/desk/{bureau.agency.code}/cases/{one.case_id}/evidence/{one.pk}/files/{kept.pk}/{part}"


def test_r1_taking_evidence_and_every_look_at_it_leave_a_trace(bureau: Bureau) -> None:
    client, one, kept = kept_film(bureau)
    told = CaseEvent.objects.filter(case=one.case_id, kind="case.evidence_added").get()
    assert "原件 1 个" in told.text
    assert client.get(address(bureau, one, kept)).status_code == 200
    list(client.get(address(bureau, one, kept, "file")))  # type: ignore[call-overload]
    kinds = Record.objects.filter(subject_id=str(one.case_id), kind__startswith="case.original").order_by("number")
    assert [record.kind for record in kinds] == ["case.original_viewed", "case.original_taken"]
    assert {record.actor_id for record in kinds} == {bureau["handler"].pk}


def test_r9_what_was_received_is_given_back_byte_for_byte(bureau: Bureau) -> None:
    client, one, kept = kept_film(bureau)
    given_back = b"".join(client.get(address(bureau, one, kept, "file")))  # type: ignore[arg-type]
    assert given_back == FILM
    assert (hashlib.sha256(given_back).hexdigest(), hashlib.new("sm3", given_back).hexdigest()) == (
        kept.sha256,
        kept.sm3,
    )
    assert storage().put(FILM) == kept.sha256  # the same bytes again change nothing
    assert client.post(address(bureau, one, kept)).status_code == 405


def test_r11_no_other_agency_gets_at_an_original_by_its_address(bureau: Bureau) -> None:
    _client, one, kept = kept_film(bureau)
    agency = add_agency(government=bureau.agency.government, code="linju", name="晴川县邻局", short_name="晴邻",
                        legal_body="政策法规科", at=NOON)  # fmt: skip
    security = new_account("邻安全", "security_admin", agency)
    appoint_first_security_admin(security.pk, agency_id=agency.pk, from_on=LONG_AGO, at=NOON)
    office = Office(agency, security, new_account("邻系统", "system_admin", agency))
    stranger = signed_in(grant(office, new_account("邻局长", "case", agency), "head"))
    for part in ("", "file", "media", "page.jpg"):
        assert stranger.get(address(bureau, one, kept, part)).status_code == 404
        moved = address(bureau, one, kept, part).replace(f"/{bureau.agency.code}/", "/linju/")
        assert stranger.get(moved).status_code == 404
    assert not Record.objects.filter(kind__startswith="case.original_").exclude(kind="case.original_attached").exists()
