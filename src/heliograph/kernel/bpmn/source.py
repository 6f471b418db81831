"""Read a procedure's XML as if an enemy had written it: bounded, without DTD, and nothing beyond the subset.

The subset is checked here, element by element and attribute by attribute; what the elements mean together is checked
in `reading` and `structure`. Diagram information is tolerated unread, apart from its ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from heliograph.kernel.bpmn.faults import BpmnRefusedError, Fault
from heliograph.kernel.bpmn.notation import BPMN, DIAGRAM, FEEL, GRAMMAR, REFUSED_NAMES, XSI, ZF, Rule

MAX_BYTES: Final = 1_000_000
MAX_XML_ELEMENTS: Final = 20_000
MAX_ID: Final = 64
MAX_TEXT: Final = 2_000
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Marks that reorder or hide text let a drawing say something else than what runs.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)


def tag(name: str) -> str:
    """Return a BPMN element's name as the XML reader writes it."""
    return f"{{{BPMN}}}{name}"


def own(name: str) -> str:
    """Return an attribute of our own namespace as the XML reader writes it."""
    return f"{{{ZF}}}{name}"


def split(name: str) -> tuple[str, str]:
    """Return namespace and local name of an XML name."""
    space, _, local = name.rpartition("}")
    return space.removeprefix("{"), local


def fault(node: XmlElement, message: str) -> Fault:
    """Return a fault at an XML element."""
    return Fault(node.get("id", ""), node.get("name", ""), message)


def parse(xml: bytes) -> XmlElement:
    """Return the root of a bounded, harmless XML document. Raises BpmnRefusedError."""
    if len(xml) > MAX_BYTES:
        raise BpmnRefusedError([Fault("", "", f"文件超过 {MAX_BYTES // 1000} 千字节")])
    try:
        root: XmlElement = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise BpmnRefusedError([Fault("", "", "文件不得含文档类型定义或实体声明")]) from None
    except (ParseError, ValueError, LookupError) as error:
        line = getattr(error, "position", (1, 0))[0]
        raise BpmnRefusedError([Fault("", "", f"文件不是完整的 XML，第 {line} 行读不懂")]) from None
    if sum(1 for _ in root.iter()) > MAX_XML_ELEMENTS:
        raise BpmnRefusedError([Fault("", "", f"文件超过 {MAX_XML_ELEMENTS} 个 XML 元素")])
    return root


def subset_faults(root: XmlElement) -> Iterator[Fault]:
    """Yield everything in a document that the subset does not have."""
    if root.tag != tag("definitions"):
        yield fault(root, "文件最外层应为 BPMN 2.0 的 definitions")
        return
    waiting = [root]
    while waiting:
        node = waiting.pop()
        rule = GRAMMAR[split(node.tag)[1]]
        yield from _attribute_faults(node, rule)
        yield from _text_faults(node)
        for child in reversed(node):
            if _allowed(child, rule):
                waiting.append(child)
            elif child.tag != DIAGRAM or node is not root:
                yield _refused(child, node)
    yield from _id_faults(root)


def _allowed(child: XmlElement, rule: Rule) -> bool:
    space, local = split(child.tag)
    return space == BPMN and local in rule.children


def _refused(child: XmlElement, parent: XmlElement) -> Fault:
    """Return the refusal of an element; one without a name of its own is shown at what holds it."""
    space, local = split(child.tag)
    place = child if child.get("id") else parent
    if space != BPMN:
        return fault(place, f"不支持其他命名空间的元素 {local}（{space or '无命名空间'}）")
    meant = REFUSED_NAMES.get(local, "")
    return fault(place, f"不支持的元素 {local}（{meant}）" if meant else f"不支持的元素 {local}")


def _attribute_faults(node: XmlElement, rule: Rule) -> Iterator[Fault]:
    for name, value in node.items():
        space, local = split(name)
        if space == ZF:
            if local not in rule.own:
                yield fault(node, f"不支持的属性 zf:{local}")
        elif space:
            if (space, local) != (XSI, "type") or not value.endswith("tFormalExpression"):
                yield fault(node, f"不支持其他命名空间的属性 {local}（{space}）")
        elif local not in rule.attributes:
            yield fault(node, f"不支持的属性 {local}")
        elif local in {"language", "expressionLanguage"} and value != FEEL:
            yield fault(node, f"不支持表达式语言 {value}，条件只能用 FEEL 书写")


def _text_faults(node: XmlElement) -> Iterator[Fault]:
    for text in (*node.attrib.values(), node.text or ""):
        if len(text) > MAX_TEXT:
            yield fault(node, f"有一处文字超过 {MAX_TEXT} 字")
        if _INVISIBLE.search(text):
            yield fault(node, "文字里有看不见的控制字符")


def _id_faults(root: XmlElement) -> Iterator[Fault]:
    """Yield ids that editors drop (not ASCII) or confuse (used twice), in the diagram too."""
    seen: set[str] = set()
    for node in root.iter():
        found = node.get("id")
        if found is None:
            continue
        if len(found) > MAX_ID or not _ID.fullmatch(found):
            yield fault(
                node, f"编号只能用英文字母、数字、下划线、连字符和点，以字母或下划线开头，不超过 {MAX_ID} 个字符"
            )
        if found in seen:
            yield fault(node, f"编号 {found} 重复")
        seen.add(found)
