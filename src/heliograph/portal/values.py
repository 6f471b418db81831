"""The content of an entry as it is read: each field in a form that pages and files show.

A version is drawn with the fields kept when it was published: a later pack may give a field another type or drop it,
and what is public stays as it was. Nothing in here raises on content: what does not fit its type is shown as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.portal.citations import Citation, citation

BASIS_SEPARATOR = "；"
FINGERPRINT = 12  # of a file's SHA-256: enough to see that another file took its place


class Definition(Protocol):
    """What is needed of a field to show a value: a pack's field, or one kept with a version."""

    @property
    def id(self) -> str:
        """The key of the value."""

    @property
    def label(self) -> str:
        """The word in front of the value."""

    @property
    def type(self) -> str:
        """How the value is read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A field as it was when a version was published."""

    id: str
    label: str
    type: str


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


def shown(definition: Definition, value: Any) -> Shown:
    """Return a value in readable form."""
    if definition.type == "basis" and _is_list_of(value, str):
        found = [citation(key) for key in value]
        text = BASIS_SEPARATOR.join(item.label for item in found)
        return Shown(definition.id, definition.label, "basis", text, citations=found)
    if definition.type == "lines" and _is_list_of(value, dict):
        lines = [_line(item) for item in value]
        return Shown(definition.id, definition.label, "lines", "\n".join(map(_line_text, lines)), lines=lines)
    kind = "text" if definition.type in {"basis", "lines"} else definition.type
    return Shown(definition.id, definition.label, kind, plain(definition, value))


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _line(item: Mapping[str, Any]) -> Line:
    basis = item.get("basis")
    return Line(str(item.get("text", "")), citation(str(basis)) if basis else None)


def _line_text(line: Line) -> str:
    return f"{line.text}（{line.basis.label}）" if line.basis else line.text


def plain(definition: Definition, value: Any) -> str:
    """Return a simple value as text: yes or no, a date in words, several choices joined."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict) and "sha256" in value:
        return f"{value.get('name', '')}（指纹 {str(value['sha256'])[:FINGERPRINT]}）"
    if isinstance(value, list):
        return "、".join(_line_text(_line(item)) if isinstance(item, dict) else str(item) for item in value)
    return _date_in_words(str(value)) if definition.type == "date" else str(value)


def _date_in_words(text: str) -> str:
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return text


def long_date(day: date) -> str:
    """Return a date as prose writes it."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def definitions_of(version: PublicVersion, register: Register) -> list[Kept]:
    """Return the fields of a version as kept with it, without those that today's register keeps from the public."""
    internal = {one.id for one in register.fields if not one.public}
    return [Kept(one["id"], one["label"], one["type"]) for one in version.fields if one["id"] not in internal]


def fields_of(version: PublicVersion, register: Register) -> list[Shown]:
    """Return the public fields of a version in the order they had when it was published."""
    return [shown(one, version.data.get(one.id)) for one in definitions_of(version, register)]


def kept_columns(register: Register, kept: Iterable[Iterable[Mapping[str, str]]]) -> list[Definition]:
    """Return the columns of a file: today's public fields, then those that only published versions still have."""
    known = {one.id for one in register.fields}
    found: dict[str, Definition] = {one.id: one for one in public_fields(register)}
    for definitions in kept:
        for one in definitions:
            if one["id"] not in known:
                found.setdefault(one["id"], Kept(one["id"], one["label"], one["type"]))
    return list(found.values())


def cells_of(version: PublicVersion, register: Register, columns: Iterable[Definition]) -> list[Shown]:
    """Return the cells of a version under today's columns; a column it did not have yet is empty."""
    found = {one.id: one for one in fields_of(version, register)}
    return [found.get(column.id) or Shown(column.id, column.label, "text", "") for column in columns]


def public_fields(register: Register) -> list[FieldDef]:
    """Return the fields of a register that the public reads."""
    return [definition for definition in register.fields if definition.public]


def list_columns(register: Register) -> list[FieldDef]:
    """Return the columns of a register's list, in the order its pack names them; the title comes first."""
    by_id = {definition.id: definition for definition in public_fields(register)}
    order = [register.title_field, *(one for one in register.list_fields if one != register.title_field)]
    return [by_id[one] for one in order if one in by_id]
