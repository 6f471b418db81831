"""Lines between boxes: right-angled, never through a box, with few bends and crossings.

The lines run on a sparse grid: through the middle of every row and column and along a few tracks between them. Each is
found by the A* method; a line that is drawn makes its ground dear for the next, cheap for one to the same target.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

Point = tuple[float, float]
_Vertex = tuple[int, int]
_State = tuple[int, int, int]  # column of the grid, row of the grid, heading

RIGHT, DOWN, LEFT, UP = range(4)
_STEPS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))
_MARGIN: Final = 6.0
_SMALL: Final = 60
_BEND, _CROSSING, _TOUCHING, _SHARED, _LABEL = 45.0, 40.0, 160.0, 900.0, 200.0
_LEAVING: Final = {RIGHT: 25.0, DOWN: 0.0, LEFT: 25.0, UP: 160.0}
# By heading: going down one arrives at the top, which is where a reader expects it.
_ARRIVING: Final = {RIGHT: 20.0, DOWN: 0.0, LEFT: 20.0, UP: 160.0}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def grown(self, by: float) -> Box:
        """Return the box with room around it."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def meets(self, other: Box) -> bool:
        """Whether two boxes share ground."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside or on the edge."""
        return self.x <= point[0] <= self.right and self.y <= point[1] <= self.bottom


@dataclass(slots=True)
class Router:
    """Draws lines one after the other; `boxes` may not be crossed, `labels` should not.

    `hosts` are the tasks that timers sit on: a line from a timer begins inside its task's ground and goes down.
    """

    xs: Sequence[float]
    ys: Sequence[float]
    boxes: Mapping[str, Box]
    labels: Sequence[Box]
    hosts: Mapping[str, str]
    _blocked: dict[tuple[int, int, bool], tuple[str, ...]] = field(default_factory=dict)
    _labelled: set[tuple[int, int, bool]] = field(default_factory=set)
    _used: dict[tuple[int, int, bool], list[str]] = field(default_factory=dict)
    _passed: dict[_Vertex, list[str]] = field(default_factory=dict)
    _bent: dict[_Vertex, list[str]] = field(default_factory=dict)
    _left: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name, box in self.boxes.items():
            for one in self._segments(box.grown(_MARGIN)):
                self._blocked[one] = (*self._blocked.get(one, ()), name)
            if box.width < _SMALL and name not in self.hosts:
                self._labelled.update(self._close_by(box))
        for label in self.labels:
            self._labelled.update(self._segments(label))

    def _close_by(self, box: Box) -> list[tuple[int, int, bool]]:
        """Return the upright segments close beside a gateway or event, where a line would touch its words."""
        x, y = box.centre
        around = self._segments(Box(x - _SMALL, y - box.height / 2, 2 * _SMALL, box.height))
        return [one for one in around if not one[2] and self.xs[one[0]] != x]

    def _segments(self, box: Box) -> list[tuple[int, int, bool]]:
        """Return the grid's segments that touch a box, each by its upper or left end and whether it is level."""
        columns = range(bisect_left(self.xs, box.x), bisect_left(self.xs, box.right))
        rows = range(bisect_left(self.ys, box.y), bisect_left(self.ys, box.bottom))
        level = [(x, y, True) for y in rows for x in range(max(columns.start - 1, 0), columns.stop)]
        upright = [(x, y, False) for x in columns for y in range(max(rows.start - 1, 0), rows.stop)]
        return level + upright

    def route(self, source: str, target: str) -> list[Point]:
        """Return the corners of a line from one box to another, from edge to edge, and remember it."""
        search = _Search(self, source, target)
        vertices = search.find()
        for (x, y), (to_x, to_y) in pairwise(vertices):
            self._used.setdefault(_segment(x, y, to_x, to_y), []).append(target)
        for vertex in vertices[1:-1]:
            self._passed.setdefault(vertex, []).append(target)
        for before, vertex, after in zip(vertices, vertices[1:], vertices[2:], strict=False):
            if (before[0] == vertex[0]) != (vertex[0] == after[0]):
                self._bent.setdefault(vertex, []).append(target)
        self._left.add((source, search.heading))
        return self._trimmed([(self.xs[x], self.ys[y]) for x, y in vertices], self.boxes[source], self.boxes[target])

    def _trimmed(self, points: list[Point], source: Box, target: Box) -> list[Point]:
        """Return only the corners, the ends moved from the middles of the boxes to their edges."""
        corners = [points[0]]
        for before, point, after in zip(points, points[1:], points[2:], strict=False):
            if (before[0] == point[0]) != (point[0] == after[0]):
                corners.append(point)
        corners.append(points[-1])
        corners[0] = _edge(source, corners[1])
        corners[-1] = _edge(target, corners[-2])
        return corners


def _edge(box: Box, towards: Point) -> Point:
    """Return where a line from the middle of a box leaves it."""
    x, y = box.centre
    if towards[0] == x:
        return x, box.bottom if towards[1] > y else box.y
    return (box.right if towards[0] > x else box.x), y


def _segment(x: int, y: int, to_x: int, to_y: int) -> tuple[int, int, bool]:
    return min(x, to_x), min(y, to_y), y == to_y


class _Search:
    """One search over the router's grid."""

    def __init__(self, router: Router, source: str, target: str) -> None:
        self.router, self.source, self.target = router, source, target
        self.start, self.goal = self._middle(source), self._middle(target)
        self.heading = DOWN

    def _middle(self, name: str) -> _Vertex:
        x, y = self.router.boxes[name].centre
        return bisect_left(self.router.xs, x), bisect_left(self.router.ys, y)

    def find(self) -> list[_Vertex]:
        """Return the cheapest way from middle to middle."""
        best: dict[_State, float] = {}
        came: dict[_State, _State] = {}
        waiting: list[tuple[float, float, _State]] = []
        for heading in (DOWN,) if self.source in self.router.hosts else range(4):
            state = (*self.start, heading)
            best[state] = _LEAVING[heading] + (_SHARED if (self.source, heading) in self.router._left else 0.0)
            heapq.heappush(waiting, (best[state] + self._ahead(state), best[state], state))
        while waiting:
            _, cost, state = heapq.heappop(waiting)
            if cost > best[state]:
                continue
            if state[:2] == self.goal:
                return self._traced(state, came)
            for following, price in self._next(state):
                total = cost + price
                if total < best.get(following, float("inf")):
                    best[following], came[following] = total, state
                    heapq.heappush(waiting, (total + self._ahead(following), total, following))
        raise AssertionError(f"no line from {self.source} to {self.target}")

    def _traced(self, state: _State, came: Mapping[_State, _State]) -> list[_Vertex]:
        vertices = [state[:2]]
        while state in came:
            state = came[state]
            vertices.append(state[:2])
        self.heading = state[2]
        return vertices[::-1]

    def _ahead(self, state: _State) -> float:
        """Return a length that the rest of the way has at least; half, as ground to one target is cheap."""
        xs, ys = self.router.xs, self.router.ys
        across = abs(xs[state[0]] - xs[self.goal[0]]) + abs(ys[state[1]] - ys[self.goal[1]])
        return across / 2

    def _next(self, state: _State) -> list[tuple[_State, float]]:
        x, y, heading = state
        found: list[tuple[_State, float]] = []
        inside = self._inside((x, y))
        for turned in range(4):
            if turned == (heading + 2) % 4 or (turned != heading and inside):
                continue
            step_x, step_y = x + _STEPS[turned][0], y + _STEPS[turned][1]
            if not (0 <= step_x < len(self.router.xs) and 0 <= step_y < len(self.router.ys)):
                continue
            segment = _segment(x, y, step_x, step_y)
            if self._open(segment, (x, y)):
                price = self._price(segment, (step_x, step_y), turned)
                if turned != heading:
                    price += _BEND + (_TOUCHING if self._met(self.router._passed, (x, y)) else 0.0)
                found.append(((step_x, step_y, turned), price))
        return found

    def _inside(self, vertex: _Vertex) -> bool:
        """Whether a vertex lies in one of the two boxes, where a line goes only straight to or from the middle."""
        point = self.router.xs[vertex[0]], self.router.ys[vertex[1]]
        boxes = self.router.boxes
        return any(boxes[name].grown(_MARGIN).holds(point) for name in (self.source, self.target))

    def _open(self, segment: tuple[int, int, bool], vertex: _Vertex) -> bool:
        """Whether a segment crosses no box but the two, and does not come back into the source."""
        blocking = self.router._blocked.get(segment, ())
        if not blocking:
            return True
        leaving = self._leaves(vertex)
        if self.source in blocking and not leaving:
            return False
        passable = {self.source, self.target} | ({self.router.hosts.get(self.source, "")} if leaving else set())
        return passable.issuperset(blocking)

    def _leaves(self, vertex: _Vertex) -> bool:
        """Whether a vertex lies inside the source, where only the line that leaves it has been."""
        point = self.router.xs[vertex[0]], self.router.ys[vertex[1]]
        return self.router.boxes[self.source].grown(_MARGIN).holds(point)

    def _price(self, segment: tuple[int, int, bool], to: _Vertex, heading: int) -> float:
        router = self.router
        x, y, level = segment
        length = router.xs[x + 1] - router.xs[x] if level else router.ys[y + 1] - router.ys[y]
        users = router._used.get(segment, ())
        if users and all(user == self.target for user in users):
            length *= 0.5
        elif users:
            length += _SHARED
        if segment in router._labelled:
            length += _LABEL
        if to == self.goal:
            return length + _ARRIVING[heading]
        if self._met(router._bent, to):
            length += _TOUCHING
        elif self._met(router._passed, to):
            length += _CROSSING
        return length

    def _met(self, lines: Mapping[_Vertex, Sequence[str]], vertex: _Vertex) -> bool:
        """Whether a line to another target is at a vertex."""
        return any(target != self.target for target in lines.get(vertex, ()))
