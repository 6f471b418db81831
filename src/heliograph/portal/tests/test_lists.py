"""Lists: search, filter, keys instead of offsets, files, sizes and numbers of queries."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable
from xml.etree import ElementTree

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from heliograph.disclosure.actions import withdraw_publication
from heliograph.portal.search import PAGE_SIZE
from heliograph.portal.tests.town import LAW, House, Town, item

LIST = "/a/qinghe-tjj/items/"
LIMIT = 60 * 1024


def body(response: object) -> str:
    assert isinstance(response, StreamingHttpResponse)
    parts = response.streaming_content
    assert isinstance(parts, Iterable)
    return b"".join(parts).decode()


def test_list_shows_fields_in_pack_order_and_hides_internal_ones(client: Client, house: House) -> None:
    house.publish("items", item("查处拒报", verified_note="内部备注不公开"))
    page = client.get(LIST).content.decode()
    assert page.index("事项名称") < page.index("执法类别</th>") < page.index("依据</th>")
    assert "查处拒报" in page
    assert "待核" in page  # nobody checked it against the text
    assert "内部备注" not in page


def test_search_finds_part_of_a_name_and_not_scattered_characters(client: Client, house: House) -> None:
    house.publish("items", item("查处虚报统计资料"))
    house.publish("items", item("虚报收入查处统计", duties="资料计资"))
    found = client.get(LIST, {"q": "统计资料"}).content.decode()
    assert "查处虚报统计资料" in found
    assert "虚报收入查处统计" not in found
    empty = client.get(LIST, {"q": "没有这样的事项"}).content.decode()
    assert "没有找到符合条件的条目" in empty


def test_category_filters_and_an_unknown_one_is_refused(client: Client, house: House) -> None:
    house.publish("items", item("处罚一项"))
    house.publish("items", item("检查一项", category="行政检查"))
    page = client.get(LIST, {"category": "行政检查"}).content.decode()
    assert "检查一项" in page
    assert "处罚一项" not in page
    wrong = client.get(LIST, {"category": "行政奖励"})
    assert wrong.status_code == 400
    assert "没有“行政奖励”这一类别" in wrong.content.decode()


def test_pages_go_on_from_the_last_number(client: Client, house: House) -> None:
    for number in range(PAGE_SIZE + 3):
        house.publish("items", item(f"事项甲{number:03}"))
    first = client.get(LIST).content.decode()
    assert f"after={PAGE_SIZE}" in first
    assert f"共 {PAGE_SIZE + 3} 条" in first
    assert "事项甲050" not in first
    second = client.get(LIST, {"after": PAGE_SIZE}).content.decode()
    assert "事项甲050" in second
    assert "下一页" not in second
    assert "回到第一页" in second


def test_large_page_is_light_and_takes_few_queries(
    client: Client, house: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    long = "依照统计法律法规组织实施检查，查明事实，依法作出处理决定并送达当事人。" * 8
    for number in range(PAGE_SIZE + 1):
        house.publish("items", item(f"对第{number}类统计违法行为的处罚", duties=f"{number}{long}"))
    for address in (LIST, f"{LIST}?q=统计违法", "/g/qinghe/items/", f"/laws/{LAW}/24/", "/a/qinghe-tjj/changes/"):
        with django_assert_max_num_queries(8):
            response = client.get(address)
        assert response.status_code == 200
        assert len(gzip.compress(response.content)) <= LIMIT, address


def test_csv_has_a_mark_and_no_formulas(client: Client, house: House) -> None:
    house.publish("items", item("=HYPERLINK(1)", duties="+加号开头"))
    house.publish("items", item("普通事项", duties="-减号开头"))
    text = body(client.get("/a/qinghe-tjj/items.csv"))
    assert text.startswith("\ufeff编号,事项名称,执法类别,依据,职责,办理条件,版本")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][4] == "'+加号开头"
    assert rows[2][1] == "普通事项"
    assert rows[2][4] == "'-减号开头"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


def test_csv_follows_the_search(client: Client, house: House) -> None:
    house.publish("items", item("甲类事项"))
    house.publish("items", item("乙类事项"))
    rows = list(csv.reader(io.StringIO(body(client.get("/a/qinghe-tjj/items.csv", {"q": "乙类"})))))
    assert [row[1] for row in rows[1:]] == ["乙类事项"]


def test_json_has_labels_and_stable_keys(client: Client, house: House) -> None:
    house.publish("items", item("甲类事项", verified_note="内部备注"))
    data = json.loads(body(client.get("/a/qinghe-tjj/items.json")))
    assert list(data) == ["agency", "register", "fields", "query", "entries"]
    assert {"id": "duties", "label": "职责", "type": "longtext"} in data["fields"]
    entry = data["entries"][0]
    assert list(entry) == ["number", "title", "version", "published_at", "verified", "basis", "data", "url"]
    assert entry["basis"] == [f"{LAW}:24"]
    assert entry["url"].endswith("/a/qinghe-tjj/items/1/")
    assert "内部备注" not in json.dumps(data, ensure_ascii=False)


def test_empty_register_still_gives_whole_files(client: Client, house: House) -> None:
    assert json.loads(body(client.get("/a/qinghe-tjj/items.json")))["entries"] == []
    assert body(client.get("/a/qinghe-tjj/items.csv")).count("\n") == 1


def test_feed_is_xml_and_does_not_name_what_was_withdrawn(client: Client, house: House) -> None:
    gone = house.publish("items", item("张某某<案>&事项"))
    house.publish("items", item("留下的<b>&事项"))
    withdraw_publication(gone.pk, reason="内容有误", basis="QH二(六)", actor=house.approver, at=house.later())
    response = client.get("/a/qinghe-tjj/items/feed.xml")
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(response.content)
    titles = [one.text or "" for one in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert "公开：留下的<b>&事项" in titles
    assert "撤回：统计执法事项清单第 1 号（已撤回）" in titles
    assert "张某某" not in response.content.decode()


def test_gathered_list_has_both_agencies_and_goes_on_across_them(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        town.statistics.publish("items", item(f"统计事项{number}"))
        town.industry.publish("items", item(f"工信事项{number}"))
    with django_assert_max_num_queries(8):
        first = client.get("/g/qinghe/items/").content.decode()
    assert "县工信局" in first
    assert "after=qinghe-tjj%3A20" in first or "after=qinghe-tjj:20" in first
    second = client.get("/g/qinghe/items/", {"after": "qinghe-tjj:20"}).content.decode()
    assert "统计事项20" in second
    assert "工信事项" not in second
    assert "统计事项29" in client.get("/g/qinghe/items/", {"q": "统计事项29"}).content.decode()


def test_government_shows_only_what_packs_send_there(client: Client, town: Town) -> None:
    town.statistics.officer("王测试", "37000001")
    assert "王测试" in client.get("/g/qinghe/officers/").content.decode()
    missing = client.get("/g/qinghe/window_boards/")
    assert missing.status_code == 404
    assert "没有汇总这份清单" in missing.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        (f"{LIST}?after=x", 400, "翻页位置不正确"),
        (f"{LIST}?after=99999999999999999999", 400, "翻页位置不正确"),
        (f"{LIST}?after=-1", 400, "翻页位置不正确"),
        (f"{LIST}?q={'长' * 300}", 400, "最多 100 字，现为 300 字"),
        (f"{LIST}?q=%00", 400, "控制字符"),
        (f"{LIST}?q=a%00b", 400, "控制字符"),
        (f"{LIST}?category=%00", 400, "控制字符"),
        ("/a/qinghe-tjj/nothing/", 404, "没有这份清单"),
        ("/a/qinghe-tjj/nothing.csv", 404, "没有这份清单"),
        ("/a/qinghe-tjj/nothing.json", 404, "没有这份清单"),
        ("/a/qinghe-tjj/nothing/feed.xml", 404, "没有这份清单"),
        ("/a/nobody/items/", 404, "没有这个机关"),
        ("/a/qinghe-tjj/items/999999999999999999999999/", 404, "没有编号"),
        ("/a/qinghe-tjj/items/7/", 404, "没有编号 7 的公开信息"),
        ("/a/qinghe-tjj/changes/?after=abc", 400, "翻页位置不正确"),
        (f"/a/qinghe-tjj/changes/?after={'9' * 17}-{'f' * 32}", 200, "没有"),
        ("/a/qinghe-tjj/policy/unknown/", 404, "没有这一项制度"),
        ("/a/qinghe-tjj/officers/lookup/?q=%00", 400, "控制字符"),
        ("/a/qinghe-tjj/?k=nothing&q=x", 404, "没有这份清单"),
        ("/g/nowhere/", 404, "没有这个人民政府"),
        ("/g/qinghe/items/?after=a", 400, "翻页位置不正确"),
        ("/g/qinghe/items/?after=a:99999999999", 400, "翻页位置不正确"),
        ("/laws/%00/", 400, "引用键不正确"),
        ("/laws/没有@2020/", 404, "没有这一版法律"),
        (f"/laws/{LAW}/999/", 404, "没有《中华人民共和国示例统计法》第 999 条"),
        (f"/laws/{LAW}/%00/", 400, "条号不正确"),
        (f"/laws/{LAW}/24/?after=1", 400, "翻页位置不正确"),
        ("/laws/?q=%00", 400, "控制字符"),
        ("/no/such/page/", 404, "没有这个页面"),
    ],
)
def test_bad_input_gets_a_clear_page(client: Client, town: Town, address: str, status: int, words: str) -> None:
    response = client.get(address)
    assert response.status_code == status
    page = response.content.decode()
    assert words in page
    assert '<html lang="zh-CN">' in page


def test_nothing_is_written_from_here(client: Client, house: House) -> None:
    assert client.post(LIST, {"q": "x"}).status_code == 405


def test_gathered_files_hold_all_agencies_and_follow_the_search(client: Client, town: Town) -> None:
    town.statistics.publish("items", item("查处拒报", duties="=1+1", verified_note="内部备注"))
    town.industry.publish("items", item("节能监察"))
    gone = town.industry.publish("items", item("撤下事项"))
    withdraw_publication(
        gone.pk, reason="依据有误", basis=f"{LAW}:24", actor=town.industry.approver, at=town.industry.later()
    )
    table = b"".join(client.get("/g/qinghe/items.csv")).decode()
    assert table.startswith("\ufeff机关,编号,事项名称,执法类别")
    assert "清河县统计局,1,查处拒报" in table
    assert "清河县工业和信息化局,1,节能监察" in table
    assert "'=1+1" in table
    assert "撤下事项" not in table
    assert "内部" not in table
    found = json.loads(b"".join(client.get("/g/qinghe/items.json", {"q": "节能"})))
    assert [(one["agency"], one["title"]) for one in found["entries"]] == [("qinghe-gxj", "节能监察")]
    assert found["government"]["code"] == "qinghe"
    assert "verified_note" not in {one["id"] for one in found["fields"]}
    assert client.get("/g/qinghe/flowcharts.csv").status_code == 404
    assert "/g/qinghe/items.csv" in client.get("/g/qinghe/items/").content.decode()


def test_pages_go_back_to_where_the_reader_came_from(client: Client, town: Town) -> None:
    house = town.statistics
    for number in range(1, 2 * PAGE_SIZE + 4):
        house.publish("items", item(f"事项甲{number:03}"))
    for where, place in ((LIST, "{}"), ("/g/qinghe/items/", "qinghe-tjj:{}")):
        assert "上一页" not in client.get(where).content.decode()
        third = client.get(where, {"after": place.format(2 * PAGE_SIZE)}).content.decode()
        assert f"before={place.format(2 * PAGE_SIZE + 1)}" in third
        second = client.get(where, {"before": place.format(2 * PAGE_SIZE + 1)}).content.decode()
        assert "事项甲051" in second
        assert "事项甲100" in second
        assert "事项甲050<" not in second
        assert f"before={place.format(PAGE_SIZE + 1)}" in second
        assert f"after={place.format(2 * PAGE_SIZE)}" in second
        assert second.index("事项甲051") < second.index("事项甲100")
        first = client.get(where, {"before": place.format(PAGE_SIZE + 1)}).content.decode()
        assert "事项甲001" in first
        assert "上一页" not in first
        assert client.get(where, {"before": place.format(1)}).status_code == 200
        assert client.get(where, {"before": "无"}).status_code == 400


@pytest.mark.parametrize("where", ["/a/qinghe-tjj/changes/", f"/laws/{LAW}/24/"])
def test_the_log_and_an_article_go_back_too(client: Client, house: House, where: str) -> None:
    for number in range(1, PAGE_SIZE + 3):
        house.publish("items", item(f"事项甲{number:03}"))
    first = client.get(where).content.decode()
    second = client.get(f"{where}?{turn_of(first, 'after')}").content.decode()
    back = client.get(f"{where}?{turn_of(second, 'before')}").content.decode()
    assert re.findall("事项甲[0-9]{3}", back) == re.findall("事项甲[0-9]{3}", first)
    assert "上一页" not in back
    assert turn_of(back, "after") == turn_of(first, "after")
    assert client.get(where, {"before": "无"}).status_code == 400


def turn_of(page: str, way: str) -> str:
    found = re.search(rf"{way}=[^\"]+", page)
    assert found
    return found[0]


def test_a_clause_names_its_document_and_leads_to_it(client: Client, house: House) -> None:
    page = client.get(LIST).content.decode()
    where = "/a/qinghe-tjj/policy/disclosure/"
    assert f'<a href="{where}#source-QH"' in page
    assert "（QH 是《清河县统计局关于印发〈三项制度实施方案〉的通知》）" in page
    assert 'id="source-QH"' in client.get(where).content.decode()
    home = client.get("/a/qinghe-tjj/").content.decode()
    assert "《清河县统计局关于印发〈三项制度实施方案〉的通知》" in home


def test_an_empty_register_does_not_look_like_a_full_one(client: Client, house: House) -> None:
    house.publish("items", item("一项"))
    home = client.get("/a/qinghe-tjj/").content.decode()
    assert '<span>统计执法事项清单</span><span class="n">1 项</span>' in home
    assert '<span>权责清单</span><span class="n">暂无公开内容</span>' in home


def test_what_nobody_fills_is_left_out_and_what_is_missing_here_is_said(client: Client, house: House) -> None:
    house.publish("items", item("甲", duties=""))
    page = client.get(f"{LIST}1/").content.decode()
    assert "<dt>职责</dt>" not in page
    assert "未填写" not in page
    house.publish("items", item("乙"))
    page = client.get(f"{LIST}1/").content.decode()
    assert '<dt>职责</dt><dd><span class="muted">暂未填写</span>' in page
    assert "<dt>办理条件</dt>" not in page
