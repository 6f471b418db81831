"""A supervisor reads what is public and the releases with a stage of external review, nothing in the making."""

from __future__ import annotations

import re

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import (
    Decision,
    adjust_for_law_change,
    confirm_adjustment,
    decide_stage,
    submit_for_release,
)
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.duties.models import Duty
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Agency, EntryVersion
from tests.cast import ITEM, NOON, TODAY, Office, grant, item

ITEMS = "/desk/sunny/registers/items/"


def cells_of(page: str) -> str:
    """Return a page without spaces and with bare table cells."""
    return "".join(re.sub(r"<td[^>]*>", "<td>", page).split())


def test_a_draft_is_not_shown(browser: Browser, draft: EntryVersion, supervisor: Account) -> None:
    client = browser(supervisor)
    assert draft.title not in client.get(ITEMS).text
    assert client.get(f"{ITEMS}{draft.entry_id}/").status_code == 404


def test_what_is_public_is_shown_as_it_is_public(
    browser: Browser, published: PublicVersion, supervisor: Account, handler: Account
) -> None:
    secret = {**ITEM, "name": "正在改写的名称", "verified_note": "内部核对"}
    revise_entry(published.entry_id, content=Content(secret, "内部理由"), actor=handler, at=NOON)
    client = browser(supervisor)
    where = f"{ITEMS}{published.entry_id}/"
    for page in (client.get(ITEMS).text, client.get(where).text, client.get(f"{ITEMS}?q=迟报").text):
        assert published.title in page
        assert "正在改写的名称" not in page
        assert "内部" not in page
    assert published.title not in client.get(f"{ITEMS}?q=正在改写").text
    assert "内部核对" in browser(handler).get(where).text


def test_counts_are_of_what_is_public(browser: Browser, draft: EntryVersion, supervisor: Account) -> None:
    page = cells_of(browser(supervisor).get("/desk/sunny/registers/").text)
    own = cells_of(browser(draft.created_by).get("/desk/sunny/registers/").text)
    cells = "<td>1</td><td>1</td>"
    assert cells in own
    assert cells not in page


def test_only_releases_with_external_review_are_read(
    browser: Browser, handed_in: Release, agency: Agency, handler: Account, unit_head: Account, supervisor: Account
) -> None:
    body = item(agency, handler, register="bodies", name="晴川县测试局主体")
    external = submit_for_release(body.pk, actor=handler, at=NOON)
    client = browser(supervisor)
    assert client.get(f"/desk/sunny/releases/{handed_in.pk}/").status_code == 404
    assert client.get(f"/desk/sunny/releases/{external.pk}/").status_code == 200
    page = client.get("/desk/sunny/releases/").text
    assert body.title in page
    assert handed_in.version.title not in page
    decide_stage(external.pk, decision=Decision("unit_check", passed=True), actor=unit_head, at=NOON)
    assert body.title in client.get("/desk/sunny/").text
    sent = {"stage": "external_review", "decision": "pass"}
    assert client.post(f"/desk/sunny/releases/{external.pk}/", sent).status_code == 302


def test_a_supervisor_with_a_second_role_in_the_agency_reads_as_its_staff_does(
    browser: Browser, office: Office, draft: EntryVersion, supervisor: Account
) -> None:
    grant(office, supervisor, "archivist")
    assert draft.title in browser(supervisor).get(ITEMS).text


def test_duties_adjustments_and_counts_tell_nothing_of_drafts(
    browser: Browser,
    agency: Agency,
    published: PublicVersion,
    handler: Account,
    legality_reviewer: Account,
    release_approver: Account,
    supervisor: Account,
) -> None:
    renamed = {**ITEM, "name": "正在改写的名称"}
    revise_entry(published.entry_id, content=Content(renamed, "内部理由"), actor=handler, at=NOON)
    unknown = item(agency, handler, name="没有公开的事项")
    made = adjust_for_law_change(
        agency.pk, article="行政处罚法@2021:61", repealed=False, effective_on=TODAY, reason="条文修改", basis="晴公5",
        actor=legality_reviewer, at=NOON,
    )  # fmt: skip
    client, own = browser(supervisor), browser(legality_reviewer)
    where = f"/desk/sunny/adjustments/{made.pk}/"
    assert client.get(where).status_code == 404
    assert "条文修改" not in client.get("/desk/sunny/adjustments/").text
    confirm_adjustment(made.pk, actor=release_approver, at=NOON)
    law = "/desk/sunny/laws/行政处罚法@2021/"
    for address in ("/desk/sunny/", "/desk/sunny/duties/", "/desk/sunny/adjustments/", where, law):
        page = client.get(address)
        assert page.status_code == 200
        assert "正在改写的名称" not in page.text
        assert "没有公开的事项" not in page.text
    assert published.title in client.get("/desk/sunny/duties/").text
    assert published.title in client.get(where).text
    assert "<td>1条</td>" in cells_of(client.get("/desk/sunny/adjustments/").text)
    assert "没有公开的事项" in own.get(where).text
    assert "<td>1条</td>" in cells_of(client.get(law).text)
    assert "<td>2条</td>" in cells_of(own.get(law).text)
    hidden = Duty.objects.get(subject_id=unknown.entry_id)
    seen = Duty.objects.get(subject_id=published.entry_id)
    assert client.get(f"/desk/sunny/duties/{hidden.pk}/").status_code == 404
    assert published.title in client.get(f"/desk/sunny/duties/{seen.pk}/").text
