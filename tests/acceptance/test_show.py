"""What a new user does in `make demo`: looks things up, then changes an entry that nobody publishes alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.steps import open_item, sign_in, sign_out
from tests.product import Product

# Agency, its certified officer in the demonstration, and the number that its own document sets (None: it sets none).
AGENCIES = {
    "luozhuang-tjj": ("褚文静", "0000-LZ-0002", "及时"),
    "rizhao-rsj": ("牟建平", None, "及时"),
    "xinglongtai-mzj": ("单志远", None, "7 个工作日"),
    "wenshang-gxj": ("白云岗", "0000-WS-0003", "3 个工作日"),
    "jinghai-tjj": ("蒋一帆", None, "7 个工作日"),
}
ITEM = "对拒不落实节能整改要求的处罚"
NEW_DUTY = "跟踪书面整改要求的落实，逾期一次即书面催告，对无正当理由不落实的查处。"


@pytest.mark.parametrize("agency", AGENCIES)
def test_d5_citizen_finds_an_officer_of_each_agency_and_reads_whether_the_certificate_is_valid(
    page: Page, agency: str
) -> None:
    name, number, _clock = AGENCIES[agency]
    page.goto(f"/a/{agency}/officers/lookup/")
    field = page.locator("main input[type=search], main input[name=q]").first
    field.fill(number or name)
    field.press("Enter")
    expect(page.locator("main")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("有效")


def test_d5_citizen_is_told_that_a_certificate_has_expired_is_suspended_or_is_unknown(page: Page) -> None:
    for name, status in (("康鹏程", "已过"), ("尹若兰", "暂扣"), ("查无此人", "未找到")):
        page.goto(f"/a/wenshang-gxj/officers/lookup/?q={name}")
        expect(page.locator("main")).to_contain_text(status)


@pytest.mark.parametrize("agency", AGENCIES)
def test_d2_citizen_finds_an_item_of_each_agency_with_its_article(page: Page, agency: str) -> None:
    page.goto(f"/a/{agency}/items/")
    page.locator("main table a, main .feed a").first.click()
    article = page.locator("main a[href^='/laws/']").first
    text = article.inner_text()
    article.click()
    expect(page.locator("h1")).to_contain_text("第")
    assert "第" in text
    expect(page.locator("main")).to_contain_text("清单")


@pytest.mark.parametrize("agency", AGENCIES)
def test_d1_citizen_reads_the_policy_with_the_sources_own_numbers(page: Page, agency: str) -> None:
    page.goto(f"/a/{agency}/policy/disclosure/")
    expect(page.locator("main")).to_contain_text(AGENCIES[agency][2])


def test_d12_changed_entry_is_public_only_after_other_persons_passed_every_stage(page: Page, product: Product) -> None:
    sign_in(page, product, "ws-clerk")
    open_item(page, "wenshang-gxj", "items", ITEM)
    page.get_by_role("link", name="起草新版").click()
    page.locator("[name=f-duties]").fill(NEW_DUTY)
    page.locator("[name=reason]").fill("写明催告这一步")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="送审").click()
    expect(page.locator("main")).to_contain_text("审批中")
    page.goto("/desk/wenshang-gxj/releases/")
    page.get_by_role("link", name=ITEM).first.click()
    expect(page.get_by_role("button", name="同意")).to_have_count(0)  # neither the role nor another person's work
    expect(page.locator("main")).to_contain_text("依据")
    sign_out(page)

    for username in ("ws-reviewer", "ws-approver"):
        assert not is_public(page)
        sign_in(page, product, username)
        page.goto("/desk/wenshang-gxj/releases/")
        page.get_by_role("link", name=ITEM).first.click()
        page.get_by_role("button", name="同意").click()
        sign_out(page)
    assert is_public(page)
    expect(page.locator("main")).to_contain_text("第 2 版")
    expect(page.locator("main")).to_contain_text("写明催告这一步")


def is_public(page: Page) -> bool:
    """Say whether the new wording stands on the portal; the page stays open at the item."""
    page.goto(f"/a/wenshang-gxj/items/?q={ITEM}")
    page.get_by_role("link", name=ITEM).first.click()
    return NEW_DUTY in page.locator("main").inner_text()
