"""Discretion tables (裁量基准): decision tables that name the penalty provisions which they are the benchmark of.

Such a table answers with three facts of the dictionary; a case asks for it by article and day, not by its flowchart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from heliograph.kernel.dmn import Table
from heliograph.kernel.feel import FactDef

TIER: Final = "裁量阶次"
LOWER: Final = "基准下限"
UPPER: Final = "基准上限"
RESULTS: Final[Mapping[str, str]] = {TIER: "text", LOWER: "number", UPPER: "number"}
SINGLE: Final = frozenset({"UNIQUE", "FIRST", "ANY"})


def discretion_faults(table: Table, dictionary: Mapping[str, FactDef]) -> Iterator[str]:
    """Yield what keeps a discretion table from answering with one tier and its bounds; nothing for other tables."""
    if not table.articles:
        return
    found = {column.name: column.type for column in table.outputs}
    if found != RESULTS:
        yield f"裁量基准的结果须是“{TIER}”（文字）、“{LOWER}”和“{UPPER}”（数字，单位元）三列"
    if table.hit_policy not in SINGLE:
        yield f"裁量基准只能得出一个阶次，命中策略不能是 {table.hit_policy}"
    for number, row in enumerate(table.rows, 1):
        if not row.basis:
            yield f"第 {number} 行没有写依据"
    for column in table.inputs:
        if column.name not in dictionary:
            yield f"事实目录里没有“{column.name}”"
