"""Tables as tests write them: rows in one line each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from heliograph.kernel.dmn import Input, Output, Row, Table
from heliograph.kernel.feel import FactDef

DICTIONARY = {
    fact.name: fact
    for fact in (
        FactDef("罚款金额", "number", unit="元", minimum=Decimal(0)),
        FactDef("违法次数", "integer", unit="次", minimum=Decimal(0)),
        FactDef("处罚种类", "choice", ("罚款", "警告", "没收")),
        FactDef("措施", "choices", ("查封", "扣押", "先行登记")),
        FactDef("经过听证", "boolean"),
        FactDef("立案日期", "date"),
        FactDef("案由", "text"),
        FactDef("阶次", "choice", ("从轻", "一般", "从重")),
        FactDef("罚款下限", "number"),
    )
}
KINDS: dict[str, Any] = {"boolean": "boolean", "number": "number", "date": "date", "text": "text", "list": "text"}


def table(conditions: str, *rows: str, results: str = "阶次", policy: Any = "UNIQUE", **more: Any) -> Table:
    """Return a table: `table("罚款金额 经过听证", "[0..5) | true => 一般")`; a result of text has no quotes here."""
    inputs = tuple(Input(name, f"{name}（说明）", KINDS[DICTIONARY[name].kind]) for name in conditions.split())
    outputs = tuple(Output(name, KINDS[DICTIONARY[name].kind]) for name in results.split())
    return Table("t_table", "测试表", policy, inputs, outputs, tuple(_row(*one) for one in enumerate(rows, 1)), **more)


def _row(number: int, written: str) -> Row:
    cells, _, results = written.partition("=>")
    values = [value.strip() for value in results.split("|")]
    quoted = tuple(f'"{value}"' if value in ("从轻", "一般", "从重") else value for value in values)
    return Row(f"r{number}", tuple(cell.strip() for cell in cells.split("|")), quoted)
