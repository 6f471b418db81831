"""The page that checks a proof in the reader's own browser: what it says of a good one, of forged ones, of no proof."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from heliograph.disclosure.actions import withdraw_publication
from heliograph.portal.tests.logs import make_logs
from heliograph.portal.tests.test_log import ASKING, WITNESS
from heliograph.portal.tests.town import LAW, build_town, item
from tests.browser.test_portal_pages import AXE_RULES, SHOTS, open_page, too_wide
from tests.vectors.small_log import SmallLog, manifest, private_leaf

NAME = "对拒绝提供统计资料的处罚"
ONE = "/a/qinghe-tjj/items/1/v1/proof/published.tlog-proof"
TWO = "/a/qinghe-tjj/items/2/v1/proof/withdrawn.tlog-proof"
LINES = [{"text": "调查单位已经入库", "basis": f"{LAW}:24(2)"}, {"text": "提供“营业执照”𠮷复印件", "basis": ""}]


@dataclass
class Checking:
    """The page of a site whose log has a witness, with proofs of a published and of a withdrawn item."""

    url: str
    published: bytes
    withdrawn: bytes
    later: datetime


@pytest.fixture
def site(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Checking:
    """Publish, withdraw, and let the witness see it."""
    logs = make_logs(tmp_path, settings, policy=ASKING)
    house = build_town(tmp_path).statistics
    house.publish("items", item(NAME, conditions=LINES))
    gone = house.publish("items", item("对张某的处罚事项"))
    withdraw_publication(gone.pk, reason="事项已经取消", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    logs.run(house.later())
    logs.publish_with(WITNESS, house.later())
    client = Client()
    return Checking(live_server.url, client.get(ONE).content, client.get(TWO).content, house.later())


@pytest.fixture
def page(site: Checking, browser: Browser) -> Iterator[Page]:
    """The page, ready for a file."""
    found = open_page(browser, 1360, f"{site.url}/verify/")
    yield found
    found.close()


def give(page: Page, data: bytes, name: str = "证明.tlog-proof") -> str:
    """Choose a file and return what the page says of it."""
    page.get_by_label("选择收录证明文件").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    expect(page.locator("[data-outcome] .verify, [data-outcome] .note")).to_be_visible()
    expect(page.get_by_text("正在核验")).to_have_count(0)
    return page.locator("[data-outcome]").inner_text()


def replaced_extra(proof: bytes, old: str, new: str) -> bytes:
    """Return a proof whose record says something else."""
    line = next(one for one in proof.decode().split("\n") if one.startswith("extra "))
    extra = base64.b64decode(line.removeprefix("extra ")).decode()
    assert old in extra
    forged = base64.b64encode(extra.replace(old, new).encode()).decode()
    return proof.replace(line.encode(), f"extra {forged}".encode())


def test_good_proof_passes_and_shows_what_was_published(page: Page, site: Checking) -> None:
    told = give(page, site.published)
    assert "核验通过" in told
    for one in ("公开内容：通过", "条目信息：通过", "收录：通过", "日志签名：通过", "见证：通过", "其他签名：未核验"):
        assert one in told, one
    assert "河口区检察院（2026 年 11 月 9 日 09:1" in told
    assert NAME in told
    assert "提供“营业执照”𠮷复印件" in told
    assert "《示例统计法》（2024）第 24 条" in told
    assert "没有上传文件" in told
    assert page.evaluate("document.activeElement.textContent") == "核验通过"
    page.get_by_role("link", name="在本平台查看这一条现在的情况").click()
    assert page.get_by_role("heading", level=1).inner_text() == NAME


def test_proof_of_a_withdrawal_says_so_without_the_content(page: Page, site: Checking) -> None:
    told = give(page, site.withdrawn)
    assert "核验通过" in told
    assert "撤回第 1 版" in told
    assert "事项已经取消" in told
    assert "张某" not in told


def test_changed_content_place_or_signature_is_refused(page: Page, site: Checking) -> None:
    assert "公开内容：不符" in give(page, replaced_extra(site.published, NAME, "对虚构事项的处罚"))
    index = site.published.replace(b"\nindex 0\n", b"\nindex 1\n")
    assert index != site.published
    assert "收录：不符" in give(page, index)
    head, _, lines = site.published.decode().rpartition("\n\n")
    first, *rest = lines.split("\n")
    name, _, value = first.rpartition(" ")
    data = bytearray(base64.b64decode(value))
    data[-1] ^= 1
    broken = "\n".join([f"{name} {base64.b64encode(bytes(data)).decode()}", *rest])
    told = give(page, f"{head}\n\n{broken}".encode())
    assert "核验未通过" in told
    assert "签名：不符" in told
    assert NAME not in told


def test_proof_without_enough_witnesses_or_of_a_stranger_is_refused(page: Page, site: Checking) -> None:
    lines = site.published.decode().split("\n")
    alone = "\n".join(line for line in lines if not line.startswith(f"— {WITNESS.name} "))
    told = give(page, alone.encode())
    assert "见证：不符" in told
    assert "没有有效的见证" in told
    record = manifest()
    stranger = SmallLog([private_leaf(record)]).proof(0, record)
    told = give(page, stranger)
    assert "公开内容：通过" in told
    assert "收录：通过" in told
    assert "日志签名：不符" in told


def test_every_flipped_byte_is_seen(page: Page, site: Checking) -> None:
    data, before = site.published, site.published.rindex(b"\n\n")
    for place in range(3, before, max(1, before // 24)):
        forged = bytearray(data)
        forged[place] ^= 1
        told = give(page, bytes(forged))
        assert "核验通过" not in told, place
        assert NAME not in told, place


def test_other_files_are_told_plainly(page: Page, site: Checking) -> None:
    for data in (
        b"",
        b"%PDF-1.7",
        "一封信\n".encode(),
        b"c2sp.org/tlog-proof@v1\n\n",
        b"\xff\xfe\x00",
        b"x" * 1_000_001,
    ):
        told = give(page, data, "信.txt")
        assert "“信.txt”不是可以核验的收录证明" in told
    lines = site.published.decode().split("\n")
    without = "\n".join(line for line in lines if not line.startswith("extra "))
    assert "没有附日志条目" in give(page, without.encode())
    salt = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    spaced = base64.b64encode(json.dumps(salt).encode()).decode()
    assert "JSON 不是规范写法" in give(page, site.published.replace(lines[1].encode(), f"extra {spaced}".encode()))


def test_nothing_is_said_of_signatures_while_the_keys_cannot_be_had(
    page: Page, site: Checking, settings: Settings
) -> None:
    settings.LEDGER_WITNESSES.write_text("quorum\n", encoding="utf-8")
    told = give(page, site.published)
    assert "暂时无法核验" in told
    assert "核验通过" not in told


def test_nothing_but_the_keys_is_fetched_and_nothing_is_sent(page: Page, site: Checking) -> None:
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    give(page, site.published)
    assert [one for one in asked if "/static/" not in one[1]] == [("GET", f"{site.url}/log/policy.txt")]


def test_file_can_be_dropped_and_the_field_is_reached_by_keyboard(page: Page, site: Checking) -> None:
    page.get_by_role("heading", level=1).click()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "proof-file":
            break
    assert page.evaluate("document.activeElement.id") == "proof-file"
    # What the key opens is the system's own window, which no test can hold; the field takes the file from there on.
    given = {"name": "a.tlog-proof", "mimeType": "text/plain", "buffer": site.published}
    page.set_input_files("#proof-file", files=[given])
    expect(page.get_by_role("heading", name="核验通过")).to_be_visible()
    page.evaluate(
        """(text) => {
            const given = new DataTransfer();
            given.items.add(new File([text], 'b.tlog-proof'));
            const drop = new DragEvent('drop', { dataTransfer: given, bubbles: true });
            document.querySelector('[data-drop]').dispatchEvent(drop);
        }""",
        site.withdrawn.decode(),
    )
    expect(page.get_by_text("b.tlog-proof", exact=False)).to_be_visible()


@pytest.mark.parametrize("width", [1360, 390])
def test_pages_on_records_are_clean_to_axe_and_never_scroll_sideways(
    site: Checking, browser: Browser, width: int
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    paths = {
        "log": "/log/",
        "proof": "/a/qinghe-tjj/items/1/v1/proof/",
        "proof-withdrawn": "/a/qinghe-tjj/items/2/v1/proof/",
        "entry-recorded": "/a/qinghe-tjj/items/1/",
        "verify": "/verify/",
        "verify-passed": "/verify/",
        "verify-refused": "/verify/",
        "verify-no-proof": "/verify/",
    }
    given = {
        "verify-passed": site.published,
        "verify-refused": replaced_extra(site.published, NAME, "对虚构事项的处罚"),
        "verify-no-proof": b"%PDF-1.7",
    }
    faults: list[str] = []
    for name, path in paths.items():
        page = open_page(browser, width, site.url + path)
        if name in given:
            give(page, given[name])
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


def test_without_script_the_page_names_the_other_way(site: Checking, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/verify/")
    assert page.get_by_text("heliograph-verify proof").is_visible()
    assert not page.get_by_text("选择收录证明文件").is_visible()
    context.close()
