"""The content of an entry as it is read: fields in the order of the pack, each in a form that pages and files show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.portal.citations import Citation, citation

BASIS_SEPARATOR = "；"


@dataclass(frozen=True, slots=True)
class Line:
    """One condition, stage or material, with the article it rests on."""

    text: str
    basis: Citation | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as it is shown; `text` is the whole of it as plain text."""

    id: str
    label: str
    kind: str
    text: str
    citations: list[Citation] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the agency wrote nothing here."""
        return not self.text


def shown(definition: FieldDef, value: Any) -> Shown:
    """Return a value in readable form."""
    if definition.type == "basis":
        found = [citation(key) for key in value or []]
        text = BASIS_SEPARATOR.join(item.label for item in found)
        return Shown(definition.id, definition.label, "basis", text, citations=found)
    if definition.type == "lines":
        lines = [Line(item["text"], citation(item["basis"]) if item.get("basis") else None) for item in value or []]
        return Shown(definition.id, definition.label, "lines", "\n".join(map(_line_text, lines)), lines=lines)
    return Shown(definition.id, definition.label, definition.type, plain(definition, value))


def _line_text(line: Line) -> str:
    return f"{line.text}（{line.basis.label}）" if line.basis else line.text


def plain(definition: FieldDef, value: Any) -> str:
    """Return a simple value as text: yes or no, a date in words, several choices joined."""
    if value is None or value == "":
        return ""
    if definition.type == "yesno":
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    if definition.type == "date":
        return long_date(date.fromisoformat(value))
    return str(value)


def long_date(day: date) -> str:
    """Return a date as prose writes it."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def fields_of(register: Register, data: Mapping[str, Any]) -> list[Shown]:
    """Return the public fields of an entry in the order of the pack."""
    return [shown(definition, data.get(definition.id)) for definition in public_fields(register)]


def public_fields(register: Register) -> list[FieldDef]:
    """Return the fields of a register that the public reads."""
    return [definition for definition in register.fields if definition.public]


def list_columns(register: Register) -> list[FieldDef]:
    """Return the columns of a register's list, in the order its pack names them; the title comes first."""
    by_id = {definition.id: definition for definition in public_fields(register)}
    order = [register.title_field, *(one for one in register.list_fields if one != register.title_field)]
    return [by_id[one] for one in order if one in by_id]
