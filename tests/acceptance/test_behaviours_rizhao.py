"""日照市人力资源和社会保障局: what its own document makes happen, and what another agency's pack would make of it."""

from __future__ import annotations

import pytest

from tests.acceptance.behaviours import (
    approvals,
    board_labels,
    faulty_fields,
    filter_options,
    list_heads,
    officer_entry,
    policy_row,
    refusal_of_unit,
    rollout_tasks,
    words_on,
)
from tests.acceptance.swapping import JH, LZ, OUTSIDE, RZ, WS, XLT, assert_swapped

pytestmark = pytest.mark.django_db


def test_d12_rizhao_bodies_are_reviewed_by_the_city_legal_office() -> None:
    own = ["政策法规科审核", "市政府法制办审核", "公示"]
    assert_swapped(RZ, "RZ一(一)4", approvals("bodies"), own, other=LZ, others=["法制机构审核", "发布审批"])


def test_c13_rizhao_items_are_merged_by_the_legal_office_before_release() -> None:
    own, others = ["政策法规科汇总审核", "公开信息审核发布"], ["发布审批"]
    assert_swapped(RZ, "RZ表4", approvals("items"), own, other=LZ, others=others)


def test_c13_rizhao_items_are_not_compiled_by_a_unit_the_table_does_not_name() -> None:
    own = "register.compiled_elsewhere"
    assert_swapped(RZ, "RZ表2", refusal_of_unit("items", OUTSIDE), own, other=LZ, others="")


def test_c13_rizhao_guides_are_compiled_by_business_units_and_not_by_the_legal_office() -> None:
    """Under WS the same unit is refused too; under LZ it is not."""
    own = "register.compiled_elsewhere"
    assert_swapped(RZ, "RZ表9", refusal_of_unit("guides", "政策法规科"), own, other=LZ, others="")


def test_c13_rizhao_random_inspections_come_from_the_labour_inspection() -> None:
    own = ""
    others = "register.compiled_elsewhere"
    assert_swapped(RZ, "RZ表5", refusal_of_unit("spot_checks", "劳动监察支队"), own, other=WS, others=others)


def test_d3_rizhao_random_inspections_may_leave_ratio_and_frequency_out() -> None:
    behaviour = faulty_fields("spot_checks", {}, without=("ratio", "frequency"))
    assert_swapped(RZ, "RZ一(一)3", behaviour, [], other=XLT, others=["frequency", "ratio"])


def test_d5_rizhao_officers_show_post_category_and_validity() -> None:
    own = ["单位", "职务", "证件编号", "执法类别", "执法区域", "执法证件有效期"]
    assert_swapped(RZ, "RZ表7", officer_entry(), own, other=WS, others=["证件编号", "执法区域"])


def test_d6_rizhao_benchmarks_name_the_penalty_and_its_bounds() -> None:
    own, others = ["处罚事项", "适用情形", "下限", "上限"], ["违法行为", "适用情形", "最低幅度", "最高幅度"]
    assert_swapped(RZ, "RZ表3", list_heads("benchmarks"), own, other=WS, others=others)


def test_d8_rizhao_guides_may_name_a_preferential_policy() -> None:
    change = {"preferential_policy": "小微企业优惠"}
    assert_swapped(RZ, "RZ一(一)7", faulty_fields("guides", change), [], other=LZ, others=[*change])


def test_d11_rizhao_badges_name_kinds_of_enforcement_and_the_certificate() -> None:
    own = ["单位", "职务", "工作职责", "执法种类", "服务事项", "行政执法证件编号"]
    others = ["单位", "职务", "岗位职责", "执法种类", "申请材料示范文本", "办理进度查询", "咨询服务", "投诉举报"]
    assert_swapped(RZ, "RZ表11", board_labels(), own, other=XLT, others=others)


def test_d17_rizhao_decisions_are_public_promptly_without_a_number() -> None:
    own = ["执法决定作出", "及时（原文未定日数）", "各类", "法律、法规、规章"]
    others = ["执法决定作出", "20个工作日", "各类", "法律、行政法规"]
    assert_swapped(RZ, "RZ一(一)10", policy_row("disclosure", "执法决定公布"), own, other=WS, others=others)


def test_d25_rizhao_has_the_column_of_enforcement_disclosure() -> None:
    own, others = ["专栏：行政执法公示"], ["专栏：统计上严重失信企业信息公示"]
    assert_swapped(RZ, "RZ一(一)11", words_on("agency", (*own, *others)), own, other=LZ, others=others)


def test_r5_rizhao_encourages_recording_of_on_site_acts() -> None:
    own, others = ["鼓励记录", "不作强制要求"], ["根据实际情况记录", "文字已足以记录的，可以不录"]
    assert_swapped(RZ, "RZ一(二)3", policy_row("recording", "现场执法"), own, other=WS, others=others)


def test_l4_rizhao_reviews_abuse_of_power_too() -> None:
    own, others = ["有无超越职权范围或者滥用职权"], ["是否超越法定权限"]
    behaviour = words_on("policy", (*own, *others), "review")
    assert_swapped(RZ, "RZ一(三)4", behaviour, own, other=JH, others=others)


def test_l7_rizhao_reviewers_are_part_time() -> None:
    behaviour = policy_row("review", "法制审核人员的配备", slice(1, 2))
    assert_swapped(RZ, "RZ一(三)2", behaviour, ["兼职，数量满足工作需要"], other=XLT, others=None)


def test_s23_rizhao_has_permits_penalties_and_coercion() -> None:
    own, others = {"行政许可", "行政处罚", "行政强制"}, {"行政许可", "行政处罚", "其他类事项"}
    assert_swapped(RZ, "RZ一", filter_options("items"), own, other=WS, others=others)


def test_s1_rizhao_rollout_page_shows_the_27_tasks_as_printed() -> None:
    own = [number for number in range(1, 29) if number != 19]
    assert_swapped(RZ, "RZ表1", rollout_tasks(), own, other=LZ, others=[])
