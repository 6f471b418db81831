"""What the form of a step has to ask: the facts that gateways and tables read before the case comes to rest again.

So a table of a province or an agency may look at a fact of its own without anybody changing the flowchart.
"""

from __future__ import annotations

from collections.abc import Iterator

from heliograph.kernel.bpmn import Definition, Kind, Node


def facts_ahead(definition: Definition, place: str) -> frozenset[str]:
    """Return the facts that may be read after a task is completed and before the next ones open.

    Facts that the tables on the way set themselves are left out: nobody is asked for them.
    """
    asked: set[str] = set()
    given: set[str] = set()
    seen: set[str] = set()
    waiting = [way.target for way in definition.nodes[place].ways]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        node = definition.nodes[name]
        if node.kind is Kind.TASK:
            continue
        if node.kind is Kind.RULE:
            table = definition.tables[node.decision]
            asked |= {column.name for column in table.inputs} | table.result_names
            given |= {column.name for column in table.outputs}
        asked |= {fact for way in node.ways if way.condition for fact in way.condition.names}
        waiting.extend(_next(definition, node))
    return frozenset(asked - given)


def _next(definition: Definition, node: Node) -> Iterator[str]:
    """Yield where a token goes on from a node that is no task; the end of a called process goes back to its call."""
    if node.kind is Kind.CALL:
        yield node.begins
    elif node.kind is Kind.END and node.scope:
        yield from (way.target for way in definition.nodes[node.scope[:-1]].ways)
    else:
        yield from (way.target for way in node.ways)
