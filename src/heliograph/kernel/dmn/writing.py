"""Write a table as DMN 1.3, with the little drawing that dmn-js wants before it opens a file."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from heliograph.kernel.dmn.cells import ColumnType
from heliograph.kernel.dmn.reading import DMN, DMNDI, OWN, TYPES
from heliograph.kernel.dmn.table import Row, Table

_TYPE_REFS: dict[ColumnType, str] = {kind: written for written, kind in TYPES.items()}
_NAMESPACES = {
    "xmlns": DMN,
    "xmlns:dmndi": DMNDI,
    "xmlns:dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "xmlns:zf": OWN,
}
Naming = Callable[[str], str]


def write_table(table: Table) -> bytes:
    """Return the bytes of a file that reads back as the same table; the same table gives the same bytes."""
    fresh = _fresh_ids({table.id, *(row.id for row in table.rows)})
    heading = {"id": fresh(f"{table.id}_definitions"), "name": table.name, "namespace": OWN}
    root = Element("definitions", {**_NAMESPACES, **heading})
    decision = SubElement(root, "decision", {"id": table.id, "name": table.name})
    for key, day in (("zf:effectiveFrom", table.effective_from), ("zf:effectiveTo", table.effective_to)):
        if day is not None:
            decision.set(key, day.isoformat())
    if table.articles:
        decision.set("zf:articles", ",".join(table.articles))
    body = SubElement(decision, "decisionTable", {"id": fresh(f"{table.id}_table"), "hitPolicy": table.hit_policy})
    for given in table.inputs:
        column = SubElement(body, "input", {"id": fresh("input"), "label": given.label})
        expression = {"id": fresh("expression"), "typeRef": _TYPE_REFS[given.type]}
        SubElement(SubElement(column, "inputExpression", expression), "text").text = given.name
    for result in table.outputs:
        shape = {"name": result.name, "label": result.label, "typeRef": _TYPE_REFS[result.type]}
        SubElement(body, "output", {"id": fresh("output"), **shape})
    for row in table.rows:
        _write_row(body, row, fresh)
    _write_drawing(root, table, fresh)
    indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _fresh_ids(taken: set[str]) -> Naming:
    """Return a namer that never gives an id twice."""

    def fresh(wanted: str) -> str:
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name)
        return name

    return fresh


def _write_row(body: Element, row: Row, fresh: Naming) -> None:
    rule = SubElement(body, "rule", {"id": row.id})
    if row.basis:
        rule.set("zf:basis", row.basis)
    if row.description:
        SubElement(rule, "description").text = row.description
    for tag, texts in (("inputEntry", row.cells), ("outputEntry", row.outputs)):
        for number, text in enumerate(texts, 1):
            entry = SubElement(rule, tag, {"id": fresh(f"{row.id}_{tag}_{number}")})
            SubElement(entry, "text").text = text


def _write_drawing(root: Element, table: Table, fresh: Naming) -> None:
    diagram = SubElement(SubElement(root, "dmndi:DMNDI"), "dmndi:DMNDiagram", {"id": fresh("diagram")})
    shape = SubElement(diagram, "dmndi:DMNShape", {"id": fresh("shape"), "dmnElementRef": table.id})
    SubElement(shape, "dc:Bounds", {"height": "80", "width": "180", "x": "160", "y": "100"})
