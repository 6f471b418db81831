"""Retrieval on the desk: asked, approved, read under a mark, ended; and every side door to an archived case is shut."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from pypdf import PdfReader

from heliograph.desk.tests.casework import open_bureau, read, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.actions.classifying import classify_item
from heliograph.dossiers.models import Case, Evidence, Paper, Retrieval, RetrievalReading
from heliograph.dossiers.tests.bureau import Bureau, opened
from heliograph.dossiers.tests.retrieving import archived_case, archived_early, colleague, granted, opened_at_once, soon
from heliograph.dossiers.tests.test_dossier import pdf
from heliograph.ledger.models import Record
from tests.cast import grant, new_account, open_office

pytestmark = pytest.mark.django_db
PARTY = "晴川县某某有限公司"


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


@pytest.fixture
def case(bureau: Bureau) -> Case:
    made = opened(bureau)
    kept = actions.store_case_file(made.pk, name="笔录.pdf", content=pdf(2), actor=bureau["handler"], at=bureau.later())
    bureau.files[made.pk] = bureau.scan = kept.pk
    return archived_case(bureau, made)


def of(bureau: Bureau, name: str, retrieval: Retrieval, **more: Any) -> str:
    return url(bureau, name, retrieval=retrieval.pk, **more)


def line(bureau: Bureau, retrieval: Retrieval, *, copy: bool = False, volume: str = "main", serial: int = 1) -> str:
    name = "retrieval-copy" if copy else "retrieval-file"
    return of(bureau, name, retrieval, volume=volume, serial=serial)


def test_somebody_out_of_sight_asks_by_number_and_reads_what_is_approved(
    bureau: Bureau, case: Case, browser: Browser
) -> None:
    stranger = colleague(bureau)
    theirs, leader = browser(stranger), browser(bureau["leader_in_charge"])
    new = url(bureau, "retrieval-new")
    assert "分管领导" in read(theirs, new)
    assert f"如 {case.archive_number.partition('〔')[0]}〔" in read(theirs, new)  # the agency's own, not another's
    assert theirs.post(new, {"number": case.archive_number}).status_code == 422
    unknown = theirs.post(new, {"number": "没有〔2026〕1号", "purpose": "参考"})
    assert (unknown.status_code, "请核对" in unknown.content.decode()) == (409, True)
    assert theirs.post(new, {"number": case.archive_number, "purpose": "参考"}).status_code == 302
    found = Retrieval.objects.get()
    assert "待审批" in read(theirs, of(bureau, "retrieval", found))
    assert theirs.get(line(bureau, found)).status_code == 403
    assert case.title in read(leader, url(bureau, "retrievals"))
    decide = of(bureau, "retrieval", found)
    assert "审批意见" in read(leader, decide)
    assert decide in read(leader, url(bureau, "home"))
    assert decide not in read(browser(bureau["head"]), url(bureau, "home"))  # not of an approver: not the head's
    assert theirs.post(decide, {"granted": "yes"}).status_code == 403
    empty = leader.post(decide, {"opinion": "限正卷"})
    assert (empty.status_code, "请填写“审批意见”" in empty.content.decode()) == (422, True)
    assert "限正卷" in empty.content.decode()
    endless = leader.post(decide, {"granted": "yes", "opinion": "限正卷"})
    assert (endless.status_code, "限正卷" in endless.content.decode()) == (409, True)
    assert leader.post(decide, {"granted": "yes", "until_on": soon(bureau).isoformat()}).status_code == 302
    page = read(theirs, of(bureau, "retrieval", found))
    assert "正卷" in page
    assert "副卷" not in page
    assert line(bureau, found) in page


def test_every_look_is_marked_and_recorded(bureau: Bureau, case: Case, browser: Browser) -> None:
    stranger = colleague(bureau)
    found = granted(bureau, case, stranger)
    theirs = browser(stranger)
    read(theirs, of(bureau, "retrieval", found))
    shown, copy = theirs.get(line(bureau, found)), theirs.get(line(bureau, found, copy=True))
    assert shown["Content-Disposition"].startswith("inline")
    assert copy["Content-Disposition"].startswith("attachment")
    assert shown["Cache-Control"] == "no-store"
    pages = PdfReader(io.BytesIO(shown.content)).pages
    assert len(pages) == 2
    assert all(f"{stranger.display_name} {bureau.today.isoformat()}" in one.extract_text() for one in pages)
    forms = list(RetrievalReading.objects.filter(retrieval=found).order_by("pk").values_list("form", flat=True))
    assert forms == ["catalogue", "view", "copy"]
    told = Record.objects.filter(kind="case.dossier_read", subject_id=str(case.pk), actor_id=stranger.pk)
    assert told.count() == 3
    assert "查看 3 次" in read(browser(bureau["leader_in_charge"]), url(bureau, "dossier", case=case.pk))
    assert theirs.head(line(bureau, found)).status_code == 405


def test_the_legal_office_opens_at_once_with_a_purpose(bureau: Bureau, case: Case, browser: Browser) -> None:
    legal = browser(bureau["legality_reviewer"])
    assert legal.get(url(bureau, "case-file", case=case.pk, file=bureau.files[case.pk])).status_code == 403
    new = url(bureau, "retrieval-new")
    assert legal.post(new, {"number": case.number, "purpose": "评查"}).status_code == 422
    sent = {"number": case.number, "purpose": "评查", "until_on": soon(bureau).isoformat()}
    assert legal.post(new, sent).status_code == 302
    found = Retrieval.objects.get()
    page = read(legal, of(bureau, "retrieval", found))
    assert "副卷" in page
    assert "办案经过" in read(legal, url(bureau, "case", case=case.pk))
    assert RetrievalReading.objects.filter(retrieval=found, form="page").count() == 1
    end = of(bureau, "retrieval-end", found)
    assert "立即停止" in read(legal, end)
    assert legal.post(end, {"reason": ""}).status_code == 422
    assert legal.post(end, {"reason": "评查完毕"}).status_code == 302
    assert legal.get(line(bureau, found)).status_code == 403


def doors(bureau: Bureau, case: Case) -> list[str]:
    """Every address under which something of a dossier's inside could come out."""
    named = {"case": case.pk}
    return [
        url(bureau, "case-file", file=bureau.files[case.pk], **named),
        url(bureau, "case-review", **named),
        url(bureau, "record-history", table="dossiers_case", row=case.pk),
        url(bureau, "record-export", table="dossiers_case", row=case.pk),
        url(bureau, "clue", clue=case.clue_id) if case.clue_id else url(bureau, "case-review", **named),
    ]


def assert_shut(client: Client, bureau: Bureau, case: Case, *, status: set[int]) -> None:
    for address in doors(bureau, case):
        answer = client.get(address)
        assert answer.status_code in status | {405}, (address, answer.status_code)
    for name in ("dossier-pdf", "dossier-bag", "record-export"):
        given = {"table": "dossiers_case", "row": case.pk} if name == "record-export" else {"case": case.pk}
        answer = client.post(url(bureau, name, **given))
        assert answer.status_code in status, (name, answer.status_code)


def test_a_colleague_of_the_unit_sees_the_head_of_the_case_and_no_more(
    bureau: Bureau, case: Case, browser: Browser
) -> None:
    client = browser(bureau["unit_head"])
    page = read(client, url(bureau, "case", case=case.pk))
    assert "通过调阅查看" in page
    for inside in ("办案经过", "证据", "迟报一次", "笔录.pdf", PARTY):
        assert inside not in page, inside
    assert "卷内目录" not in read(client, url(bureau, "dossier", case=case.pk)).replace("卷内目录和页次", "")
    assert_shut(client, bureau, case, status={403, 404, 409})
    found = read(client, f"{url(bureau, 'case-search')}?q=迟报")
    assert "迟报一次" not in found
    assert "笔录.pdf" not in found


@pytest.mark.parametrize("who", ["stranger", "next_door"])
def test_a_stranger_and_another_agency_find_nothing(
    bureau: Bureau, case: Case, browser: Browser, client: Client, who: str
) -> None:
    if who == "stranger":
        account = colleague(bureau)
    else:
        office = open_office("cloudy", "邻县测试局")
        account = grant(office, new_account("邻局", "case", office.agency), "leader_in_charge")
    theirs = browser(account)
    found = granted(bureau, case, bureau["handler"])
    for address in (url(bureau, "case", case=case.pk), url(bureau, "dossier", case=case.pk)):
        assert theirs.get(address).status_code == 404
    assert_shut(theirs, bureau, case, status={404})
    for address in (of(bureau, "retrieval", found), line(bureau, found), line(bureau, found, copy=True)):
        assert theirs.get(address).status_code == 404
    if who == "stranger":
        for name in ("cases", "case-search", "board"):
            page = read(theirs, f"{url(bureau, name)}?q={case.title}&whose=all")
            assert case.number not in page
    assert not RetrievalReading.objects.exists()


def test_officers_see_what_they_wrote_and_files_by_retrieval(bureau: Bureau, case: Case, browser: Browser) -> None:
    handler = browser(bureau["handler"])
    page = read(handler, url(bureau, "case", case=case.pk))
    assert "办案经过" in page
    kept = url(bureau, "case-file", case=case.pk, file=bureau.files[case.pk])
    assert kept not in page
    assert handler.get(kept).status_code == 403
    assert handler.post(url(bureau, "dossier-bag", case=case.pk)).status_code == 403
    granted(bureau, case, bureau["handler"])
    assert kept in read(handler, url(bureau, "case", case=case.pk))
    answer = handler.get(kept)
    assert "承办甲" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    bag = handler.post(url(bureau, "dossier-bag", case=case.pk))
    assert (bag.status_code, bag["Content-Type"]) == (200, "application/zip")
    b"".join(bag)
    assert RetrievalReading.objects.filter(form="zip").count() == 1
    bureau.later(days=6)
    assert handler.get(kept).status_code == 403


def test_an_approval_for_another_case_opens_nothing_here(bureau: Bureau, case: Case, browser: Browser) -> None:
    other = archived_early(bureau, opened(bureau, title="另一案件"))
    granted(bureau, other, bureau["handler"])
    handler = browser(bureau["handler"])
    assert handler.get(url(bureau, "case-file", case=case.pk, file=bureau.files[case.pk])).status_code == 403
    assert handler.get(url(bureau, "case-file", case=other.pk, file=bureau.files[case.pk])).status_code == 404


def test_no_name_of_a_file_can_be_guessed(bureau: Bureau, case: Case, browser: Browser) -> None:
    sha256 = Evidence.objects.get(case=case).file.sha256  # type: ignore[union-attr]
    theirs = browser(bureau["unit_head"])
    for guess in (f"/media/{sha256[:2]}/{sha256}", f"/media/{sha256}", f"/static/{sha256}", f"/{sha256[:2]}/{sha256}"):
        assert theirs.get(guess).status_code == 404


def test_a_copy_for_outsiders_has_no_side_volume_and_no_secrets(bureau: Bureau, case: Case, browser: Browser) -> None:
    item = Evidence.objects.get(case=case)
    classify_item(case.pk, item.pk, level="trade", reason="报价", basis="行政处罚法@2021:50",
                  actor=bureau["handler"], at=bureau.later())  # fmt: skip
    opened_at_once(bureau, case)
    legal = browser(bureau["legality_reviewer"])

    def text_of(**sent: str) -> str:
        answer = legal.post(url(bureau, "dossier-pdf", case=case.pk), sent)
        whole = PdfReader(io.BytesIO(b"".join(answer)))
        return "".join("".join(page.extract_text() for page in whole.pages).split())

    inside, outside = text_of(), text_of(outside="yes")
    assert "副卷" in inside
    assert "副卷" not in outside
    assert "因商业秘密未附" in outside
    assert "因商业秘密未附" not in inside


def test_levels_are_set_on_the_desk(bureau: Bureau, case: Case, browser: Browser) -> None:
    item = Paper.objects.filter(case=case, kind="立案审批表").get()
    address = url(bureau, "dossier-secrecy", case=case.pk, item=item.pk)
    handler = browser(bureau["handler"])
    assert address in read(handler, url(bureau, "dossier", case=case.pk))
    assert "没有定密" in read(handler, address)
    assert handler.post(address, {"level": "state"}).status_code == 422
    sent = {"level": "state", "reason": "涉及", "basis": "行政处罚法@2021:50"}
    assert handler.post(address, sent).status_code == 302
    assert handler.post(address, {**sent, "level": "none"}).status_code == 409
    assert "国家秘密材料" in read(browser(bureau["archivist"]), url(bureau, "dossier", case=case.pk))
    legal = browser(bureau["legality_reviewer"])
    assert legal.post(address, {**sent, "level": "none"}).status_code == 302
    assert handler.get(url(bureau, "dossier-secrecy", case=case.pk, item=case.pk)).status_code == 404


def test_without_fonts_nothing_is_given_unmarked(
    bureau: Bureau, case: Case, browser: Browser, settings: LazySettings, tmp_path: Any
) -> None:
    found = granted(bureau, case, bureau["handler"])
    settings.FONT_FOLDERS = [tmp_path]
    handler = browser(bureau["handler"])
    assert "heliograph fonts install" in read(handler, of(bureau, "retrieval", found))
    assert handler.get(line(bureau, found)).status_code == 409


def test_the_list_goes_on_by_key_in_few_queries(
    bureau: Bureau, case: Case, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    first = granted(bureau, case, bureau["handler"])
    readers = [colleague(bureau, f"承办{number}") for number in range(21)]
    for account in readers:
        granted(bureau, case, account)
    leader = browser(bureau["leader_in_charge"])
    address = url(bureau, "retrievals")
    with django_assert_max_num_queries(16):
        page = read(leader, f"{address}?kind=running")
    older = page.partition("&amp;after=")[2].partition('"')[0]
    assert of(bureau, "retrieval", first) not in page
    assert of(bureau, "retrieval", first) in read(leader, f"{address}?kind=running&after={older}")
    assert "没有等待审批" in read(leader, address)
    mine = read(browser(readers[0]), f"{address}?kind=running")
    assert mine.count("期限") < page.count("期限")
    assert leader.get(f"{address}?after=x").status_code == 404
