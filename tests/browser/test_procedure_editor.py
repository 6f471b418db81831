"""A legal officer changes a procedure in the browser, another person approves it, and the next case runs by it.

Nobody edits a file by hand: a step's time limit, a step, a row of a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.procedures.actions import DraftContent, begin_new_draft
from heliograph.procedures.actions.releasing import content_of
from heliograph.procedures.models import Draft
from heliograph.procedures.queries import definition_of, release_in_force
from heliograph.procedures.tables import benchmarks_on, table_on
from heliograph.registers.models import Account, Agency
from tests.cast import NOON
from tests.settings import ROOT

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SHOTS = ROOT / "var" / "screenshots" / "procedures"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1360, 390)
COOKIE = "heliograph_session"
LIST = "/desk/sunny/procedures/"
SLOW = 30_000  # layout and proof on a busy machine, in milliseconds
ARTICLE = "行政处罚法@2021:54"
READY = "#editor[data-ready=true]"


@dataclass
class Desk:
    """A live desk with a draft of the national penalty procedure, and two people."""

    url: str
    browser: Browser
    agency: Agency
    reviewer: Account
    leader: Account
    draft: Draft
    heard: list[str]

    def open(self, account: Account, *, script: bool = True) -> Page:
        """Return a window in which somebody is signed in; what the browser complains of is kept."""
        if not Authenticator.objects.filter(user=account).exists():
            TOTP.activate(account, generate_totp_secret())
        client = Client()
        client.force_login(account, backend=BACKEND)
        context = self.browser.new_context(
            base_url=self.url, locale="zh-CN", viewport={"width": 1360, "height": 900}, java_script_enabled=script
        )
        cookie = client.cookies[COOKIE]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda message: self.heard.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        return page

    @property
    def page_of_draft(self) -> str:
        return f"{LIST}drafts/{self.draft.pk}/"


@pytest.fixture
def desk(
    live_server: LiveServer,
    browser: Browser,
    agency: Agency,
    legality_reviewer: Account,
    leader_in_charge: Account,
    settings: Settings,
) -> Iterator[Desk]:
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = COOKIE, "heliograph_csrf"
    settings.NOTICE_COOKIE_NAME = "heliograph_notice"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False  # the live server speaks plain HTTP
    SHOTS.mkdir(parents=True, exist_ok=True)
    found = content_of(load_pack(shipped(), "cn-national@2026.11"), "penalty_ordinary")
    bundle = found.bundle
    given = DraftContent(found.title, bundle.files, bundle.tables, bundle.facts, bundle.limits)
    draft = begin_new_draft(
        agency.pk, bundle.root, content=given, categories=["penalty"], actor=legality_reviewer, at=NOON
    )
    heard: list[str] = []
    yield Desk(live_server.url, browser, agency, legality_reviewer, leader_in_charge, draft, heard)
    assert heard == []


def open_editor(desk: Desk, page: Page, file: str = "penalty_ordinary") -> None:
    answer = page.goto(f"{desk.page_of_draft}flow/{file}/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    page.wait_for_selector(READY)


def choose(page: Page, name: str) -> None:
    """Choose an element from the panel's list."""
    page.get_by_label("选择", exact=True).select_option(label=name)


def save(page: Page, said: str = "已保存到草稿，查证没有发现问题。") -> None:
    page.get_by_role("button", name="保存到草稿").click()
    expect(page.locator("#flow-said")).to_have_text(said, timeout=SLOW)


def release(desk: Desk) -> None:
    """Propose the draft as the legal officer and approve it as a leader, in the browser."""
    page = desk.open(desk.reviewer)
    page.goto(desk.page_of_draft)
    page.get_by_label("理由").fill("按照修改后的规定调整")
    page.get_by_role("button", name="提出发布").click()
    expect(page.get_by_text("待负责人批准")).to_be_visible()
    address = page.url
    other = desk.open(desk.leader)
    other.goto(address)
    other.get_by_role("button", name="批准", exact=True).click()
    expect(other.get_by_text("已批准《")).to_be_visible()


def look(page: Page, name: str) -> list[str]:
    """Return what is wrong with the open page at both widths, and keep a picture of each."""
    faults: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_RULES}})
        faults += [
            f"{name} {width}: {one['id']} {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{name} {width}: wider than the screen")
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return faults


def test_a_steps_time_limit_is_changed_without_a_programmer(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    open_editor(desk, page)
    choose(page, "环节：送达决定书")
    panel = page.locator("#props")
    expect(panel.get_by_label("办理期限")).to_have_value("serve_decision")
    panel.get_by_text("修改期限“").click()
    panel.get_by_label("长度").first.fill("5")
    panel.get_by_role("button", name="采用修改").click()
    save(page)
    release(desk)
    on = timezone.localdate()
    now = release_in_force(desk.agency.pk, "penalty_ordinary", on)
    assert now is not None
    compiled = definition_of(now)
    limit = compiled.limits[compiled.definition.nodes["t_serve"].limit]
    assert (limit["length"], limit["unit"]) == (5, "working_days")
    public = desk.open(desk.reviewer)
    public.goto("/a/sunny/procedures/penalty_ordinary/")
    expect(public.get_by_text("：5 个工作日").first).to_be_visible()


def test_a_step_is_added_without_a_programmer(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    open_editor(desk, page)
    choose(page, "连线：填报立案审批表 → 审批立案")
    page.get_by_role("button", name="在这里插入环节").click()
    panel = page.locator("#props")
    panel.get_by_label("名称", exact=True).fill("核对管辖")
    panel.get_by_label("办理角色").select_option(label="科室负责人")
    panel.get_by_label("依据", exact=True).fill("行政处罚法@2021:22")
    panel.get_by_label("依据", exact=True).press("Tab")
    page.get_by_role("button", name="自动排版").click()
    expect(page.locator("#flow-said")).to_have_text("已重新排版，还没有保存。", timeout=SLOW)
    save(page)
    release(desk)
    found = release_in_force(desk.agency.pk, "penalty_ordinary", timezone.localdate())
    assert found is not None
    nodes = definition_of(found).definition.nodes
    added = next(node for node in nodes.values() if node.name == "核对管辖")
    assert (added.role, added.basis) == ("unit_head", "行政处罚法@2021:22")
    assert [way.target for way in nodes["t_propose"].ways] == [added.id]


def test_a_row_is_added_without_a_programmer(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    page.goto(f"{desk.page_of_draft}tables/collective_discussion/")
    before = page.locator("#grid tbody tr").count()
    page.get_by_role("button", name="增加一行").click()
    row = f"第 {before + 1} 行"
    page.get_by_label(f"{row} 情节复杂").fill("也许")
    expect(page.locator("#proof")).to_contain_text("处须改正")
    page.get_by_label(f"{row} 情节复杂").fill("是")
    page.get_by_label(f"{row} 重大违法行为").fill("是")
    page.get_by_label(f"{row} 集体讨论事由").fill("重大违法行为")
    page.get_by_label(f"{row} 依据").fill("行政处罚法@2021:57")
    expect(page.locator("#proof")).not_to_contain_text("须改正")
    page.get_by_role("button", name="保存到草稿").click()
    expect(page.get_by_text(f"共 {before + 1} 行")).to_be_visible()
    release(desk)
    tomorrow = timezone.localdate() + timedelta(days=1)
    table = table_on(desk.agency.pk, "penalty_ordinary", "collective_discussion", tomorrow)
    assert table is not None
    assert len(table.table.rows) == before + 1
    assert table.table.rows[-1].basis == "行政处罚法@2021:57"


def add_fact(desk: Desk, page: Page) -> list[str]:
    """Add a whole number that the handler is asked for; a name that is taken is told while it is typed."""
    page.goto(desk.page_of_draft)
    page.get_by_role("link", name="增加事实").click()
    page.get_by_label("名称").fill("罚款金额")
    expect(page.locator(".field.err .msg")).to_contain_text("已有事实")
    page.get_by_label("名称").fill("迟报次数")
    expect(page.locator(".field.err")).to_have_count(0)
    page.get_by_label("类型").select_option(label="整数")
    page.get_by_label("单位").fill("次")
    page.get_by_label("最小值").fill("1")
    page.get_by_label("由谁给出").select_option(label="由办理人回答")
    page.get_by_label("询问办理人的话").fill("一年内迟报了几次")
    faults = look(page, "fact-new")
    page.get_by_role("button", name="保存到草稿").click()
    expect(page.get_by_text("已增加事实“迟报次数”")).to_be_visible()
    return faults


def add_benchmark(page: Page) -> list[str]:
    """Add a discretion table with two rows."""
    page.get_by_role("link", name="增加规则表").click()
    page.get_by_label("名称").fill("迟报裁量基准")
    page.get_by_label("各行怎样适用").select_option(label="各行互不重叠，只有一行适用")
    page.get_by_role("group", name="条件").get_by_label("迟报次数").check()
    page.get_by_label("所属处罚条文").fill(ARTICLE)
    faults = look(page, "table-new")
    page.get_by_role("button", name="保存到草稿").click()
    for number, cells in enumerate((("1", "轻微", "0", "500"), ("2以上", "一般", "500", "900")), 1):
        page.get_by_role("button", name="增加一行").click()
        for column, text in zip(("迟报次数", "裁量阶次", "基准下限", "基准上限"), cells, strict=True):
            page.get_by_label(f"第 {number} 行 {column}").fill(text)
        page.get_by_label(f"第 {number} 行 依据").fill(f"基准第 {number} 条")
    expect(page.locator("#proof")).to_contain_text("没有重叠")
    page.get_by_role("button", name="保存到草稿").click()
    expect(page.get_by_text("共 2 行")).to_be_visible()
    return faults


def test_a_fact_and_a_table_are_made_without_a_programmer(desk: Desk, tmp_path: Path) -> None:
    page = desk.open(desk.reviewer)
    faults = add_fact(desk, page) + add_benchmark(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 DMN").click()
    file = tmp_path / "t.dmn"
    file.write_text(Path(download.value.path()).read_text(encoding="utf-8").replace("500", "600"), encoding="utf-8")
    page.goto(f"{desk.page_of_draft}upload-table/")
    page.get_by_label("规则表文件").set_input_files(file)
    faults += look(page, "table-file")
    page.get_by_role("button", name="保存到草稿").click()
    expect(page.get_by_text("已用上传的文件替换规则表“迟报裁量基准”")).to_be_visible()
    faults += look(page, "table-discretion")
    release(desk)
    [dated] = benchmarks_on(desk.agency.pk, "penalty_ordinary", [ARTICLE], timezone.localdate())
    assert dated.table.decide({"迟报次数": 1}).outputs["基准上限"] == 600
    assert dated.questions["迟报次数"] == "一年内迟报了几次"
    assert faults == []


def test_an_unused_table_is_deleted_and_a_used_one_stays(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    page.goto(f"{desk.page_of_draft}tables/collective_discussion/")
    page.get_by_role("button", name="删除规则表").click()
    expect(page.get_by_text("还由流程使用")).to_be_visible()
    assert "collective_discussion" in Draft.objects.get(pk=desk.draft.pk).tables
    desk.heard.clear()  # the browser reports the refusal's status


def test_a_fault_is_shown_at_its_element(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    open_editor(desk, page)
    choose(page, "连线：准予立案？ → 调查取证（准予）")
    condition = page.locator("#props").get_by_label("条件")
    expect(condition).to_have_value("准予立案 = true")
    condition.fill("准许立案 = true")
    condition.press("Tab")
    page.get_by_role("button", name="查证").click()
    expect(page.locator("#flow-said")).to_contain_text("处须改正", timeout=SLOW)
    fault = page.locator("#flow-faults button").first
    expect(fault).to_contain_text("准许立案")
    fault.click()
    expect(page.get_by_label("选择", exact=True)).to_have_value(fault.get_attribute("data-element") or "")
    page.screenshot(path=SHOTS / "fault.png")
    assert page.locator(".djs-element.fault").count() > 0
    assert Draft.objects.get(pk=desk.draft.pk).rev == desk.draft.rev


def test_watermark_and_pages_stand_at_both_widths(desk: Desk) -> None:
    page = desk.open(desk.reviewer)
    faults: list[str] = []
    open_editor(desk, page)
    mark = page.locator(".bjs-powered-by")
    expect(mark).to_be_visible()
    assert mark.locator("svg").bounding_box() is not None
    choose(page, "环节：送达决定书")
    faults += look(page, "editor")
    for name, address in (
        ("list", LIST),
        ("procedure", f"{LIST}penalty_ordinary/"),
        ("draft", desk.page_of_draft),
        ("limit", f"{desk.page_of_draft}limits/serve_decision/"),
        ("table", f"{desk.page_of_draft}tables/review_catalogue/"),
    ):
        page.goto(address)
        faults += look(page, name)
    release(desk)
    page.goto(LIST)
    faults += look(page, "list-released")
    page.locator("main td a.plain").first.click()
    page.wait_for_load_state()
    faults += look(page, "procedure-released")
    for name, address in (
        ("public-list", "/a/sunny/procedures/"),
        ("public", "/a/sunny/procedures/penalty_ordinary/"),
    ):
        page.goto(address)
        faults += look(page, name)
    assert faults == []
