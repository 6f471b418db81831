"""Discretion tables in packs, and rules of a pack whose parts do not belong together: each fault by its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from heliograph.kernel.dmn import Input, Output, Row, Table
from heliograph.kernel.feel import FactDef
from heliograph.kernel.packs.discretion import LOWER, RESULTS, SINGLE, TIER, UPPER, discretion_faults
from heliograph.kernel.packs.load import check_packs
from heliograph.kernel.tests.packs_written import BASIS, nation, write
from heliograph.kernel.tests.test_packs_procedures import TABLE, messages, put, ruled

TIMES = {"次数": FactDef("次数", "integer", unit="次")}
THREE = (Output(TIER, "text"), Output(LOWER, "number"), Output(UPPER, "number"))
FIRST = Row("first", ("1",), ('"轻微"', "100", "300"), "初次", "基准第 1 条")
AGAIN = Row("again", (">= 2",), ('"一般"', "300", "500"), "再次", "基准第 2 条")


def benchmark(**changes: Any) -> Table:
    """A sound discretion table that a test then spoils."""
    given: dict[str, Any] = {
        "id": "late",
        "name": "迟报",
        "hit_policy": "UNIQUE",
        "inputs": (Input("次数", "次数", "number"),),
        "outputs": THREE,
        "rows": (FIRST, AGAIN),
        "articles": tuple(BASIS),
    }
    return Table(**{**given, **changes})


@pytest.mark.parametrize("policy", sorted(SINGLE))
def test_a_sound_benchmark_has_no_faults(policy: str) -> None:
    assert list(discretion_faults(benchmark(hit_policy=policy), TIMES)) == []


def test_what_keeps_a_benchmark_from_one_answer_is_said() -> None:
    unnamed = Row("again", (">= 2",), ('"一般"', "300", "500"), "再次", "")
    short = (Row("first", ("1",), ('"轻微"', "100"), "初次", "基准第 1 条"),)
    [columns] = discretion_faults(benchmark(outputs=THREE[:2], rows=short), TIMES)
    assert all(name in columns for name in RESULTS)
    assert list(discretion_faults(benchmark(hit_policy="COLLECT"), TIMES)) == [
        "裁量基准只能得出一个阶次，命中策略不能是 COLLECT"
    ]
    assert list(discretion_faults(benchmark(rows=(FIRST, unnamed)), TIMES)) == ["第 2 行没有写依据"]
    assert list(discretion_faults(benchmark(), {})) == ["事实目录里没有“次数”"]


def test_a_table_that_names_no_provision_is_no_benchmark() -> None:
    assert list(discretion_faults(benchmark(articles=(), outputs=THREE, hit_policy="COLLECT"), {})) == []


def test_a_benchmark_of_a_pack_is_checked_as_one(tmp_path: Path) -> None:
    named = TABLE.replace('id="hearing"', f'id="hearing" zf:articles="{BASIS[0]}"')
    basis, columns = sorted(messages(put(tmp_path, ruled(), hearing_dmn=named)))
    assert basis == "add.tables[hearing].file hearing.dmn 第 2 行没有写依据"
    assert columns.startswith("add.tables[hearing].file hearing.dmn 裁量基准的结果须是")


def test_a_statement_of_the_nation_stands_in_documents_that_exist(tmp_path: Path) -> None:
    spoiled = nation()
    spoiled["add"]["statements"] = [
        {"id": "remedies", "basis": BASIS, "name": "救济途径", "text": "可以申请行政复议。", "documents": ["nothing"]}
    ]
    [fault] = check_packs(write(tmp_path, spoiled))
    assert (fault.key, fault.message) == ("add.statements[remedies].documents[0]", "没有文书「nothing」")


@pytest.mark.parametrize(
    ("found_in", "papers", "sound"),
    [
        ("papers", ["决定书"], True),
        ("hearing", ["听证笔录"], True),
        ("evidence", [], True),
        ("papers", [], False),
        ("hearing", [], False),
        ("file", ["决定书"], False),
    ],
)
def test_a_material_names_kinds_of_document_where_it_is_one(
    tmp_path: Path, found_in: str, papers: list[str], *, sound: bool
) -> None:
    pack = nation()
    material = {"id": "m", "basis": BASIS, "name": "材料", "order": 1, "found_in": found_in, "papers": papers}
    pack["add"]["review_materials"] = [material]
    found = [fault.message for fault in check_packs(write(tmp_path, pack))]
    assert bool(found) is not sound
    assert all("found_in 为 papers 或 hearing 的须写 papers" in one for one in found)
