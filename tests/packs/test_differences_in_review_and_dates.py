"""Where the five source documents differ (C9–C18): reviewers, elements, templates, compilers, archiving, dates, names.

The values are those of the documents, not of the packs: a change of a pack that departs from its document fails here.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from heliograph.kernel.packs.schema import Register
from tests.packs.agencies import (
    AGENCIES,
    JH,
    LZ,
    RZ,
    RZ_BUSINESS_UNITS,
    WS,
    XLT,
    clauses_of_stage,
    has,
    limit,
    pack,
    provision,
    stages,
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
