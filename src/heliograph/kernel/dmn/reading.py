"""Read a DMN 1.3 file as if an enemy had written it: one decision, one table, nothing that is not understood.

Every element and attribute has to be known; what is not is refused by name. The drawing (DMNDI) and attributes of
foreign namespaces say nothing about the decision and are passed over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, cast, get_args
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from heliograph.kernel.dmn.cells import ColumnType
from heliograph.kernel.dmn.faults import TableFault, TableRefusedError
from heliograph.kernel.dmn.table import HitPolicy, Input, Output, Row, Table

DMN: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMNDI: Final = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
FEEL: Final = "https://www.omg.org/spec/DMN/20191111/FEEL/"
OWN: Final = "urn:heliograph:procedure:1"
MAX_BYTES: Final = 1_000_000
TYPES: Final[Mapping[str, ColumnType]] = {"boolean": "boolean", "number": "number", "string": "text", "date": "date"}
_LANGUAGES: Final = frozenset({FEEL, "feel", "FEEL"})
_BREAKS: Final = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an element may carry: attributes, own attributes, elements in it."""

    attributes: frozenset[str]
    children: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


def _shape(attributes: str, children: str = "", own: str = "") -> _Shape:
    return _Shape(frozenset(attributes.split()), frozenset(children.split()), frozenset(own.split()))


_SHAPES: Final[Mapping[str, _Shape]] = {
    "definitions": _shape("id name namespace exporter exporterVersion expressionLanguage typeLanguage", "decision"),
    "decision": _shape("id name", "decisionTable", "effectiveFrom effectiveTo articles"),
    "decisionTable": _shape("id hitPolicy preferredOrientation", "input output rule"),
    "input": _shape("id label", "inputExpression"),
    "inputExpression": _shape("id typeRef expressionLanguage", "text"),
    "output": _shape("id name label typeRef"),
    "rule": _shape("id", "description inputEntry outputEntry", "basis"),
    "inputEntry": _shape("id expressionLanguage", "text"),
    "outputEntry": _shape("id expressionLanguage", "text"),
    "description": _shape(""),
    "text": _shape(""),
}


def parse_table(xml: bytes) -> Table:
    """Return the table of a DMN file; raises ``TableRefusedError`` with every fault, in Chinese."""
    root = _parsed(xml)
    if root.tag != f"{{{DMN}}}definitions":
        raise TableRefusedError([TableFault(0, "", "不是 DMN 1.3 文件（根元素须是 DMN 1.3 的 definitions）")])
    faults = _shape_faults(root) + _id_faults(root)
    if faults:
        raise TableRefusedError(faults)
    decision = _only(root, "decision")
    table = _only(decision, "decisionTable")
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in get_args(HitPolicy):
        raise TableRefusedError([TableFault(0, "", f"不支持命中策略“{policy}”")])
    inputs = tuple(_input(element, faults) for element in _all(table, "input"))
    outputs = tuple(_output(element, faults) for element in _all(table, "output"))
    starts, ends = (_day(decision, key, faults) for key in ("effectiveFrom", "effectiveTo"))
    if faults:
        raise TableRefusedError(faults)
    rows = tuple(_row(element) for element in _all(table, "rule"))
    heading = decision.get("id", ""), decision.get("name", "").strip(), cast("HitPolicy", policy)
    return Table(*heading, inputs, outputs, rows, starts, ends, _listed(decision.get(f"{{{OWN}}}articles", "")))


def _parsed(xml: bytes) -> Element:
    if len(xml) > MAX_BYTES:
        raise TableRefusedError([TableFault(0, "", f"文件过大（最多 {MAX_BYTES // 1000} KB）")])
    try:
        return cast("Element", fromstring(xml, forbid_dtd=True))
    except DefusedXmlException:
        reason = "文件含 DTD 或实体声明，不予读取"
    except (ParseError, ValueError, LookupError) as error:
        reason = f"不是有效的 XML 文件（{error}）" if isinstance(error, ParseError) else "文件的字符编码无法识别"
    raise TableRefusedError([TableFault(0, "", reason)])


def _split(tag: str) -> tuple[str, str]:
    """Return namespace and name of a tag or attribute."""
    namespace, _, name = tag[1:].partition("}") if tag[:1] == "{" else ("", "", tag)
    return namespace, name


def _shape_faults(element: Element) -> list[TableFault]:
    """Complain of everything in an element of known shape that is not known; what is unknown is not entered."""
    name = _split(element.tag)[1]
    shape = _SHAPES[name]
    faults = []
    for key, value in element.items():
        namespace, attribute = _split(key)
        if attribute not in {"": shape.attributes, OWN: shape.own}.get(namespace, {attribute}):
            faults.append(f"元素“{name}”不支持属性“{attribute}”")
        elif attribute == "expressionLanguage" and value not in _LANGUAGES:
            faults.append(f"不支持表达式语言“{value}”，须是 FEEL")
    leaf = not shape.children
    between = "" if name in ("text", "description") else (element.text or "")
    if (between + "".join(child.tail or "" for child in element)).strip():
        faults.append(f"元素“{name}”里有多余的文字")
    found = [TableFault(0, "", fault) for fault in faults]
    for child in element:
        namespace, inner = _split(child.tag)
        if namespace == DMN and inner in shape.children:
            found += _shape_faults(child)
        elif leaf or namespace != DMNDI:
            found.append(TableFault(0, "", f"不支持元素“{inner}”（在“{name}”里）"))
    return found


def _id_faults(root: Element) -> list[TableFault]:
    counted = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    return [TableFault(0, "", f"编号（id）“{name}”重复") for name, count in counted.items() if count > 1]


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element if child.tag == f"{{{DMN}}}{name}"]


def _only(element: Element, name: str) -> Element:
    found = _all(element, name)
    if len(found) != 1:
        within = _split(element.tag)[1]
        raise TableRefusedError([TableFault(0, "", f"“{within}”里须有且只有一个“{name}”，实有 {len(found)} 个")])
    return found[0]


def _text(element: Element) -> str:
    """Return the text of an entry on one line; line breaks between words mean nothing in FEEL."""
    return _BREAKS.sub(" ", _only(element, "text").text or "").strip()


def _type(element: Element, column: str, faults: list[TableFault]) -> ColumnType:
    written = element.get("typeRef", "")
    if written not in TYPES:
        faults.append(TableFault(0, column, f"不支持类型“{written}”，须是 {'、'.join(TYPES)} 之一"))
    return TYPES.get(written, "text")


def _input(element: Element, faults: list[TableFault]) -> Input:
    expression = _only(element, "inputExpression")
    name = _text(expression)
    return Input(name, element.get("label", "").strip(), _type(expression, name, faults))


def _output(element: Element, faults: list[TableFault]) -> Output:
    name = element.get("name", "").strip()
    return Output(name, _type(element, name, faults), element.get("label", "").strip())


def _row(element: Element) -> Row:
    notes = "\n".join(one.text or "" for one in _all(element, "description")).strip()
    cells = tuple(_text(one) for one in _all(element, "inputEntry"))
    outputs = tuple(_text(one) for one in _all(element, "outputEntry"))
    return Row(element.get("id", ""), cells, outputs, notes, element.get(f"{{{OWN}}}basis", "").strip())


def _listed(written: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in written.replace("，", ",").split(",") if part.strip())


def _day(element: Element, key: str, faults: list[TableFault]) -> date | None:
    written = element.get(f"{{{OWN}}}{key}")
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        faults.append(TableFault(0, "", f"日期“{written}”应写作 2026-01-01"))
        return None
