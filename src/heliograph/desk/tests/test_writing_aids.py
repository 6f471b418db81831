"""What helps while writing and approving: offered citations, the author's unit, marks in lists, words on buttons."""

from __future__ import annotations

import pytest
from django.test import Client

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import Decision, decide_stage
from heliograph.disclosure.models import Release
from heliograph.registers.actions import ArticleText, Content, LawText, adopt_law, draft_entry, revise_entry
from heliograph.registers.models import Account, Agency, Entry, EntryVersion, Unit
from tests.cast import ITEM, NOON, item

DESK = "/desk/sunny/"
ITEMS = f"{DESK}registers/items/"
FILLED = {"f-name": "某项处罚", "f-category": "行政处罚", "verified": "text", "reason": "首次编制"}


@pytest.fixture
def desk(browser: Browser, handler: Account) -> Client:
    return browser(handler)


@pytest.fixture
def civil_code(agency: Agency) -> None:
    """A law with more than a thousand articles."""
    text = ArticleText("1165", summary="过错侵害他人民事权益的，承担侵权责任。")
    adopt_law(LawText("民法典@2020", title="中华人民共和国民法典", level="law", articles=[text]), actor=None, at=NOON)


def test_articles_of_four_digits_are_cited(desk: Client, civil_code: None) -> None:
    assert desk.post(f"{ITEMS}new/", {**FILLED, "f-basis": "民法典@2020:1165"}).status_code == 302
    assert EntryVersion.objects.get().basis == ["民法典@2020:1165"]
    missing = desk.post(f"{ITEMS}new/", {**FILLED, "f-basis": "民法典@2020:1260"})
    assert "不在执法依据库里" in missing.text
    assert "不合格式" not in missing.text


def test_keys_are_offered_with_their_titles(desk: Client, draft: EntryVersion) -> None:
    page = desk.get(f"{ITEMS}new/").text
    assert '<option value="行政处罚法@2021:61" label="《行政处罚法》（2021）第 61 条' in page
    assert 'list="citable-articles"' in page


def test_what_is_chosen_is_one_line_more(desk: Client) -> None:
    sent = {**FILLED, "f-basis": "行政处罚法@2021:61", "f-basis-add": " 行政处罚法@2021:9 "}
    assert desk.post(f"{ITEMS}new/", sent).status_code == 302
    assert EntryVersion.objects.get().data["basis"] == ["行政处罚法@2021:61", "行政处罚法@2021:9"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("申请书", [("申请书", "行政处罚法@2021:9")]),
        ("甲 | 行政处罚法@2021:61\n乙｜\n", [("甲", "行政处罚法@2021:61"), ("乙", "行政处罚法@2021:9")]),
        ("甲\n乙\n丙 | 行政处罚法@2021:61", [("甲", ""), ("乙", "行政处罚法@2021:9"), ("丙", "行政处罚法@2021:61")]),
    ],
)
def test_what_is_chosen_becomes_the_basis_of_the_last_line_without_one(
    desk: Client, written: str, kept: list[tuple[str, str]]
) -> None:
    sent = {**FILLED, "f-basis": "行政处罚法@2021:61", "f-conditions": written, "f-conditions-add": "行政处罚法@2021:9"}
    assert desk.post(f"{ITEMS}new/", sent).status_code == 302
    lines = EntryVersion.objects.get().data["conditions"]
    assert [(line["text"], line["basis"]) for line in lines] == kept


@pytest.mark.parametrize("written", ["", "甲 | 行政处罚法@2021:61"])
def test_a_choice_without_a_line_for_it_is_shown_again_with_what_to_do(desk: Client, written: str) -> None:
    sent = {**FILLED, "f-basis": "行政处罚法@2021:61", "f-conditions": written, "f-conditions-add": "行政处罚法@2021:9"}
    page = desk.post(f"{ITEMS}new/", sent)
    assert page.status_code == 422
    assert "请补写内容，或删去这一行" in page.text
    assert "| 行政处罚法@2021:9" in page.text
    assert not EntryVersion.objects.exists()


def test_lines_offer_the_law_library_as_bases_do(desk: Client) -> None:
    page = desk.get(f"{ITEMS}new/").text
    assert page.count('list="citable-articles"') == 2
    assert 'data-citation-of="id_f-conditions"' in page
    assert page.count('data-citation-aim="line"') == 1


def test_articles_are_found_by_law_and_number(desk: Client, civil_code: None) -> None:
    found = desk.get(f"{DESK}laws/articles/?q=民法典 1165").json()["articles"]
    assert [one["key"] for one in found] == ["民法典@2020:1165"]
    assert "第 1165 条" in found[0]["title"]
    assert "侵权责任" in found[0]["title"]
    assert desk.get(f"{DESK}laws/articles/?q=").json() == {"articles": []}
    assert desk.get(f"{DESK}laws/articles/?q=没有的法").json() == {"articles": []}


def test_the_authors_unit_is_proposed(desk: Client, handling_unit: Unit) -> None:
    assert f'<option value="{handling_unit.pk}" selected>' in desk.get(f"{ITEMS}new/").text


def test_a_returned_entry_is_to_be_corrected_and_handed_in_again(
    desk: Client, handed_in: Release, legality_reviewer: Account
) -> None:
    decision = Decision("legal_review", passed=False, opinion="请补条款")
    decide_stage(handed_in.pk, decision=decision, actor=legality_reviewer, at=NOON)
    where = f"{ITEMS}{handed_in.entry_id}/"
    page = desk.get(where).text
    assert "修改后重新报送" in page
    assert "起草新版" not in page
    assert "请再送审" in desk.get(f"{where}edit/").text


def test_approvers_of_many_see_what_is_unverified(
    browser: Browser, agency: Agency, handler: Account, legality_reviewer: Account
) -> None:
    content = Content(ITEM, "首次编制", verified="unverified")
    version = draft_entry(agency.pk, register="items", content=content, owner_unit_id=None, actor=handler, at=NOON)
    desk = browser(handler)
    reviewer = browser(legality_reviewer)
    desk.post(f"{ITEMS}{version.entry_id}/submit/", {"rev": "1"})
    assert '<span class="tag amber">待核</span>' in reviewer.get(f"{DESK}releases/").text
    checked = item(agency, handler, name="已核的事项")
    Release.objects.get()
    desk.post(f"{ITEMS}{checked.entry_id}/submit/", {"rev": "1"})
    assert reviewer.get(f"{DESK}releases/").text.count('<span class="tag amber">待核</span>') == 1


def test_the_list_of_bodies_marks_an_unfiled_entrustment(desk: Client, agency: Agency, handler: Account) -> None:
    item(agency, handler, register="bodies", name="甲局", body_type="法定")
    entrusted = item(agency, handler, register="bodies", name="乙队", body_type="委托")
    page = desk.get(f"{DESK}registers/bodies/").text
    assert page.count("委托书未备案") == 1
    assert "委托书未备案" in desk.get(f"{DESK}registers/bodies/{entrusted.entry_id}/").text
    content = Content({"name": "乙队", "body_type": "授权"}, "改正类别", verified="text")
    revise_entry(entrusted.entry_id, content=content, actor=handler, at=NOON)
    assert "委托书未备案" not in desk.get(f"{DESK}registers/bodies/").text
    assert Entry.objects.count() == 2


def test_tables_name_their_columns_in_each_cell(desk: Client, draft: EntryVersion) -> None:
    page = desk.get(ITEMS).text
    assert 'class="table cards' in page
    assert 'data-label="责任科室"' in page
