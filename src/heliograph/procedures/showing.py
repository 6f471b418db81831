"""A procedure as people read it: drawings, their steps in words, tables in plain words, what a version changes.

Both faces show releases and drafts by this, so that an official and the public read the same sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from heliograph.kernel.bpmn import (
    BpmnRefusedError,
    Element,
    Flow,
    Kind,
    PaperSize,
    Process,
    SheetOf,
    draw_sheets,
    read_process,
)
from heliograph.kernel.bpmn.compare import compare_definitions
from heliograph.kernel.bpmn.drawing import draw
from heliograph.kernel.bpmn.layout import lay_out
from heliograph.kernel.bpmn.notation import KIND_NAMES
from heliograph.kernel.dmn import GridRow, Table, TableRefusedError, parse_table, table_rows
from heliograph.procedures.bundles import Bundle, Compiled, differences
from heliograph.registers.models import Role, Unit

ROLE_NAMES: Final[Mapping[str, str]] = {role.value: str(role.label) for role in Role}
UNIT_NAMES: Final[Mapping[str, str]] = {one.value: str(one.label) for one in Unit.Function}
LENGTHS: Final = {"working_days": "个工作日", "calendar_days": "日", "months": "个月", "hours": "小时"}
PROMPTLY: Final = "及时（没有规定日数）"
HIT_POLICIES: Final = {
    "UNIQUE": "各行互不重叠，只有一行适用",
    "FIRST": "从上到下，适用第一个符合的行",
    "ANY": "可以有几行同时适用，结果必须相同",
    "COLLECT": "符合的行全部适用",
    "RULE ORDER": "符合的行按顺序全部适用",
}
_DEPTH: Final = 3
_QUOTED: Final = re.compile(r"「([A-Za-z][A-Za-z0-9_.]*)」")
_SHOWN_KINDS: Final = (Kind.TASK, Kind.RULE, Kind.CALL, Kind.TIMER)


@dataclass(frozen=True, slots=True)
class Follow:
    """What may come after a step: under which condition, in words, and the name of the next step."""

    condition: str
    name: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a drawing in words."""

    id: str
    name: str
    kind: str
    who: str
    unit: str
    limit: str
    limit_basis: tuple[str, ...]
    documents: tuple[str, ...]
    notes: tuple[str, ...]
    basis: tuple[str, ...]
    follows: tuple[Follow, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One file of a procedure: its picture and its steps. A file that cannot be drawn has an empty picture."""

    id: str
    name: str
    basis: tuple[str, ...]
    svg: str
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A decision table in plain words; `basis` of a row as citations."""

    id: str
    name: str
    policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[GridRow, ...]
    source: Table


def limit_in_words(kept: Mapping[str, Any]) -> str:
    """Return how long a kept period is, always with its unit."""
    unit = kept["unit"]
    if unit == "promptly":
        return PROMPTLY
    if unit == "date_of_year":
        return f"每年 {kept['month']} 月 {kept['day']} 日前"
    return f"{kept['length']} {LENGTHS[unit]}"


@lru_cache(maxsize=512)
def read_and_drawn(xml: str) -> tuple[Process, str]:
    """Return a file's process and picture; one without a diagram is laid out first. Raises BpmnRefusedError."""
    data = xml.encode()
    process = read_process(data)
    try:
        return process, draw(data)
    except BpmnRefusedError:
        return process, draw(lay_out(data))


def drawings(bundle: Bundle) -> tuple[Drawing, ...]:
    """Return the drawings that can be read, the root's first, then those it calls in the order of their calls."""
    return tuple(found for key in _order(bundle) if (found := _drawing(key, bundle)) is not None)


@dataclass(frozen=True, slots=True)
class PrintedDrawing:
    """One file of a procedure on sheets of paper."""

    id: str
    name: str
    sheets: tuple[SheetOf, ...]


def printed(bundle: Bundle, paper: PaperSize) -> tuple[PrintedDrawing, ...]:
    """Return the drawings on sheets of a paper, in the order of `drawings`."""
    shown = drawings(bundle)
    return tuple(PrintedDrawing(one.id, one.name, _sheets(bundle.files[one.id], paper)) for one in shown)


@lru_cache(maxsize=128)
def _sheets(xml: str, paper: PaperSize) -> tuple[SheetOf, ...]:
    data = xml.encode()
    try:
        return tuple(draw_sheets(data, paper))
    except BpmnRefusedError:
        return tuple(draw_sheets(lay_out(data), paper))


def _order(bundle: Bundle) -> list[str]:
    order: dict[str, None] = {}
    waiting = [bundle.root]
    while waiting:
        key = waiting.pop(0)
        if key in order or key not in bundle.files:
            continue
        order[key] = None
        try:
            process, _ = read_and_drawn(bundle.files[key])
        except BpmnRefusedError:
            continue
        waiting += [one.called for one in process.elements.values() if one.called]
    return [*order, *(key for key in bundle.files if key not in order)]


def _drawing(key: str, bundle: Bundle) -> Drawing | None:
    try:
        process, svg = read_and_drawn(bundle.files[key])
    except BpmnRefusedError:
        return None
    return Drawing(key, process.name or key, listed(process.basis), svg, tuple(_steps(process, bundle.limits)))


def listed(text: str) -> tuple[str, ...]:
    """Return the items of a list written with commas, of either width."""
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())


def _steps(process: Process, limits: Mapping[str, Mapping[str, Any]]) -> Iterator[StepLine]:
    lanes = {lane.id: lane.name for lane in process.lanes}
    for element in process.elements.values():
        if element.kind not in _SHOWN_KINDS:
            continue
        kept = limits.get(element.limit)
        yield StepLine(
            id=element.id,
            name=element.shown,
            kind=KIND_NAMES[element.kind],
            who=_who(element, lanes),
            unit=UNIT_NAMES.get(element.unit, element.unit),
            limit=f"{kept['name']}：{limit_in_words(kept)}" if kept else element.limit,
            limit_basis=tuple(kept["basis"]) if kept else (),
            documents=element.documents,
            notes=tuple(_notes(element, process)),
            basis=listed(element.basis),
            follows=tuple(_follows(process, element.id, "", 0)),
        )


def _who(element: Element, lanes: Mapping[str, str]) -> str:
    if element.kind is Kind.TASK:
        return ROLE_NAMES.get(element.role, element.role)
    return lanes.get(element.lane, "") if element.kind is Kind.CALL else "系统"


def _notes(element: Element, process: Process) -> Iterator[str]:
    if element.officers > 1:
        yield f"执法人员不少于 {element.officers} 人"
    if element.onsite:
        yield "先出示执法证件"
    others = [process.elements[one].shown if one in process.elements else one for one in element.exclude]
    if others:
        yield f"不能由办理“{'、'.join(others)}”的人办理"
    if element.kind is Kind.TIMER:
        host = process.elements[element.host].shown if element.host in process.elements else element.host
        yield f"“{host}”期满{'转入下一步' if element.interrupting else '提醒，不中断办理'}"
    if element.kind is Kind.RULE:
        yield "对照规则表，由系统得出结果"
    if element.kind is Kind.CALL:
        yield "另有流程图"


def _follows(process: Process, place: str, condition: str, depth: int) -> Iterator[Follow]:
    """Yield what comes after an element; gateways are passed through and tell their conditions."""
    node = process.elements[place]
    for flow in process.flows:
        if flow.source != place or flow.target not in process.elements:
            continue
        said = "，且".join(part for part in (condition, _condition(node, flow)) if part)
        target = process.elements[flow.target]
        if target.kind in {Kind.CHOICE, Kind.PARALLEL} and depth < _DEPTH:
            yield from _follows(process, target.id, said, depth + 1)
        else:
            yield Follow(said, "结束" if target.kind is Kind.END else target.shown)


def _condition(node: Element, flow: Flow) -> str:
    if node.kind is not Kind.CHOICE:
        return ""
    if flow.name:
        return f"{node.name}{flow.name}"
    if flow.condition:
        return flow.condition
    return "其余情况" if node.default == flow.id else ""


def shown_tables(bundle: Bundle) -> tuple[ShownTable, ...]:
    """Return the tables that can be read, in plain words."""
    found = []
    for xml in bundle.tables.values():
        try:
            found.append(shown_table(parse_table(xml.encode())))
        except TableRefusedError:
            continue
    return tuple(found)


def shown_table(table: Table) -> ShownTable:
    """Return a table in plain words."""
    inputs = tuple(column.label or column.name for column in table.inputs)
    outputs = tuple(column.label or column.name for column in table.outputs)
    return ShownTable(
        table.id, table.name, HIT_POLICIES[table.hit_policy], inputs, outputs, table_rows(table), source=table
    )


# -- what a version changes
def changes_in_words(former: Compiled | None, compiled: Compiled) -> list[str]:
    """Return what a version changes of the former one, as sentences for whoever approves it."""
    if former is None:
        return []
    names = _names({**former.limits, **compiled.limits})
    said = [
        _QUOTED.sub(lambda found: f"「{names.get(found[1], found[1])}」", str(change))
        for change in compare_definitions(former.definition, compiled.definition)
    ]
    said += _limit_changes(former.limits, compiled.limits)
    said += _table_changes(former.tables, compiled.tables)
    parts = differences(former.bundle, compiled.bundle)
    said += [f"事实：{one}" for one in parts.get("facts", ())]
    return said or (["只改动了图的位置，办理方式没有改变。"] if parts else ["与前一版本相同。"])


def _names(limits: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {**ROLE_NAMES, **UNIT_NAMES, **{key: one["name"] for key, one in limits.items()}}


def _limit_changes(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before is None or after is None:
            kept = before or after or {}
            yield f"{'新增' if before is None else '删去'}期限“{kept['name']}”（{limit_in_words(kept)}）"
        elif before != after:
            words = limit_in_words(before), limit_in_words(after)
            same = words[0] == words[1]
            yield f"期限“{after['name']}”：{'名称、依据等有改动' if same else f'{words[0]} → {words[1]}'}"


def _table_changes(old: Mapping[str, Table], new: Mapping[str, Table]) -> Iterator[str]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before is None or after is None:
            kept = before or after
            yield f"{'新增' if before is None else '删去'}规则表“{kept.name if kept else key}”"
        elif before != after:
            yield from _row_changes(before, after)


def _row_changes(before: Table, after: Table) -> Iterator[str]:
    head = f"规则表“{after.name}”"
    days = (before.effective_from, before.effective_to), (after.effective_from, after.effective_to)
    if days[0] != days[1]:
        yield f"{head}的生效或者失效日期有改动"
    if (before.inputs, before.outputs, before.hit_policy) != (after.inputs, after.outputs, after.hit_policy):
        yield f"{head}的列有改动"
        return
    former = {row.id: row for row in table_rows(before)}
    rows = table_rows(after)
    for number, row in enumerate(rows, 1):
        was = former.pop(row.id, None)
        if was is None:
            yield f"{head}新增第 {number} 行：{_row_words(row, after)}"
        elif was != row:
            yield f"{head}第 {number} 行：{_row_words(was, before)} → {_row_words(row, after)}"
    for row in former.values():
        yield f"{head}删去一行：{_row_words(row, before)}"
    if [row.id for row in rows if row.id in {one.id for one in before.rows}] != [
        row.id for row in before.rows if row.id not in former
    ]:
        yield f"{head}的行调换了次序"


def _row_words(row: GridRow, table: Table) -> str:
    labels = [one.label or one.name for one in table.inputs] + [one.label or one.name for one in table.outputs]
    cells = [*row.cells, *row.outputs]
    told = [f"{label} {cell}" for label, cell in zip(labels, cells, strict=True) if cell not in {"", "任意"}]
    return "，".join(told) + (f"（依据 {row.basis}）" if row.basis else "")
