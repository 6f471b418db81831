"""A supervisor reads what is public and the releases with a stage of external review, nothing in the making."""

from __future__ import annotations

from heliograph.desk.tests.conftest import Browser
from heliograph.disclosure.actions import Decision, decide_stage, submit_for_release
from heliograph.disclosure.models import PublicVersion, Release
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account, Agency, EntryVersion
from tests.cast import ITEM, NOON, Office, grant, item

ITEMS = "/desk/sunny/registers/items/"


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
    page = "".join(browser(supervisor).get("/desk/sunny/registers/").text.split())
    own = "".join(browser(draft.created_by).get("/desk/sunny/registers/").text.split())
    cells = '<tdclass="r">1</td><tdclass="r">1</td>'
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
