"""Drafts are handed in from the list, ticked or all, and each says what became of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import submit_for_release
from heliograph.disclosure.models import Release
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Agency, Entry, EntryVersion
from tests.cast import ITEM, NOON, Office, grant, item

ITEMS = "/desk/sunny/registers/items/"


@pytest.fixture
def desk(browser: Browser, handler: Account) -> Client:
    return browser(handler)


def test_ticked_drafts_are_handed_in_and_a_changed_one_is_told(
    desk: Client, agency: Agency, draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    stale, left = item(agency, handler, name="改过的事项"), item(agency, handler, name="没有勾选的事项")
    page = desk.get(ITEMS).text
    ticks = [f"{entry.pk}.{entry.rev}" for entry in Entry.objects.exclude(pk=left.entry_id)]
    assert all(f'value="{tick}"' in page for tick in ticks)
    revise_entry(stale.entry_id, content=Content(ITEM, "核对"), actor=co_handler, at=NOON)
    answer = desk.post(f"{ITEMS}submit/", {"entry": [*ticks, f"{uuid4()}.1", "垃圾"]})
    assert "已送审 1 条，未送审 1 条" in answer.text
    assert "别人已保存过这一条目" in answer.text
    assert [release.entry_id for release in Release.objects.all()] == [draft.entry_id]


def test_all_drafts_of_the_register_are_handed_in_at_once(desk: Client, agency: Agency, handler: Account) -> None:
    for name in ("甲", "乙"):
        item(agency, handler, name=name)
    assert "已送审 2 条，未送审 0 条" in desk.post(f"{ITEMS}submit/", {"all": "1"}).text
    assert Release.objects.count() == 2
    assert "没有选择草稿" in desk.post(f"{ITEMS}submit/", {"all": "1"}).text


def test_those_who_do_not_compile_are_offered_nothing(
    browser: Browser, draft: EntryVersion, release_approver: Account
) -> None:
    approver = browser(release_approver)
    page = approver.get(ITEMS).text
    assert "送审所选草稿" not in page
    assert "新建条目" not in page
    assert approver.post(f"{ITEMS}submit/", {"all": "1"}).status_code == 403
    assert not Release.objects.exists()


def test_an_entry_that_changed_since_its_page_was_opened_is_not_handed_in(
    desk: Client, draft: EntryVersion, co_handler: Account
) -> None:
    where = f"{ITEMS}{draft.entry_id}/"
    assert f'name="rev" value="{draft.entry.rev}"' in desk.get(where).text
    revise_entry(draft.entry_id, content=Content(ITEM, "核对"), actor=co_handler, at=NOON)
    answer = desk.post(f"{where}submit/", {"rev": str(draft.entry.rev)})
    assert answer.status_code == 409
    assert "核对最新内容后再送审" in answer.text
    assert desk.post(f"{where}submit/").status_code == 409
    assert not Release.objects.exists()


def test_an_edit_without_the_revision_it_began_from_is_not_saved(desk: Client, draft: EntryVersion) -> None:
    filled = {"f-name": "改名", "f-category": "行政处罚", "f-basis": "行政处罚法@2021:61", "verified": "text"}
    answer = desk.post(f"{ITEMS}{draft.entry_id}/edit/", {**filled, "reason": "改"})
    assert answer.status_code == 422
    assert "请重新打开这一条目再修改" in answer.text
    assert Entry.objects.get().title == draft.title


def test_the_officer_register_offers_no_form_and_no_import(
    browser: Browser, desk: Client, agency: Agency, legality_reviewer: Account
) -> None:
    officers = "/desk/sunny/registers/officers/"
    page = desk.get(officers).text
    assert "由执法证件登记生成" in page
    assert "新建条目" not in page
    for act in ("new/", "import/", "import/template/"):
        assert desk.get(f"{officers}{act}").status_code == 409, act
    made = desk.post(
        f"{officers}new/", {"f-name": "查无此人", "f-certificate_no": "1", "verified": "text", "reason": "试"}
    )
    assert made.status_code == 409
    assert not Entry.objects.exists()


def test_the_unit_that_answers_is_changed_in_the_form(
    desk: Client, draft: EntryVersion, agency: Agency, legal_unit: object
) -> None:
    where = f"{ITEMS}{draft.entry_id}/edit/"
    legal = agency.units.get(name="政策法规科")
    assert f'<option value="{draft.entry.owner_unit_id}" selected>执法科' in desk.get(where).text
    filled = {"f-name": "改名", "f-category": "行政处罚", "f-basis": "行政处罚法@2021:61", "verified": "text"}
    sent = {**filled, "reason": "改", "rev": str(draft.entry.rev), "owner_unit": str(legal.pk)}
    assert desk.post(where, sent).status_code == 302
    assert Entry.objects.get().owner_unit == legal


def test_the_form_says_that_reason_and_source_are_shown_publicly(desk: Client, agency: Agency) -> None:
    page = desk.get(f"{ITEMS}new/").text
    assert "公众会看到" in page
    assert "会公开" in page


def test_a_unit_registered_in_the_desk_is_offered_and_accepted(
    browser: Browser, desk: Client, agency: Agency, legality_reviewer: Account
) -> None:
    browser(legality_reviewer).post("/desk/sunny/units/", {"name": "新设大队", "functions": "handling"})
    assert "新设大队" in desk.get(f"{ITEMS}new/").text
    filled = {"f-name": "新事项", "f-category": "行政处罚", "f-basis": "行政处罚法@2021:61", "verified": "text"}
    sent = {**filled, "f-handling_unit": "新设大队", "reason": "编制"}
    assert desk.post(f"{ITEMS}new/", sent).status_code == 302


def test_what_somebody_wrote_before_another_saved_it_does_not_wait_for_them(
    browser: Browser, office: Office, draft: EntryVersion, handler: Account, co_handler: Account
) -> None:
    grant(office, handler, "legality_reviewer")
    revise_entry(draft.entry_id, content=Content(ITEM, "核对"), actor=co_handler, at=NOON)
    release = submit_for_release(draft.pk, actor=co_handler, at=NOON)
    where = f"/desk/sunny/releases/{release.pk}/"
    author = browser(handler)
    assert where not in author.get("/desk/sunny/").text
    assert author.post(where, {"stage": "legal_review", "decision": "pass"}).status_code == 409
    assert not release.steps.exists()
