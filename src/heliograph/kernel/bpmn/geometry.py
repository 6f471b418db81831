"""The measures of a drawing: how large things are, where rows and columns lie, where words stand beside shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from heliograph.kernel.bpmn.model import Element, Process
from heliograph.kernel.bpmn.notation import Kind
from heliograph.kernel.bpmn.placing import Placement
from heliograph.kernel.bpmn.routing import Box, Point
from heliograph.kernel.bpmn.wrapping import width, wrap

EDGE: Final = 20  # empty paper around the pool
TITLE: Final = 36
LANE_HEAD: Final = 32
PITCH: Final = 212
ROW: Final = 64
GAP: Final = 64
FONT: Final = 14
SMALL: Final = 12
LINE: Final = 17
SMALL_LINE: Final = 15
_TASK: Final = (144, ROW)
_EVENT: Final = (36, 36)
SIZES: Final = {Kind.TASK: _TASK, Kind.RULE: _TASK, Kind.CALL: _TASK, Kind.START: _EVENT, Kind.END: _EVENT}
_GATEWAY: Final = (48, 48)
TIMER: Final = 28
_TIMER_ASIDE: Final = (46, -46, 16, -16)
_ACROSS: Final = (80, 89, 98, 114, 123, 132)
_DOWN: Final = (20, 28, 36, 44, 52)
_TRACK: Final = 9
_LEAST: Final = 38
_CLEAR: Final = 18
_TOP: Final = EDGE + TITLE + LANE_HEAD


def size_of(element: Element) -> tuple[int, int]:
    """Return width and height of a node that stands by itself."""
    return SIZES.get(element.kind, _GATEWAY)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing's measures: the boxes of all nodes, the lines a route may follow, the words beside shapes."""

    width: int
    height: int
    boxes: Mapping[str, Box]
    labels: Mapping[str, Box]
    lanes: Sequence[Box]
    xs: Sequence[float]
    ys: Sequence[float]

    @property
    def pool(self) -> Box:
        """The pool around everything."""
        return Box(EDGE, EDGE, self.width - 2 * EDGE, self.height - 2 * EDGE)


def measure(process: Process, placement: Placement) -> Sheet:
    """Return the measures of a placed process."""
    rows = max(placement.rows.values()) + 1
    columns = sum(placement.columns)
    wide = columns * PITCH + 2 * EDGE
    high = _row_top(rows) + EDGE
    boxes: dict[str, Box] = {}
    for name, row in placement.rows.items():
        box_width, box_height = size_of(process.elements[name])
        centre = _column(placement.cells[name]), _row_top(row) + ROW // 2
        boxes[name] = Box(centre[0] - box_width // 2, centre[1] - box_height // 2, box_width, box_height)
    boxes |= _timer_boxes(process, boxes)
    lefts = [EDGE + PITCH * count for count in accumulate(placement.columns, initial=0)]
    top = EDGE + TITLE
    lanes = [Box(left, top, right - left, high - EDGE - top) for left, right in pairwise(lefts)]
    labels = {
        name: box for name, box in ((name, _beside(process.elements[name], boxes[name])) for name in boxes) if box
    }
    return Sheet(wide, high, boxes, labels, lanes, _xs(columns, boxes, process), _ys(rows))


def squeezed(sheet: Sheet, lines: Mapping[str, Sequence[Point]]) -> tuple[Sheet, dict[str, list[Point]]]:
    """Return the drawing with the room between rows cut down to what lines and words in it need."""
    levels = {y for line in lines.values() for (_, y), (_, to_y) in pairwise(line) if y == to_y}
    rows = round((sheet.height - EDGE - _row_top(0)) / (ROW + GAP))
    moved: dict[float, float] = {}
    spared = 0.0
    for row in range(1, rows):
        above, top = _row_top(row) - GAP, _row_top(row)
        tracks = sorted(y for y in levels if above < y < top)
        hanging = [box.bottom - above for box in sheet.labels.values() if above < box.bottom < top]
        standing = [top - box.y for box in sheet.labels.values() if above < box.y < top < box.bottom]
        # Where words hang from a timer the tracks keep clear of them, and so stay where they are.
        places = [y - above if hanging else _DOWN[0] + number * _TRACK for number, y in enumerate(tracks)]
        moved.update((y, above - spared + place) for y, place in zip(tracks, places, strict=True))
        room = max([_CLEAR, *(high + 6 for high in standing)])
        needed = max([_LEAST, max(places, default=_DOWN[0]) + room, *(low + 8 for low in hanging)])
        spared += max(GAP - round(needed), 0)
        moved.update((y, y - spared) for y in range(top, top + ROW + _DOWN[0]))
    return _moved(sheet, moved, spared), {name: [(x, moved.get(y, y)) for x, y in line] for name, line in lines.items()}


def _moved(sheet: Sheet, moved: Mapping[float, float], spared: float) -> Sheet:
    """Return a sheet with its boxes moved as their middles are, and their words with them."""
    boxes: dict[str, Box] = {}
    labels: dict[str, Box] = {}
    for name, box in sheet.boxes.items():
        middle = box.centre[1]
        by = moved.get(middle, middle) - middle
        boxes[name] = Box(box.x, box.y + by, box.width, box.height)
        if name in sheet.labels:
            label = sheet.labels[name]
            labels[name] = Box(label.x, label.y + by, label.width, label.height)
    lanes = [Box(box.x, box.y, box.width, box.height - spared) for box in sheet.lanes]
    return Sheet(sheet.width, sheet.height - round(spared), boxes, labels, lanes, sheet.xs, sheet.ys)


def _column(cell: int) -> int:
    return EDGE + PITCH * cell + PITCH // 2


def _row_top(row: int) -> int:
    return _TOP + GAP // 2 + row * (ROW + GAP)


def _xs(columns: int, boxes: Mapping[str, Box], process: Process) -> list[float]:
    """Return the upright lines: column middles, tracks between columns, and below each timer."""
    found: set[float] = {boxes[one.id].centre[0] for one in process.elements.values() if one.id in boxes}
    for cell in range(columns):
        middle = _column(cell)
        found.add(middle)
        for across in _ACROSS:
            inside = across < PITCH // 2
            if inside or cell + 1 < columns:
                found.add(middle + across)
            if inside and cell == 0:
                found.add(middle - across)
    return sorted(found)


def _ys(rows: int) -> list[float]:
    """Return the level lines: row middles, row bottoms where timers sit, and tracks between rows."""
    found: set[float] = set()
    for row in range(rows):
        top = _row_top(row)
        found |= {top + ROW // 2, top + ROW}
        if row + 1 < rows:
            found.update(top + ROW + down for down in _DOWN)
    found.update(_row_top(rows - 1) + ROW + down for down in _DOWN[:1])
    found.add(_row_top(0) - 16)
    return sorted(found)


def _timer_boxes(process: Process, boxes: Mapping[str, Box]) -> dict[str, Box]:
    """Return where timers sit: on the lower edge of their task, the first to the right."""
    found: dict[str, Box] = {}
    count: dict[str, int] = {}
    for timer in process.elements.values():
        if timer.host in boxes:
            host = boxes[timer.host]
            aside = _TIMER_ASIDE[count.get(timer.host, 0) % len(_TIMER_ASIDE)]
            count[timer.host] = count.get(timer.host, 0) + 1
            found[timer.id] = Box(host.centre[0] + aside - TIMER // 2, host.bottom - TIMER // 2, TIMER, TIMER)
    return found


def _beside(element: Element, box: Box) -> Box | None:
    """Return where a name stands that does not fit into its shape."""
    if not element.name or size_of(element) == _TASK:
        return None
    if element.kind is Kind.TIMER:
        return words(element.name, box.right + 3, box.y + TIMER // 2 + 4, 62)
    if element.kind in {Kind.START, Kind.END}:
        return _middle(words(element.name, box.right + 5, box.centre[1], 72))
    lines = words(element.name, box.centre[0] + 15, box.y, 86)
    return Box(lines.x, box.centre[1] - 13 - lines.height, lines.width, lines.height)


def _middle(box: Box) -> Box:
    return Box(box.x, box.y - box.height / 2, box.width, box.height)


def words(text: str, x: float, y: float, limit: int) -> Box:
    """Return the ground that small words need when they begin at a place."""
    lines = wrap(text, limit / SMALL)
    return Box(x, y, round(max(map(width, lines)) * SMALL) + 2, len(lines) * SMALL_LINE)
