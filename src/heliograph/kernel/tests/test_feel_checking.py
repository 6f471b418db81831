"""Expressions against the dictionary of facts: what cannot be meant is found before any case meets it."""

from __future__ import annotations

import pytest

from heliograph.kernel.feel import FactDef, FactType, check_expression, compile_expression, compile_tests
from heliograph.kernel.feel.checking import check_tests

FACTS = {
    fact.name: fact
    for fact in (
        FactDef("罚款金额", "number"),
        FactDef("违法次数", "integer"),
        FactDef("经过听证", "boolean"),
        FactDef("处罚种类", "choices", ("罚款", "警告")),
        FactDef("当事人类型", "choice", ("个人", "法人")),
        FactDef("案由", "text"),
        FactDef("立案日期", "date"),
    )
}


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("罚款金额 >= 10000 and not(经过听证)", "boolean"),
        ('"罚款" in 处罚种类 or 当事人类型 = "法人"', "boolean"),
        ('处罚种类 in ("罚款", "警告")', "boolean"),
        ('当事人类型 in ["个人"]', "boolean"),
        ('contains(案由, "许可") and contains(处罚种类, "警告")', "boolean"),
        ('contains(["甲"], 1)', "boolean"),
        ('立案日期 >= date("2026-01-01")', "boolean"),
        ("违法次数 in [1..罚款金额]", "boolean"),
        ("违法次数 in (< 3, 5)", "boolean"),
        ("if 经过听证 then -罚款金额 * 2 else max(违法次数, 1)", "number"),
        ("count(处罚种类) + floor(罚款金额) + sum([1, 2])", "integer"),
        ('"甲"', "choice"),
        ('["罚款"]', "choices"),
        ("罚款金额", None),
        ('案由 = "任何文字"', "boolean"),
    ],
)
def test_what_fits_the_dictionary_has_no_faults(text: str, wants: FactType | None) -> None:
    assert check_expression(compile_expression(text), FACTS, wants=wants) == ()


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("罚款金 > 1", ["第 1 个字符处：没有事实“罚款金”，是否指“罚款金额”"]),
        ("xyz > 1", ["第 1 个字符处：没有事实“xyz”"]),
        ("xyz and xyz in (1) and -xyz = xyz", [f"第 {place} 个字符处：没有事实“xyz”" for place in (1, 9, 25, 31)]),
        ("罚款金额", ["第 1 个字符处：结果须是“是或否”，写的是“数”"]),
        ("罚款金额 and 经过听证", ["第 1 个字符处：此处须是“是或否”，写的是“数”"]),
        ("not(罚款金额)", ["第 5 个字符处：此处须是“是或否”，写的是“数”"]),
        ("-经过听证 = 1", ["第 2 个字符处：此处须是“数”，写的是“是或否”"]),
        ("案由 + 1 > 2", ["第 1 个字符处：此处须是“数”，写的是“文字”"]),
        ("案由 = 1", ["第 4 个字符处：“文字”不能与“数”比较"]),
        ("案由 < 1", ["第 4 个字符处：“文字”不能比较大小"]),
        ("1 < 立案日期", ["第 3 个字符处：“数”不能与“日期”比较"]),
        ('处罚种类 = "罚款"', ["第 6 个字符处：清单不能整个比较，请用 contains 或 in"]),
        ('当事人类型 = "公司"', ["第 9 个字符处：“当事人类型”没有“公司”这一项，可选：个人、法人"]),
        ('"公司" = 当事人类型', ["第 1 个字符处：“当事人类型”没有“公司”这一项，可选：个人、法人"]),
        ('当事人类型 in ("公司", ["工会"])', ["第 11 个字符处：“当事人类型”没有“公司”这一项，可选：个人、法人",
                                         "第 18 个字符处：“当事人类型”没有“工会”这一项，可选：个人、法人"]),
        ('"没收" in 处罚种类', ["第 1 个字符处：“处罚种类”没有“没收”这一项，可选：罚款、警告"]),
        ('contains(处罚种类, "没收")', ["第 16 个字符处：“处罚种类”没有“没收”这一项，可选：罚款、警告"]),
        ("contains(处罚种类, 1)", ["第 16 个字符处：此处须是“文字”，写的是“数”"]),
        ("contains(案由, 1)", ["第 14 个字符处：此处须是“文字”，写的是“数”"]),
        ("contains(罚款金额, 1)", ["第 1 个字符处：contains 的第一项须是文字或清单，写的是“数”"]),
        ("处罚种类 in (1)", ["第 10 个字符处：“文字”不能与“数”比较"]),
        ("案由 in [1..2]", ["第 7 个字符处：“文字”不能比较大小"]),
        ("count(案由) = 1", ["第 1 个字符处：此处须是“清单”，写的是“文字”"]),
        ("floor(处罚种类) = 1", ["第 7 个字符处：此处须是“数”，写的是“清单”"]),
        ("max(案由, 1) = 1", ["第 5 个字符处：此处须是“数”，写的是“文字”"]),
        ('(if 罚款金额 then 1 else "a") = 1', ["第 5 个字符处：此处须是“是或否”，写的是“数”",
                                          "第 2 个字符处：then 与 else 的结果须是同一类型"]),
        ('"a" in [处罚种类]', ["第 9 个字符处：清单里不能再有清单"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(text: str, faults: list[str]) -> None:
    assert list(check_expression(compile_expression(text), FACTS, wants="boolean")) == faults


@pytest.mark.parametrize(
    ("text", "fact", "fault"),
    [
        ('"罚款", "没收"', "处罚种类", "第 7 个字符处：“处罚种类”没有“没收”这一项，可选：罚款、警告"),
        ('not("公司")', "当事人类型", "第 5 个字符处：“当事人类型”没有“公司”这一项，可选：个人、法人"),
        ('"1"', "罚款金额", "第 1 个字符处：“数”不能与“文字”比较"),
        ("<= 没有", "罚款金额", "第 4 个字符处：没有事实“没有”"),
    ],
)
def test_cells_against_the_fact_of_their_column(text: str, fact: str, fault: str) -> None:
    assert check_tests(compile_tests(text), FACTS[fact], FACTS) == (fault,)


def test_cells_that_fit_their_column() -> None:
    for text, fact in (("-", "案由"), ("[1..2], > 5", "违法次数"), ('"罚款"', "处罚种类"), ("true", "经过听证")):
        assert check_tests(compile_tests(text), FACTS[fact], FACTS) == ()
