"""What a procedure's elements and flows must be together: every flow ends somewhere, no split goes unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from heliograph.kernel.bpmn.faults import Fault
from heliograph.kernel.bpmn.model import Element, Flow, Process
from heliograph.kernel.bpmn.notation import KIND_NAMES, Kind
from heliograph.kernel.feel import FeelError, compile_expression

_NO_WAY_IN: Final = {Kind.START, Kind.TIMER}


def structure_faults(process: Process) -> Iterator[Fault]:
    """Yield every fault of a process as a drawing; what only shows when it runs is left to the flow proof."""
    loose = tuple(_loose_ends(process))
    yield from loose
    if loose:
        return
    ways_in: dict[str, list[Flow]] = {name: [] for name in process.elements}
    ways_out: dict[str, list[Flow]] = {name: [] for name in process.elements}
    for flow in process.flows:
        ways_in[flow.target].append(flow)
        ways_out[flow.source].append(flow)
    for element in process.elements.values():
        yield from _way_count_faults(element, ways_in[element.id], ways_out[element.id])
        if element.kind is Kind.TASK and not element.role:
            yield _at(element, "没有写明承办角色：泳道和环节都没有 zf:role")
        if element.kind is Kind.TIMER:
            yield from _host_faults(element, process.elements)
        if element.kind is Kind.CHOICE:
            yield from _choice_faults(element, ways_out[element.id])
    yield from _condition_faults(process)


def _at(element: Element, message: str) -> Fault:
    return Fault(element.id, element.name, message)


def _loose_ends(process: Process) -> Iterator[Fault]:
    for flow in process.flows:
        for end, meant in ((flow.source, "起点"), (flow.target, "终点")):
            if end not in process.elements:
                yield Fault(flow.id, flow.name, f"连线的{meant} {end or '（空）'} 不存在")


def _way_count_faults(element: Element, ways_in: list[Flow], ways_out: list[Flow]) -> Iterator[Fault]:
    name = KIND_NAMES[element.kind]
    if element.kind in _NO_WAY_IN and ways_in:
        yield _at(element, f"{name}不能有连线进入")
    if element.kind not in _NO_WAY_IN and not ways_in:
        yield _at(element, f"{name}没有连线进入，永远走不到")
    if element.kind is Kind.END:
        if ways_out:
            yield _at(element, "结束事件不能有连线离开")
    elif not ways_out:
        yield _at(element, f"{name}没有出口")
    elif len(ways_out) > 1 and element.kind not in {Kind.CHOICE, Kind.PARALLEL}:
        yield _at(element, f"{name}有 {len(ways_out)} 条连线离开，分支须用判断网关或并行网关画明")


def _host_faults(timer: Element, elements: Mapping[str, Element]) -> Iterator[Fault]:
    host = elements.get(timer.host)
    if host is None:
        yield _at(timer, f"期限事件所附的环节 {timer.host or '（空）'} 不存在")
    elif host.kind is not Kind.TASK:
        yield _at(timer, f"期限事件只能附在办理环节上，「{host.shown}」是{KIND_NAMES[host.kind]}")


def _choice_faults(choice: Element, ways_out: list[Flow]) -> Iterator[Fault]:
    if choice.default and choice.default not in {flow.id for flow in ways_out}:
        yield _at(choice, f"默认连线 {choice.default} 不是从此网关离开的")
    for flow in ways_out:
        if flow.id == choice.default and flow.condition:
            yield _at(choice, f"默认连线「{flow.name or flow.id}」不应再写条件")
        if flow.id != choice.default and not flow.condition and len(ways_out) > 1:
            yield _at(choice, f"连线「{flow.name or flow.id}」既没有条件，也不是默认连线")


def _condition_faults(process: Process) -> Iterator[Fault]:
    for flow in process.flows:
        if not flow.condition:
            continue
        if process.elements[flow.source].kind is not Kind.CHOICE:
            yield Fault(flow.id, flow.name, "只有从判断网关离开的连线才能写条件")
        try:
            compile_expression(flow.condition)
        except FeelError as error:
            yield Fault(flow.id, flow.name, f"条件「{flow.condition}」写得不对：{error}")
