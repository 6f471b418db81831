"""Decision tables of 200 rows: decisions, reading and proof, with zen-engine and SpiffWorkflow in the same run.

Figures are per second of CPU of one core. The peers are installed into an environment of their own under `var/`; where
that cannot be done, their figures say so.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from bench.decisions_input import EXPECTED, FACTS, BenchRow, rate, rows
from bench.peers import run_peer
from heliograph.kernel.dmn import Input, Output, Row, Table, parse_table, prove_table, write_table
from heliograph.kernel.feel import FactDef, compile_expression, compile_tests

RUNS = 5
DICTIONARY = {
    "amount": FactDef("amount", "number", minimum=Decimal(0)),
    "times": FactDef("times", "integer", minimum=Decimal(0)),
    "kind": FactDef("kind", "choice", ("fine",)),
}
CONDITION = compile_expression('amount >= 10000 and kind = "fine" and not(times in [0..2])')


def own_table(policy: str) -> Table:
    """Return the table as the product has it."""

    def cells(row: BenchRow) -> tuple[str, ...]:
        below = f">= {row.low}" if row.below is None else f"[{row.low}..{row.below})"
        times = f">= {row.least}" if row.most is None else f"[{row.least}..{row.most}]"
        return below, times, '"fine"'

    inputs = (Input("amount", "", "number"), Input("times", "", "number"), Input("kind", "", "text"))
    written = tuple(Row(f"r{row.number}", cells(row), (str(row.number),)) for row in rows())
    return Table("t", "t", policy, inputs, (Output("row", "number"),), written)  # type: ignore[arg-type]


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long one act takes when no cell has been read before, the median of five."""
    taken = []
    for _ in range(RUNS):
        compile_tests.cache_clear()
        compile_expression.cache_clear()
        before = time.process_time()
        act()
        taken.append(1000 * (time.process_time() - before))
    return statistics.median(taken)


def run() -> dict[str, float | str]:
    """Return the figures."""
    table = own_table("UNIQUE")
    if table.decide(FACTS).outputs["row"] != EXPECTED or not prove_table(table, DICTIONARY).sound:
        raise AssertionError("the table does not decide as it should")
    collecting = own_table("COLLECT")
    written = write_table(table)
    own = statistics.median(rate(20_000, lambda: table.decide(FACTS)) for _ in range(RUNS))
    figures: dict[str, float | str] = {
        "rows": len(table.rows),
        "decisions/s, UNIQUE, last row hits": own,
        "decisions/s, COLLECT, last row hits": rate(20_000, lambda: collecting.decide(FACTS)),
        "conditions/s (three terms)": rate(50_000, lambda: CONDITION.evaluate(FACTS)),
        "reading the DMN file, ms": milliseconds(lambda: parse_table(written)),
        "proof of overlaps and gaps, ms": milliseconds(lambda: prove_table(table, DICTIONARY)),
    }
    theirs = run_peer("decisions")
    if "reason" in theirs:
        return figures | {"zen-engine, SpiffWorkflow": theirs["reason"]}
    for name, figure in theirs.items():
        figures[f"{name}, decisions/s (ours is × as fast)"] = f"{float(figure):,.0f} (× {own / float(figure):.1f})"
    return figures


if __name__ == "__main__":
    for key, value in run().items():
        print(f"{key}: {value}")
