"""Entry pages: what is shown of a version, of its approval, of a withdrawn one; officers, boards, laws, policies."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.timezone import localdate
from pytest_django import DjangoAssertNumQueries

from heliograph.disclosure.actions import adjust_for_law_change, confirm_adjustment, withdraw_publication
from heliograph.disclosure.models import PublicVersion
from heliograph.portal.tests.town import LAW, House, Town, item
from heliograph.registers.actions import Content, draft_entry, suspend_certificate

LINES = [{"text": "有统计机构", "basis": f"{LAW}:24(2)"}, {"text": "另需证明", "basis": ""}]
ENTRY = "/a/qinghe-tjj/items/1/"


@pytest.fixture
def revised(house: House) -> PublicVersion:
    """An entry in its second version."""
    first = house.publish("items", item("查处虚报", conditions=LINES))
    return house.revise(first, item("查处虚报瞒报", conditions=LINES), "增加瞒报")


def withdraw(house: House, public: PublicVersion) -> None:
    """Withdraw with a reason and an article."""
    withdraw_publication(public.pk, reason="依据有误", basis=f"{LAW}:24", actor=house.approver, at=house.later())


def test_entry_shows_basis_lines_versions_and_approvers(
    client: Client, revised: PublicVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        page = client.get(ENTRY).content.decode()
    assert "查处虚报瞒报" in page
    assert quote(f"/laws/{LAW}/24/", safe="/@") in page
    assert "有统计机构" in page
    assert "未注明依据" in page
    assert "增加瞒报" in page
    assert "首次公开" in page
    assert "法制审核：县统计局 法制审核人 审核人乙（2026-11-09）" in page
    assert "<dt>法制审核</dt><dd>审核人乙（2026 年 11 月 9 日）</dd>" in page
    assert "<dt>局领导审批</dt><dd>审批人丙（2026 年 11 月 9 日）</dd>" in page
    assert "局领导审批：县统计局 公示审批人 审批人丙" in page
    assert "编制人甲" not in page
    assert '<link rel="canonical" href="http://testserver/a/qinghe-tjj/items/1/">' in page


def test_old_version_stays_readable_and_says_so(client: Client, revised: PublicVersion) -> None:
    page = client.get(f"{ENTRY}v1/").content.decode()
    assert "已被新版替代" in page
    assert "查看现行版本" in page
    assert 'content="noindex"' in page
    assert client.get(f"{ENTRY}v3/").status_code == 404


def test_diff_marks_what_came_and_went(
    client: Client, revised: PublicVersion, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        page = client.get(f"{ENTRY}diff/1-2/").content.decode()
    assert "查处虚报<ins>瞒报</ins>" in page
    assert "没有变化的项目：执法类别" in page
    assert "<del>瞒报</del>" in client.get(f"{ENTRY}diff/2-1/").content.decode()
    assert "两版公开的内容相同" in client.get(f"{ENTRY}diff/2-2/").content.decode()
    assert client.get(f"{ENTRY}diff/1-9/").status_code == 404


def test_draft_is_nowhere_to_be_seen(client: Client, house: House) -> None:
    content = Content(data=item("没有审批的草稿"), reason="新增")
    draft_entry(
        house.agency.pk, register="items", content=content, owner_unit_id=None, actor=house.author, at=house.later()
    )
    assert client.get(ENTRY).status_code == 404
    for address in ("/a/qinghe-tjj/", "/a/qinghe-tjj/items/", "/g/qinghe/items/", "/a/qinghe-tjj/changes/"):
        assert "没有审批的草稿" not in client.get(address).content.decode()


def test_withdrawn_entry_leaves_a_tombstone_without_its_content(
    client: Client, house: House, revised: PublicVersion
) -> None:
    withdraw(house, revised)
    for address in (ENTRY, f"{ENTRY}v1/", f"{ENTRY}v2/", f"{ENTRY}diff/1-2/"):
        response = client.get(address)
        assert response.status_code == 410, address
        page = response.content.decode()
        assert 'content="noindex"' in page
        assert "依据有误" in page
        assert "第 24 条" in page
        assert "虚报" not in page
    for address in ("/a/qinghe-tjj/items/", "/a/qinghe-tjj/changes/", "/a/qinghe-tjj/", "/g/qinghe/", "/sitemap.xml"):
        assert "虚报" not in b"".join(client.get(address)).decode(), address


def test_new_version_after_a_withdrawal_is_readable_and_the_withdrawn_one_is_not(
    client: Client, house: House, revised: PublicVersion
) -> None:
    withdraw(house, revised)
    house.revise(revised, item("查处虚报、瞒报、拒报"), "更正依据")
    page = client.get(ENTRY)
    assert page.status_code == 200
    assert "已撤回" in page.content.decode()
    for address in ("v1/", "v2/", "diff/2-3/", "diff/1-3/", "diff/3-2/"):
        assert client.get(f"{ENTRY}{address}").status_code == 410, address


def test_changed_article_is_marked_on_the_entry_and_in_the_log(
    client: Client, house: House, revised: PublicVersion
) -> None:
    made = adjust_for_law_change(
        house.agency.pk,
        article=f"{LAW}:24",
        repealed=False,
        effective_on=date(2026, 11, 10),
        reason="条文修改为两款",
        basis=LAW,
        actor=house.reviewer,
        at=house.later(),
    )
    for address in (ENTRY, "/a/qinghe-tjj/changes/", f"/laws/{LAW}/24/"):
        assert "条文修改为两款" not in client.get(address).content.decode(), address
    confirm_adjustment(made.pk, actor=house.approver, at=house.later())
    assert "2026 年 11 月 10 日修改：条文修改为两款" in client.get(ENTRY).content.decode()
    log = client.get("/a/qinghe-tjj/changes/").content.decode()
    assert "动态调整" in log
    assert "条文修改为两款" in log
    assert "《示例统计法》（2024）第 24 条修改，涉及 1 条公开信息" in log
    assert "2026 年 11 月 10 日修改</span>" in client.get(f"/laws/{LAW}/").content.decode()
    assert "已修改</span>" in client.get(f"/laws/{LAW}/24/").content.decode()


def test_article_lists_the_entries_of_every_agency(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    town.statistics.publish("items", item("统计事项"))
    gone = town.industry.publish("items", item("撤下事项"))
    town.industry.publish("items", item("工信事项", basis=[f"{LAW}:24(2)"]))
    withdraw(town.industry, gone)
    with django_assert_max_num_queries(8):
        page = client.get(f"/laws/{LAW}/24/").content.decode()
    assert "统计事项" in page
    assert "工信事项" in page
    assert "撤下事项" not in page
    assert "检查人员应当出示证件。" in page
    part = client.get(f"/laws/{LAW}/24(2)/").content.decode()
    assert "工信事项" in part
    assert "统计事项</a>" not in part
    assert "第 24 条（2）" in client.get(f"/laws/{LAW}/").content.decode()
    assert "中华人民共和国示例统计法" in client.get("/laws/", {"q": "示例统计"}).content.decode()
    assert "没有名称含" in client.get("/laws/", {"q": "渔业"}).content.decode()


def test_lookup_tells_valid_expired_suspended_and_not_found(client: Client, house: House) -> None:
    house.officer("王有效", "37000001")
    house.officer("李过期", "37000002", valid_to=date(2024, 1, 1))
    suspended = house.officer("赵暂扣", "37000003").entry.certificate
    assert suspended is not None
    suspend_certificate(suspended.pk, reason="待查", from_on=localdate(), actor=house.reviewer, at=house.later())
    house.certify("钱未公开", "37000004")
    address = "/a/qinghe-tjj/officers/lookup/"
    assert "证件在有效期内" in client.get(address, {"q": "王有效"}).content.decode()
    assert "王有效" in client.get(address, {"q": "37000001"}).content.decode()
    assert "王有效" in client.get(address, {"q": "有效"}).content.decode()
    assert "已过期" in client.get(address, {"q": "李过期"}).content.decode()
    assert "已暂扣" in client.get(address, {"q": "37000003"}).content.decode()
    for query in ("钱未公开", "37000004", "3700000", "无此人"):
        page = client.get(address, {"q": query}).content.decode()
        assert "未找到" in page, query
        assert 'class="officer"' not in page


def test_withdrawn_officer_is_not_found_and_the_government_sees_all_agencies(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    gone = town.statistics.officer("孙离任", "37000005")
    town.industry.officer("周在岗", "37000006")
    withdraw(town.statistics, gone)
    with django_assert_max_num_queries(8):
        page = client.get("/g/qinghe/officers/lookup/", {"q": "周在岗"}).content.decode()
    assert "清河县工业和信息化局" in page
    assert "未找到" in client.get("/g/qinghe/officers/lookup/", {"q": "孙离任"}).content.decode()
    assert "未找到" in client.get("/a/qinghe-tjj/officers/lookup/", {"q": "周在岗"}).content.decode()


def test_boards_print_with_a_code_that_leads_back(client: Client, house: House) -> None:
    house.publish("window_boards", {"name": "吴窗口", "position": "窗口主任", "duties": "受理申请"})
    for form in ("print/", "print/badge/"):
        response = client.get(f"/a/qinghe-tjj/window_boards/1/{form}")
        page = response.content.decode()
        assert response.status_code == 200
        assert "吴窗口" in page
        assert 'src="data:image/svg+xml' in page
    house.publish("items", item("不是公示牌"))
    assert client.get("/a/qinghe-tjj/items/1/print/").status_code == 404


def test_policy_shows_the_numbers_of_the_source(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        page = client.get("/a/qinghe-tjj/policy/disclosure/").content.decode()
    assert "7 个工作日" in page
    assert "及时（原文未定日数）" in page
    assert "90 日" in page
    assert "适用于本局的检查和处罚。" in page
    assert "待核" in page
    assert "局领导审批" in page
    assert "应当记录，全程" in client.get("/a/qinghe-tjj/policy/recording/").content.decode()
    assert "事实是否清楚" in client.get("/a/qinghe-tjj/policy/review/").content.decode()


def test_homes_show_counts_and_no_empty_promises(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    town.statistics.publish("items", item("一项"))
    pages = {}
    for address in ("/", "/g/qinghe/", "/a/qinghe-tjj/"):
        with django_assert_max_num_queries(8):
            pages[address] = client.get(address).content.decode()
    assert "清河县行政执法信息公示平台" in pages["/"]
    assert "清河县工业和信息化局" in pages["/g/qinghe/"]
    assert "1 项" in pages["/a/qinghe-tjj/"]
    assert "失信企业公示" in pages["/a/qinghe-tjj/"]
    assert "本栏目就是上面的全部清单" in pages["/a/qinghe-tjj/"]
    for absent in ("ICP", "公示日志", "复议申请"):
        assert all(absent not in page for page in pages.values())


@pytest.mark.by_hand
def test_agency_without_a_pack_says_so(client: Client, town: Town) -> None:
    town.industry.agency.packs.all().delete()
    page = client.get("/a/qinghe-gxj/").content.decode()
    assert "还没有适用的规则包" in page
    assert client.get("/a/qinghe-gxj/policy/disclosure/").status_code == 200
    assert client.get("/g/qinghe/").status_code == 200


def test_search_box_of_the_agency_leads_to_the_register(client: Client, town: Town) -> None:
    response = client.get("/a/qinghe-tjj/", {"k": "items", "q": "虚报"})
    assert response.status_code == 302
    assert response["Location"] == f"/a/qinghe-tjj/items/?q={quote('虚报')}"


def test_empty_flowcharts_are_called_undrawn(client: Client, town: Town) -> None:
    assert "流程图尚未绘制" in client.get("/a/qinghe-tjj/flowcharts/").content.decode()


def test_statement_sitemap_and_robots(client: Client, house: House) -> None:
    house.publish("items", item("一项"))
    house.officer("王有效", "37000001")
    assert "无障碍声明" in client.get("/accessibility/").content.decode()
    sitemap = b"".join(client.get("/sitemap.xml")).decode()
    assert "<loc>http://testserver/a/qinghe-tjj/items/1/</loc>" in sitemap
    assert "/officers/1/" not in sitemap
    assert "Disallow: /desk/" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize(
    ("more", "flagged"),
    [
        ({"body_type": "委托", "entrusting_body": "县政府"}, True),
        ({"body_type": "委托", "entrustment_filed": False}, True),
        ({"body_type": "委托", "entrustment_filed": True}, False),
        ({"body_type": "法定"}, False),
    ],
)
def test_entrusted_body_without_a_filed_letter_is_flagged(
    client: Client, house: House, *, more: dict[str, object], flagged: bool
) -> None:
    house.publish("bodies", {"name": "县执法大队", **more})
    for address in ("/a/qinghe-tjj/bodies/", "/a/qinghe-tjj/bodies/1/"):
        assert ("委托书未备案" in client.get(address).content.decode()) is flagged, address


def test_power_and_item_on_the_same_article_lead_to_each_other(
    client: Client, town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    house = town.statistics
    house.publish("items", item("查处拒报"))
    house.publish("items", item("另据一款", basis=[f"{LAW}:24(2)"]))
    house.publish("powers", {"name": "统计违法查处权", "basis": [f"{LAW}:24"]})
    town.industry.publish("powers", {"name": "别家的权力", "basis": [f"{LAW}:24"]})
    with django_assert_max_num_queries(8):
        page = client.get(ENTRY).content.decode()
    assert '权责清单：<a href="/a/qinghe-tjj/powers/1/">统计违法查处权</a>' in page
    assert "别家的权力" not in page
    page = client.get("/a/qinghe-tjj/powers/1/").content.decode()
    assert '统计执法事项清单：<a href="/a/qinghe-tjj/items/1/">查处拒报</a>' in page
    assert "另据一款" not in page
