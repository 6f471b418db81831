"""What a bundle must pass before it is released: every fault found is named, in plain Chinese, file by file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from heliograph.kernel.bpmn import (
    BpmnRefusedError,
    Definition,
    Node,
    Process,
    compile_definition,
    draw,
    gateway_faults,
    prove_flow,
    read_process,
)
from heliograph.kernel.dmn import Table, TableRefusedError, parse_table, prove_table
from heliograph.kernel.feel import FactDef
from heliograph.kernel.packs.discretion import discretion_faults
from heliograph.kernel.packs.procedure_rules import ACTS
from heliograph.procedures.bundles import Bundle, repeated_facts
from heliograph.procedures.shapes import shape_faults

NAME_LIMIT: Final = 200
PLACE_LIMIT: Final = 300
GATHERING: Final = frozenset({"COLLECT", "RULE ORDER"})  # hit policies whose results are lists


class ReleaseFaultsError(Exception):
    """A bundle that may not be released; carries every fault found."""

    def __init__(self, faults: Collection[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def faults_of(bundle: Bundle, *, roles: Collection[str], units: Collection[str]) -> tuple[str, ...]:
    """Return everything that stands against a release; `roles` and `units` are the roles and unit functions known.

    What does not read cannot be proved, so the faults of files and tables come alone.
    """
    faults = list(shape_faults(bundle))
    if not faults:
        faults = [f"事实“{name}”重复" for name in repeated_facts(bundle.facts)]
    processes: dict[str, Process] = {}
    tables: dict[str, Table] = {}
    faults += _read(bundle, processes, tables)
    if faults:
        return tuple(dict.fromkeys(faults))
    dictionary = bundle.dictionary
    for key, table in sorted(tables.items()):
        faults += [f"规则表“{table.name or key}”：{fault}" for fault in _table_faults(table, dictionary)]
    try:
        definition = compile_definition(bundle.root, processes, tables)
    except BpmnRefusedError as refused:
        return tuple(dict.fromkeys([*faults, *map(str, refused.faults)]))
    faults += map(str, prove_flow(definition).faults)
    faults += map(str, gateway_faults(definition, dictionary))
    for node in definition.nodes.values():
        faults += [f"「{node.shown}」（{node.id}）：{fault}" for fault in _node_faults(node, bundle, roles, units)]
    faults += _result_faults(definition, dictionary)
    return tuple(dict.fromkeys(faults))


def _read(bundle: Bundle, processes: dict[str, Process], tables: dict[str, Table]) -> Iterator[str]:
    for key, xml in sorted(bundle.files.items()):
        try:
            processes[key] = read_process(xml.encode())
            if processes[key].id != key:
                yield f"流程文件 {key}：里面的流程编号是 {processes[key].id}，应与文件的编号相同"
            draw(xml.encode())  # what runs is what is published: nothing may be missing from the picture
        except BpmnRefusedError as refused:
            yield from (f"流程文件 {key}：{fault}" for fault in refused.faults)
    for key, xml in sorted(bundle.tables.items()):
        try:
            tables[key] = parse_table(xml.encode())
            if tables[key].id != key:
                yield f"规则表 {key}：里面的编号是 {tables[key].id}，应与文件的编号相同"
        except TableRefusedError as refused:
            yield from (f"规则表 {key}：{fault}" for fault in refused.faults)


def _table_faults(table: Table, dictionary: Mapping[str, FactDef]) -> Iterator[str]:
    try:
        proof = prove_table(table, dictionary)
    except TableRefusedError as refused:
        yield from map(str, refused.faults)
        return
    yield from (finding.message for finding in (*proof.overlaps, *proof.dead, *proof.gaps))
    yield from proof.notes
    yield from discretion_faults(table, dictionary)


def _node_faults(node: Node, bundle: Bundle, roles: Collection[str], units: Collection[str]) -> Iterator[str]:
    """Yield what a place names that nobody knows, and what the tables have no room for."""
    if node.role and node.role not in roles:
        yield f"没有“{node.role}”这一角色"
    if node.act and node.act not in ACTS:
        yield f"没有“{node.act}”这一办理行为"
    if node.unit and node.unit not in units:
        yield f"没有“{node.unit}”这一机构职能"
    if node.limit and node.limit not in bundle.limits:
        yield f"没有期限“{node.limit}”"
    elif node.limit and node.kind == "boundaryEvent" and bundle.limits[node.limit]["unit"] == "promptly":
        yield f"期限“{node.limit}”为及时办理，没有可以期满的日期"
    if len(node.name) > NAME_LIMIT:
        yield f"名称超过 {NAME_LIMIT} 字"
    if len(node.id) > PLACE_LIMIT:
        yield f"连同调用层次的编号超过 {PLACE_LIMIT} 个字符"


def _result_faults(definition: Definition, dictionary: Mapping[str, FactDef]) -> Iterator[str]:
    """Yield the results of rule tasks that a case could not keep: no facts, or one value where the fact is a list."""
    for table in definition.tables.values():
        gathers = table.hit_policy in GATHERING
        for column in table.outputs:
            fact = dictionary.get(column.name)
            if fact is None:
                yield f"规则表“{table.name or table.id}”：结果“{column.name}”不在事实目录里"
            elif gathers != (fact.kind == "list"):
                said = "可选多项" if fact.kind == "list" else "只有一个值"
                yield f"规则表“{table.name or table.id}”：事实“{column.name}”{said}，与命中策略 {table.hit_policy} 不符"
