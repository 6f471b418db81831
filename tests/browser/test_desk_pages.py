"""The desk in a browser: every page of a legal officer and of the security administrator, wide and narrow."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.acceptance.steps import sign_in, sign_out
from tests.product import Product
from tests.settings import ROOT

SHOTS = ROOT / "var" / "screenshots" / "desk"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1360, 390)
DESK = "/desk/luozhuang-tjj"
OFFICER = {
    "home": "/",
    "registers": "/registers/",
    "items": "/registers/items/",
    "nothing-found": "/registers/items/?q=没有这样的条目",
    "new-item": "/registers/items/new/",
    "new-guide": "/registers/guides/new/",
    "import": "/registers/items/import/",
    "releases": "/releases/",
    "duties": "/duties/",
    "adjustments": "/adjustments/",
    "people": "/people/",
    "units": "/units/",
    "laws": "/laws/",
    "law": "/laws/行政处罚法@2021/",
    "law-import": "/laws/import/",
    "compliance": "/compliance/",
    "rollout": "/rollout/",
    "erasures": "/erasures/",
    "calendar": "/calendar/",
}
FIRST_OF = {"entry": "/registers/items/", "release": "/releases/", "person": "/people/", "adjustment": "/adjustments/"}


def look(page: Page, name: str) -> list[str]:
    """Return what is wrong with the open page at both widths, and keep a picture of each."""
    faults: list[str] = []
    page.wait_for_load_state()
    page.locator("h1").first.wait_for()
    if page.locator("h1").count() != 1:
        faults.append(f"{name}: not exactly one h1")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}})
        faults += [
            f"{name} {width}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found.response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{name} {width}: wider than the screen")
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return faults


def test_pages_of_a_legal_officer_stand_at_both_widths(page: Page, product: Product) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    faults: list[str] = []
    page.goto("/accounts/login/")
    faults += look(page, "sign-in")
    sign_in(page, product, "lz-reviewer")
    for name, address in OFFICER.items():
        page.goto(f"{DESK}{address}")
        faults += look(page, name)
    for name, listing in FIRST_OF.items():
        page.goto(f"{DESK}{listing}")
        page.locator("main td a.plain").first.click()
        page.wait_for_load_state()
        faults += look(page, name)
    assert faults == []
    assert said == []


def test_pages_of_the_security_administrator_stand_at_both_widths(page: Page, product: Product) -> None:
    faults: list[str] = []
    sign_in(page, product, "security")
    page.goto("/desk/")
    faults += look(page, "choose")
    page.goto(f"{DESK}/accounts/")
    faults += look(page, "accounts")
    page.locator("main td a.plain").first.click()
    page.wait_for_load_state()
    faults += look(page, "account")
    assert faults == []


def test_pages_of_records_stand_at_both_widths(page: Page, product: Product) -> None:
    faults: list[str] = []
    sign_in(page, product, "lz-reviewer")
    page.goto(f"{DESK}/registers/items/")
    page.locator("main td a.plain").first.click()
    page.get_by_role("link", name="存证记录").click()
    faults += look(page, "records")
    page.goto(f"{page.url}?reads=1")
    page.get_by_role("link", name="申请删除内容").first.click()
    faults += look(page, "erasure-request")
    page.get_by_label("删除理由").fill("当事人撤回同意")
    page.get_by_label("依据").fill("个人信息保护法@2021:47")
    page.get_by_role("button", name="提交删除申请").click()
    page.goto(f"{DESK}/erasures/")
    faults += look(page, "erasures-waiting")
    sign_out(page)
    sign_in(page, product, "audit")
    page.goto(f"{DESK}/records/")
    faults += look(page, "log-status")
    page.locator("main .chips a").first.click()
    faults += look(page, "account-records")
    assert faults == []


def test_a_faulty_form_leads_to_its_faults(page: Page, product: Product) -> None:
    sign_in(page, product, "lz-handler")
    page.goto(f"{DESK}/registers/items/new/")
    page.get_by_label("事项名称").fill("试写的事项")
    page.get_by_role("button", name="保存").click()
    summary = page.get_by_role("alert")
    assert "请改正以下各项" in summary.inner_text()
    assert look(page, "faulty-form") == []
    summary.get_by_role("link", name="请填写“执法依据”。").click()
    assert page.evaluate("location.hash") == "#id_f-basis"
    assert "id_f-basis_error" in (page.get_by_label("执法依据").get_attribute("aria-describedby") or "")


def test_a_chosen_article_goes_to_the_line_of_the_cursor(page: Page, product: Product) -> None:
    sign_in(page, product, "rz-handler")
    page.goto("/desk/rizhao-rsj/registers/flowcharts/new/")
    lines, offer = page.locator("#id_f-steps"), page.locator('[data-citation-of="id_f-steps"]')
    lines.fill("立案\n调查\n决定")
    lines.press("Control+Home")
    lines.press("ArrowDown")
    offered = page.locator("#citable-articles option").evaluate_all("all => all.map(one => one.value)")
    for key in offered[:2]:  # the second takes the place of the first
        offer.fill(key)
        expect(lines).to_have_value(f"立案\n调查 | {key}\n决定")
        expect(offer).to_have_value("")
    assert len(offered) > 1
