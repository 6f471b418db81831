"""Where the five source documents differ (C1–C8): each pack says what its own document says, clause by clause.

The values are those of the documents, not of the packs: a change of a pack that departs from its document fails here.
"""

from __future__ import annotations

import pytest

from tests.packs.agencies import (
    AGENCIES,
    JH,
    LZ,
    RZ,
    WS,
    XLT,
    clauses_of_stage,
    fields,
    has,
    labels,
    limit,
    own,
    pack,
    provision,
    stages,
)


# -- C1 who reviews before publication ---------------------------------------------------------------------------------
def test_c1_luozhuang_bodies_pass_the_legal_body_first() -> None:
    assert stages(LZ, "bodies") == [("legality_reviewer", "法制机构"), ("release_approver", "")]
    assert clauses_of_stage(LZ, "bodies", "legal_review") == ["LZ二(一)3"]


def test_c1_luozhuang_officers_are_made_public_by_the_legal_body_of_the_district_government() -> None:
    assert stages(LZ, "officers") == [("release_approver", ""), ("supervisor", "区政府法制机构")]
    assert clauses_of_stage(LZ, "officers", "external_review") == ["LZ二(一)4"]


def test_c1_rizhao_bodies_pass_the_legal_office_of_the_city_government() -> None:
    assert ("supervisor", "日照市人民政府法制办公室") in stages(RZ, "bodies")
    assert clauses_of_stage(RZ, "bodies", "external_review") == ["RZ一(一)4"]


def test_c1_xinglongtai_items_pass_the_district_bureau_of_justice() -> None:
    assert ("supervisor", "盘锦市兴隆台区司法局") in stages(XLT, "items")
    assert clauses_of_stage(XLT, "items", "external_review") == ["XLT四(一)2(1)"]


def test_c1_wenshang_never_sends_a_release_outside_the_bureau() -> None:
    registers = [register.id for register in pack(WS).rules.registers]
    assert all(role != "supervisor" for register in registers for role, _ in stages(WS, register))
    assert all("WS公8" in pack(WS).chain_for(register).basis for register in registers)


@pytest.mark.parametrize(
    ("agency", "external"),
    [(LZ, {"officers"}), (RZ, {"bodies"}), (XLT, {"items"}), (WS, set()), (JH, set())],
)
def test_c1_external_review_is_asked_for_exactly_where_the_document_says(agency: str, external: set[str]) -> None:
    outside = {
        register.id
        for register in pack(agency).rules.registers
        if any(role == "supervisor" for role, _ in stages(agency, register.id))
    }
    assert outside == external


# -- C2, C3 when decisions are published, and what may set another period ----------------------------------------------
@pytest.mark.parametrize(
    ("agency", "rule_id", "unit", "length", "event", "basis"),
    [
        (WS, "publish_decision", "working_days", 20, "执法决定作出", "WS公7(一)"),
        (WS, "publish_permit_penalty", "working_days", 7, "执法决定作出", "WS公7(一)"),
        (XLT, "publish_decision", "working_days", 20, "执法决定作出", "XLT四(一)4"),
        (XLT, "publish_permit_penalty", "working_days", 7, "执法决定作出", "XLT四(一)4(2)"),
        (LZ, "publish_decision", "promptly", None, "案件办结之日", "LZ二(一)8"),
        (LZ, "publish_permit_penalty", "promptly", None, "案件办结之日", "LZ二(一)8"),
        (RZ, "publish_decision", "promptly", None, "执法决定作出", "RZ一(一)10"),
        (RZ, "publish_permit_penalty", "promptly", None, "执法决定作出", "RZ一(一)10"),
    ],
)
def test_c2_decision_clock_is_the_documents_own(
    agency: str, rule_id: str, unit: str, length: int | None, event: str, basis: str
) -> None:
    found = limit(agency, rule_id)
    assert (found.unit, found.length, found.event) == (unit, length, event)
    assert basis in found.basis


def test_c2_xinglongtai_keeps_seven_days_from_the_decision_and_updates_after_closing() -> None:
    update = limit(XLT, "update_after_closing")
    assert (update.event, update.unit, update.length) == ("结案", "promptly", None)
    assert update.basis == ["XLT四(一)4(1)"]
    assert update.applies_to == ["penalty"]
    assert set(limit(XLT, "publish_permit_penalty").applies_to) == {"permit", "penalty"}


@pytest.mark.parametrize("agency", AGENCIES)
def test_c2_jinghai_alone_takes_the_national_clock(agency: str) -> None:
    inherited = not own(agency, "time_limits/publish_decision")
    assert inherited is (agency == JH)


@pytest.mark.parametrize(
    ("agency", "rule_id", "levels"),
    [
        (XLT, "publish_permit_penalty", ["法律", "法规", "部门规章"]),
        (XLT, "publish_decision", []),  # XLT names the exception only where it writes seven days
        (WS, "publish_decision", ["法律", "行政法规"]),
        (WS, "publish_permit_penalty", ["法律", "行政法规"]),
        (WS, "publish_spot_check", ["法律", "行政法规"]),
        (LZ, "publish_decision", ["法律", "法规", "规章"]),
        (RZ, "publish_decision", ["法律", "法规", "规章"]),
        (RZ, "publish_spot_check", ["法律", "法规", "规章"]),
    ],
)
def test_c3_levels_that_may_set_another_period(agency: str, rule_id: str, levels: list[str]) -> None:
    assert limit(agency, rule_id).exceptions == levels


# -- C4 random inspection results, withdrawal --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agency", "unit", "length", "basis"),
    [
        (WS, "working_days", 20, "WS公7(二)"),
        (RZ, "promptly", None, "RZ表12"),
        (XLT, "promptly", None, "XLT四(一)4(5)"),
    ],
)
def test_c4_random_inspection_results(agency: str, unit: str, length: int | None, basis: str) -> None:
    found = limit(agency, "publish_spot_check")
    assert (found.unit, found.length) == (unit, length)
    assert basis in found.basis


@pytest.mark.parametrize(
    ("agency", "unit", "length", "basis"),
    [
        (WS, "working_days", 3, "WS公7(三)"),
        (XLT, "promptly", None, "XLT四(一)4(3)"),
        (LZ, "working_days", 3, "行政处罚法@2021:48"),
        (RZ, "working_days", 3, "行政处罚法@2021:48"),
        (JH, "working_days", 3, "行政处罚法@2021:48"),
    ],
)
def test_c4_withdrawal_of_a_published_decision(agency: str, unit: str, length: int | None, basis: str) -> None:
    found = limit(agency, "withdraw_publication")
    assert (found.unit, found.length) == (unit, length)
    assert basis in found.basis


def test_c4_the_law_still_gives_three_days_for_penalties_in_xinglongtai() -> None:
    found = limit(XLT, "withdraw_publication_penalty")
    assert (found.unit, found.length, found.applies_to) == ("working_days", 3, ["penalty"])
    assert found.basis == ["行政处罚法@2021:48"]


# -- C5 annual statistics ----------------------------------------------------------------------------------------------
def test_c5_wenshang_has_an_internal_step_on_15_january_and_reports_to_the_county() -> None:
    internal, public = limit(WS, "annual_statistics_internal"), limit(WS, "annual_statistics_public")
    assert (internal.month, internal.day, internal.basis) == (1, 15, ["WS公11"])
    assert (public.month, public.day, public.basis) == (1, 31, ["WS公11"])
    assert provision(WS, "annual_report_to") == ["县政府"]


def test_c5_xinglongtai_reports_to_its_government_and_superior_without_an_internal_date() -> None:
    assert not has(XLT, "time_limits/annual_statistics_internal")
    public = limit(XLT, "annual_statistics_public")
    assert (public.month, public.day, public.basis) == (1, 31, ["XLT四(一)4(4)"])
    assert provision(XLT, "annual_report_to") == ["本级人民政府", "上级主管部门"]


@pytest.mark.parametrize("agency", [LZ, RZ, JH])
def test_c5_the_other_documents_say_nothing_of_annual_statistics(agency: str) -> None:
    assert not has(agency, "time_limits/annual_statistics_internal")
    assert not has(agency, "provisions/annual_report_to")
    assert not own(agency, "time_limits/annual_statistics_public")


# -- C6 register fields ------------------------------------------------------------------------------------------------
def test_c6_rizhao_random_inspections_are_the_union_with_the_tables_own_two_optional() -> None:
    found = fields(RZ, "spot_checks")
    assert labels(RZ, "spot_checks") == ["抽查事项", "抽查主体", "依据", "对象", "内容", "方式", "比例", "频次"]
    optional = {field.id: field.basis for field in found.values() if not field.required}
    assert optional == {"ratio": ["RZ表5"], "frequency": ["RZ表5"]}
    assert all(found[key].basis == ["RZ一(一)3", "RZ表5"] for key in ("subject", "objects", "content", "method"))


def test_c6_rizhao_officers_are_the_union_of_plan_and_table() -> None:
    found = fields(RZ, "officers")
    assert (found["position"].required, found["position"].basis) == (False, ["RZ一(一)5"])
    assert (found["valid_to"].required, found["valid_to"].basis) == (False, ["RZ表7"])
    assert {field.id for field in found.values() if field.required} == {
        "name",
        "unit",
        "certificate_no",
        "category",
        "area",
    }


@pytest.mark.parametrize(
    ("agency", "expected", "basis"),
    [
        (LZ, ["姓名", "性别", "单位", "证件编号", "执法岗位", "执法区域", "证件种类"], "LZ二(一)4"),
        (RZ, ["姓名", "单位", "职务", "证件编号", "执法类别", "执法区域", "执法证件有效期"], "RZ一(一)5"),
        (XLT, ["姓名", "单位", "职务", "证件编号", "执法类别", "执法区域"], "XLT四(一)2(3)"),
        (WS, ["姓名", "证件编号", "执法区域"], "WS公5(二)"),
    ],
)
def test_c6_officer_fields_are_the_documents_own_words(agency: str, expected: list[str], basis: str) -> None:
    assert labels(agency, "officers") == expected
    assert basis in pack(agency).register("officers").basis


@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        (XLT, ["抽查事项", "抽查主体", "依据", "对象", "内容", "比例", "方式", "频次"]),
        (WS, ["抽查事项", "抽查依据", "抽查主体", "抽查内容", "抽查方式"]),
    ],
)
def test_c6_random_inspection_fields_elsewhere(agency: str, expected: list[str]) -> None:
    assert labels(agency, "spot_checks") == expected
    assert all(field.required for field in fields(agency, "spot_checks").values())


# The words of the documents, in their order; a pack may add fields that nobody has to fill in.
BODY = "执法主体机构名称 机构性质 经费来源 队伍编制状况 主体类别"
REACHED = "法定代表人 单位地址 投诉举报电话"
GUIDE = "申请材料 办理流程 办理时限 监督方式 责任追究 救济渠道 办公时间"
WINDOW = "申请材料示范文本 办理进度查询 咨询服务 投诉举报"
WORDS = [
    (LZ, "items", "LZ二(一)2", "统计执法类别 事项名称 执法依据 裁量基准 承办机构 办理时限"),
    (RZ, "items", "RZ一(一)2", "行政执法类别 事项名称 执法依据 裁量基准 承办机构 办理时限"),
    (XLT, "items", "XLT四(一)2(1)", "行政执法主体 职责 权责 依据"),
    (WS, "items", "WS公5(一)", "行政执法事项名称 类型 依据 承办机构 职责 权限"),
    (LZ, "bodies", "LZ二(一)3", f"{BODY} 执法职责和权限 {REACHED}"),
    (RZ, "bodies", "RZ一(一)4", f"{BODY} 执法职责 执法权限 {REACHED}"),
    (WS, "flowcharts", "WS公5(四)", "办理程序 受理机构 审批机构 申请材料 办理时限"),
    (LZ, "guides", "LZ二(一)6", f"统计执法事项名称 依据 承办机构 {GUIDE} 办公地址 办公电话"),
    (RZ, "guides", "RZ一(一)7", f"行政执法事项名称 依据 承办机构 优惠政策 {GUIDE} 办公地址 办公电话"),
    (XLT, "guides", "XLT四(一)2(2)", f"行政执法事项名称 依据 受理机构 审批机构 许可条件 优惠政策 {GUIDE} 地址 电话"),
    (WS, "guides", "WS公5(五)", "办理场所信息 联系方式 办理时间 申请条件 窗口办事人员 监督投诉渠道 救济权利"),
    (RZ, "window_boards", "RZ一(一)9", "单位 姓名 职务 执法种类 服务事项"),
    (XLT, "window_boards", "XLT四(一)3(3)", f"单位 姓名 职务 岗位职责 执法种类 {WINDOW}"),
    (WS, "window_boards", "WS公6(三)", f"岗位职责 {WINDOW}"),
    (JH, "powers", "JH一(一)2", "法律依据 实施主体 监督方式 责任方式"),
]


@pytest.mark.parametrize(("agency", "register", "clause", "words"), WORDS)
def test_c6_registers_have_the_fields_of_their_document_in_its_order(
    agency: str, register: str, clause: str, words: str
) -> None:
    named = words.split()
    cited = [field.label for field in fields(agency, register).values() if clause in field.basis]
    assert [label for label in cited if label in named] == named
    assert clause in pack(agency).register(register).basis


# -- C7, S23 categories ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        (LZ, {"行政处罚", "行政检查"}),
        (RZ, {"行政许可", "行政处罚", "行政强制"}),
        (WS, {"行政许可", "行政处罚", "其他类事项"}),
        (JH, {"行政处罚", "行政检查", "行政强制"}),
    ],
)
def test_c7_categories_per_agency(agency: str, expected: set[str]) -> None:
    assert {category.name for category in pack(agency).rules.categories} == expected


def test_c7_xinglongtai_keeps_both_its_own_lists_of_categories() -> None:
    found = {category.name: category.basis for category in pack(XLT).rules.categories}
    goal = {name for name, basis in found.items() if "XLT三" in basis}
    recording = {name for name, basis in found.items() if "XLT四(二)1" in basis}
    assert goal == {"行政许可", "行政处罚", "行政强制", "行政征收", "行政检查"}
    assert recording == {"行政许可", "行政处罚", "行政强制", "行政征收征用", "行政收费", "行政检查"}
    assert found.keys() == goal | recording


# -- C8 recording of acts that are easily disputed ---------------------------------------------------------------------
def test_c8_xinglongtai_must_record_its_eight_acts() -> None:
    must = {duty.act for duty in pack(XLT).rules.av_duties if duty.basis == ["XLT四(二)3(1)"] and not duty.whole}
    assert must == {
        "现场检查",
        "随机抽查",
        "调查取证",
        "证据保全",
        "听证",
        "陈述申辩",
        "行政强制",
        "送达文书",
    }
    assert all(
        duty.strength == "must" and not duty.waivable_by_text for duty in pack(XLT).rules.av_duties if duty.act in must
    )


def test_c8_wenshang_records_its_five_acts_as_circumstances_require_and_may_rely_on_text() -> None:
    found = {duty.act: duty for duty in pack(WS).rules.av_duties if duty.strength == "circumstances"}
    assert found.keys() == {"现场执法", "调查取证", "举行听证", "留置送达", "公告送达"}
    assert all(duty.waivable_by_text and duty.basis == ["WS记6", "WS记11"] for duty in found.values())


def test_c8_wenshang_must_record_in_full_whatever_the_text_says() -> None:
    found = [duty for duty in pack(WS).rules.av_duties if duty.strength == "must"]
    own_duties = [duty for duty in found if "WS记6" in duty.basis]
    assert {duty.act for duty in own_duties} >= {"查封扣押", "执法办案场所"}
    assert all(duty.whole and not duty.waivable_by_text for duty in found)


def test_c8_rizhao_encourages_recording() -> None:
    encouraged = [duty for duty in pack(RZ).rules.av_duties if duty.basis == ["RZ一(二)3"]]
    assert encouraged
    assert all(duty.strength == "encouraged" for duty in encouraged)


def test_c8_jinghai_records_four_stages_with_the_recorder_from_start_to_end() -> None:
    found = {duty.act for duty in pack(JH).rules.av_duties if duty.basis == ["JH一(四)2二是"]}
    assert found == {"亮证执法", "调查取证", "审核决定", "送达执行"}
    assert all(
        duty.strength == "must" and duty.whole and not duty.waivable_by_text
        for duty in pack(JH).rules.av_duties
        if duty.act in found
    )
