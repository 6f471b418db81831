"""Proofs of tables: planted overlaps and gaps are found with a case that shows them, and no false one is told."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from heliograph.kernel.dmn import NoRule, Overlap, Row, TableRefusedError, prove_table, proving
from heliograph.kernel.feel import FactDef
from heliograph.kernel.tests.tables_written import DICTIONARY, table

WHOLE = (
    "[0..5000) | 0 | false => 从轻",
    "[0..5000) | > 0 | false => 一般",
    ">= 5000 | - | false => 从重",
    "- | - | true => 从重",
)
COLUMNS = "罚款金额 违法次数 经过听证"


def test_a_table_without_overlap_and_gap_is_sound() -> None:
    proof = prove_table(table(COLUMNS, *WHOLE), DICTIONARY)
    assert (proof.overlaps, proof.gaps, proof.notes) == ((), (), ())
    assert proof.sound


def test_an_overlap_is_told_with_a_case() -> None:
    written = table(
        "处罚种类 罚款金额",
        "- | < 10000 => 从轻",
        '"罚款" | [5000..20000] => 一般',
        '"警告" | > 20000 => 从轻',
        '"罚款" | >= 20000 => 从重',
        'not("罚款") | [10000..20000] => 一般',
        '"没收" | > 20000 => 一般',
    )
    proof = prove_table(written, DICTIONARY)
    assert [str(overlap) for overlap in proof.overlaps] == [
        "当 处罚种类=罚款、罚款金额=5000 时，第 1 行与第 2 行同时适用",
        "当 处罚种类=罚款、罚款金额=20000 时，第 2 行与第 4 行同时适用",
    ]
    assert proof.overlaps[1].rows == (2, 4)
    assert not proof.gaps
    assert not proof.sound
    with pytest.raises(Overlap):
        written.decide(proof.overlaps[0].example)


@pytest.mark.parametrize(
    ("left_out", "gap"),
    [
        (0, "当 罚款金额=0、违法次数=0、经过听证=否 时，没有适用的行"),
        (1, "当 罚款金额=0、违法次数=1、经过听证=否 时，没有适用的行"),
        (2, "当 罚款金额=5000、违法次数=0、经过听证=否 时，没有适用的行"),
        (3, "当 罚款金额=0、违法次数=0、经过听证=是 时，没有适用的行"),
    ],
)
def test_a_gap_is_told_with_a_case(left_out: int, gap: str) -> None:
    written = table(COLUMNS, *(row for place, row in enumerate(WHOLE) if place != left_out))
    proof = prove_table(written, DICTIONARY)
    assert gap in [str(found) for found in proof.gaps]
    for found in proof.gaps:
        with pytest.raises(NoRule):
            written.decide(found.example)


@pytest.mark.parametrize(
    ("conditions", "rows", "gaps"),
    [
        # A column that does not matter to the gap is not told.
        ("罚款金额 经过听证", ["< 5 | - => 从轻"], ["当 罚款金额=5 时，没有适用的行"]),
        ("罚款金额 经过听证", ["- | true => 从轻"], ["当 罚款金额=0、经过听证=否 时，没有适用的行"]),
        ("罚款金额", [], ["无论何种情形，没有适用的行"]),
        # Whole numbers have nothing between 2 and 3; amounts do, and none below the minimum.
        ("违法次数", ["<= 2 => 从轻", ">= 3 => 从重"], []),
        ("违法次数", ["<= 2 => 从轻", ">= 4 => 从重"], ["当 违法次数=3 时，没有适用的行"]),
        ("违法次数", ["<= 2.5 => 从轻", "[2.6..2.9] => 一般", ">= 3 => 从重"], []),
        ("违法次数", ["<= 2.5 => 从轻", ">= 3.5 => 从重"], ["当 违法次数=3 时，没有适用的行"]),
        ("罚款金额", ["<= 2 => 从轻", ">= 3 => 从重"], ["当 罚款金额=2.01 时，没有适用的行"]),
        ("罚款金额", ["<= 2 => 从轻", ">= 2.01 => 从重"], ["当 罚款金额=2.005 时，没有适用的行"]),
        ("罚款金额", ["(0..5) => 从轻", ">= 5 => 从重"], ["当 罚款金额=0 时，没有适用的行"]),
        ("罚款金额", ["[-5..5) => 从轻", ">= 5 => 从重"], []),
        ("罚款金额", ["> 3 => 从轻"], ["当 罚款金额=0 时，没有适用的行"]),
        ("罚款金额", ["<= 999999999999999999 => 从轻"], ["当 罚款金额=1000000000000000000 时，没有适用的行"]),
        ("罚款金额", ["<= 1000000000000000000 => 从轻"], []),
        ("罚款下限", ["> 3 => 从轻"], ["当 罚款下限=2 时，没有适用的行"]),
        ("罚款下限", ["<= 3 => 从轻"], ["当 罚款下限=4 时，没有适用的行"]),
        ("罚款下限", ["- => 从轻"], []),
        # Choices are all there is; free text may be anything.
        ("处罚种类", ['"罚款", "警告" => 从轻'], ["当 处罚种类=没收 时，没有适用的行"]),
        ("处罚种类", ['"罚款", "警告", "没收" => 从轻'], []),
        ("案由", ['"甲", "其他" => 从轻'], ["当 案由=（其他） 时，没有适用的行"]),
        ("案由", ['"甲" => 从轻', 'not("甲") => 从重'], []),
        # Several at once, at least one.
        ("措施", ['"查封" => 从轻', '"扣押" => 一般'], ["当 措施=先行登记 时，没有适用的行"]),
        ("措施", ['"查封" => 从轻', 'not("查封", "扣押") => 一般'], ["当 措施=扣押 时，没有适用的行"]),
        ("措施", ['"查封", "扣押", "先行登记" => 从轻'], []),
        ("经过听证", ["true => 从轻"], ["当 经过听证=否 时，没有适用的行"]),
        ("立案日期", ['< date("2026-01-01") => 从轻', '>= date("2026-01-01") => 从重'], []),
        ("立案日期", ['< date("2026-01-01") => 从轻', '> date("2026-01-02") => 从重'],
         ["当 立案日期=2026-01-01 时，没有适用的行"]),
        ("立案日期", ['< date("2026-01-01") => 从轻', '>= date("2026-01-02") => 从重'],
         ["当 立案日期=2026-01-01 时，没有适用的行"]),
        ("立案日期", ['<= date("2026-01-01") => 从轻', '>= date("2026-01-02") => 从重'], []),
        ("立案日期", ['[date("2026-01-01")..date("2026-12-31")] => 从轻'],
         ["当 立案日期=2025-12-31 时，没有适用的行", "当 立案日期=2027-01-01 时，没有适用的行"]),
        ("立案日期", ['[date("0001-01-01")..date("9999-12-31")] => 从轻'], []),
        ("立案日期", ["- => 从轻"], []),
    ],
)  # fmt: skip
def test_gaps_are_those_a_case_can_fall_into(conditions: str, rows: list[str], gaps: list[str]) -> None:
    proof = prove_table(table(conditions, *rows, policy="FIRST"), DICTIONARY)
    assert [str(gap) for gap in proof.gaps] == gaps
    assert not proof.notes


def test_a_minimum_that_is_no_whole_number() -> None:
    dictionary = {**DICTIONARY, "罚款下限": FactDef("罚款下限", "number", minimum=Decimal("0.5"))}
    for row, gap in (("> 0.6 => 从轻", "0.5"), ("> 1 => 从轻", "0.5"), ("> 3 => 从轻", "1")):
        (found,) = prove_table(table("罚款下限", row), dictionary).gaps
        assert str(found.example["罚款下限"]) == gap


def test_any_overlaps_only_where_results_differ() -> None:
    written = table("违法次数", "<= 5 => 1", ">= 5 => 0.5 + 0.5", "3 => 罚款金额", "3 => 罚款金额", "4 => 2",
                    results="罚款下限", policy="ANY")  # fmt: skip
    assert [found.rows for found in prove_table(written, DICTIONARY).overlaps] == [(1, 3), (1, 4), (1, 5)]


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_tables_that_collect_have_neither(policy: str) -> None:
    assert prove_table(table("违法次数", "1 => 从轻", "1 => 一般", policy=policy), DICTIONARY).sound


def test_a_table_that_does_not_fit_the_dictionary_is_not_proved() -> None:
    with pytest.raises(TableRefusedError, match="没有“罚金”这一项"):
        prove_table(table("处罚种类", '"罚金" => 从轻'), DICTIONARY)


def test_no_more_than_twenty_findings_of_a_kind() -> None:
    many = table("罚款金额", *(f"{amount} => 从轻" for amount in range(50) for _ in range(2)))
    proof = prove_table(many, DICTIONARY)
    assert (len(proof.overlaps), len(proof.gaps)) == (20, 20)


def test_what_cannot_be_looked_at_to_the_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(f"措施{number}" for number in range(14))
    dictionary = {**DICTIONARY, "措施": FactDef("措施", "choices", kinds)}
    written = table("措施", *(f'"{kind}" => 从轻' for kind in kinds), policy="FIRST")
    proof = prove_table(written, dictionary)
    assert proof.notes == ("“措施”的组合过多，未逐一查证",)
    assert not proof.gaps
    assert not proof.sound

    names = [f"数{number}" for number in range(9)]
    wide = {**DICTIONARY, **{name: FactDef(name, "integer") for name in names}}
    rows = [Row(f"r{n}", tuple(str(n // 3**k % 3) for k in range(9)), ('"从轻"',)) for n in range(990)]
    columns = tuple(replace(table("违法次数").inputs[0], name=name) for name in names)
    last = Row("last", ("-",) * 9, ('"从重"',))
    big = replace(table("违法次数"), inputs=columns, rows=(*rows, last), hit_policy="FIRST")
    begin = time.process_time()
    assert prove_table(big, wide).sound
    assert time.process_time() - begin < 10
    monkeypatch.setattr(proving, "MAX_STEPS", 50)
    assert prove_table(big, wide).notes == ("条件的组合过多，空缺未逐一查证",)


def test_examples_name_days() -> None:
    (gap,) = prove_table(table("立案日期", '> date("2026-01-01") => 从轻'), DICTIONARY).gaps
    assert gap.example == {"立案日期": date(2025, 12, 31)}


def test_a_row_that_others_always_come_before_is_told() -> None:
    written = table("罚款金额", "< 5 => 从轻", "- => 从重", ">= 9 => 从轻", policy="FIRST")
    proof = prove_table(written, DICTIONARY)
    assert [one.rows for one in proof.dead] == [(3,)]
    assert "第 3 行永远不会适用" in str(proof.dead[0])
    assert not proof.sound
    assert prove_table(table("罚款金额", "< 5 => 从轻", "- => 从重", policy="FIRST"), DICTIONARY).dead == ()
