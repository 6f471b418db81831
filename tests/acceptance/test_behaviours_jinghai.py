"""天津市静海区统计局: what its own report makes happen, and what another agency's pack would make of it."""

from __future__ import annotations

import pytest

from tests.acceptance.behaviours import (
    approvals,
    entry_labels,
    faulty_fields,
    filter_options,
    overseer_on_release,
    page_status,
    policy_firsts,
    policy_row,
    refusal_of_unit,
    words_on,
)
from tests.acceptance.swapping import JH, LZ, OUTSIDE, RZ, WS, XLT, assert_swapped

pytestmark = pytest.mark.django_db


def test_s23_jinghai_has_penalties_inspections_and_coercion() -> None:
    own, others = {"行政处罚", "行政检查", "行政强制"}, {"行政处罚", "行政检查"}
    assert_swapped(JH, "JH一(四)1", filter_options("items"), own, other=LZ, others=others)


def test_s23_jinghai_takes_an_item_of_coercion() -> None:
    behaviour = faulty_fields("items", {"category": "行政强制"})
    assert_swapped(JH, "JH一(四)1", behaviour, [], other=LZ, others=["category"])


def test_d9_jinghai_powers_must_name_supervision_and_liability() -> None:
    behaviour = faulty_fields("powers", {}, without=("supervision", "liability"))
    assert_swapped(JH, "JH一(一)2", behaviour, ["liability", "supervision"], other=LZ, others=[])


def test_d9_jinghai_powers_show_four_elements() -> None:
    own = ["职权类别", "法律依据", "实施主体", "监督方式", "责任方式"]
    others = ["执法类别", "依据", "行政执法主体", "职责", "权责"]
    assert_swapped(JH, "JH一(一)2", entry_labels("powers"), own, other=XLT, others=others)


def test_r5_jinghai_records_investigations_in_full() -> None:
    own, others = ["应当记录，全程", "不能代替"], ["根据实际情况记录", "文字已足以记录的，可以不录"]
    assert_swapped(JH, "JH一(四)2二是", policy_row("recording", "调查取证"), own, other=LZ, others=others)


def test_r5_jinghai_records_four_stages_with_the_recorder() -> None:
    own = {"亮证执法", "调查取证", "审核决定", "送达执行"}
    assert_swapped(JH, "JH一(四)2二是", policy_firsts("recording", own), own, other=WS, others={"调查取证"})


def test_d1_jinghai_policy_page_says_what_still_has_to_be_checked() -> None:
    assert_swapped(
        JH, "JH一(四)1第2句", words_on("policy", ("载体名称待核",), "disclosure"), ["载体名称待核"], other=WS, others=[]
    )


def test_l10_jinghai_review_policy_has_the_name_of_its_own_rules() -> None:
    own, others = ["重大行政执法决定法制审核办法（实行）"], ["重大执法决定法制审核规则"]
    behaviour = words_on("policy", (*own, *others), "review")
    assert_swapped(JH, "JH一(四)3", behaviour, own, other=LZ, others=others)


def test_s12_jinghai_publishes_its_list_of_law_publicity_duties() -> None:
    """A register that no other agency has, added by its pack alone (D29)."""
    assert_swapped(JH, "JH一(六)3四是", page_status("register", "publicity_duties"), 200, other=LZ, others=404)


def test_d26_jinghai_has_the_column_of_dishonest_enterprises_by_its_own_name() -> None:
    own, others = ["严重统计失信企业公示"], ["统计上严重失信企业信息公示"]
    assert_swapped(JH, "JH三(三)第2句", words_on("agency", (*own, *others)), own, other=LZ, others=others)


def test_s8_jinghai_publishes_how_to_report_on_the_site_of_its_superior() -> None:
    own = ["天津市统计局网站", "在上级网站公开举报电话和电子邮箱；报告没有写在那里公示清单。"]
    behaviour = policy_row("disclosure", "举报渠道的公布载体")
    assert_swapped(JH, "JH一(五)3第2句", behaviour, own, other=LZ, others=None)


def test_d25_jinghai_report_names_no_channel_of_its_own() -> None:
    """The report says nothing of where lists are shown; the sites of bureau and government are those of the law."""
    own, others = {"本机关网站", "本级政府门户网站"}, {"区统计局门户网站", "区政府门户网站"}
    behaviour = policy_firsts("disclosure", own | others)
    assert_swapped(JH, "JH一(四)1第2句", behaviour, own, other=LZ, others=others)


def test_l4_jinghai_has_no_element_of_its_own() -> None:
    own, others = [], ["其他应当审核的内容"]
    behaviour = words_on("policy", tuple(others), "review")
    assert_swapped(JH, "JH一(四)3", behaviour, own, other=RZ, others=others)


def test_c1_jinghai_report_names_no_outside_reviewer() -> None:
    assert_swapped(JH, "JH一(四)1", overseer_on_release(), set(), other=XLT, others={"items"})


def test_d12_jinghai_items_pass_one_approval() -> None:
    own, others = ["发布审批"], ["政策法规科审核", "信息发布审批"]
    assert_swapped(JH, "JH一(四)1第2句", approvals("items"), own, other=WS, others=others)


def test_d13_jinghai_report_leaves_compiling_to_any_unit() -> None:
    others = "register.compiled_elsewhere"
    assert_swapped(JH, "JH一(四)1第2句", refusal_of_unit("items", OUTSIDE), "", other=WS, others=others)


def test_r10_jinghai_names_no_number_of_days_for_archiving() -> None:
    own = ["行政执法行为终结之日", "及时（原文未定日数）", "各类", "—"]
    others = ["行政执法行为终结", "30日", "各类", "法律、法规、规章"]
    assert_swapped(JH, "JH一(四)2二是", policy_row("recording", "案卷归档"), own, other=WS, others=others)
