"""The rules of the registers from values alone: fields, compilers, certificates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.registers import rules

ARTICLES = {"行政处罚法@2021:58", "统计法@2024:45"}
CHOICES = {"categories": ["行政许可", "行政处罚"], "units": ["政策法规科", "劳动监察支队"]}


def field(kind: str, **more: Any) -> FieldDef:
    return FieldDef.model_validate({"id": "one", "label": "一项", "type": kind, **more})


def register(*fields: FieldDef, compiled_by: str = "政策法规科") -> Register:
    return Register(
        id="items",
        basis=["WS公5(一)"],
        name="执法事项清单",
        phase="before",
        fields=list(fields),
        title_field=fields[0].id,
        list_fields=[fields[0].id],
        compiled_by=compiled_by,
        release_chain="default",
    )


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


def clean(kind: str, value: Any, **more: Any) -> Any:
    return rules.clean_field(field(kind, **more), value, CHOICES, ARTICLES)


def fault(kind: str, value: Any, **more: Any) -> str:
    with pytest.raises(rules.FieldError) as caught:
        clean(kind, value, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", "  科室名称 ", "科室名称"),
        ("text", 45, "45"),
        ("longtext", "职责\n权限", "职责\n权限"),
        ("date", "2026/11/20", "2026-11-20"),
        ("date", "2026/1/5", "2026-01-05"),
        ("number", "1,000.50", "1000.50"),
        ("phone", "0537-1234567 转 8", "0537-1234567 转 8"),
        ("yesno", "是", True),
        ("yesno", True, True),
        ("yesno", "否", False),
        ("yesno", False, False),
        ("basis", "行政处罚法@2021:58\n\n行政处罚法@2021:58\n统计法@2024:45", ["行政处罚法@2021:58", "统计法@2024:45"]),
        ("basis", ["统计法@2024:45"], ["统计法@2024:45"]),
        ("text", "", ""),
        ("text", None, None),
        ("basis", None, None),
    ],
)
def test_a_value_is_stored_in_one_form(kind: str, given: Any, stored: Any) -> None:
    assert clean(kind, given) == stored


def test_a_file_is_referred_to_by_what_was_stored_and_not_in_words() -> None:
    stored = {"sha256": "a" * 64, "name": "委托书.pdf", "size": 8}
    assert clean("file", stored) == stored
    assert clean("file", "") == ""
    for given in ("委托书.pdf", {**stored, "sha256": "a"}, {"name": "委托书.pdf"}):
        assert "请在条目页面上传" in fault("file", given)


def test_a_choice_is_one_of_the_packs_list() -> None:
    assert clean("choice", "法定", choices=["法定", "委托"]) == "法定"
    assert "应为：法定、委托；现为“自封”" in fault("choice", "自封", choices=["法定", "委托"])


def test_a_choice_may_come_from_the_agencys_categories_or_units() -> None:
    assert clean("choice", "行政处罚", choices_from="categories") == "行政处罚"
    assert "政策法规科、劳动监察支队" in fault("choice", "财务科", choices_from="units")


def test_a_choice_without_any_list_takes_what_is_written() -> None:
    assert clean("choice", "自由填写") == "自由填写"


def test_a_name_that_holds_the_mark_between_names_stays_whole() -> None:
    names = ["办事大厅、服务窗口", "法制股", "办事大厅"]
    assert clean("choices", "法制股、办事大厅、服务窗口；办事大厅", choices=names) == [
        "法制股",
        "办事大厅、服务窗口",
        "办事大厅",
    ]
    assert clean("choices", ["办事大厅、服务窗口"], choices=names) == ["办事大厅、服务窗口"]
    assert "现为“服务窗口”" in fault("choices", "法制股、服务窗口", choices=names)


def test_several_choices_are_split_and_kept_once() -> None:
    assert clean("choices", "行政许可、行政处罚;行政许可", choices_from="categories") == ["行政许可", "行政处罚"]
    assert clean("choices", ["行政许可"], choices_from="categories") == ["行政许可"]
    assert "应为" in fault("choices", "行政许可、行政奖励", choices_from="categories")


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("text", "字" * 301, "最多 300 字，现为 301 字"),
        ("longtext", "字" * 4001, "最多 4000 字"),
        ("date", "去年冬天", "应为日期，如 2026-11-20，现为“去年冬天”"),
        ("date", "2026-02-30", "应为日期"),
        ("date", "2026-11-20 00:00:00", "应为日期"),
        ("date", "2026-11-20起施行", "应为日期"),
        ("date", "2026-1-5", "应为日期"),
        ("date", "2026/11/20/1", "应为日期"),
        ("number", "1e100000000", "小数点前后各最多 20 位"),
        ("number", "1e-100000000", "小数点前后各最多 20 位"),
        ("number", "1" * 31, "最多 30 个字符，现为 31 个"),
        ("basis", [f"统计法@2024:{no}" for no in range(1, 102)], "最多 100 项，现为 101 项"),
        ("choices", [str(no) for no in range(101)], "最多 100 项，现为 101 项"),
        ("number", "许多", "应为数字，现为“许多”"),
        ("number", "NaN", "应为有限的数字"),
        ("number", "Infinity", "应为有限的数字"),
        ("phone", "不公开", "应为电话号码"),
        ("yesno", "也许", "应填“是”或“否”"),
        ("basis", "第58条", "形如 行政处罚法@2021:58"),
        ("basis", "行政处罚法@2021:999", "不在执法依据库里"),
        ("lines", ["行"] * 101, "最多 100 行，现为 101 行"),
        ("lines", ["字" * 301], "每行最多 300 字"),
        ("lines", ["材料 | 统计法@2024:999"], "不在执法依据库里"),
    ],
)
def test_a_wrong_value_is_told_with_the_limit_and_the_way_out(kind: str, given: Any, told: str) -> None:
    assert told in fault(kind, given)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("申请书 | 统计法@2024:45", {"text": "申请书", "basis": "统计法@2024:45"}),
        ("申请书｜统计法@2024:45", {"text": "申请书", "basis": "统计法@2024:45"}),
        ("申请书", {"text": "申请书", "basis": ""}),
        ({"text": " 申请书 ", "basis": "统计法@2024:45"}, {"text": "申请书", "basis": "统计法@2024:45"}),
        ({"text": "申请书"}, {"text": "申请书", "basis": ""}),
    ],
)
def test_a_line_carries_its_text_and_perhaps_its_article(given: Any, stored: dict[str, str]) -> None:
    assert clean("lines", [given]) == [stored]


def test_a_line_without_text_is_refused() -> None:
    assert "只有依据，没有内容" in fault("lines", ["| 统计法@2024:45"])


def test_a_credit_code_is_checked_by_its_own_digits() -> None:
    uscc = FieldDef(id="uscc", label="统一社会信用代码")
    assert rules.clean_field(uscc, "91350100M000100Y43", CHOICES, ARTICLES) == "91350100M000100Y43"
    with pytest.raises(rules.FieldError):
        rules.clean_field(uscc, "91350100M000100Y44", CHOICES, ARTICLES)


# -- a whole entry
NAME = FieldDef(id="name", label="名称", required=True)
BASIS = FieldDef(id="basis", label="依据", type="basis", required=True, basis=["RZ表2"])
STEPS = FieldDef(id="steps", label="环节", type="lines")


def test_every_fault_of_an_entry_is_told_at_once() -> None:
    content, faults = rules.check_entry(
        register(NAME, BASIS), {"name": " ", "basis": "第五条", "colour": "红"}, CHOICES, ARTICLES
    )
    assert content == {}
    assert [each.field for each in faults] == ["colour", "name", "basis"]
    assert faults[1].message == "“名称”必须填写（WS公5(一)）。"


def test_a_required_field_names_the_clause_that_asks_for_it() -> None:
    _, faults = rules.check_entry(register(NAME, BASIS), {"name": "处罚"}, CHOICES, ARTICLES)
    assert [each.message for each in faults] == ["“依据”必须填写（RZ表2）。"]


def test_empty_optional_fields_are_left_out() -> None:
    content, faults = rules.check_entry(
        register(NAME, BASIS, STEPS), {"name": "处罚", "basis": "统计法@2024:45", "steps": ""}, CHOICES, ARTICLES
    )
    assert (list(content), faults) == (["name", "basis"], [])


def test_a_no_is_an_answer_and_kept() -> None:
    filed = FieldDef(id="filed", label="已备案", type="yesno", required=True)
    content, faults = rules.check_entry(register(NAME, filed), {"name": "支队", "filed": "否"}, CHOICES, ARTICLES)
    assert (content["filed"], faults) == (False, [])


LOW = FieldDef(id="min", label="下限", type="number")
HIGH = FieldDef(id="max", label="上限", type="number")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"min": "100", "max": "20"}, ["“上限”应不小于“下限”，现为 100 和 20。"]),
        ({"min": "100", "max": "100"}, []),
        ({"min": "9", "max": "10"}, []),
        ({"max": "20"}, []),
    ],
)
def test_the_upper_bound_of_a_grade_is_not_below_the_lower(given: dict[str, str], told: list[str]) -> None:
    _, faults = rules.check_entry(register(NAME, LOW, HIGH), {"name": "轻微", **given}, CHOICES, ARTICLES)
    assert [each.message for each in faults] == told


def test_bounds_in_words_are_not_compared() -> None:
    words = [FieldDef(id="min", label="下限"), FieldDef(id="max", label="上限")]
    _, faults = rules.check_entry(
        register(NAME, *words), {"name": "轻微", "min": "警告", "max": "罚款"}, CHOICES, ARTICLES
    )
    assert faults == []


def test_a_register_made_from_certificates_is_not_written_by_hand() -> None:
    derived = register(NAME).model_copy(update={"derived_from": "certificates"})
    assert code(rules.may_write_by_hand(derived)) == "entry.derived"
    assert rules.may_write_by_hand(register(NAME)) == Allowed()


def test_an_entry_rests_on_every_article_in_it_once() -> None:
    data = {
        "basis": ["统计法@2024:45", "行政处罚法@2021:58"],
        "steps": [{"text": "立案", "basis": "统计法@2024:45"}, {"text": "告知", "basis": ""}],
    }
    assert rules.bases_of(register(NAME, BASIS, STEPS), data) == ["统计法@2024:45", "行政处罚法@2021:58"]
    assert rules.bases_of(register(NAME, BASIS, STEPS), {}) == []


# -- who compiles
def compiled(by: str, *units: str) -> Register:
    return register(NAME, compiled_by=by).model_copy(update={"compiled_by_units": list(units)})


def test_the_unit_that_the_source_names_compiles() -> None:
    own = compiled("政策法规科", "政策法规科")
    assert rules.may_compile(own, "政策法规科") == Allowed()
    refused = rules.may_compile(own, "劳动监察支队")
    assert code(refused) == "register.compiled_elsewhere"
    assert "由政策法规科编制" in str(refused)
    assert code(rules.may_compile(own, None)) == "register.compiled_elsewhere"


def test_where_the_source_names_no_unit_everybody_who_may_compiles() -> None:
    assert rules.may_compile(compiled("承办机构"), None) == Allowed()
    assert rules.may_compile(compiled("各有关科室单位，由政策法规科指导"), "劳动监察支队") == Allowed()


def test_where_the_source_names_several_units_each_of_them_compiles() -> None:
    shared = compiled("劳动监察支队编制，政策法规科汇总", "劳动监察支队", "政策法规科")
    assert rules.may_compile(shared, "劳动监察支队") == Allowed()
    assert rules.may_compile(shared, "政策法规科") == Allowed()
    assert code(rules.may_compile(shared, "法规科")) == "register.compiled_elsewhere"  # not by part of a name


def test_every_key_written_anywhere_in_raw_content_is_looked_up() -> None:
    raw = {
        "basis": "统计法@2024:45\n统计法@2024:46",
        "steps": [{"text": "立案", "basis": "行政处罚法@2021:58"}],
        "n": 3,
    }
    assert rules.named_keys(raw.values()) == {"统计法@2024:45", "统计法@2024:46", "行政处罚法@2021:58"}


def test_an_entry_under_approval_is_not_revised() -> None:
    assert code(rules.may_revise(in_review=True)) == "entry.in_review"
    assert rules.may_revise(in_review=False) == Allowed()


# -- certificates
START, END = date(2025, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("state", "on", "status"),
    [
        (rules.CertificateState(START, END), START, "valid"),
        (rules.CertificateState(START, END), END, "valid"),
        (rules.CertificateState(START, END), date(2027, 1, 1), "expired"),
        (rules.CertificateState(START, END), date(2024, 12, 31), "not_yet"),
        (rules.CertificateState(START, END, suspended_from=date(2026, 5, 1)), date(2026, 4, 30), "valid"),
        (rules.CertificateState(START, END, suspended_from=date(2026, 5, 1)), date(2026, 5, 1), "suspended"),
        (rules.CertificateState(START, END, revoked_on=date(2026, 6, 1)), date(2026, 5, 31), "valid"),
        (rules.CertificateState(START, END, date(2026, 5, 1), date(2026, 6, 1)), date(2026, 6, 1), "revoked"),
    ],
)
def test_a_certificate_is_good_from_issue_to_its_last_day(state: rules.CertificateState, on: date, status: str) -> None:
    assert rules.certificate_status(state, on) == status


def test_one_good_certificate_is_enough() -> None:
    expired, good = rules.CertificateState(START, START), rules.CertificateState(START, END)
    assert rules.may_act_with([expired, good], date(2026, 5, 1)) == Allowed()


def test_without_a_good_certificate_nobody_enforces() -> None:
    on = date(2026, 5, 1)
    assert code(rules.may_act_with([], on)) == "certificate.none"
    expired = rules.CertificateState(START, START)
    suspended = rules.CertificateState(START, END, suspended_from=START)
    refused = rules.may_act_with([expired, suspended, expired], on)
    assert code(refused) == "certificate.invalid"
    assert "执法证件已过有效期、执法证件已暂扣，不得" in str(refused)
