"""R11 by the side doors: no list, feed, page or file tells of the inside of an archived case without a retrieval."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from pytest_django import Settings

from heliograph.desk.calendar_feed import token_of
from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import BACKEND
from heliograph.documents import scan_reading
from heliograph.documents.models import Comparison, Document
from heliograph.dossiers import actions
from heliograph.dossiers.actions.comparing import compare_scan
from heliograph.dossiers.actions.originals import attach_original
from heliograph.dossiers.models import Case, Evidence, RetrievalReading
from heliograph.dossiers.tests.bureau import Bureau, company, opened
from heliograph.dossiers.tests.retrieving import archived_early, granted
from heliograph.dossiers.tests.stages import ORDINARY, walk_to
from heliograph.dossiers.tests.test_discussing import GRAVE, call
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.dossiers.tests.test_making import NOTICE, drafted, issued
from heliograph.dossiers.tests.test_opening import clue
from heliograph.dossiers.tests.walks import concluded, investigated
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.models import Original
from heliograph.evidence.tests.samples import picture
from heliograph.ledger.models import Record
from heliograph.registers.models import Account
from tests.cast import open_office

pytestmark = pytest.mark.django_db
PARTY = "晴川县某某有限公司"
PAPER = "迟报一次"  # the finding, as the notice and the evidence say it
READERS = ("unit_head", "legality_reviewer", "archivist", "leader_in_charge", "head")


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Bureau:
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(scan_reading, "is_installed", lambda: True)
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    """A case in the archive with a document that the system made, a scan held against it, and an original."""
    made = opened(bureau, parties=[company(representative="李堃")])
    kept = actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(1), actor=bureau["handler"], at=bureau.later())
    bureau.files[made.pk] = bureau.scan = kept.pk
    walk_to(bureau, made, "give_prior_notice")
    made.refresh_from_db()
    attach_original(Evidence.objects.get(case=made).pk, arrival=Arrival(receive([picture()]), "现场.jpg"),
                    actor=bureau["handler"], at=bureau.later())  # fmt: skip
    document = issued(bureau, made, drafted(bureau, made, "give_prior_notice", NOTICE))
    compare_scan(made.pk, document.pk, name="扫描.pdf", content=b"%PDF-1.7 scan", actor=bureau["handler"],
                 at=bureau.later())  # fmt: skip
    acts = [stage.act for stage in ORDINARY]
    for stage in ORDINARY[acts.index("give_prior_notice") :]:
        stage.do(bureau, made)
    made.refresh_from_db()
    assert made.state == Case.State.ARCHIVED
    return made


def signed_in(bureau: Bureau, role: str) -> Client:
    return browser_of(bureau[role])


def browser_of(account: Account) -> Client:
    if not Authenticator.objects.filter(user=account).exists():
        TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def shut(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {403, 404, 409}, (address, answer.status_code)
    assert PAPER not in answer.content.decode()


def test_r11_pages_and_files_of_a_document_are_shut(bureau: Bureau, case: Case) -> None:
    made, held = Document.objects.get(subject_id=case.pk), Comparison.objects.get()
    here = {"case": case.pk, "document": made.pk}
    for role in (*READERS, "handler"):
        client = signed_in(bureau, role)
        for name in ("document", "document-pdf", "document-word", "document-compare", "document-sign"):
            shut(client, url(bureau, name, **here))
        shut(client, url(bureau, "comparison", **here, comparison=held.pk))
        shut(client, url(bureau, "document-make", case=case.pk, kind="prior_notice", step="whole"))


def test_r11_originals_of_evidence_are_shut(bureau: Bureau, case: Case) -> None:
    original = Original.objects.get()
    here = {"case": case.pk, "evidence": original.subject_id, "original": original.pk}
    for role in (*READERS, "handler"):
        client = signed_in(bureau, role)
        for name in ("original", "original-page", "original-media", "original-file"):
            shut(client, url(bureau, name, **here))
        if role != "handler":  # the officers go on reading what they wrote, without files
            shut(client, url(bureau, "evidence", case=case.pk, evidence=original.subject_id))
    granted(bureau, case, bureau["unit_head"])
    client = signed_in(bureau, "unit_head")
    assert bureau["unit_head"].display_name in read(client, url(bureau, "original", **here))
    shut(client, url(bureau, "original-file", **here))
    assert RetrievalReading.objects.filter(sha256=original.sha256).count() == 1
    assert not Record.objects.filter(kind="case.original_taken").exists()


def test_r11_lists_board_and_search_tell_nothing_of_the_inside(bureau: Bureau, case: Case) -> None:
    """Number, title, parties, officers and days stay in lists (ADR 0026), for one has to find what one asks for."""
    client = signed_in(bureau, "unit_head")
    listed = read(client, f"{url(bureau, 'cases')}?whose=all")
    assert case.number in listed
    found = read(client, f"{url(bureau, 'case-search')}?q={PARTY}")
    assert case.number in found
    for words in (PAPER, "笔录", "现场.jpg", "李堃", "2000"):
        assert case.number not in read(client, f"{url(bureau, 'case-search')}?q={words}"), words
        assert words not in found, words
        assert words not in listed, words
    assert case.number not in read(client, f"{url(bureau, 'board')}?whose=all")


def test_r11_the_board_counts_nothing_of_another_agency(bureau: Bureau, case: Case) -> None:
    client = browser_of(open_office("cloudy", "邻县测试局").security_admin)
    for name in ("cases", "board", "case-search"):
        assert client.get(f"{url(bureau, name)}?whose=all&q={case.number}").status_code == 404


def test_r11_the_calendar_feed_tells_numbers_and_periods_only(bureau: Bureau, case: Case) -> None:
    running = opened(bureau, title="另案")
    walk_to(bureau, running, "investigate")
    for role in ("handler", "unit_head", "archivist"):
        feed = url(bureau, "calendar-feed", token=token_of(bureau[role], bureau.agency.pk))
        text = Client().get(feed).content.decode().replace("\r\n ", "")
        assert text.startswith("BEGIN:VCALENDAR")
        assert (running.number in text) == (role == "handler")
        for inside in (PARTY, PAPER, case.number, case.title, "笔录"):
            assert inside not in text, (role, inside)
    foreign = url(bureau, "calendar-feed", token=token_of(bureau["handler"], case.pk))
    assert Client().get(foreign).status_code == 404


def test_r11_the_clue_of_an_archived_case_is_shut(bureau: Bureau) -> None:
    told = clue(bureau, content="举报人说账册藏在二楼", target=PARTY)
    case = archived_early(bureau, opened(bureau, clue_id=told.pk))
    client = signed_in(bureau, "unit_head")
    for role in READERS:
        answer = signed_in(bureau, role).get(url(bureau, "clue", clue=told.pk))
        assert (answer.status_code, "账册" in answer.content.decode()) == (403, False), role
    shut(client, url(bureau, "record-history", table="dossiers_clue", row=told.pk))
    for listing in (f"{url(bureau, 'clues')}?state=filed", f"{url(bureau, 'case-search')}?q=账册"):
        assert "二楼" not in read(client, listing)
    granted(bureau, case, bureau["unit_head"], side_volume=True)
    assert "账册" in read(client, url(bureau, "clue", clue=told.pk))


def test_r11_a_seat_in_the_discussion_opens_nothing_after_archiving(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), **GRAVE)
    called = call(bureau, case, "leader_in_charge")
    address = url(bureau, "seat", discussion=called.pk)
    assert PAPER in read(signed_in(bureau, "leader_in_charge"), address)
    archived_early(bureau, case)
    for role in READERS:
        shut(signed_in(bureau, role), address)
    outsider = browser_of(open_office("cloudy", "邻县测试局").security_admin)
    assert outsider.get(address).status_code == 404
