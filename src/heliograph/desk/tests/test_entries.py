"""Writing an entry, handing it in, approving, returning and withdrawing it through the pages."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.registers.models import Account, Entry, EntryVersion
from tests.cast import item

ITEMS = "/desk/sunny/registers/items/"
FILLED = {
    "f-name": "对拒报统计资料的处罚",
    "f-category": "行政处罚",
    "f-basis": "行政处罚法@2021:61",
    "verified": "text",
    "read_in": "原文",
    "reason": "首次编制",
}


@pytest.fixture
def desk(browser: Browser, handler: Account) -> Client:
    return browser(handler)


def address(entry: Entry, act: str = "") -> str:
    return f"/desk/sunny/registers/{entry.register}/{entry.pk}/{act}"


def submit(desk: Client, entry: Entry) -> HttpResponse:
    """Hand an entry in from its page as it stands now."""
    rev = Entry.objects.get(pk=entry.pk).rev
    return cast(HttpResponse, desk.post(address(entry, "submit/"), {"rev": str(rev)}))


def test_a_new_entry_is_a_draft_that_nobody_outside_sees(desk: Client) -> None:
    answer = desk.post(f"{ITEMS}new/", FILLED)
    entry = Entry.objects.get()
    assert answer["Location"] == address(entry)
    page = desk.get(address(entry)).text
    assert "草稿" in page
    assert "送审" in page
    assert not PublicVersion.objects.exists()


def test_faults_stand_at_their_fields_and_in_a_summary(desk: Client) -> None:
    wrong = {**FILLED, "f-basis": "行政处罚法@2021:999\n不是条号", "f-phone": "打我手机", "reason": ""}
    answer = desk.post(f"{ITEMS}new/", wrong)
    assert answer.status_code == 422
    assert "请填写“理由”" in answer.text
    answer = desk.post(f"{ITEMS}new/", {**wrong, "reason": "首次编制"})
    assert answer.status_code == 422
    assert 'id="id_f-basis_error"' in answer.text
    assert "id_f-basis_helptext id_f-basis_error" in answer.text
    assert "应为电话号码" in answer.text
    assert "请改正以下各项" in answer.text
    assert not Entry.objects.exists()


def test_lines_and_several_choices_come_back_as_they_were_written(desk: Client) -> None:
    given = {**FILLED, "f-conditions": "有申请书 | 行政处罚法@2021:61\n按时", "f-manner": ["录音", "录像"]}
    desk.post(f"{ITEMS}new/", {**given, "f-from_on": "2026-11-20", "f-entrusted": "否"})
    version = EntryVersion.objects.get()
    assert version.data["conditions"] == [
        {"text": "有申请书", "basis": "行政处罚法@2021:61"},
        {"text": "按时", "basis": ""},
    ]
    assert version.data["manner"] == ["录音", "录像"]
    assert version.data["entrusted"] is False
    form = desk.get(address(version.entry, "edit/")).text
    assert "有申请书 | 行政处罚法@2021:61" in form
    assert 'value="2026-11-20"' in form


def test_a_second_save_on_an_old_form_is_refused(desk: Client, draft: EntryVersion) -> None:
    old = {**FILLED, "rev": str(draft.entry.rev)}
    assert desk.post(address(draft.entry, "edit/"), old).status_code == 302
    again = desk.post(address(draft.entry, "edit/"), {**old, "f-name": "另一个名称"})
    assert again.status_code == 409
    assert "别人已保存过" in again.text


def test_nobody_alone_makes_it_public_and_two_others_do(
    browser: Browser, desk: Client, draft: EntryVersion, legality_reviewer: Account, release_approver: Account
) -> None:
    assert submit(desk, draft.entry).status_code == 302
    release = Release.objects.get()
    where = f"/desk/sunny/releases/{release.pk}/"
    own = desk.post(where, {"stage": "legal_review", "decision": "pass"})
    assert own.status_code == 403
    skipping = browser(release_approver).post(where, {"stage": "approve", "decision": "pass"})
    assert skipping.status_code == 409
    assert "不能越过" in skipping.text
    reviewer = browser(legality_reviewer)
    assert draft.title in reviewer.get("/desk/sunny/").text
    assert reviewer.post(where, {"stage": "legal_review", "decision": "pass"}).status_code == 302
    assert browser(release_approver).post(where, {"stage": "approve", "decision": "pass"}).status_code == 302
    assert PublicVersion.objects.get().title == draft.title
    assert "已公开" in desk.get(ITEMS).text


def test_a_return_needs_a_reason_and_the_author_reads_it(
    browser: Browser, desk: Client, handed_in: Release, legality_reviewer: Account
) -> None:
    where = f"/desk/sunny/releases/{handed_in.pk}/"
    reviewer = browser(legality_reviewer)
    bare = reviewer.post(where, {"stage": "legal_review", "decision": "return", "opinion": " "})
    assert bare.status_code == 409
    assert "退回须写明理由" in bare.text
    reviewer.post(where, {"stage": "legal_review", "decision": "return", "opinion": "请补条款"})
    assert "退回理由：请补条款" in desk.get("/desk/sunny/").text
    assert "请补条款" in desk.get(address(handed_in.entry)).text
    assert "已退回" in desk.get(f"{ITEMS}?state=returned").text


def test_unfounded_demands_are_ticked_one_by_one(
    browser: Browser, handler: Account, legality_reviewer: Account, agency: object
) -> None:
    version = item(handler.person.agency, handler, conditions=["须有担保人"])  # type: ignore[union-attr]
    submit(browser(handler), version.entry)
    release = Release.objects.get()
    reviewer = browser(legality_reviewer)
    where = f"/desk/sunny/releases/{release.pk}/"
    unseen = reviewer.post(where, {"stage": "legal_review", "decision": "pass"})
    assert unseen.status_code == 409
    assert "没有注明依据" in unseen.text
    seen = {"stage": "legal_review", "decision": "pass", "acknowledged": "条件：须有担保人"}
    assert reviewer.post(where, seen).status_code == 302


def test_bulk_says_for_each_row_what_became_of_it(
    browser: Browser, handler: Account, handed_in: Release, legality_reviewer: Account
) -> None:
    unfounded = item(handed_in.agency, handler, name="另一事项", conditions=["须有担保人"])
    submit(browser(handler), unfounded.entry)
    ids = [str(key) for key in Release.objects.values_list("pk", flat=True)]
    reviewer = browser(legality_reviewer)
    answer = reviewer.post(
        "/desk/sunny/releases/bulk/", {"stage": "legal_review", "release": [*ids, str(uuid4()), "垃圾"]}
    )
    assert answer.status_code == 200
    assert "已同意 1 条，未办理 1 条" in answer.text
    assert "须有担保人" in answer.text


def test_a_withdrawal_states_its_reason(
    browser: Browser, published: PublicVersion, release_approver: Account, handler: Account
) -> None:
    where = address(published.entry, "withdraw/")
    assert browser(handler).get(where).status_code == 403
    approver = browser(release_approver)
    assert approver.post(where, {"reason": "", "basis": ""}).status_code == 422
    assert approver.post(where, {"reason": "决定被撤销", "basis": "行政处罚法@2021:48"}).status_code == 302
    published.refresh_from_db()
    assert published.withdrawn_reason == "决定被撤销"
    assert "已撤回" in approver.get(address(published.entry)).text


def test_what_is_not_there_is_not_found(desk: Client, draft: EntryVersion) -> None:
    for where in (
        "/desk/sunny/registers/nothing/",
        "/desk/sunny/registers/nothing/new/",
        f"{ITEMS}{uuid4()}/",
        f"{ITEMS}not-a-uuid/",
        f"/desk/sunny/registers/guides/{draft.entry_id}/",
        f"/desk/sunny/releases/{uuid4()}/",
        f"{ITEMS}export/exe/",
    ):
        assert desk.get(where).status_code == 404, where


def test_the_list_finds_by_name_number_and_state(desk: Client, draft: EntryVersion) -> None:
    assert draft.title in desk.get(f"{ITEMS}?q=迟报").text
    assert draft.title in desk.get(f"{ITEMS}?q={draft.entry.number}").text
    assert draft.title not in desk.get(f"{ITEMS}?q=没有的词").text
    assert draft.title not in desk.get(f"{ITEMS}?state=public").text
    assert desk.get(f"{ITEMS}?after=abc&state=%00&q=%00").status_code == 200
