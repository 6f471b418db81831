"""A compiled definition: one graph of places, called processes put in their callers' place under a path.

The place of an element is its id; inside a called process it is the call's place, a slash and the id:
`c_review/t_opinion`. The state of a case is a marking, a set of places: open tasks, armed timers, and for a join the
flows that have already arrived there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from heliograph.kernel.bpmn.faults import BpmnRefusedError, Fault
from heliograph.kernel.bpmn.model import Element, Process, Step
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.dmn import Table
from heliograph.kernel.feel import Expression, compile_expression

MAX_PLACES: Final = 2_000
MAX_CALLS: Final = 10  # one process within the other


@dataclass(frozen=True, slots=True)
class Way:
    """A flow seen from the node it leaves."""

    id: str
    target: str
    name: str
    condition: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(Step):
    """A place of the definition. `id`, `host`, `default` and `exclude` are places here.

    `places` is what entering a task marks (itself and its timers) and completing it clears. `scope` is the path of
    the call it stands in, with its slash, empty in the root; `begins` is where a call's process begins.
    """

    process: str
    scope: str
    lane: str
    ways: tuple[Way, ...]
    arriving: frozenset[str]
    timers: tuple[str, ...] = ()
    begins: str = ""

    @property
    def places(self) -> frozenset[str]:
        """What a task marks when it is open."""
        return frozenset((self.id, *self.timers))


@dataclass(frozen=True, slots=True)
class Definition:
    """A procedure ready to run."""

    root: str
    start: str
    nodes: Mapping[str, Node]
    tables: Mapping[str, Table]


def compile_definition(root: str, processes: Mapping[str, Process], tables: Mapping[str, Table]) -> Definition:
    """Return the definition of a root process with all it calls. Raises BpmnRefusedError."""
    compiler = _Compiler(processes, tables)
    if root not in processes:
        raise BpmnRefusedError([Fault(root, "", f"流程 {root} 不存在")])
    compiler.check(processes[root], "", (root,))
    if compiler.faults:
        raise BpmnRefusedError(compiler.faults)
    start = compiler.add(processes[root], "")
    used = {node.decision for node in compiler.nodes.values() if node.decision}
    return Definition(root, start, compiler.nodes, {name: tables[name] for name in sorted(used)})


def scopes_of(place: str) -> Iterator[str]:
    """Yield the scopes around a place, the innermost first and the root's (empty) last."""
    while "/" in place:
        place = place.rpartition("/")[0]
        yield f"{place}/"
    yield ""


class _Compiler:
    """Checks the calls of a root process, then puts every process called into one graph."""

    def __init__(self, processes: Mapping[str, Process], tables: Mapping[str, Table]) -> None:
        self.processes, self.tables = processes, tables
        self.nodes: dict[str, Node] = {}
        self.faults: list[Fault] = []
        self.known: dict[str, Element] = {}

    def check(self, process: Process, scope: str, path: tuple[str, ...]) -> None:
        """Note what is wrong with one process in its place; `path` are the processes around it, itself last."""
        self.known.update((scope + element.id, element) for element in process.elements.values())
        if len(self.known) > MAX_PLACES:
            self.faults = [Fault(path[0], "", f"连同被调用的流程超过 {MAX_PLACES} 个元素")]
            return
        for element in process.elements.values():
            self._check_element(element, scope, path)

    def _check_element(self, element: Element, scope: str, path: tuple[str, ...]) -> None:
        place = scope + element.id
        if element.kind is Kind.RULE and element.decision not in self.tables:
            self.faults.append(Fault(place, element.name, f"所对照的表 {element.decision} 不存在"))
        if element.exclude and not self._excluded(element, scope):
            listed = "、".join(element.exclude)
            self.faults.append(Fault(place, element.name, f"回避所列的办理环节 {listed} 不存在"))
        if element.kind is Kind.CALL:
            self._check_call(element, place, path)

    def _check_call(self, element: Element, place: str, path: tuple[str, ...]) -> None:
        if element.called not in self.processes:
            self.faults.append(Fault(place, element.name, f"被调用的流程 {element.called} 不存在"))
        elif element.called in path:
            circle = " → ".join((*path, element.called))
            self.faults.append(Fault(place, element.name, f"流程循环调用：{circle}"))
        elif len(path) > MAX_CALLS:
            self.faults.append(Fault(place, element.name, f"流程逐层调用超过 {MAX_CALLS} 层"))
        else:
            self.check(self.processes[element.called], f"{place}/", (*path, element.called))

    def _excluded(self, element: Element, scope: str) -> tuple[str, ...]:
        """Return the places of the tasks whose doers may not do this one; empty when the list is wrong.

        A called process may name tasks of its callers; as callers differ, one that is found is enough there.
        """
        found = []
        for name in element.exclude:
            around = (outer + name for outer in (scope, *scopes_of(scope.removesuffix("/"))))
            found.append(next((place for place in around if self._is_task(place)), ""))
        complete = all(found) if not scope else any(found)
        return tuple(place for place in found if place) if complete else ()

    def _is_task(self, place: str) -> bool:
        return place in self.known and self.known[place].kind is Kind.TASK

    def add(self, process: Process, scope: str) -> str:
        """Add a process under a scope and return the place where it begins."""
        arriving: dict[str, set[str]] = {name: set() for name in process.elements}
        ways: dict[str, list[Way]] = {name: [] for name in process.elements}
        for flow in process.flows:
            arriving[flow.target].add(scope + flow.id)
            condition = compile_expression(flow.condition) if flow.condition else None
            ways[flow.source].append(Way(scope + flow.id, scope + flow.target, flow.name, condition))
        for element in process.elements.values():
            begins = ""
            if element.kind is Kind.CALL:
                begins = self.add(self.processes[element.called], f"{scope}{element.id}/")
            timers = tuple(scope + one.id for one in process.elements.values() if one.host == element.id)
            self.nodes[scope + element.id] = Node(
                **self._placed(element, scope),
                process=process.id,
                scope=scope,
                lane=element.lane,
                ways=tuple(ways[element.id]),
                arriving=frozenset(arriving[element.id]),
                timers=timers,
                begins=begins,
            )
        return scope + process.start

    def _placed(self, element: Element, scope: str) -> dict[str, Any]:
        """Return what an element says about itself, its references turned into places."""
        values = {field.name: getattr(element, field.name) for field in fields(Step)}
        values["id"] = scope + element.id
        values["host"] = scope + element.host if element.host else ""
        values["default"] = scope + element.default if element.default else ""
        values["exclude"] = self._excluded(element, scope)
        return values
