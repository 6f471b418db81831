"""Lay a procedure out in vertical swimlanes and write the result as BPMN DI, which bpmn-js and `drawing` both read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import SubElement, indent, register_namespace, tostring

from heliograph.kernel.bpmn.geometry import Sheet, measure, squeezed, words
from heliograph.kernel.bpmn.model import Flow, Process
from heliograph.kernel.bpmn.notation import BPMNDI, DC, DI, DIAGRAM, PREFIXES, Kind
from heliograph.kernel.bpmn.placing import Placement, place
from heliograph.kernel.bpmn.reading import read_process
from heliograph.kernel.bpmn.routing import Box, Point, Router
from heliograph.kernel.bpmn.source import parse, tag

_FLOW_WORDS: Final = 96
_NEAR: Final = 5


def lay_out(xml: bytes) -> bytes:
    """Return the file with its diagram drawn anew; all else stays. Raises BpmnRefusedError."""
    process = read_process(xml)
    placement = place(process)
    measured = measure(process, placement)
    sheet, lines = squeezed(measured, _lines(process, placement, measured))
    root = parse(xml)
    for old in root.findall(DIAGRAM):
        root.remove(old)
    _write(root, process, sheet, lines, _flow_labels(process, sheet, lines))
    for prefix, space in PREFIXES.items():
        register_namespace(prefix, space)
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _lines(process: Process, placement: Placement, sheet: Sheet) -> dict[str, list[Point]]:
    """Return the corners of every flow; short ones are drawn first and so stay straight."""
    hosts = {one.id: one.host for one in process.elements.values() if one.host}
    router = Router(sheet.xs, sheet.ys, sheet.boxes, tuple(sheet.labels.values()), hosts)

    def far(flow: Flow) -> tuple[int, int, str]:
        source = hosts.get(flow.source, flow.source)
        down = placement.rows[flow.target] - placement.rows[source]
        aside = abs(placement.cells[flow.target] - placement.cells[source])
        timed = flow.source in hosts
        return (abs(down) + aside * 2 + (100 if down < 0 else 0), int(timed), flow.id)

    shown = [flow for flow in process.flows if flow.source in sheet.boxes and flow.target in sheet.boxes]
    return {flow.id: router.route(flow.source, flow.target) for flow in sorted(shown, key=far)}


def _flow_labels(process: Process, sheet: Sheet, lines: Mapping[str, Sequence[Point]]) -> dict[str, Box]:
    """Return where the words of flows stand: near their source, where they cover as little as possible."""
    found: dict[str, Box] = {}
    taken = [*sheet.boxes.values(), *sheet.labels.values()]
    segments = [(name, segment) for name, line in lines.items() for segment in pairwise(line)]
    for flow in process.flows:
        if not flow.name or flow.id not in lines:
            continue
        others = [_ground(*segment) for name, segment in segments if name != flow.id]
        own = [_ground(*segment) for segment in pairwise(lines[flow.id])]
        candidates = list(_candidates(flow.name, lines[flow.id]))
        costs = [
            sum(100 for box in taken if box.meets(label))
            + sum(30 for line in others if line.meets(label))
            + sum(20 for line in own if line.meets(label))
            + (0 if sheet.pool.holds((label.x, label.y)) and label.right <= sheet.pool.right else 100)
            + number
            for number, label in enumerate(candidates)
        ]
        found[flow.id] = candidates[costs.index(min(costs))]
        taken.append(found[flow.id])
    return found


def _ground(begin: Point, end: Point) -> Box:
    """Return the ground a line covers."""
    x, y = min(begin[0], end[0]), min(begin[1], end[1])
    return Box(x - 1, y - 1, abs(begin[0] - end[0]) + 2, abs(begin[1] - end[1]) + 2)


def _candidates(text: str, line: Sequence[Point]) -> list[Box]:
    """Return places for a flow's words, the best first: beside its first stretch, then beside the next ones."""
    found: list[Box] = []
    for (x, y), (to_x, to_y) in list(pairwise(line))[:3]:
        if y == to_y:
            box = words(text, 0, 0, max(int(abs(to_x - x)) - 12, 48))
            begin = x + _NEAR if to_x > x else x - _NEAR - box.width
            for shift in (0, 14, 28):
                left = begin + shift if to_x > x else begin - shift
                found += [Box(left, y - box.height - 1, box.width, box.height), Box(left, y + 2, box.width, box.height)]
        else:
            box = words(text, 0, 0, _FLOW_WORDS)
            top = y + 3 if to_y > y else y - 3 - box.height
            for shift in (0, 10, 20):
                high = top + shift if to_y > y else top - shift
                found += [
                    Box(x + _NEAR, high, box.width, box.height),
                    Box(x - _NEAR - box.width, high, box.width, box.height),
                ]
    return found


def _write(
    root: XmlElement,
    process: Process,
    sheet: Sheet,
    lines: Mapping[str, Sequence[Point]],
    flow_labels: Mapping[str, Box],
) -> None:
    """Append the diagram: pool, lanes, nodes, flows."""
    diagram = SubElement(root, DIAGRAM, {"id": f"{process.id}_diagram"})
    pool = root.find(f"{tag('collaboration')}/{tag('participant')}")
    collaboration = root.find(tag("collaboration"))
    on = process.id if pool is None or collaboration is None else collaboration.get("id", "")
    plane = SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", {"id": f"{process.id}_plane", "bpmnElement": on})
    if pool is not None:
        _shape(plane, pool.get("id", ""), sheet.pool, isHorizontal="false")
    for lane, box in zip(process.lanes, sheet.lanes, strict=False):
        _shape(plane, lane.id, box, isHorizontal="false")
    for name, box in sheet.boxes.items():
        marked = {"isMarkerVisible": "true"} if process.elements[name].kind is Kind.CHOICE else {}
        _label(_shape(plane, name, box, **marked), sheet.labels.get(name))
    for flow in process.flows:
        if flow.id in lines:
            edge = SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{flow.id}_di", "bpmnElement": flow.id})
            for x, y in lines[flow.id]:
                SubElement(edge, f"{{{DI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
            _label(edge, flow_labels.get(flow.id))


def _shape(plane: XmlElement, name: str, box: Box, **said: str) -> XmlElement:
    shape = SubElement(plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{name}_di", "bpmnElement": name, **said})
    _bounds(shape, box)
    return shape


def _label(shape: XmlElement, box: Box | None) -> None:
    if box is not None:
        _bounds(SubElement(shape, f"{{{BPMNDI}}}BPMNLabel"), box)


def _bounds(parent: XmlElement, box: Box) -> None:
    measures = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    SubElement(parent, f"{{{DC}}}Bounds", {name: f"{value:g}" for name, value in measures.items()})
