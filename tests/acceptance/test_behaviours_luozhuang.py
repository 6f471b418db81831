"""临沂市罗庄区统计局: what its own document makes happen, and what another agency's pack would make of it."""

from __future__ import annotations

import pytest

from tests.acceptance.behaviours import (
    approvals,
    approvals_of_officer,
    entry_labels,
    faulty_fields,
    filter_options,
    government_list,
    list_heads,
    officer_entry,
    page_status,
    policy_row,
    refusal_of_unit,
    words_on,
)
from tests.acceptance.swapping import JH, LZ, OUTSIDE, RZ, WS, XLT, assert_swapped

pytestmark = pytest.mark.django_db


def test_d5_luozhuang_officers_are_made_public_by_the_legal_body_of_the_district_government() -> None:
    own, others = ["机关发布审批", "区政府法制机构公开"], ["政策法规科审核", "信息发布审批"]
    assert_swapped(LZ, "LZ二(一)4", approvals_of_officer(), own, other=WS, others=others)


def test_d28_luozhuang_officers_are_shown_on_the_portal_of_the_district_government() -> None:
    assert_swapped(LZ, "LZ二(一)4", government_list("officers"), ["罗庄区统计局"], other=JH, others=None)


def test_d5_luozhuang_officers_show_gender_post_and_kind_of_certificate() -> None:
    own = ["性别", "单位", "证件编号", "执法岗位", "执法区域", "证件种类"]
    others = ["单位", "职务", "证件编号", "执法类别", "执法区域"]
    assert_swapped(LZ, "LZ二(一)4", officer_entry(), own, other=XLT, others=others)


def test_d5_luozhuang_knows_two_kinds_of_certificate_and_no_third() -> None:
    others = ["证件编号", "执法区域"]
    behaviour = officer_entry("天津市行政执法证")
    assert_swapped(LZ, "LZ二(一)7第1句", behaviour, ["certificate_kind"], other=WS, others=others)


def test_s23_luozhuang_has_penalties_and_inspections() -> None:
    own, others = {"行政处罚", "行政检查"}, {"行政许可", "行政处罚", "行政强制"}
    assert_swapped(LZ, "LZ一第3句", filter_options("items"), own, other=RZ, others=others)


def test_s23_luozhuang_takes_no_item_of_a_permit() -> None:
    change = {"category": "行政许可"}
    assert_swapped(LZ, "LZ一第3句", faulty_fields("items", change), ["category"], other=RZ, others=[])


def test_d2_luozhuang_items_have_exactly_six_fields() -> None:
    own = ["统计执法类别", "执法依据", "裁量基准", "承办机构", "办理时限"]
    others = ["类型", "依据", "承办机构", "职责", "权限", "执法主体", "监督方式", "救济途径"]
    assert_swapped(LZ, "LZ二(一)2", entry_labels("items"), own, other=WS, others=others)


def test_c1_luozhuang_bodies_pass_its_legal_body_before_publication() -> None:
    own = ["法制机构审核", "发布审批"]
    others = ["政策法规科审核", "市政府法制办审核", "公示"]
    assert_swapped(LZ, "LZ二(一)3", approvals("bodies"), own, other=RZ, others=others)


def test_d4_luozhuang_bodies_must_name_their_funding() -> None:
    behaviour = faulty_fields("bodies", {}, without=("funding",))
    assert_swapped(LZ, "LZ二(一)3", behaviour, ["funding"], other=JH, others=[])


def test_d8_luozhuang_guides_show_who_handles_them() -> None:
    own = ["统计执法事项名称", "承办机构", "办理时限"]
    others = ["服务事项", "办理场所信息", "办理时间", "联系方式"]
    assert_swapped(LZ, "LZ二(一)6", list_heads("guides"), own, other=WS, others=others)


def test_s24_luozhuang_guides_have_no_conditions() -> None:
    change = {"conditions": [{"text": "示例条件", "basis": ""}]}
    assert_swapped(LZ, "LZ二(一)6", faulty_fields("guides", change), ["conditions"], other=XLT, others=[])


def test_d20_luozhuang_results_are_public_promptly_from_closing() -> None:
    own = ["案件办结之日", "及时（原文未定日数）", "各类", "法律、法规、规章"]
    assert_swapped(LZ, "LZ二(一)8", policy_row("disclosure", "案件结果公示"), own, other=WS, others=None)


def test_d20_luozhuang_publishes_five_things_of_a_closed_case() -> None:
    behaviour = policy_row("disclosure", "办结案件公示的内容", slice(1, 2))
    own = ["立案时间、处罚机关、主要案由、执法决定、履行情况"]
    assert_swapped(LZ, "LZ二(一)8", behaviour, own, other=JH, others=None)


def test_d26_luozhuang_has_the_column_of_dishonest_enterprises_by_its_own_name() -> None:
    own, others = ["统计上严重失信企业信息公示"], ["严重统计失信企业公示"]
    behaviour = words_on("agency", (*own, *others))
    assert_swapped(LZ, "LZ二(一)9", behaviour, own, other=JH, others=others)


def test_l6_luozhuang_publishes_its_review_flowcharts() -> None:
    behaviour = page_status("register", "review_flowcharts")
    assert_swapped(LZ, "LZ二(三)4", behaviour, 200, other=WS, others=404)


def test_l7_luozhuang_has_at_most_two_reviewers() -> None:
    behaviour = policy_row("review", "法制审核人员配备人数上限", slice(1, 2))
    assert_swapped(LZ, "LZ二(三)2", behaviour, ["2人"], other=XLT, others=None)


def test_l3_luozhuang_may_review_every_decision_beyond_the_summary_procedure() -> None:
    first = "法定简易程序以外的其他执法决定，机关可以一并审核。"
    own = ["可以纳入审核", "各类"]
    assert_swapped(LZ, "LZ二(三)3第3句", policy_row("review", first), own, other=XLT, others=None)


def test_c13_luozhuang_document_leaves_the_guides_to_any_unit() -> None:
    others = "register.compiled_elsewhere"
    assert_swapped(LZ, "LZ二(一)6", refusal_of_unit("guides", OUTSIDE), "", other=WS, others=others)
