"""What changed from one definition to the next, in the words of those who must answer for it; and who may move over.

Elements are told apart by their places. A task that got a new id reads as one removed and one added, unless its name
stayed: then it reads as moved to a new number, which matters, because open cases at it cannot move over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from heliograph.kernel.bpmn.definition import Definition, Node, Way
from heliograph.kernel.bpmn.notation import KIND_NAMES, Kind
from heliograph.kernel.bpmn.proving import FlowProof

ChangeKind = Literal["added", "removed", "renamed", "renumbered", "changed"]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change, as a sentence for the person who approves it."""

    place: str
    kind: ChangeKind
    message: str

    def __str__(self) -> str:
        return self.message


def compare_definitions(old: Definition, new: Definition) -> tuple[Change, ...]:
    """Return every change, in the order of the new definition's places and then of those removed."""
    changes = [*_moved_or_gone(old, new)]
    for place, node in new.nodes.items():
        if place in old.nodes:
            changes += _changed(old.nodes[place], node)
    changes += _flow_changes(old, new)
    return tuple(dict.fromkeys(changes))


def carries_over(marking: Collection[str], proof: FlowProof) -> bool:
    """Whether a case in this marking may go on under another definition, whose proof is given."""
    return proof.sound and frozenset(marking) in proof.markings


def _named(node: Node) -> str:
    return f"{KIND_NAMES[node.kind]}「{node.shown}」"


def _moved_or_gone(old: Definition, new: Definition) -> Iterator[Change]:
    added = {place: node for place, node in new.nodes.items() if place not in old.nodes}
    removed = {place: node for place, node in old.nodes.items() if place not in new.nodes}
    for place, node in added.items():
        same = [one for one in removed if _alike(removed[one], node)]
        if same:
            del removed[same[0]]
            yield Change(
                place, "renumbered", f"{_named(node)}的编号由 {same[0]} 改为 {place}，正停在此处的案件不能转入"
            )
        else:
            yield Change(place, "added", f"新增{_named(node)}")
    for place, node in removed.items():
        yield Change(place, "removed", f"删去{_named(node)}")


def _alike(one: Node, other: Node) -> bool:
    return bool(one.name) and (one.kind, one.name, one.scope) == (other.kind, other.name, other.scope)


def _list(items: tuple[str, ...]) -> str:
    return "、".join(items)


_FIELDS: Final[tuple[tuple[str, Callable[[Node], str]], ...]] = (
    ("承办角色", lambda node: node.role),
    ("承办单位", lambda node: node.unit),
    ("办理动作", lambda node: node.act),
    ("期限", lambda node: node.limit),
    ("文书", lambda node: _list(node.documents)),
    ("执法人员人数", lambda node: f"{node.officers} 人"),
    ("回避的环节", lambda node: _list(node.exclude)),
    ("须填事项", lambda node: _list(node.facts)),
    ("亮证要求", lambda node: "须先亮证" if node.onsite else "不须先亮证"),
    ("依据", lambda node: node.basis),
    ("所对照的表", lambda node: node.decision),
    ("被调用的流程", lambda node: node.called),
    ("到期的效果", lambda node: "中断环节" if node.interrupting else "只作提醒"),
    ("结束的效果", lambda node: "终止全部" if node.terminate else "只结束本支"),
    ("类型", lambda node: KIND_NAMES[node.kind]),
    ("所附的环节", lambda node: node.host),
)


def _changed(old: Node, new: Node) -> Iterator[Change]:
    if old.name != new.name:
        message = f"{KIND_NAMES[new.kind]}「{old.shown}」改名为「{new.shown}」"
        yield Change(new.id, "renamed", message)
    for label, said in _FIELDS:
        before, after = said(old), said(new)
        if before != after:
            yield Change(new.id, "changed", f"{_named(new)}的{label}：{_said(before)} → {_said(after)}")


def _said(value: str) -> str:
    return f"「{value}」" if value else "未写"


def _flows(definition: Definition) -> Mapping[str, tuple[Node, Way]]:
    return {way.id: (node, way) for node in definition.nodes.values() for way in node.ways}


def _flow_changes(old: Definition, new: Definition) -> Iterator[Change]:
    """Yield changed conditions and ends of flows; flows of nodes that came or went go without saying."""
    before, after = _flows(old), _flows(new)
    for name, (node, way) in after.items():
        if name in before:
            yield from _way_changes(old, new, before[name], (node, way))
        elif node.id in old.nodes and way.target in old.nodes:
            yield Change(name, "added", f"新增连线：{_from_to(new, node, way)}")
    for name, (node, way) in before.items():
        if name not in after and node.id in new.nodes and way.target in new.nodes:
            yield Change(name, "removed", f"删去连线：{_from_to(old, node, way)}")


def _from_to(definition: Definition, node: Node, way: Way) -> str:
    return f"「{node.shown}」→「{definition.nodes[way.target].shown}」"


def _way_changes(
    old: Definition, new: Definition, before: tuple[Node, Way], after: tuple[Node, Way]
) -> Iterator[Change]:
    (old_node, old_way), (node, way) = before, after
    name = way.name or old_way.name
    shown = f"连线「{name}」（{_from_to(new, node, way)}）" if name else f"连线 {_from_to(new, node, way)}"
    if (old_node.id, old_way.target) != (node.id, way.target):
        yield Change(
            way.id, "changed", f"连线改接：原为 {_from_to(old, old_node, old_way)}，现为 {_from_to(new, node, way)}"
        )
    if _condition(old_node, old_way) != _condition(node, way):
        words = f"{_said(_condition(old_node, old_way))} → {_said(_condition(node, way))}"
        yield Change(way.id, "changed", f"{shown}的条件：{words}")
    if old_way.name != way.name:
        yield Change(
            way.id, "renamed", f"连线 {_from_to(new, node, way)}的名称：{_said(old_way.name)} → {_said(way.name)}"
        )


def _condition(node: Node, way: Way) -> str:
    if way.condition is not None:
        return way.condition.text
    return "其余情况" if node.kind is Kind.CHOICE and node.default == way.id else ""
