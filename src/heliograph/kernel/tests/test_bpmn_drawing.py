"""Layout and picture: boxes stay apart, lines go round them, words break well, marks are seen without colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree.ElementTree import Element as XmlElement

import pytest
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.kernel.bpmn import BpmnRefusedError, draw, lay_out, read_process
from heliograph.kernel.bpmn.notation import BPMNDI, DC, DI
from heliograph.kernel.bpmn.routing import Box, Router
from heliograph.kernel.bpmn.wrapping import width, wrap
from heliograph.kernel.tests import bpmn_written as w
from heliograph.kernel.tests.bpmn_blocks import Block, blocks, parts_of

Line = list[tuple[float, float]]


def box_of(shape: XmlElement) -> Box:
    bounds = shape.find(f"{{{DC}}}Bounds")
    assert bounds is not None
    return Box(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))


def drawn(xml: bytes) -> tuple[dict[str, Box], dict[str, Line]]:
    """Return the boxes and lines of a file's diagram."""
    root = fromstring(xml)
    boxes = {shape.get("bpmnElement"): box_of(shape) for shape in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    lines = {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(f"{{{DI}}}waypoint")]
        for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge")
    }
    return boxes, lines


def inside(box: Box) -> Box:
    return box.grown(-1)


def crossed(xml: bytes) -> Iterator[str]:
    """Yield what a good drawing does not have: boxes on boxes, lines through boxes, slanting lines."""
    process = read_process(xml)
    boxes, lines = drawn(xml)
    standing = {name: boxes[name] for name, one in process.elements.items() if not one.host}
    for one, other in combinations(standing, 2):
        if standing[one].meets(standing[other]):
            yield f"{one} on {other}"
    ends = {flow.id: (flow.source, flow.target) for flow in process.flows}
    for flow, line in lines.items():
        for (x, y), (to_x, to_y) in pairwise(line):
            if x != to_x and y != to_y:
                yield f"{flow} slants"
            ground = Box(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))
            for name, box in standing.items():
                if ground.meets(inside(box)) and name != process.elements[ends[flow][0]].host:
                    yield f"{flow} through {name}"


def test_the_sample_is_laid_out_well_and_the_same_each_time() -> None:
    xml = lay_out(w.SAMPLE)
    assert list(crossed(xml)) == []
    assert xml == lay_out(w.SAMPLE) == lay_out(xml)
    before, after = read_process(w.SAMPLE), read_process(xml)
    assert before == after
    boxes, lines = drawn(xml)
    assert set(boxes) == {*before.elements, "l_handler", "l_reviewer", "l_leader", "pool_sample"}
    assert set(lines) == {flow.id for flow in before.flows}
    assert boxes["pool_sample"].right <= 1320
    for name, element in before.elements.items():
        lane = boxes[element.lane]
        assert lane.x <= boxes[name].x
        assert boxes[name].right <= lane.right
        assert lane.holds(boxes[name].centre)
    assert xml.count(b'isHorizontal="false"') == 4
    assert b'id="sample_diagram"' in xml


def test_a_process_without_pool_and_lanes_is_laid_out_too() -> None:
    xml = lay_out(w.file(w.start(), w.task("t"), w.end(), w.chain("s", "t", "e"), pool=False))
    assert b'bpmnElement="main"' in xml
    assert list(crossed(xml)) == []
    assert "<svg" in draw(xml)


def test_many_lanes_get_one_column_each() -> None:
    names = [f"t{number}" for number in range(8)]
    lanes = w.lanes(**{f"l{n}": f"机构{n}:r{n}:{name}" + (" s e" if n == 0 else "") for n, name in enumerate(names)})
    xml = lay_out(w.file(lanes, w.start(), *(w.task(name) for name in names), w.end(), w.chain("s", *names, "e")))
    assert list(crossed(xml)) == []


def test_a_step_to_another_lane_stays_level_unless_something_stands_between() -> None:
    lanes = w.lanes(a="甲:r:s p x e", b="乙:r:y j", c="丙:r:z")
    parts = (w.start(), w.parallel("p"), w.task("x"), w.task("y"), w.task("z"), w.parallel("j"), w.end())
    flows = w.chain("s", "p", "y", "j", "e") + w.chain("p", "x", "z", "j")
    boxes, _ = drawn(lay_out(w.file(lanes, *parts, flows)))
    assert boxes["x"].y == boxes["y"].y < boxes["z"].y
    lanes = w.lanes(a="甲:r:s x e", b="乙:r:z")
    boxes, _ = drawn(lay_out(w.file(lanes, w.start(), w.task("x"), w.task("z"), w.end(), w.chain("s", "x", "z", "e"))))
    assert boxes["x"].y == boxes["z"].y


def test_a_task_holds_several_timers() -> None:
    timers = [w.timer(f"b{number}", "t", interrupting=number % 2 == 0) for number in range(4)]
    ends = [w.end(f"x{number}") + w.chain(f"b{number}", f"x{number}") for number in range(4)]
    xml = lay_out(w.file(w.start(), w.task("t"), w.end(), w.chain("s", "t", "e"), *timers, *ends))
    boxes, _ = drawn(xml)
    assert not any(boxes[f"b{a}"].meets(boxes[f"b{b}"]) for a, b in combinations(range(4), 2))


def test_what_is_never_reached_is_left_out_of_the_layout_and_refused_in_the_picture() -> None:
    ring = w.file(
        w.start(), w.end(), w.chain("s", "e"), w.task("a"), w.task("b"), w.timer("x", "a"), w.end("e2"),
        w.chain("a", "b", "a"), w.chain("x", "e2"),
    )  # fmt: skip
    with pytest.raises(BpmnRefusedError, match="没有画在图上"):
        draw(lay_out(ring))


@settings(max_examples=12, deadline=None)
@given(blocks())
def test_procedures_made_of_blocks_are_laid_out_without_faults(block: Block) -> None:
    assert list(crossed(lay_out(w.file(*parts_of(block))))) == []


def test_lines_cannot_be_drawn_where_there_is_no_way() -> None:
    boxes = {"a": Box(0, 0, 10, 10), "b": Box(90, 0, 10, 10), "wall": Box(40, -50, 10, 200)}
    router = Router([5.0, 45.0, 95.0], [5.0, 50.0], boxes, [], {})
    with pytest.raises(AssertionError, match="no line from a to b"):
        router.route("a", "b")


MARKED = {
    "done": ("s", "t_accept", "f_s_t_accept", "g_complete"),
    "now": ("c_review/t_opinion",),
    "skipped": ("b_late", "f_incomplete"),
}


def test_the_picture_tells_what_is_done_and_what_is_open_without_colour() -> None:
    svg = draw(lay_out(w.SAMPLE), **MARKED)
    root = fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    nodes = {group.get("data-node"): group for group in root.iter(f"{space}g") if group.get("data-node")}
    assert nodes["t_accept"].get("class") == "node done"
    assert nodes["c_review"].get("class") == "node now"
    assert nodes["b_late"].get("class") == "node skipped"
    assert nodes["t_archive"].get("class") == "node"
    assert len(nodes["t_accept"].findall(f"{space}path")) == 1  # the tick
    frame = nodes["c_review"].find(f"{space}rect")
    assert frame is not None
    assert frame.get("stroke-width") == "4"
    assert nodes["c_review"].findtext(f"{space}title") == "法制审核（调用环节，正在办理）"
    assert root.findtext(f"{space}title") == "示范许可程序"
    assert "共 8 个办理环节，由承办科室、法制审核机构、负责人办理。已办：受理审查。正在办理：法制审核。" in (
        root.findtext(f"{space}desc") or ""
    )
    classes = {one.get("class") for one in root.iter() if one.get("class")}
    assert {"lane", "flow", "flow done", "flow skipped", "procedure"} <= classes


def test_the_picture_needs_no_style_and_no_script() -> None:
    svg = draw(lay_out(w.SAMPLE))
    assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=|javascript:|<foreignObject|href=", svg)
    sizes = [float(size) for size in re.findall(r'font-size="([0-9.]+)"', svg)]
    assert min(sizes) >= 12


def test_names_are_escaped() -> None:
    xml = w.file(w.start(), w.task("t", '<script>"&'), w.end(), w.chain("s", "t", "e"))
    svg = draw(lay_out(xml))
    assert "<script" not in svg
    fromstring(svg)


def test_long_names_are_set_smaller() -> None:
    name = "对当事人逾期不履行行政决定的情况进行催告并制作催告书送达当事人"
    svg = draw(lay_out(w.file(w.start(), w.task("t", name), w.end(), w.chain("s", "t", "e"))))
    lines = re.findall(r'font-size="12">([^<]+)</text>', svg)
    assert name in "".join(lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (rb' x="[0-9]+" y', b' x="nan" y', "不是可用的数"),
        (rb' width="[0-9]+"', b' width="1e9"', "不是可用的数"),
        (rb' width="[0-9]+"', b' width="wide"', "不是可用的数"),
        (rb"<dc:Bounds[^>]*/>", b"", "没有写明位置"),
        (rb"<di:waypoint[^>]*/>", b"", "不足两个点"),
        (rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", "没有画在图上"),
    ],
)
def test_diagrams_that_cannot_be_drawn_are_refused(old: bytes, new: bytes, said: str) -> None:
    xml = re.sub(old, new, lay_out(w.SAMPLE), flags=re.DOTALL)
    with pytest.raises(BpmnRefusedError, match=said):
        draw(xml)


def test_a_diagram_of_another_editor_may_leave_out_pool_lanes_and_words() -> None:
    xml = lay_out(w.SAMPLE)
    for name in ("pool_sample", "l_leader"):
        xml = re.sub(rb'<bpmndi:BPMNShape id="%s_di".*?</bpmndi:BPMNShape>' % name.encode(), b"", xml, flags=re.DOTALL)
    xml = re.sub(rb"<bpmndi:BPMNLabel>.*?</bpmndi:BPMNLabel>", b"<bpmndi:BPMNLabel/>", xml, flags=re.DOTALL)
    svg = draw(xml)
    assert "承办科室</text>" in svg
    assert "负责人</text>" not in svg
    assert "不齐全</text>" not in svg


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("负责人审批", 9, ("负责人审批",)),
        ("制作调查终结报告书", 8, ("制作调查", "终结报告书")),
        ("实质审查（两人以上）", 9, ("实质审查", "（两人以上）")),
        ("送达，公示", 3, ("送达，", "公示")),
        ("公示期满7个工作日", 6, ("公示期满", "7个工作日")),
        ("ABCDEFGHIJ", 3, ("ABCDEFGHIJ",)),
        ("", 3, ()),
    ],
)
def test_words_break_where_a_reader_would(text: str, limit: float, lines: tuple[str, ...]) -> None:
    assert wrap(text, limit) == lines


@given(st.text("听证审核案件（）、，。7a", min_size=1, max_size=40), st.integers(3, 12))
def test_no_character_is_lost_and_no_line_begins_with_a_closing_mark(text: str, limit: int) -> None:
    lines = wrap(text, float(limit))
    assert "".join(lines) == text
    assert not any(line[0] in "）、，。" for line in lines[1:])


@given(st.text("听证审核案件", min_size=7, max_size=40), st.integers(4, 12))
def test_plain_words_fill_even_lines_without_a_lone_last_character(text: str, limit: int) -> None:
    lines = wrap(text, float(limit))
    assert all(width(line) <= limit for line in lines)
    assert len(lines) == -(-len(text) // limit)
    assert len(lines[-1]) > 1 or len(lines) == 1
