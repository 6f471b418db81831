"""Read a procedure's XML into a `Process`, or refuse it with every fault found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element as XmlElement

from heliograph.kernel.bpmn.faults import BpmnRefusedError, Fault
from heliograph.kernel.bpmn.model import Element, Flow, Lane, Process
from heliograph.kernel.bpmn.notation import KIND_NAMES, Kind
from heliograph.kernel.bpmn.source import fault, own, parse, split, subset_faults, tag
from heliograph.kernel.bpmn.structure import structure_faults

MAX_NODES: Final = 400
MAX_FLOWS: Final = 800
MAX_OFFICERS: Final = 9
_KINDS: Final = {tag(kind): kind for kind in Kind}


def read_process(xml: bytes) -> Process:
    """Return the process of a file. Raises BpmnRefusedError with every refusal, in Chinese and by name."""
    root = parse(xml)
    _refuse_any(subset_faults(root))
    _refuse_any(_pool_faults(root))
    drawn = next(root.iter(tag("process")))
    _refuse_any(_element_faults(drawn))
    process = _build(drawn)
    _refuse_any(structure_faults(process))
    return process


def _refuse_any(faults: Iterator[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise BpmnRefusedError(found)


def _pool_faults(root: XmlElement) -> Iterator[Fault]:
    processes, pools = root.findall(tag("process")), root.findall(f"{tag('collaboration')}/{tag('participant')}")
    if len(processes) != 1:
        yield Fault("", "", f"一个文件须有一个流程，现有 {len(processes)} 个")
        return
    if len(pools) > 1:
        yield Fault("", "", f"一个文件只能有一个泳池，现有 {len(pools)} 个")
    for pool in pools:
        if pool.get("processRef") != processes[0].get("id"):
            yield fault(pool, "泳池没有指向本文件的流程")
    if len(processes[0].findall(tag("laneSet"))) > 1:
        yield fault(processes[0], "一个流程只能有一组泳道")


def _element_faults(process: XmlElement) -> Iterator[Fault]:
    """Yield what is wrong with single elements, before anything is put together."""
    nodes = [node for node in process if node.tag in _KINDS]
    flows = process.findall(tag("sequenceFlow"))
    if len(nodes) > MAX_NODES or len(flows) > MAX_FLOWS:
        yield fault(process, f"流程过大：元素不超过 {MAX_NODES} 个，连线不超过 {MAX_FLOWS} 条")
        return
    for node in (process, *nodes, *flows, *process.iter(tag("lane"))):
        if not node.get("id"):
            yield fault(node, f"{split(node.tag)[1]} 没有编号")
    for node in nodes:
        yield from _node_faults(node, _KINDS[node.tag])


def _node_faults(node: XmlElement, kind: Kind) -> Iterator[Fault]:
    if kind in {Kind.TASK, Kind.RULE, Kind.CALL, Kind.TIMER} and not node.get("name", "").strip():
        yield fault(node, f"{KIND_NAMES[kind]}没有名称")
    for name in ("officers", "onsite"):
        yield from _value_faults(node, f"zf:{name}", node.get(own(name)), _VALUES[name])
    yield from _value_faults(node, "cancelActivity", node.get("cancelActivity"), _VALUES["onsite"])
    if kind is Kind.TIMER:
        yield from _timer_faults(node)
    if kind is Kind.RULE and not node.get(own("decision")):
        yield fault(node, "规则环节没有写明所对照的表（zf:decision）")
    if kind is Kind.CALL and not node.get("calledElement"):
        yield fault(node, "调用环节没有写明被调用的流程（calledElement）")
    if len(node.findall(tag("terminateEventDefinition"))) > 1:
        yield fault(node, "终止定义重复")


_VALUES: Final = {
    "officers": frozenset(str(count) for count in range(1, MAX_OFFICERS + 1)),
    "onsite": frozenset({"true", "false"}),
}


def _value_faults(node: XmlElement, name: str, value: str | None, allowed: frozenset[str]) -> Iterator[Fault]:
    if value is not None and value not in allowed:
        yield fault(node, f"{name} 的值「{value}」不对，只能是 {'、'.join(sorted(allowed))}")


def _timer_faults(node: XmlElement) -> Iterator[Fault]:
    timers = node.findall(tag("timerEventDefinition"))
    if len(timers) != 1:
        yield fault(node, "期限事件须有且只有一个定时定义")
    elif not timers[0].get(own("limit")):
        yield fault(node, "期限事件没有写明期限（zf:limit）")


def _list(text: str) -> tuple[str, ...]:
    """Return the items of a list written with commas, of either width."""
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())


def _build(process: XmlElement) -> Process:
    lanes = tuple(
        Lane(lane.get("id", ""), lane.get("name", ""), lane.get(own("role"), "")) for lane in process.iter(tag("lane"))
    )
    standing = _lanes_of(process)
    roles = {lane.id: lane.role for lane in lanes}
    elements: dict[str, Element] = {}
    for node in process:
        if node.tag in _KINDS:
            element = _element(node, standing, roles)
            elements[element.id] = element
    starts = [element.id for element in elements.values() if element.kind is Kind.START]
    if len(starts) != 1:
        raise BpmnRefusedError([fault(process, f"流程须有一个开始事件，现有 {len(starts)} 个")])
    flows = tuple(_flow(flow) for flow in process.findall(tag("sequenceFlow")))
    faults = [*_lane_faults(process, elements), *_way_faults(process, flows)]
    if faults:
        raise BpmnRefusedError(faults)
    basis, name = process.get(own("basis"), ""), process.get("name", "")
    return Process(process.get("id", ""), name, basis, lanes, elements, flows, starts[0])


def _text(node: XmlElement) -> str:
    return (node.text or "").strip()


def _lanes_of(process: XmlElement) -> dict[str, str]:
    """Return the lane of each node; a timer that names none stands in its task's."""
    standing = {
        _text(ref): lane.get("id", "") for lane in process.iter(tag("lane")) for ref in lane.findall(tag("flowNodeRef"))
    }
    for timer in process.findall(tag(Kind.TIMER)):
        host = timer.get("attachedToRef", "")
        if timer.get("id", "") not in standing and host in standing:
            standing[timer.get("id", "")] = standing[host]
    return standing


def _lane_faults(process: XmlElement, elements: dict[str, Element]) -> Iterator[Fault]:
    seen: set[str] = set()
    for lane in process.iter(tag("lane")):
        for ref in lane.findall(tag("flowNodeRef")):
            name = _text(ref)
            if name not in elements:
                yield fault(lane, f"泳道所列的元素 {name} 不存在")
            elif name in seen:
                yield Fault(name, elements[name].name, "同时列入两条泳道")
            seen.add(name)
    if process.find(f"{tag('laneSet')}/{tag('lane')}") is not None:
        for element in elements.values():
            if not element.lane:
                yield Fault(element.id, element.name, "没有列入任何泳道")


def _way_faults(process: XmlElement, flows: tuple[Flow, ...]) -> Iterator[Fault]:
    """Yield the listed ways in and out of a node that are not its flows; a node need not list them."""
    ends = {
        "incoming": {(flow.id, flow.target) for flow in flows},
        "outgoing": {(flow.id, flow.source) for flow in flows},
    }
    for node in process:
        for way, known in ends.items():
            for ref in node.findall(tag(way)):
                if (_text(ref), node.get("id")) not in known:
                    yield fault(node, f"{way} 所列的连线 {_text(ref)} 不存在或不与此处相连")


def _element(node: XmlElement, standing: dict[str, str], roles: dict[str, str]) -> Element:
    name = node.get("id", "")
    lane = standing.get(name, "")
    timer = node.find(tag("timerEventDefinition"))
    limit = node.get(own("limit"), "") if timer is None else timer.get(own("limit"), "")
    return Element(
        id=name,
        kind=_KINDS[node.tag],
        name=node.get("name", "").strip(),
        lane=lane,
        role=node.get(own("role"), "") or roles.get(lane, ""),
        act=node.get(own("act"), ""),
        limit=limit,
        documents=_list(node.get(own("documents"), "")),
        officers=int(node.get(own("officers"), "1")),
        exclude=_list(node.get(own("exclude"), "")),
        facts=_list(node.get(own("facts"), "")),
        onsite=node.get(own("onsite")) == "true",
        basis=node.get(own("basis"), ""),
        unit=node.get(own("unit"), ""),
        decision=node.get(own("decision"), ""),
        called=node.get("calledElement", ""),
        default=node.get("default", ""),
        host=node.get("attachedToRef", ""),
        interrupting=node.get("cancelActivity", "true") == "true",
        terminate=node.find(tag("terminateEventDefinition")) is not None,
    )


def _flow(node: XmlElement) -> Flow:
    condition = node.find(tag("conditionExpression"))
    return Flow(
        node.get("id", ""),
        node.get("sourceRef", ""),
        node.get("targetRef", ""),
        node.get("name", "").strip(),
        "" if condition is None else _text(condition),
    )
