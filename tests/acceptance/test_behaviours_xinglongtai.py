"""盘锦市兴隆台区民族和宗教事务局: what its own document makes happen, and what another pack would make of it."""

from __future__ import annotations

import pytest

from tests.acceptance.behaviours import (
    approvals,
    board_labels,
    entry_labels,
    faulty_fields,
    filter_options,
    government_channel,
    list_heads,
    officer_entry,
    page_status,
    policy_firsts,
    policy_row,
    rollout_printed,
    words_on,
)
from tests.acceptance.swapping import JH, LZ, RZ, WS, XLT, assert_swapped

pytestmark = pytest.mark.django_db


def test_d12_xinglongtai_items_are_reviewed_by_the_district_bureau_of_justice() -> None:
    own, others = ["法制股审核", "区司法局审核", "公示"], ["发布审批"]
    assert_swapped(XLT, "XLT四(一)2(1)", approvals("items"), own, other=LZ, others=others)


def test_d28_xinglongtai_sends_its_items_and_nothing_else_to_the_government_portal() -> None:
    own, others = ["行政执法事项清单"], ["统计执法人员资格清单"]
    assert_swapped(XLT, "XLT四(一)2(1)", government_channel(), own, other=LZ, others=others)


def test_d2_xinglongtai_items_name_body_duties_and_authority() -> None:
    own = ["执法类别", "行政执法主体", "职责", "权责", "依据", "程序", "监督方式", "救济渠道"]
    others = ["统计执法类别", "执法依据", "裁量基准", "承办机构", "办理时限"]
    assert_swapped(XLT, "XLT四(一)2(1)", entry_labels("items"), own, other=LZ, others=others)


def test_d3_xinglongtai_random_inspections_must_name_ratio_and_frequency() -> None:
    behaviour = faulty_fields("spot_checks", {}, without=("ratio", "frequency"))
    assert_swapped(XLT, "XLT四(一)2(2)", behaviour, ["frequency", "ratio"], other=RZ, others=[])


def test_d5_xinglongtai_officers_show_post_and_category_but_no_validity() -> None:
    own = ["单位", "职务", "证件编号", "执法类别", "执法区域"]
    assert_swapped(XLT, "XLT四(一)2(3)", officer_entry(), own, other=RZ, others=[*own, "执法证件有效期"])


def test_d8_xinglongtai_guides_name_accepting_and_approving_body() -> None:
    own = ["行政执法事项名称", "受理机构", "审批机构", "办理时限"]
    others = ["统计执法事项名称", "承办机构", "办理时限"]
    assert_swapped(XLT, "XLT四(一)2(2)", list_heads("guides"), own, other=LZ, others=others)


def test_d11_xinglongtai_boards_name_nine_things() -> None:
    own = ["单位", "职务", "岗位职责", "执法种类", "申请材料示范文本", "办理进度查询", "咨询服务", "投诉举报"]
    others = ["岗位职责", "申请材料示范文本", "办理进度查询", "咨询服务", "投诉举报"]
    assert_swapped(XLT, "XLT四(一)3(3)", board_labels(), own, other=WS, others=others)


def test_d17_xinglongtai_permits_and_penalties_are_public_within_seven_working_days() -> None:
    own = ["执法决定作出", "7个工作日", "行政许可、行政处罚", "法律、法规、部门规章"]
    others = ["执法决定作出", "及时（原文未定日数）", "行政许可、行政处罚", "法律、法规、规章"]
    behaviour = policy_row("disclosure", "行政许可、行政处罚决定公开")
    assert_swapped(XLT, "XLT四(一)4(2)", behaviour, own, other=RZ, others=others)


def test_d19_xinglongtai_withdraws_promptly() -> None:
    own = ["已公开的决定被撤销、确认违法或者要求重新作出", "及时（原文未定日数）", "各类", "—"]
    others = [own[0], "3个工作日", "各类", "—"]
    behaviour = policy_row("disclosure", "原决定信息撤下")
    assert_swapped(XLT, "XLT四(一)4(3)", behaviour, own, other=WS, others=others)


def test_d22_xinglongtai_sets_its_own_disclosure_terms() -> None:
    own, others = ["由本局依有关规定明确"], ["按国家、省、市相关规定执行"]
    behaviour = words_on("policy", (*own, *others), "disclosure")
    assert_swapped(XLT, "XLT四(一)4(2)", behaviour, own, other=WS, others=others)


def test_d24_xinglongtai_reports_to_its_government_and_superior() -> None:
    behaviour = policy_row("disclosure", "年度统计报送对象", slice(1, 2))
    assert_swapped(XLT, "XLT四(一)4(4)", behaviour, ["本级人民政府、上级主管部门"], other=WS, others=["县政府"])


def test_r5_xinglongtai_must_record_investigations_whatever_the_text_says() -> None:
    own, others = ["应当记录", "不能代替"], ["根据实际情况记录", "文字已足以记录的，可以不录"]
    assert_swapped(XLT, "XLT四(二)3(1)", policy_row("recording", "调查取证"), own, other=WS, others=others)


def test_r5_xinglongtai_must_record_eight_kinds_of_act() -> None:
    own = {"现场检查", "随机抽查", "调查取证", "证据保全", "听证", "陈述申辩", "行政强制", "送达文书"}
    behaviour = policy_firsts("recording", own)
    assert_swapped(XLT, "XLT四(二)3(1)", behaviour, own, other=JH, others={"调查取证"})


def test_s23_xinglongtai_keeps_levy_requisition_and_fees_apart() -> None:
    own = {"行政许可", "行政处罚", "行政强制", "行政征收", "行政征收征用", "行政收费", "行政检查"}
    others = {"行政处罚", "行政检查", "行政强制"}
    assert_swapped(XLT, "XLT四(二)1", filter_options("items"), own, other=JH, others=others)


def test_l2_xinglongtai_reviews_every_decision_after_a_hearing() -> None:
    behaviour = policy_row("review", "经过听证程序后作出决定。")
    assert_swapped(XLT, "XLT四(三)3(1)", behaviour, ["必须审核", "各类"], other=RZ, others=None)


def test_l7_xinglongtai_buys_services_when_reviewers_are_short() -> None:
    behaviour = policy_row("review", "审核人员不足时的办法", slice(1, 2))
    assert_swapped(XLT, "XLT四(三)2", behaviour, ["政府购买服务"], other=LZ, others=None)


def test_l6_xinglongtai_review_has_the_clock_of_its_province() -> None:
    own = ["法制机构收齐送审材料之日", "7个工作日，经批准可以延长3个工作日", "各类", "—"]
    nowhere_said = ["法制机构收齐送审材料之日", "及时（原文未定日数）", "各类", "—"]
    behaviour = policy_row("review", "重大执法决定法制审核")
    assert_swapped(XLT, "XLT四(三)5", behaviour, own, other=WS, others=nowhere_said)


def test_l10_xinglongtai_names_who_reviews() -> None:
    own, others = ["由法制股审核"], ["由政策法规科负责"]
    behaviour = words_on("policy", (*own, *others), "review")
    assert_swapped(XLT, "XLT四(三)2", behaviour, own, other=RZ, others=others)


def test_l6_xinglongtai_publishes_a_review_flowchart_per_category() -> None:
    assert_swapped(XLT, "XLT四(三)5", page_status("register", "review_flowcharts"), 200, other=JH, others=404)


def test_s17_xinglongtai_rollout_page_keeps_july_inside_august() -> None:
    own = ["8月11-8月30日", "2019年7月底前"]
    behaviour = rollout_printed((*own, "2017年11月初"))
    assert_swapped(XLT, "XLT五(二)1", behaviour, own, other=LZ, others=["2017年11月初"])
