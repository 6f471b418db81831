"""Draw a procedure as SVG from its BPMN DI, the same picture for the public and, with a case's steps marked, at a desk.

Only presentation attributes are used, so it shows the same inside a page under a strict content security policy and
as a file by itself; the classes let a page's own style sheet say more. What is done or open now is told without
colour too: a tick, a heavy frame.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Final
from xml.etree.ElementTree import Element as XmlElement

from heliograph.kernel.bpmn.faults import BpmnRefusedError, Fault
from heliograph.kernel.bpmn.geometry import FONT, LINE, SMALL, SMALL_LINE
from heliograph.kernel.bpmn.model import Element, Process
from heliograph.kernel.bpmn.notation import BPMNDI, DC, DI, KIND_NAMES, Kind
from heliograph.kernel.bpmn.reading import read_process
from heliograph.kernel.bpmn.routing import Box, Point
from heliograph.kernel.bpmn.source import parse
from heliograph.kernel.bpmn.svg import Tag, path_of, tag
from heliograph.kernel.bpmn.wrapping import wrap

MAX_MEASURE: Final = 100_000
FONTS: Final = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',SimHei,sans-serif"
INK, SOFT, PAPER, BAND, HEAD = "#1f2933", "#52606d", "#ffffff", "#f5f7fa", "#e4e9ef"
DONE_FILL, DONE_LINE, NOW_FILL, NOW_LINE, SKIPPED = "#e3f4e8", "#1b6b3a", "#fff1d6", "#b54708", "#9aa5b1"
_SQUARE: Final = {Kind.TASK, Kind.RULE, Kind.CALL}
_STATE_NAMES: Final = {"done": "已办", "now": "正在办理", "skipped": "未经过", "": ""}


@dataclass(frozen=True, slots=True)
class _Look:
    """How a state looks: fill, line, width of the line, and how the words are inked."""

    fill: str
    line: str
    width: float
    ink: str


_LOOKS: Final = {
    "": _Look(PAPER, INK, 1.5, INK),
    "done": _Look(DONE_FILL, DONE_LINE, 1.5, INK),
    "now": _Look(NOW_FILL, NOW_LINE, 4, INK),
    "skipped": _Look(PAPER, SKIPPED, 1.2, SOFT),
}


def draw(xml: bytes, *, done: Collection[str] = (), now: Collection[str] = (), skipped: Collection[str] = ()) -> str:
    """Return the picture of a file that has a diagram. Raises BpmnRefusedError.

    The marks are places and flows of a case; a place inside a called process marks the call.
    """
    process = read_process(xml)
    picture = Picture(process, parse(xml), _marks(done, now, skipped))
    return picture.draw()


def _marks(done: Collection[str], now: Collection[str], skipped: Collection[str]) -> dict[str, str]:
    marks: dict[str, str] = {}
    for state, places in (("skipped", skipped), ("done", done), ("now", now)):
        marks.update((place.split("/")[0], state) for place in places)
    return marks


class Picture:
    """One drawing; shapes and lines are taken from the diagram, their meaning from the process."""

    def __init__(self, process: Process, root: XmlElement, marks: dict[str, str]) -> None:
        self.process, self.marks = process, marks
        self.boxes = {shape.get("bpmnElement", ""): _bounds(shape) for shape in root.iter(f"{{{BPMNDI}}}BPMNShape")}
        self.lines = {edge.get("bpmnElement", ""): _points(edge) for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge")}
        self.labels = {
            parent.get("bpmnElement", ""): _bounds(label)
            for kind in ("BPMNShape", "BPMNEdge")
            for parent in root.iter(f"{{{BPMNDI}}}{kind}")
            for label in parent.findall(f"{{{BPMNDI}}}BPMNLabel")
            if label.find(f"{{{DC}}}Bounds") is not None
        }
        self.pools = [
            pool.get("id", "") for pool in root.iter() if pool.tag.endswith("}participant") and pool.get("id")
        ]
        missing = [name for name in process.elements if name not in self.boxes]
        if missing:
            raise BpmnRefusedError([Fault(name, process.elements[name].name, "没有画在图上") for name in missing])

    def draw(self) -> str:
        """Return the whole picture."""
        x, y, right, bottom = self.extent()
        size = {"viewBox": f"{x:g} {y:g} {right - x:g} {bottom - y:g}", "width": f"{right - x:g}"}
        name = self.process.name or self.process.id
        inner = [
            tag("title", name, id=f"{self.process.id}_title"),
            tag("desc", self._description(), id=f"{self.process.id}_desc"),
            arrows(),
            Tag(
                "rect",
                {"x": f"{x:g}", "y": f"{y:g}", "width": f"{right - x:g}", "height": f"{bottom - y:g}", "fill": PAPER},
            ),
            *self.parts(y, bottom),
        ]
        return Tag(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg", **size, "height": f"{bottom - y:g}", "role": "img",
                "aria-labelledby": f"{self.process.id}_title {self.process.id}_desc",
                "font-family": FONTS, "font-size": str(FONT), "class": "procedure",
            },
            inner,
        ).written()  # fmt: skip

    def parts(self, top: float, bottom: float) -> Iterator[Tag]:
        """Yield what lies between two heights, wholly or in part: pool and lanes, lines, nodes, words."""
        yield from self._ground()
        for flow in self.process.flows:
            if any(top <= y <= bottom for y in _heights(self.lines.get(flow.id, []), top, bottom)):
                yield from self._line(flow.id)
        for element in self.process.elements.values():
            boxes = [self.boxes[element.id], self.labels.get(element.id, self.boxes[element.id])]
            if any(box.y <= bottom and top <= box.bottom for box in boxes):
                yield self._node(element)
        for flow in self.process.flows:
            label = self.labels.get(flow.id)
            if label is not None and label.y <= bottom and top <= label.bottom:
                yield from self._words(flow.name, label, SOFT)

    def extent(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of all that is drawn."""
        points = [point for line in self.lines.values() for point in line]
        boxes = [*self.boxes.values(), *self.labels.values()]
        xs = [x for x, _ in points] + [edge for box in boxes for edge in (box.x, box.right)]
        ys = [y for _, y in points] + [edge for box in boxes for edge in (box.y, box.bottom)]
        return min(xs) - 12, min(ys) - 12, max(xs) + 12, max(ys) + 12

    def _description(self) -> str:
        """Return the procedure in a sentence or two, for those who cannot see the picture."""
        lanes = "、".join(lane.name for lane in self.process.lanes)
        tasks = sum(element.kind is Kind.TASK for element in self.process.elements.values())
        said = f"流程图，共 {tasks} 个办理环节" + (f"，由{lanes}办理" if lanes else "") + "。"
        for state in ("done", "now"):
            names = [
                one.shown
                for one in self.process.elements.values()
                if self.marks.get(one.id) == state and one.kind in _SQUARE
            ]
            said += f"{_STATE_NAMES[state]}：{'、'.join(names)}。" if names else ""
        return said

    def _ground(self) -> Iterator[Tag]:
        """Yield pool and lanes with their headings."""
        for pool in self.pools:
            if pool in self.boxes:
                box = self.boxes[pool]
                tops = [self.boxes[lane.id].y for lane in self.process.lanes if lane.id in self.boxes]
                head = Box(box.x, box.y, box.width, min([*tops, box.bottom]) - box.y)
                yield _rect(box, fill=PAPER, stroke=SOFT)
                yield from self._heading(self.process.name, head, FONT + 4)
        for number, lane in enumerate(self.process.lanes):
            if lane.id in self.boxes:
                box = self.boxes[lane.id]
                head = Box(box.x, box.y, box.width, 32)
                shade = BAND if number % 2 else PAPER
                inner = [_rect(box, fill=shade, stroke=SKIPPED), _rect(head, fill=HEAD, stroke=SKIPPED)]
                yield Tag("g", {"class": "lane"}, [*inner, *self._heading(lane.name, head, FONT)])

    def _heading(self, text: str, box: Box, size: int) -> Iterator[Tag]:
        x, y = box.centre
        said = {"x": f"{x:g}", "y": f"{y + size * 0.36:g}", "text-anchor": "middle", "font-weight": "bold"}
        yield tag("text", text, **said, font_size=str(size), fill=INK)

    def _line(self, flow: str) -> Iterator[Tag]:
        state = self.marks.get(flow, "")
        colour = {"done": DONE_LINE, "skipped": SKIPPED}.get(state, SOFT)
        drawn = {
            "d": path_of(self.lines[flow]), "fill": "none", "stroke": colour,
            "stroke-width": "2.5" if state == "done" else "1.4", "stroke-linejoin": "round",
            "marker-end": f"url(#{'arrow-done' if state == 'done' else 'arrow'})", "class": f"flow {state}".strip(),
        }  # fmt: skip
        yield Tag("path", drawn)

    def _node(self, element: Element) -> Tag:
        state = self.marks.get(element.id, "")
        look, box = _LOOKS[state], self.boxes[element.id]
        spoken = f"{element.shown}（{KIND_NAMES[element.kind]}{'，' if state else ''}{_STATE_NAMES[state]}）"
        inner = [tag("title", spoken), *self._shape(element, box, look)]
        if state == "done":
            inner.extend(_tick(box, element.kind))
        return Tag("g", {"class": f"node {state}".strip(), "data-node": element.id}, inner)

    def _shape(self, element: Element, box: Box, look: _Look) -> Iterator[Tag]:
        match element.kind:
            case Kind.START | Kind.END | Kind.TIMER:
                yield from _circle(element, box, look)
            case Kind.CHOICE | Kind.PARALLEL:
                yield from _diamond(element, box, look)
            case _:
                yield from self._task(element, box, look)
                return
        if element.name and element.id in self.labels:
            yield from self._words(element.name, self.labels[element.id], look.ink)

    def _task(self, element: Element, box: Box, look: _Look) -> Iterator[Tag]:
        yield _rect(box, fill=look.fill, stroke=look.line, width=look.width, round=8)
        if element.kind is Kind.CALL:
            yield _rect(box.grown(-4), fill="none", stroke=look.line, round=5)
        if element.kind is Kind.RULE:
            yield from _table_mark(box, look)
        lines = wrap(element.name, (box.width - 18) / FONT)
        size, step = (FONT, LINE) if len(lines) * LINE <= box.height - 8 else (SMALL, SMALL_LINE)
        if size == SMALL:
            lines = wrap(element.name, (box.width - 14) / SMALL)
        x, y = box.centre
        top = y - (len(lines) - 1) * step / 2 + size * 0.36
        for number, line in enumerate(lines):
            said = {"x": f"{x:g}", "y": f"{top + number * step:g}", "text-anchor": "middle", "fill": look.ink}
            weight = {"font_weight": "bold"} if look.width > 3 else {}
            yield tag("text", line, **said, **({"font_size": str(size)} if size != FONT else {}), **weight)

    def _words(self, text: str, box: Box, ink: str) -> Iterator[Tag]:
        """Yield small words beside a shape or a line, on a rim of paper that keeps lines from them."""
        for number, line in enumerate(wrap(text, max(box.width + 1, SMALL) / SMALL)):
            said = {"x": f"{box.x:g}", "y": f"{box.y + number * SMALL_LINE + SMALL:g}", "fill": ink}
            rim = {"stroke": PAPER, "stroke_width": "3", "paint_order": "stroke", "stroke_linejoin": "round"}
            yield tag("text", line, **said, **rim, font_size=str(SMALL))


def _heights(line: Sequence[Point], top: float, bottom: float) -> Iterator[float]:
    """Yield the heights of a line's points, and the middle of the band where a stretch of it passes right through."""
    yield from (y for _, y in line)
    for (_, one), (_, other) in pairwise(line):
        if min(one, other) < top and bottom < max(one, other):
            yield (top + bottom) / 2


def _number(node: XmlElement, name: str) -> float:
    try:
        value = float(node.get(name, ""))
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > MAX_MEASURE:
        raise BpmnRefusedError([Fault(node.get("id", ""), "", f"图上的位置 {name} 不是可用的数")])
    return value


def _bounds(shape: XmlElement) -> Box:
    bounds = shape.find(f"{{{DC}}}Bounds")
    if bounds is None:
        raise BpmnRefusedError([Fault(shape.get("bpmnElement", ""), "", "图上没有写明位置")])
    return Box(*(_number(bounds, name) for name in ("x", "y", "width", "height")))


def _points(edge: XmlElement) -> list[Point]:
    points = [(_number(point, "x"), _number(point, "y")) for point in edge.findall(f"{{{DI}}}waypoint")]
    if len(points) < 2:
        raise BpmnRefusedError([Fault(edge.get("bpmnElement", ""), "", "图上的连线不足两个点")])
    return points


def _rect(box: Box, *, fill: str, stroke: str, width: float = 1, round: int = 0) -> Tag:
    said = {"x": f"{box.x:g}", "y": f"{box.y:g}", "width": f"{box.width:g}", "height": f"{box.height:g}"}
    corner = {"rx": str(round)} if round else {}
    return Tag("rect", {**said, **corner, "fill": fill, "stroke": stroke, "stroke-width": f"{width:g}"})


def arrows() -> Tag:
    """Return the heads of arrows, which lines name."""
    heads = []
    for name, colour in (("arrow", SOFT), ("arrow-done", DONE_LINE)):
        said = {
            "id": name, "viewBox": "0 0 10 10", "refX": "9.5", "refY": "5", "markerWidth": "9", "markerHeight": "9",
            "markerUnits": "userSpaceOnUse", "orient": "auto",
        }  # fmt: skip
        heads.append(Tag("marker", said, [Tag("path", {"d": "M0 1L10 5L0 9Z", "fill": colour})]))
    return Tag("defs", {}, heads)


def _circle(element: Element, box: Box, look: _Look) -> Iterator[Tag]:
    x, y = box.centre
    end = element.kind is Kind.END
    said = {"cx": f"{x:g}", "cy": f"{y:g}", "fill": look.fill, "stroke": look.line}
    yield Tag("circle", {**said, "r": f"{box.width / 2:g}", "stroke-width": f"{max(look.width, 3.5 if end else 0):g}"})
    if element.terminate:
        yield Tag("circle", {**said, "fill": look.line, "r": f"{box.width / 4:g}"})
    if element.kind is Kind.TIMER:
        dash = {} if element.interrupting else {"stroke-dasharray": "3 2"}
        yield Tag("circle", {**said, "r": f"{box.width / 2 - 3:g}", **dash})
        hands = f"M{x:g} {y - 6:g}V{y:g}L{x + 4:g} {y + 3:g}"
        yield Tag("path", {"d": hands, "fill": "none", "stroke": look.line, "stroke-width": "1.5"})


def _diamond(element: Element, box: Box, look: _Look) -> Iterator[Tag]:
    x, y = box.centre
    tips = f"M{x:g} {box.y:g}L{box.right:g} {y:g}L{x:g} {box.bottom:g}L{box.x:g} {y:g}Z"
    yield Tag("path", {"d": tips, "fill": look.fill, "stroke": look.line, "stroke-width": f"{look.width:g}"})
    reach, arm = box.width / 6, box.width / 4
    down = f"M{x - reach:g} {y - reach:g}L{x + reach:g} {y + reach:g}"
    across = f"{down}M{x + reach:g} {y - reach:g}L{x - reach:g} {y + reach:g}"
    upright = f"M{x:g} {y - arm:g}V{y + arm:g}M{x - arm:g} {y:g}H{x + arm:g}"
    mark = across if element.kind is Kind.CHOICE else upright
    yield Tag("path", {"d": mark, "fill": "none", "stroke": look.line, "stroke-width": "3"})


def _table_mark(box: Box, look: _Look) -> Iterator[Tag]:
    """Yield the small table in the corner that tells a rule task."""
    x, y = box.x + 7, box.y + 7
    frame = f"M{x:g} {y:g}h14v10h-14zM{x:g} {y + 3.5:g}h14M{x + 4.5:g} {y + 3.5:g}v6.5"
    yield Tag("path", {"d": frame, "fill": "none", "stroke": look.line, "stroke-width": "1"})


def _tick(box: Box, kind: Kind) -> Iterator[Tag]:
    """Yield the tick of what is done, on an upper corner; words stand to the right of round shapes."""
    x, y = (box.right - 4, box.y + 4) if kind in _SQUARE else (box.x + box.width * 0.16, box.y + box.height * 0.2)
    yield Tag("circle", {"cx": f"{x:g}", "cy": f"{y:g}", "r": "8", "fill": DONE_LINE, "stroke": PAPER})
    tick = f"M{x - 4:g} {y:g}l3 3.5l5 -6.5"
    yield Tag("path", {"d": tick, "fill": "none", "stroke": PAPER, "stroke-width": "2"})
