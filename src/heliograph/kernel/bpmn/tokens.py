"""How tokens move through a definition, one node at a time: the one core under running a case and proving a flow."""

from __future__ import annotations

from collections.abc import Iterable

from heliograph.kernel.bpmn.definition import Definition, Node, Way
from heliograph.kernel.bpmn.faults import StuckError
from heliograph.kernel.bpmn.notation import Kind

# A token on its way: the node it is about to enter and the flow that brings it, empty at a start.
Arrival = tuple[str, str]


class Tokens:
    """The marking of a case and the tokens still on their way."""

    __slots__ = ("definition", "marking", "moving")

    def __init__(self, definition: Definition, marking: Iterable[str], moving: Iterable[Arrival] = ()) -> None:
        self.definition = definition
        self.marking = dict.fromkeys(marking)  # a set that keeps the order of entry
        self.moving = list(moving)

    def follow(self, ways: Iterable[Way]) -> None:
        """Send a token along each way; the first drawn goes first."""
        self.moving.extend((way.target, way.id) for way in reversed(tuple(ways)))

    def leave(self, place: str) -> Node:
        """Complete an open task or fire an armed timer: clear its marks and return the node left."""
        node = self.definition.nodes.get(place)
        if node is None or place not in self.marking:
            shown = f"「{node.shown}」" if node else f"「{place}」"
            raise StuckError(place, f"{shown}不是当前待办的环节，可能已经办过")
        gone: Iterable[str] = node.places
        if node.kind is Kind.TIMER:
            gone = self.definition.nodes[node.host].places if node.interrupting else (place,)
        for mark in gone:
            self.marking.pop(mark, None)
        return node

    def step(self) -> tuple[Node, Node, tuple[Way, ...]]:
        """Move the next token into its node; return the node, the node left by it, and the ways to follow.

        The node left differs from the node entered only at the end of a called process, where it is the call. No way
        to follow means that the token rests here (task, join) or is gone (end).
        """
        place, via = self.moving.pop()
        node = self.definition.nodes[place]
        if node.kind is Kind.TASK:
            self._open(node)
            return node, node, ()
        if node.kind is Kind.END:
            return self._end(node)
        if node.kind is Kind.CALL:
            self.moving.append((node.begins, ""))
            return node, node, ()
        if node.kind is Kind.PARALLEL and not self._joined(node, via):
            return node, node, ()
        return node, node, node.ways

    def _open(self, node: Node) -> None:
        if node.id in self.marking:
            raise StuckError(node.id, f"「{node.shown}」尚未办结又被重复进入")
        self._mark((node.id, *node.timers))

    def _mark(self, places: Iterable[str]) -> None:
        self.marking.update(dict.fromkeys(places))

    def _joined(self, node: Node, via: str) -> bool:
        """Note an arrival at a parallel gateway; when the last one has come, clear all and let one token pass."""
        if via in self.marking:
            raise StuckError(node.id, f"「{node.shown}」处的同一条分支重复到达")
        self._mark((via,))
        if not all(mark in self.marking for mark in node.arriving):
            return False
        for mark in node.arriving:
            del self.marking[mark]
        return True

    def _end(self, node: Node) -> tuple[Node, Node, tuple[Way, ...]]:
        if node.terminate:
            for mark in [mark for mark in self.marking if mark.startswith(node.scope)]:
                del self.marking[mark]
            self.moving = [arrival for arrival in self.moving if not arrival[0].startswith(node.scope)]
        if not node.scope or self._alive(node.scope):
            return node, node, ()
        call = self.definition.nodes[node.scope.removesuffix("/")]
        return node, call, call.ways

    def _alive(self, scope: str) -> bool:
        marked = any(mark.startswith(scope) for mark in self.marking)
        return marked or any(place.startswith(scope) for place, _ in self.moving)
