"""汶上县工业和信息化局: what its own document makes happen, and what another agency's pack would make of it."""

from __future__ import annotations

import pytest

from tests.acceptance.behaviours import (
    approvals,
    board_labels,
    clauses_listed,
    faulty_fields,
    filter_options,
    list_heads,
    officer_entry,
    overseer_on_release,
    page_status,
    policy_firsts,
    policy_row,
    refusal_of_unit,
)
from tests.acceptance.swapping import JH, LZ, OUTSIDE, RZ, WS, XLT, assert_swapped

pytestmark = pytest.mark.django_db


def test_d12_wenshang_items_pass_the_legal_office_and_stay_inside_the_bureau() -> None:
    own, others = ["政策法规科审核", "信息发布审批"], ["法制股审核", "区司法局审核", "公示"]
    assert_swapped(WS, "WS公8", approvals("items"), own, other=XLT, others=others)


def test_c1_wenshang_sends_nothing_outside() -> None:
    assert_swapped(WS, "WS公8", overseer_on_release(), set(), other=RZ, others={"bodies"})


def test_c13_wenshang_guides_are_compiled_by_the_window_only() -> None:
    own = "register.compiled_elsewhere"
    assert_swapped(WS, "WS公5", refusal_of_unit("guides", OUTSIDE), own, other=LZ, others="")


def test_c13_wenshang_av_list_is_compiled_by_the_legal_office_only() -> None:
    own = "register.compiled_elsewhere"
    assert_swapped(WS, "WS记10", refusal_of_unit("av_items", OUTSIDE), own, other=RZ, others="")


def test_d5_wenshang_officers_have_three_fields() -> None:
    """The name is the page's title; what stands below it differs."""
    others = ["性别", "单位", "证件编号", "执法岗位", "执法区域", "证件种类"]
    assert_swapped(WS, "WS公5(二)", officer_entry(), ["证件编号", "执法区域"], other=LZ, others=others)


def test_d17_wenshang_decisions_are_public_within_twenty_working_days_of_the_decision() -> None:
    own = ["执法决定作出", "20个工作日", "各类", "法律、行政法规"]
    others = ["执法决定作出", "及时（原文未定日数）", "各类", "法律、法规、规章"]
    assert_swapped(WS, "WS公7(一)", policy_row("disclosure", "执法决定公布"), own, other=RZ, others=others)


def test_d18_wenshang_random_inspections_name_objects_neither_ratio_nor_frequency() -> None:
    own = ["objects", "ratio", "frequency"]
    change = dict.fromkeys(own, "示例")
    assert_swapped(WS, "WS公5(三)", faulty_fields("spot_checks", change), sorted(own), other=XLT, others=[])


def test_d19_wenshang_withdraws_within_three_working_days() -> None:
    own = ["已公开的决定被撤销、确认违法或者要求重新作出", "3个工作日", "各类", "—"]
    others = [own[0], "及时（原文未定日数）", "各类", "—"]
    assert_swapped(WS, "WS公7(三)", policy_row("disclosure", "原决定信息撤下"), own, other=XLT, others=others)


def test_d23_wenshang_may_publish_secrets_after_treatment_where_the_law_asks_for_it() -> None:
    behaviour = policy_row("disclosure", "属于国家秘密、商业秘密、个人隐私等，不宜对外公开")
    assert_swapped(WS, "WS公10(一)", behaviour, ["依法确需公开的，处理后可以公开"], other=JH, others=None)


def test_d23_wenshang_publishes_nothing_that_hinders_enforcement() -> None:
    behaviour = policy_row("disclosure", "公开后可能妨碍正常的执法活动")
    assert_swapped(WS, "WS公10(三)", behaviour, ["没有处理后公开的规定"], other=JH, others=None)


def test_d24_wenshang_units_report_by_15_january() -> None:
    own = ["上年度终了", "每年1月15日前", "各类", "—"]
    first = "承办科室报送上年度执法数据"
    assert_swapped(WS, "WS公11", policy_row("disclosure", first), own, other=XLT, others=None)


def test_d25_wenshang_channels_are_its_site_and_two_provincial_platforms() -> None:
    named = {"县工业和信息化局网站", "省政务服务网", "省双随机一公开监管平台", "区政府门户网站", "部门网站等媒体"}
    own = {"县工业和信息化局网站", "省政务服务网", "省双随机一公开监管平台"}
    others = {"区政府门户网站", "部门网站等媒体"}
    assert_swapped(WS, "WS公3", policy_firsts("disclosure", named), own, other=XLT, others=others)


def test_r10_wenshang_archives_within_thirty_days() -> None:
    own = ["行政执法行为终结", "30日", "各类", "法律、法规、规章"]
    others = ["行政执法行为终结之日", "及时（原文未定日数）", "各类", "—"]
    assert_swapped(WS, "WS记12", policy_row("recording", "案卷归档"), own, other=LZ, others=others)


def test_r11_wenshang_leader_in_charge_approves_retrieval() -> None:
    first = "其他人员调阅的批准人"
    own = ["局分管领导", "限于工作需要，并履行相关手续。"]
    assert_swapped(WS, "WS记15", policy_row("recording", first), own, other=RZ, others=None)


def test_r5_wenshang_hearings_are_recorded_as_circumstances_require() -> None:
    own = ["根据实际情况记录", "文字已足以记录的，可以不录"]
    others = ["鼓励记录", "不作强制要求"]
    assert_swapped(WS, "WS记6", policy_row("recording", "举行听证"), own, other=RZ, others=others)


def test_d11_wenshang_boards_name_duties_and_services_of_the_window_but_no_unit() -> None:
    own = ["岗位职责", "申请材料示范文本", "办理进度查询", "咨询服务", "投诉举报"]
    others = ["单位", "职务", "工作职责", "执法种类", "服务事项", "行政执法证件编号"]
    assert_swapped(WS, "WS公6(三)", board_labels(), own, other=RZ, others=others)


def test_d8_wenshang_guides_show_place_hours_and_phone_in_their_list() -> None:
    own = ["服务事项", "办理场所信息", "办理时间", "联系方式"]
    others = ["行政执法事项名称", "受理机构", "审批机构", "办理时限"]
    assert_swapped(WS, "WS公5(五)", list_heads("guides"), own, other=XLT, others=others)


def test_s23_wenshang_has_permits_penalties_and_other_matters() -> None:
    own, others = {"行政许可", "行政处罚", "其他类事项"}, {"行政处罚", "行政检查"}
    assert_swapped(WS, "WS公3", filter_options("items"), own, other=LZ, others=others)


def test_l6_wenshang_document_asks_for_no_review_flowchart() -> None:
    """WS has no legality review rules; a register it does not ask for is not there (D29)."""
    assert_swapped(WS, "WS公5(六)", page_status("register", "review_flowcharts"), 404, other=XLT, others=200)


def test_s1_wenshang_compliance_page_lists_the_clauses_of_both_its_rules() -> None:
    assert_swapped(WS, "WS公1", clauses_listed(), {"WS公", "WS记"}, other=JH, others={"JH"})
