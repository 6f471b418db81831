"""What is public stays readable whatever comes after it: another pack, a withdrawal, a change of law still ahead."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from heliograph.disclosure.actions import withdraw_publication
from heliograph.disclosure.models import PublicChange, PublicVersion
from heliograph.kernel.packs.schema import FieldDef
from heliograph.portal import queries
from heliograph.portal.citations import citation
from heliograph.portal.tests.town import LAW, House, Town, item
from heliograph.portal.values import shown
from heliograph.regimes.actions import install_pack
from heliograph.registers.models import Article

HOME = "/a/qinghe-tjj/"
ENTRY = f"{HOME}items/1/"
SECOND_DAY = date(2026, 11, 2)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def repack(house: House, tmp_path: Path) -> Callable[[Change], None]:
    """Install a second version of the agency's pack, changed by the test."""

    def install(change: Change) -> None:
        pack = json.loads((tmp_path / "qinghe-tjj" / "2026.11" / "pack.yaml").read_text("utf-8"))
        pack |= {"version": "2026.12", "effective_from": SECOND_DAY.isoformat()}
        change(pack["add"])
        folder = tmp_path / "qinghe-tjj" / "2026.12"
        folder.mkdir()
        (folder / "pack.yaml").write_text(json.dumps(pack, ensure_ascii=False, indent=1), encoding="utf-8")
        install_pack(
            house.agency.pk,
            pack="qinghe-tjj",
            version="2026.12",
            in_force_from=SECOND_DAY,
            actor=None,
            at=house.later(),
            root=tmp_path,
        )

    return install


def retyped(kinds: dict[str, str]) -> Change:
    def change(rules: dict[str, Any]) -> None:
        for one in rules["registers"][0]["fields"]:
            one["type"] = kinds.get(one["id"], one.get("type", "text"))

    return change


def everywhere(client: Client) -> None:
    for address in (
        "",
        "items/",
        "items/1/",
        "items/1/v1/",
        "items/1/diff/1-2/",
        "items.csv",
        "items.json",
        "changes/",
    ):
        response = client.get(f"{HOME}{address}")
        assert response.status_code == 200, address
        b"".join(response)
    assert client.get(f"{HOME}items/", {"q": "拒报"}).status_code == 200


def test_fields_with_other_types_leave_published_versions_as_they_were(
    client: Client, house: House, repack: Callable[[Change], None]
) -> None:
    lines = [{"text": "有统计机构", "basis": f"{LAW}:24"}]
    first = house.publish("items", item("查处拒报", duties="自由文字", conditions=lines))
    house.revise(first, item("查处拒报行为", duties="自由文字二", conditions=lines), "改名")
    repack(retyped({"duties": "lines", "conditions": "date"}))
    everywhere(client)
    page = client.get(ENTRY).content.decode()
    assert "自由文字二" in page
    assert '<ol class="lines"><li>有统计机构' in page
    repack_text = client.get(f"{HOME}items.csv")
    assert "有统计机构" in b"".join(repack_text).decode()


def test_labels_and_dropped_fields_stay_as_published_and_internal_ones_vanish(
    client: Client, house: House, repack: Callable[[Change], None]
) -> None:
    first = house.publish("items", item("查处拒报", conditions=[{"text": "旧条件", "basis": ""}]))

    def change(rules: dict[str, Any]) -> None:
        fields = {one["id"]: one for one in rules["registers"][0]["fields"]}
        del fields["conditions"]
        fields["duties"]["label"] = "新职责"
        fields["category"]["public"] = False
        rules["registers"][0]["fields"] = list(fields.values())

    repack(change)
    page = client.get(ENTRY).content.decode()
    assert "旧条件" in page
    assert "新职责" not in page
    for address in ("/a/qinghe-tjj/items.csv", "/g/qinghe/items.csv"):
        table = b"".join(client.get(address)).decode()
        assert "办理条件" in table.splitlines()[0], address
        assert "旧条件" in table, address
    assert "执法类别" not in b"".join(client.get("/a/qinghe-tjj/items.csv")).decode()
    data = json.loads(b"".join(client.get("/a/qinghe-tjj/items.json")))
    assert {"id": "conditions", "label": "办理条件", "type": "lines"} in data["fields"]
    assert "<dt>执法类别</dt>" not in page
    house.revise(first, {key: value for key, value in item("查处拒报行为").items() if key != "category"}, "按新清单")
    assert "新职责" in client.get(ENTRY).content.decode()
    assert "旧条件" in client.get(f"{ENTRY}diff/1-2/").content.decode()


def test_retired_register_stays_readable_and_takes_nothing_new(
    client: Client, house: House, repack: Callable[[Change], None]
) -> None:
    first = house.publish("items", item("查处拒报"))
    house.revise(first, item("查处拒报行为"), "改名")

    def change(rules: dict[str, Any]) -> None:
        del rules["registers"][0]
        rules["columns"][0]["registers"] = []

    repack(change)
    everywhere(client)
    assert "现行规则包已停用这份清单" in client.get(f"{HOME}items/").content.decode()
    assert "现行规则包已停用这份清单" in client.get(ENTRY).content.decode()
    home = client.get(HOME).content.decode()
    assert "已停用的清单" in home
    assert 'href="/a/qinghe-tjj/items/"' in home
    assert ENTRY in client.get(f"/laws/{LAW}/24/").content.decode()
    assert client.get(f"{HOME}never/").status_code == 404
    assert client.get(f"{HOME}flowcharts/").status_code == 200
    gone = PublicVersion.objects.get(is_current=True)
    withdraw_publication(gone.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    assert client.get(ENTRY).status_code == 410


@pytest.mark.parametrize("kind", ["text", "longtext", "basis", "lines", "date", "choices", "yesno", "number", "phone"])
@pytest.mark.parametrize(
    ("value", "text"),
    [("随手写的", "随手写的"), (["甲", "乙"], "甲"), ([{"text": "材料"}], "材料"), ([1, None], "1"), (7, "7")],
)
def test_no_content_breaks_a_page(kind: str, value: object, text: str) -> None:
    assert text in shown(FieldDef.model_validate({"id": "x", "label": "项", "type": kind}), value).text


@pytest.mark.parametrize(
    "key", ["行政处罚法@2021:48/49", "甲/乙法@2021:4", "甲法@2021:4(一)", "甲法@2021:", "甲法@2021:4 5"]
)
def test_words_that_only_look_like_an_article_are_not_linked(key: str) -> None:
    assert citation(key).url == ""
    assert citation(key).label == key


@pytest.mark.by_hand
def test_free_words_as_basis_break_neither_tombstone_nor_log(client: Client, house: House) -> None:
    public = house.publish("items", item("查处拒报"))
    withdraw_publication(public.pk, reason="撤销", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    free = "行政处罚法@2021:48/49"
    PublicVersion.objects.update(withdrawn_basis=f"{free}、另见通知")
    PublicChange.objects.create(
        agency=house.agency, kind="adjustment", title="调整", reason="x", basis=free, at=house.at
    )
    page = client.get(ENTRY)
    assert page.status_code == 410
    assert free in page.content.decode()
    assert free in client.get(f"{HOME}changes/").content.decode()


def test_log_stays_silent_on_what_was_withdrawn_after_the_entry_came_back(client: Client, house: House) -> None:
    public = house.publish("items", item("查处虚报"), reason="为查处虚报首次公开")
    withdraw_publication(public.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    house.revise(public, item("查处拒报"), "更正后公开")
    for address in ("changes/", "items/feed.xml", ""):
        page = client.get(f"{HOME}{address}").content.decode()
        assert "虚报" not in page, address
        assert "查处拒报" in page, address
        assert "依据有误" in page, address
        assert "更正后公开" in page, address
    assert "虚报" not in client.get("/g/qinghe/").content.decode()
    assert client.get(f"{ENTRY}v1/").status_code == 410
    assert client.get(ENTRY).status_code == 200


def test_each_tombstone_gives_its_own_reason(client: Client, house: House) -> None:
    first = house.publish("items", item("查处虚报"))
    withdraw_publication(first.pk, reason="理由甲", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    second = house.revise(first, item("查处拒报"), "更正")
    withdraw_publication(second.pk, reason="理由乙", basis=f"{LAW}:24", actor=house.approver, at=house.later())
    assert "理由甲" in client.get(f"{ENTRY}v1/").content.decode()
    assert "理由乙" in client.get(f"{ENTRY}v2/").content.decode()
    assert "理由乙" in client.get(ENTRY).content.decode()


def test_officer_is_found_behind_many_whose_other_fields_hold_the_words(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    for number in range(6):  # they enforce in 清河县, so the index takes every one of them for a candidate
        house.officer(f"同事{number}", f"K{number:03}")
    house.officer("清河", "K999")
    page = client.get(f"{HOME}officers/lookup/", {"q": "清河"}).content.decode()
    assert "K999" in page
    assert "未找到" not in page


@pytest.mark.by_hand
@pytest.mark.parametrize(("days", "words"), [(10, "将于"), (0, "已于"), (-10, "已于")])
def test_change_of_an_article_is_told_as_ahead_until_its_day(client: Client, town: Town, days: int, words: str) -> None:
    town.statistics.publish("items", item("统计事项"))
    on = localdate() + timedelta(days=days)
    Article.objects.filter(key=f"{LAW}:24").update(changed_on=on, change_note="修改为两款")
    told = f"{words} {on.year} 年 {on.month} 月 {on.day} 日修改或者废止"
    for address in (f"/laws/{LAW}/24/", f"/laws/{LAW}/", ENTRY):
        assert told in client.get(address).content.decode(), address
