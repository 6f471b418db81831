"""Where the nodes of a procedure stand: rows from top to bottom, columns inside the vertical swimlanes.

Rows follow the flow; a node stands below everything that leads to it, loops apart. Each lane has one to three columns:
every sharing out of six columns is tried and the one with the shortest, narrowest drawing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from heliograph.kernel.bpmn.model import Process
from heliograph.kernel.bpmn.notation import Kind

MAX_COLUMNS: Final = 6
_PER_LANE: Final = (1, 2, 3)
# What a column costs in rows; beyond a narrow sheet the print on A4 becomes small, so it costs more.
_COLUMN: Final = 1.0
_NARROW: Final = 4
_WIDE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Row and column of every node that stands by itself; timers sit on their tasks. `columns` counts per lane."""

    rows: Mapping[str, int]
    cells: Mapping[str, int]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """Nodes in reading order with their lane and what leads to them.

    `sideways` are led to by timers only; `beside` follow a single node of another lane, and may share its row.
    """

    order: tuple[str, ...]
    lane: Mapping[str, int]
    before: Mapping[str, tuple[str, ...]]
    sideways: frozenset[str]
    beside: Mapping[str, str]
    edges: tuple[tuple[str, str], ...]
    lanes: int


def place(process: Process) -> Placement:
    """Return the best placement of a process."""
    graph = _graph(process)
    options = [_place(graph, counts) for counts in product(_PER_LANE, repeat=graph.lanes) if _fits(counts)]
    if not options:
        options = [_place(graph, (1,) * graph.lanes)]
    return min(options, key=lambda option: (_cost(graph, option), option.columns))


def _fits(counts: Sequence[int]) -> bool:
    return sum(counts) <= MAX_COLUMNS


def _graph(process: Process) -> _Graph:
    lanes = [lane.id for lane in process.lanes]
    hosts = {element.id: element.host or element.id for element in process.elements.values()}
    edges = tuple((hosts[flow.source], flow.target) for flow in process.flows)
    after: dict[str, list[str]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    order, forward = _forward(process.start, after)
    before: dict[str, tuple[str, ...]] = dict.fromkeys(order, ())
    for source, target in edges:
        if (source, target) in forward:
            before[target] = (*before[target], source)
    timed = {flow.target for flow in process.flows if process.elements[flow.source].kind is Kind.TIMER}
    plain = {flow.target for flow in process.flows if process.elements[flow.source].kind is not Kind.TIMER}
    single = {source for source, targets in after.items() if len(targets) == 1}
    lane = {name: lanes.index(process.elements[name].lane) if lanes else 0 for name in order}
    known = tuple((source, target) for source, target in edges if source in lane)
    beside = {
        name: found[0]
        for name, found in before.items()
        if len(found) == 1 and found[0] in single and lane[found[0]] != lane[name]
    }
    return _Graph(order, lane, before, frozenset(timed - plain), beside, known, max(len(lanes), 1))


def _forward(start: str, after: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], set[tuple[str, str]]]:
    """Return the nodes with every node after what leads to it, and the edges that do not close a loop."""
    finished: list[str] = []
    state: dict[str, bool] = {}  # False while the walk is below a node, True when it has left it
    forward: set[tuple[str, str]] = set()
    path: list[tuple[str, Iterator[str]]] = []

    def enter(name: str) -> None:
        state[name] = False
        path.append((name, iter(reversed(after.get(name, ())))))

    enter(start)
    while path:
        name, rest = path[-1]
        target = next(rest, None)
        if target is None:
            path.pop()
            state[name] = True
            finished.append(name)
        elif target not in state:
            forward.add((name, target))
            enter(target)
        elif state[target]:
            forward.add((name, target))
    return tuple(reversed(finished)), forward


def _place(graph: _Graph, counts: tuple[int, ...]) -> Placement:
    """Place each node in the first row it may stand in, as near below what leads to it as its lane allows."""
    first = [sum(counts[:lane]) for lane in range(graph.lanes)]
    rows: dict[str, int] = {}
    cells: dict[str, int] = {}
    level: set[str] = set()
    for name in graph.order:
        lane = graph.lane[name]
        row = max((rows[one] + 1 for one in graph.before[name]), default=0)
        wanted = _wanted(graph, name, first[lane], counts[lane], cells)
        columns = sorted(range(first[lane], first[lane] + counts[lane]), key=lambda one: (abs(one - wanted), one))
        neighbour = graph.beside.get(name, "")
        if neighbour and neighbour not in level and _clear(graph, neighbour, columns[0], rows, cells):
            rows[name], cells[name] = row - 1, columns[0]
            level.add(name)
            continue
        taken = {(rows[one], cells[one]) for one in rows}
        while all((row, column) in taken for column in columns):
            row += 1
        rows[name] = row
        cells[name] = next(column for column in columns if (row, column) not in taken)
    return Placement(rows, cells, counts)


def _clear(graph: _Graph, neighbour: str, column: int, rows: Mapping[str, int], cells: Mapping[str, int]) -> bool:
    """Whether a line may run level from a neighbour to a column: nothing between, no other line against it."""
    begin = cells[neighbour]
    between = range(min(begin, column), max(begin, column) + 1)
    if any(rows[one] == rows[neighbour] and cells[one] in between for one in rows if one != neighbour):
        return False
    against = [cells[one] < begin if column < begin else cells[one] > begin for one in graph.before[neighbour]]
    return not any(against)


def _wanted(graph: _Graph, name: str, first: int, count: int, cells: Mapping[str, int]) -> int:
    """Return the column a node would like: below its first predecessor in the lane, reminders one to the side."""
    last = first + count - 1
    same = [cells[one] for one in graph.before[name] if graph.lane[one] == graph.lane[name]]
    if not same:
        return first
    return min(same[0] + 1, last) if name in graph.sideways else same[0]


def _cost(graph: _Graph, option: Placement) -> float:
    """Return how long the drawing and its lines are; a column costs what some rows cost."""
    height = max(option.rows.values()) + 1
    lines = 0.0
    for source, target in graph.edges:
        down = option.rows[target] - option.rows[source] - 1
        aside = abs(option.cells[target] - option.cells[source])
        lines += abs(down) * 0.25 + aside * 0.5
    return height + lines + sum(option.columns) * _COLUMN + max(sum(option.columns) - _NARROW, 0) * _WIDE
