"""The portal in a browser: nothing a reader could trip over, at desk and telephone width, with and without help."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from heliograph.disclosure.actions import withdraw_publication
from heliograph.portal.tests.town import LAW, Town, build_town, item
from tests.settings import ROOT

SHOTS = ROOT / "var" / "screenshots" / "portal"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "index": "/",
    "government": "/g/qinghe/",
    "government-items": "/g/qinghe/items/",
    "agency": "/a/qinghe-tjj/",
    "items": "/a/qinghe-tjj/items/",
    "nothing-found": "/a/qinghe-tjj/items/?q=没有",
    "officers": "/a/qinghe-tjj/officers/",
    "flowcharts": "/a/qinghe-tjj/flowcharts/",
    "entry": "/a/qinghe-tjj/items/1/",
    "old-version": "/a/qinghe-tjj/items/1/v1/",
    "diff": "/a/qinghe-tjj/items/1/diff/1-2/",
    "tombstone": "/a/qinghe-tjj/items/2/",
    "officer": "/a/qinghe-tjj/officers/1/",
    "lookup": "/a/qinghe-tjj/officers/lookup/",
    "lookup-found": "/a/qinghe-tjj/officers/lookup/?q=测试",
    "lookup-nobody": "/a/qinghe-tjj/officers/lookup/?q=无此人",
    "policy": "/a/qinghe-tjj/policy/disclosure/",
    "policy-recording": "/a/qinghe-tjj/policy/recording/",
    "changes": "/a/qinghe-tjj/changes/",
    "laws": "/laws/",
    "law": f"/laws/{LAW}/",
    "article": f"/laws/{LAW}/24/",
    "board": "/a/qinghe-tjj/window_boards/1/print/",
    "badge": "/a/qinghe-tjj/window_boards/1/print/badge/",
    "accessibility": "/accessibility/",
    "not-found": "/no/such/page/",
    "bad-request": "/a/qinghe-tjj/items/?after=x",
}


@pytest.fixture
def visited(browser: Browser, live_server: LiveServer, tmp_path: Path) -> str:
    """A county with something of every kind; returns the address of its portal."""
    furnish(build_town(tmp_path))
    return live_server.url


def furnish(town: Town) -> None:
    """Publish items in two versions and withdrawn, officers, a board."""
    house = town.statistics
    lines = [{"text": "调查单位已经入库", "basis": f"{LAW}:24(2)"}, {"text": "提供营业执照复印件", "basis": ""}]
    first = house.publish("items", item("对拒绝提供统计资料的处罚", conditions=lines))
    gone = house.publish("items", item("对张某的处罚事项"))
    duties = "组织统计检查，调查取证，作出处理决定并监督执行。\n受理对统计违法行为的举报。"
    house.revise(first, item("对拒绝、迟报统计资料的处罚", conditions=lines, duties=duties), "统计法修改后调整范围")
    for number in range(12):
        house.publish("items", item(f"统计执法检查事项第 {number} 类", category="行政检查"))
    withdraw_publication(gone.pk, reason="事项已经取消", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    house.officer("王测试", "37000001")
    house.officer("李测试", "37000002", valid_to=date(2024, 6, 30))
    board = {"name": "吴窗口", "position": "窗口主任", "duties": "受理申请，解答咨询"}
    house.publish("window_boards", board | {"sample_materials": [{"text": "申请表示范文本", "basis": ""}]})
    town.industry.publish("items", item("民用爆炸物品销售许可检查"))


def open_page(browser: Browser, width: int, address: str) -> Page:
    """Open an address in a window of this width; faults of scripts and refusals of the content policy are errors."""
    page = browser.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
    page.set_default_timeout(10_000)
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    heard: list[str] = []
    page.goto(address)
    refusals = [text for text in heard if "status of 40" not in text and "status of 410" not in text]
    assert refusals == [], address
    return page


def too_wide(page: Page, name: str) -> list[str]:
    """Return a fault when the page would scroll sideways."""
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{name}: {overflow} px too wide"] if overflow > 0 else []


@pytest.mark.parametrize("width", [1360, 390])
def test_pages_are_clean_to_axe_and_never_scroll_sideways(visited: str, browser: Browser, width: int) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for name, path in PAGES.items():
        page = open_page(browser, width, visited + path)
        results = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}})
        faults += [f"{name}: {one['id']} {one['nodes'][0]['html'][:160]}" for one in results.response["violations"]]
        faults += too_wide(page, name)
        assert page.locator("h1").count() == 1, name
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 320, "height": 900})
        faults += too_wide(page, f"{name} at 320 px")
        page.evaluate("document.documentElement.dataset.size = 'xl'")
        faults += too_wide(page, f"{name} at 320 px in the largest text")
        page.close()
    assert faults == []


def test_reader_finds_an_officer_and_follows_an_item_to_its_article(visited: str, browser: Browser) -> None:
    page = open_page(browser, 1360, f"{visited}/g/qinghe/")
    page.get_by_role("link", name="清河县统计局").first.click()
    page.get_by_label("姓名或证件编号").fill("37000001")
    page.get_by_role("button", name="核验").click()
    assert page.get_by_text("证件在有效期内").is_visible()
    page.get_by_role("link", name="县统计局", exact=True).first.click()
    page.get_by_role("link", name="统计执法事项清单").first.click()
    page.get_by_label("在本清单中查").fill("迟报")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="对拒绝、迟报统计资料的处罚").click()
    page.get_by_role("link", name="《示例统计法》（2024）第 24 条").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "《中华人民共和国示例统计法》第 24 条"
    assert page.get_by_text("民用爆炸物品销售许可检查").is_visible()
    page.close()


def test_text_size_and_contrast_are_remembered(visited: str, browser: Browser) -> None:
    page = open_page(browser, 1360, f"{visited}/a/qinghe-tjj/")
    page.get_by_role("button", name="长者").click()
    page.get_by_role("button", name="高对比").click()
    page.goto(f"{visited}/a/qinghe-tjj/items/")
    root = page.locator("html")
    assert root.get_attribute("data-size") == "xl"
    assert root.get_attribute("data-contrast") == "high"
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}})
    assert results.violations_count == 0, results.generate_report()
    page.close()


def test_search_works_without_script_and_by_keyboard(visited: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{visited}/a/qinghe-tjj/")
    page.keyboard.press("Tab")
    assert page.get_by_role("link", name="跳到主要内容").is_visible()
    page.get_by_label("关键词").fill("迟报")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/?q=*")
    assert page.get_by_role("link", name="对拒绝、迟报统计资料的处罚").is_visible()
    context.close()


def test_board_and_badge_fill_one_sheet(visited: str, browser: Browser) -> None:
    for form, inches in (("", (8.3, 11.7)), ("badge/", (4.1, 5.8))):
        page = open_page(browser, 1360, f"{visited}/a/qinghe-tjj/window_boards/1/print/{form}")
        sheet = page.pdf(prefer_css_page_size=True)
        assert sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") == 1
        box = sheet.split(b"/MediaBox [")[1].split(b"]")[0].split()
        assert tuple(round(float(edge) / 72, 1) for edge in box[2:]) == inches
        page.close()
