"""Where the five source documents differ (C1–C18): each pack says what its own document says, clause by clause.

The values are those of the documents, not of the packs: a change of a pack that departs from its document fails here.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest

from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.packs.schema import FieldDef, Pack, Register, TimeLimit

VERSION = "2026.11"
LZ, RZ, XLT, WS, JH = "luozhuang-tjj", "rizhao-rsj", "xinglongtai-mzj", "wenshang-gxj", "jinghai-tjj"
AGENCIES = (LZ, RZ, XLT, WS, JH)
RZ_BUSINESS_UNITS = [
    "人力资源配置科",
    "职业能力建设科",
    "劳动关系科",
    "外国专家科",
    "劳动监察支队",
    "各社保经办机构",
]


@cache
def pack(agency: str) -> Pack:
    return load_pack(shipped(), f"{agency}@{VERSION}")


def limit(agency: str, rule_id: str) -> TimeLimit:
    found: TimeLimit = pack(agency).rule("time_limits", rule_id)
    return found


def provision(agency: str, rule_id: str) -> object:
    return pack(agency).rule("provisions", rule_id).value


def has(agency: str, key: str) -> bool:
    return key in pack(agency).origins


def own(agency: str, key: str) -> bool:
    """Say whether a rule is the agency's own, not one that it takes over from a level above."""
    return pack(agency).origins[key] == f"{agency}@{VERSION}"


def fields(agency: str, register: str) -> dict[str, FieldDef]:
    return {field.id: field for field in pack(agency).register(register).fields}


def labels(agency: str, register: str) -> list[str]:
    return [field.label for field in pack(agency).register(register).fields]


def stages(agency: str, register: str) -> list[tuple[str, str]]:
    return [(stage.role, stage.body) for stage in pack(agency).chain_for(register).stages]


def clauses_of_stage(agency: str, register: str, stage_id: str) -> list[str]:
    return next(stage.basis for stage in pack(agency).chain_for(register).stages if stage.id == stage_id)


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


# -- C9 reviewers ------------------------------------------------------------------------------------------------------
def test_c9_luozhuang_names_one_or_two_reviewers() -> None:
    assert (provision(LZ, "reviewers_minimum"), provision(LZ, "reviewers_maximum")) == (1, 2)
    assert pack(LZ).rule("provisions", "reviewers_minimum").basis == ["LZ二(三)2"]


def test_c9_xinglongtai_has_five_per_cent_and_buys_services_when_short() -> None:
    found = pack(XLT).rule("provisions", "reviewer_ratio")
    assert (found.value, found.unit) == (5, "%")
    assert "XLT四(三)2" in found.basis
    assert provision(XLT, "reviewer_shortage") == "政府购买服务"


def test_c9_rizhao_has_part_time_reviewers_without_a_number() -> None:
    found = pack(RZ).rule("provisions", "reviewer_staffing")
    assert "兼职" in str(found.value)
    assert found.basis == ["RZ一(三)2", "RZ表23"]
    assert not any(character.isdigit() for character in str(found.value))


# -- C10 what is reviewed ----------------------------------------------------------------------------------------------
def triggers(agency: str, clause: str) -> dict[str, str]:
    return {one.id: one.strength for one in pack(agency).rules.review_triggers if clause in one.basis}


def test_c10_xinglongtai_always_reviews_five_kinds_of_decision() -> None:
    found = triggers(XLT, "XLT四(三)3(1)")
    assert len(found) == 5
    assert set(found.values()) == {"must"}
    assert not has(XLT, "review_triggers/beyond_summary")


def test_c10_luozhuang_and_rizhao_may_review_everything_beyond_the_summary_procedure() -> None:
    assert triggers(LZ, "LZ二(三)3第3句") == {"beyond_summary": "may"}
    assert triggers(RZ, "RZ表26") == {"beyond_summary": "may"}


# -- C11 elements of review --------------------------------------------------------------------------------------------
def elements(agency: str, clause: str) -> list[str]:
    found = sorted(pack(agency).rules.review_elements, key=lambda one: one.order)
    return [one.text for one in found if clause in one.basis]


def test_c11_rizhao_has_ten_elements_and_others_of_which_the_table_names_six() -> None:
    assert len(elements(RZ, "RZ一(三)4")) == 11
    assert elements(RZ, "RZ一(三)4")[-1] == "其他应当审核的内容"
    assert elements(RZ, "RZ表27") == elements(RZ, "RZ一(三)4")[:6]
    assert any("滥用职权" in text for text in elements(RZ, "RZ一(三)4"))


def test_c11_xinglongtai_names_neither_abuse_of_power_nor_other_elements() -> None:
    found = elements(XLT, "XLT四(三)4")
    assert len(found) == 10
    assert not any("滥用" in text or text.startswith("其他") for text in found)
    assert len(pack(XLT).rules.review_elements) == 10


def test_c11_rizhao_asks_for_conclusive_evidence_and_xinglongtai_for_lawful_evidence() -> None:
    assert "确凿" in pack(RZ).rule("review_elements", "evidence").text
    assert "合法" in pack(XLT).rule("review_elements", "evidence").text


# -- C12 templates -----------------------------------------------------------------------------------------------------
def test_c12_luozhuang_and_xinglongtai_write_their_own_templates() -> None:
    assert provision(LZ, "own_templates") is True
    assert pack(LZ).rule("provisions", "own_templates").basis == ["LZ二(二)1第1句"]
    assert provision(XLT, "document_templates") == "本局制定"


def test_c12_rizhao_has_both_its_own_and_the_provincial_models() -> None:
    found = pack(RZ).rule("provisions", "document_templates")
    assert found.value == ["本局制定的标准文本", "省法制办统一文书范本"]
    assert {"RZ一(二)2", "RZ表15"} <= set(found.basis)


# -- C13 who compiles --------------------------------------------------------------------------------------------------
def compiled(agency: str) -> dict[str, str]:
    return {register.id: register.compiled_by for register in pack(agency).rules.registers}


def test_c13_wenshang_guides_come_from_the_window_and_lists_from_the_legal_office() -> None:
    found = compiled(WS)
    assert found["guides"] == "局驻县为民服务中心窗口"
    for register in ("items", "officers", "spot_checks", "flowcharts", "av_items"):
        assert found[register] == "政策法规科"
    assert "WS公5" in pack(WS).register("guides").basis
    assert "WS记10" in pack(WS).register("av_items").basis


def test_c13_rizhao_lists_come_from_the_business_units_and_are_merged_by_the_legal_office() -> None:
    found = compiled(RZ)
    for register in ("items", "flowcharts", "guides"):
        assert found[register].startswith("、".join(RZ_BUSINESS_UNITS))
    assert found["items"].endswith("政策法规科汇总")
    assert stages(RZ, "items")[0] == ("legality_reviewer", "政策法规科")
    assert clauses_of_stage(RZ, "items", "legal_review")[0] == "RZ表4"
    assert found["av_items"] == "各有关科室单位"
    assert (found["bodies"], found["officers"], found["spot_checks"]) == ("政策法规科", "政策法规科", "劳动监察支队")


# -- C14 archiving -----------------------------------------------------------------------------------------------------
def test_c14_wenshang_archives_within_thirty_days_unless_a_rule_says_otherwise() -> None:
    found = limit(WS, "archive_dossier")
    assert (found.unit, found.length, found.event) == ("calendar_days", 30, "行政执法行为终结")
    assert found.exceptions == ["法律", "法规", "规章"]
    assert found.basis == ["WS记12"]


@pytest.mark.parametrize("agency", [LZ, RZ, XLT, JH])
def test_c14_the_others_name_no_number_of_days(agency: str) -> None:
    found = limit(agency, "archive_dossier")
    assert (found.unit, found.length) == ("promptly", None)


@pytest.mark.parametrize(("agency", "basis"), [(XLT, "XLT四(二)3(2)"), (RZ, "RZ一(二)3")])
def test_c14_rizhao_and_xinglongtai_file_recordings_promptly(agency: str, basis: str) -> None:
    found = limit(agency, "archive_av")
    assert (found.unit, found.basis) == ("promptly", [basis])


# -- C15 the overseer --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agency", "word"), [(LZ, "法制办"), (RZ, "法制办"), (XLT, "司法局"), (WS, "司法局"), (JH, "司法局")]
)
def test_c15_the_overseers_name_is_the_documents_own(agency: str, word: str) -> None:
    government = pack(agency).government
    assert government is not None
    assert word in government.overseer


@pytest.mark.parametrize(
    ("agency", "stage_id", "receivers"),
    [
        (LZ, "filing", ["区政府法制办", "市统计局"]),
        (RZ, "plan_filing", ["市政府法制办"]),
        (XLT, "plan_filing", ["区司法局"]),
    ],
)
def test_c15_the_plan_is_filed_with_the_overseer_of_its_time(agency: str, stage_id: str, receivers: list[str]) -> None:
    assert pack(agency).rule("rollout_stages", stage_id).to == receivers


# -- C16 dates as printed ----------------------------------------------------------------------------------------------
def test_c16_rizhao_rollout_has_the_27_rows_of_the_table() -> None:
    tasks = pack(RZ).rules.rollout_tasks
    assert [task.no for task in tasks] == [number for number in range(1, 29) if number != 19]
    assert all(task.basis == [f"RZ表{task.no}"] for task in tasks)


def test_c16_rizhao_rollout_deadlines_are_those_printed() -> None:
    by_deadline: dict[object, list[int]] = {}
    for task in pack(RZ).rules.rollout_tasks:
        by_deadline.setdefault(task.deadline, []).append(task.no)
    assert len(by_deadline.pop(date(2017, 11, 24))) == 18
    assert by_deadline == {
        date(2017, 11, 30): [4, 6],
        "长期执行": [10, 12, 15, 24, 26],
        "根据实际情况确定": [17, 20],
    }


def test_c16_rizhao_rollout_keeps_the_print_that_lost_its_punctuation() -> None:
    printed = {task.printed_deadline: task.deadline for task in pack(RZ).rules.rollout_tasks}
    assert printed == {
        "20171124日前": date(2017, 11, 24),
        "20171130日前": date(2017, 11, 30),
        "长期执行": "长期执行",
        "根据实际情况确定": "根据实际情况确定",
    }


def test_c16_rizhao_rollout_divides_into_disclosure_recording_and_review() -> None:
    found = Counter(task.system for task in pack(RZ).rules.rollout_tasks)
    assert found == {"disclosure": 13, "recording": 7, "review": 7}


@pytest.mark.parametrize(
    ("number", "units"),
    [
        (1, ["政策法规科"]),
        (2, RZ_BUSINESS_UNITS),
        (3, ["劳动监察支队"]),
        (5, ["劳动监察支队"]),
        (10, ["各有关科室单位"]),
        (13, ["政策法规科", *RZ_BUSINESS_UNITS[:4], "行政服务科", *RZ_BUSINESS_UNITS[4:], "信息中心"]),
        (20, ["政策法规科", *RZ_BUSINESS_UNITS, "信息中心"]),
        (23, ["人事科", "政策法规科"]),
        (28, ["政策法规科"]),
    ],
)
def test_c16_rizhao_rollout_units_are_those_printed(number: int, units: list[str]) -> None:
    task = next(task for task in pack(RZ).rules.rollout_tasks if task.no == number)
    assert task.units == units


def test_c16_xinglongtai_stores_the_end_of_july_inside_the_stage_of_august() -> None:
    stage = pack(XLT).rule("rollout_stages", "stage_2")
    rules = pack(XLT).rule("rollout_stages", "rules_complete")
    assert (stage.printed, stage.deadline) == ("8月11-8月30日", date(2019, 8, 30))
    assert (rules.printed, rules.deadline, rules.basis) == ("2019年7月底前", date(2019, 7, 31), ["XLT五(二)1"])
    assert pack(XLT).sources[0].issued_on == date(2019, 8, 13)
    assert rules.note


def test_c16_luozhuang_stores_early_november_though_the_plan_is_dated_the_fifteenth() -> None:
    plan = pack(LZ).rule("rollout_stages", "plan")
    assert (plan.printed, plan.deadline, plan.basis) == ("2017年11月初", None, ["LZ三(三)第1句"])
    assert pack(LZ).sources[0].issued_on == date(2017, 11, 15)


def test_c16_rizhao_was_published_after_all_its_deadlines() -> None:
    issued = pack(RZ).sources[0].issued_on
    assert issued == date(2019, 7, 18)
    dated = [task.deadline for task in pack(RZ).rules.rollout_tasks if isinstance(task.deadline, date)]
    assert max(dated) < issued


# -- C17 how long things stay public -----------------------------------------------------------------------------------
def test_c17_wenshang_follows_higher_rules_and_xinglongtai_decides_itself() -> None:
    wenshang, xinglongtai = (pack(agency).rule("provisions", "disclosure_term") for agency in (WS, XLT))
    assert wenshang.value == "按国家、省、市相关规定执行"
    assert wenshang.basis == ["WS公9"]
    assert "本局" in str(xinglongtai.value)
    assert xinglongtai.basis == ["XLT四(一)4(2)"]


@pytest.mark.parametrize("agency", [LZ, RZ, JH])
def test_c17_the_others_name_no_term(agency: str) -> None:
    assert not has(agency, "provisions/disclosure_term")


# -- C18 one law under two names ---------------------------------------------------------------------------------------
def test_c18_both_names_of_the_provincial_review_rules_are_one_law() -> None:
    names = {"山东省重大执法决定法制审核办法", "山东省重大行政执法决定法制审核办法"}
    found = [law for law in pack(RZ).laws if names & {law.title, *law.aliases}]
    assert len(found) == 1
    assert {found[0].title, *found[0].aliases} >= names


def test_c18_the_review_policy_names_both_clauses_and_the_one_law() -> None:
    review = next(one for one in pack(RZ).rules.policies if one.kind == "review")
    assert review.basis == ["RZ一(三)1", "RZ表22"]
    cited = {citation for article in review.articles for citation in article.basis if "@" in citation}
    assert cited == {"山东省重大执法决定法制审核办法@2017"}


# -- all of them -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("agency", AGENCIES)
def test_every_field_of_an_agencys_own_register_says_where_it_is_from(agency: str) -> None:
    """A field without a clause of its own rests on its register's."""
    registers: list[Register] = pack(agency).rules.registers
    assert all(register.basis for register in registers)
    known = {clause.id for clause in pack(agency).clauses}
    cited = {key for register in registers for field in register.fields for key in field.basis if "@" not in key}
    assert all(any(clause.startswith(key) for clause in known) for key in cited)
