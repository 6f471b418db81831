"""A drawing on sheets of paper: cut where it hurts nobody, its ends numbered so that they are found again.

No word is printed smaller than seven points. A drawing is cut only between shapes; every line that a cut goes through
ends in a numbered circle, and goes on from the circle with the same number. Lane headings stand on top of each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from math import floor
from typing import Final, Literal

from heliograph.kernel.bpmn.drawing import FONTS, HEAD, INK, PAPER, SKIPPED, SOFT, Picture, arrows
from heliograph.kernel.bpmn.geometry import FONT, SMALL
from heliograph.kernel.bpmn.reading import read_process
from heliograph.kernel.bpmn.source import parse
from heliograph.kernel.bpmn.svg import Tag, path_of, tag

PaperSize = Literal["A4", "A3"]
Orientation = Literal["portrait", "landscape"]
PAPERS: Final[dict[PaperSize, tuple[int, int]]] = {"A4": (210, 297), "A3": (297, 420)}
MARGIN: Final = 12  # mm, on each side
HEADING: Final = 16  # mm, for title, version and page number
GUTTER: Final = 6  # mm, between columns
POINT: Final = 25.4 / 72  # mm
LEAST: Final = 7.2 * POINT / SMALL  # mm for each unit of the drawing
MOST: Final = 11 * POINT / SMALL
STRIP: Final = 30  # units, for the numbered ends
LANE_STRIP: Final = 32
CLEAR: Final = 5
_APART: Final = 24
_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class SheetOf:
    """One sheet: the parts of the drawing on it, from left to right, each as SVG in millimetres."""

    number: int
    paper: PaperSize
    orientation: Orientation
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a drawing goes on paper: which way round, in how many columns, how large, and where it is cut."""

    orientation: Orientation
    columns: int
    scale: float
    cuts: tuple[float, ...]

    @property
    def sheets(self) -> int:
        return -(-(len(self.cuts) - 1) // self.columns)


def draw_sheets(xml: bytes, paper: PaperSize = "A4") -> list[SheetOf]:
    """Return the sheets of a file that has a diagram. Raises BpmnRefusedError."""
    picture = Picture(read_process(xml), parse(xml), {})
    plan = _plan(picture, paper)
    numbers = count(1)
    ends = [_ends(picture, cut, numbers) for cut in plan.cuts]
    last = len(plan.cuts) - 2
    parts = [
        _part(picture, plan, number, ends[number] if number else (), ends[number + 1] if number < last else ())
        for number in range(last + 1)
    ]
    return [
        SheetOf(number, paper, plan.orientation, tuple(parts[first : first + plan.columns]))
        for number, first in enumerate(range(0, len(parts), plan.columns), 1)
    ]


# -- the plan
def _plan(picture: Picture, paper: PaperSize) -> _Plan:
    """Return the plan with the fewest sheets; of these the one with the largest words."""
    plans = [plan for way, columns in _ways() if (plan := _best(picture, paper, way, columns)) is not None]
    if not plans:  # wider than the paper at a readable size: as large as it goes
        plans = [_at(picture, paper, "landscape", 1, _widest(picture, paper, "landscape", 1))]
    return min(plans, key=lambda plan: (plan.sheets, -plan.scale, plan.columns))


def _ways() -> Iterator[tuple[Orientation, int]]:
    for columns in (1, 2, 3):
        yield "portrait", columns
        yield "landscape", columns


def _room(paper: PaperSize, way: Orientation, columns: int) -> tuple[float, float]:
    """Return width and height in mm that a column has."""
    short, long = PAPERS[paper]
    across, down = (short, long) if way == "portrait" else (long, short)
    return (across - 2 * MARGIN - GUTTER * (columns - 1)) / columns, down - 2 * MARGIN - HEADING


def _widest(picture: Picture, paper: PaperSize, way: Orientation, columns: int) -> float:
    left, _, right, _ = picture.extent()
    return min(_room(paper, way, columns)[0] / (right - left), MOST)


def _best(picture: Picture, paper: PaperSize, way: Orientation, columns: int) -> _Plan | None:
    """Return the plan with the largest words among those with the fewest sheets."""
    widest = _widest(picture, paper, way, columns)
    if widest < LEAST:
        return None
    fewest = _at(picture, paper, way, columns, LEAST)
    for step in range(_STEPS):
        plan = _at(picture, paper, way, columns, widest - (widest - LEAST) * step / _STEPS)
        if plan.sheets == fewest.sheets:
            return plan
    return fewest


def _at(picture: Picture, paper: PaperSize, way: Orientation, columns: int, scale: float) -> _Plan:
    """Return the plan at a scale, its parts as even in height as they can be without there being more of them."""
    height = _room(paper, way, columns)[1] / scale
    cuts = tuple(_cuts(picture, height))
    for share in range(1, _STEPS):
        even = tuple(_cuts(picture, height * (1 - share / (2 * _STEPS))))
        if len(even) > len(cuts):
            break
        cuts = even
    return _Plan(way, columns, scale, cuts)


def _cuts(picture: Picture, height: float) -> Iterator[float]:
    """Yield where a drawing is cut for parts of a height, from its top to its bottom."""
    _, top, _, bottom = picture.extent()
    taken = list(_taken(picture))
    at, room = top, height - STRIP  # the first part has no ends above it
    yield at
    while bottom - at > room + (STRIP if at == top else 0):
        at = float(floor(_cut(taken, at + room / 3, at + room)))
        yield at
        room = height - 2 * STRIP - LANE_STRIP
        if bottom - at <= room + STRIP:
            break
    yield bottom


def _taken(picture: Picture) -> Iterator[tuple[float, float]]:
    """Yield the heights through which no cut may go: shapes, words, lines across."""
    for box in (*(picture.boxes[key] for key in picture.process.elements), *picture.labels.values()):
        yield box.y - CLEAR, box.bottom + CLEAR
    for line in picture.lines.values():
        for (_, one), (_, other) in pairwise(line):
            if abs(one - other) < 1:
                yield one - CLEAR, one + CLEAR


def _cut(taken: Sequence[tuple[float, float]], least: float, most: float) -> float:
    """Return the lowest height that is free; where none is, the lowest there is."""
    at = most
    while at > least:
        hit = [low for low, high in taken if low < at < high]
        if not hit:
            return at
        at = min(hit)
    return most


# -- the parts
@dataclass(frozen=True, slots=True)
class _End:
    """A line that goes through a cut: where, its number, and where the circle stands."""

    x: float
    number: int
    circle: float


def _ends(picture: Picture, cut: float, numbers: Iterator[int]) -> tuple[_End, ...]:
    """Return where lines cross a cut, from left to right, each with its number."""
    found = {
        round(one[0], 1)
        for line in picture.lines.values()
        for one, other in pairwise(line)
        if min(one[1], other[1]) < cut < max(one[1], other[1])
    }
    ends: list[_End] = []
    for x in sorted(found):
        ends.append(_End(x, next(numbers), max(x, ends[-1].circle + _APART if ends else x)))
    return tuple(ends)


def _part(picture: Picture, plan: _Plan, number: int, above: Sequence[_End], below: Sequence[_End]) -> str:
    """Return one part as SVG: lane headings and ends above, its band of the drawing, ends below."""
    left, _, right, _ = picture.extent()
    top, bottom = plan.cuts[number], plan.cuts[number + 1]
    head = LANE_STRIP + STRIP if number else 0
    foot = STRIP if number + 2 < len(plan.cuts) else 0
    across, down = right - left, head + bottom - top + foot
    band = Tag(
        "svg",
        {"x": "0", "y": f"{head:g}", "width": f"{across:g}", "height": f"{bottom - top:g}",
         "viewBox": f"{left:g} {top:g} {across:g} {bottom - top:g}"},
        list(picture.parts(top, bottom)),
    )  # fmt: skip
    name = picture.process.name or picture.process.id
    inner = [
        tag("title", f"{name}，第 {number + 1} 部分"),
        arrows(),
        Tag("rect", {"width": f"{across:g}", "height": f"{down:g}", "fill": PAPER}),
        *(_headings(picture, left) if number else ()),
        *(one for end in above for one in _end(end, left, head, head - STRIP / 2 - 1)),
        band,
        *(one for end in below for one in _end(end, left, head + bottom - top, down - STRIP / 2 + 1)),
    ]
    size = {"width": f"{across * plan.scale:.2f}mm", "height": f"{down * plan.scale:.2f}mm"}
    said = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {across:g} {down:g}", **size, "role": "img",
            "font-family": FONTS, "font-size": str(FONT), "class": "procedure"}  # fmt: skip
    return Tag("svg", said, inner).written()


def _headings(picture: Picture, left: float) -> Iterator[Tag]:
    """Yield the headings of the lanes again, for a part that does not begin with them."""
    for lane in picture.process.lanes:
        if lane.id in picture.boxes:
            box = picture.boxes[lane.id]
            shape = {"x": f"{box.x - left:g}", "y": "0", "width": f"{box.width:g}", "height": f"{LANE_STRIP}"}
            yield Tag("rect", {**shape, "fill": HEAD, "stroke": SKIPPED})
            said = {"x": f"{box.centre[0] - left:g}", "y": f"{LANE_STRIP / 2 + 5:g}", "text-anchor": "middle"}
            yield tag("text", lane.name, **said, font_weight="bold", fill=INK)


def _end(end: _End, left: float, edge: float, at: float) -> Iterator[Tag]:
    """Yield the numbered end of a line that goes on in another part."""
    x = end.circle - left
    yield Tag("path", {"d": path_of([(end.x - left, edge), (x, at)]), "stroke": SOFT, "stroke-width": "1.4"})
    yield Tag("circle", {"cx": f"{x:g}", "cy": f"{at:g}", "r": "11", "fill": PAPER, "stroke": SOFT})
    said = {"x": f"{x:g}", "y": f"{at + 4.3:g}", "text-anchor": "middle", "fill": INK}
    yield tag("text", str(end.number), **said, font_size=str(SMALL))
