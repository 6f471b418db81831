"""Measure zen-engine and SpiffWorkflow: run by bench_decisions in an environment of their own, prints JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace

import zen
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.specs.model import DecisionTable, Input, InputEntry, Output, OutputEntry, Rule

from bench.decisions_input import EXPECTED, FACTS, BenchRow, rate, rows


def zen_table() -> dict[str, object]:
    """Return the table as a JDM graph."""

    def cells(row: BenchRow) -> dict[str, str]:
        below = f">= {row.low}" if row.below is None else f"[{row.low}..{row.below})"
        times = f">= {row.least}" if row.most is None else f"[{row.least}..{row.most}]"
        return {"_id": f"r{row.number}", "i1": below, "i2": times, "i3": '"fine"', "o1": str(row.number)}

    content = {
        "hitPolicy": "first",
        "inputs": [{"id": f"i{place}", "name": name, "field": name} for place, name in enumerate(FACTS, 1)],
        "outputs": [{"id": "o1", "name": "row", "field": "row"}],
        "rules": [cells(row) for row in rows()],
    }
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def spiff_table() -> DecisionTable:
    """Return the table in SpiffWorkflow's model; its cells are Python, not FEEL."""
    table = DecisionTable("t", "t", "UNIQUE")
    table.inputs = [Input(name, name, name, name, "") for name in FACTS]
    table.outputs = [Output("row", "row", "row", "number")]
    for row in rows():
        below = f"? >= {row.low}" if row.below is None else f"{row.low} <= ? < {row.below}"
        times = f"? >= {row.least}" if row.most is None else f"{row.least} <= ? <= {row.most}"
        rule = Rule(f"r{row.number}")
        for given, text in zip(table.inputs, (below, times, '"fine"'), strict=True):
            entry = InputEntry(f"{rule.id}_{given.id}", given)
            entry.lhs.append(text)
            rule.inputEntries.append(entry)
        result = OutputEntry(f"{rule.id}_o", table.outputs[0])
        result.text = str(row.number)
        rule.outputEntries.append(result)
        table.rules.append(rule)
    return table


def main() -> None:
    """Print the decisions per second of CPU of both."""
    decision = zen.ZenEngine().create_decision(json.dumps(zen_table()))
    if decision.evaluate(FACTS)["result"]["row"] != EXPECTED:
        raise AssertionError("zen-engine decides otherwise")
    engine = DMNEngine(spiff_table())
    task = SimpleNamespace(data=FACTS, workflow=SimpleNamespace(script_engine=PythonScriptEngine()))
    if engine.result(task)["row"] != EXPECTED:
        raise AssertionError("SpiffWorkflow decides otherwise")
    figures = {
        "zen-engine 2.1.3": rate(5000, lambda: decision.evaluate(FACTS)),
        "SpiffWorkflow 3.2.0": rate(300, lambda: engine.result(task)),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
