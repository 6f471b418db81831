"""From a kind of document and data to its parts in the order of reading, or to the list of what is missing.

Pure: the same form and data give the same parts, and both writers draw from these parts alone. Slots are filled in one
pass, so that braces in what people type stay what they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from heliograph.documents.wording import chinese_day, chinese_time, in_capitals, plain
from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.feel import FactValue, FeelError, MissingFact, compile_expression
from heliograph.kernel.packs.check_documents import COMMON
from heliograph.kernel.packs.document_rules import (
    NUMBER,
    SLOT,
    Block,
    Cell,
    DocumentField,
    DocumentKind,
    Form,
    Statement,
    form_of,
    slots_in,
)
from heliograph.kernel.packs.sections import Sections

Json = str | bool | list[Any] | None
Data = Mapping[str, Json]
Part = dict[str, Any]
LONGEST = 20_000  # characters of one field
MOST_ROWS = 500
ENDS = "。！？；：”）》"
UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Missing:
    """A required field without a value, with the article that asks for it."""

    label: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of document with its form, the statements placed in it and the text of its layout."""

    kind: DocumentKind
    form: Form
    statements: Mapping[str, Statement]
    layout: str

    @property
    def title(self) -> str:
        """What the document is called on its first page."""
        return self.form.title or self.kind.name

    @property
    def template_sha256(self) -> str:
        """The hash of everything that words and pages of the document come from, but for the data."""
        said = [[name, one.text, one.when] for name, one in sorted(self.statements.items())]
        whole = [self.kind.id, self.kind.name, self.kind.source, self.layout, said]
        return hashlib.sha256(canonical_bytes(whole)).hexdigest()

    def field(self, name: str) -> DocumentField | None:
        """Return a field of the form."""
        return next((one for one in self.form.fields if one.id == name), None)


@dataclass(frozen=True, slots=True)
class Composed:
    """A document in parts, and what is missing of it."""

    title: str
    number: str
    layout: str
    parts: list[Part]
    missing: tuple[Missing, ...]


def sheet_of(rules: Sections, kind: str, source: str = "") -> Sheet | None:
    """Return the sheet of a kind of document by its name or id, None for one that the pack does not declare.

    source: the form to be used in place of the pack's; it has passed the checks of `kernel.packs.check_form`.
    """
    found = next((one for one in rules.documents if kind in {one.name, one.id}), None)
    if found is None:
        return None
    if source:
        found = found.model_copy(update={"source": source})
    form = form_of(found.source)
    placed = {block.statement for block in form.blocks}
    layouts = {one.id: one.source for one in rules.layouts}
    text = f"{layouts.get(COMMON, '')}\n{layouts.get(found.layout, '')}"
    return Sheet(found, form, {one.id: one for one in rules.statements if one.id in placed}, text)


def fingerprint(sheet: Sheet, data: Data, number: str, made_on: date) -> str:
    """Return what is printed to tell the document: SHA-256 over its data, number, day and the hash of its template.

    A file cannot carry its own hash; this one can be computed anew from what the system keeps.
    """
    whole = {"data": dict(data), "number": number, "on": made_on.isoformat(), "template": sheet.template_sha256}
    return hashlib.sha256(canonical_bytes(whole)).hexdigest()


def data_sha256(data: Data) -> str:
    """Return the hash of the data alone."""
    return hashlib.sha256(canonical_bytes(dict(data))).hexdigest()


def cleaned(form: Form, data: Data) -> dict[str, Json]:
    """Return the data of the form's fields alone, without what no font can print. ValueError for what is too long."""
    found: dict[str, Json] = {}
    for one in form.fields:
        value = data.get(one.id)
        if isinstance(value, str):
            value = UNPRINTED.sub("", value.replace("\r\n", "\n")).strip()
            if len(value) > LONGEST:
                raise ValueError(f"“{one.label}”最多 {LONGEST} 字，现为 {len(value)} 字。请精简，或者作为附件。")
            _check_kind(one, value)
        elif isinstance(value, list):
            value = _cleaned_rows(one, value)
        found[one.id] = value
    return found


def _check_kind(field: DocumentField, value: str) -> None:
    """Refuse a text that is no day, instant or amount where one is meant. ValueError with the label."""
    read = {"date": date.fromisoformat, "time": datetime.fromisoformat, "amount": in_capitals_of}.get(field.kind)
    try:
        if read is not None and value:
            read(value)
    except (ValueError, InvalidOperation):
        words = {"date": "日期", "time": "日期和时间"}.get(field.kind, "不小于 0 的金额")
        raise ValueError(f"“{field.label}”应为{words}，现为“{value[:40]}”。") from None


def in_capitals_of(text: str) -> str:
    """Return an amount given as text in capitals. ValueError, InvalidOperation for what is no amount."""
    return in_capitals(Decimal(text))


def _cleaned_rows(field: DocumentField, rows: Sequence[Any]) -> list[Any]:
    if len(rows) > MOST_ROWS:
        raise ValueError(f"“{field.label}”最多 {MOST_ROWS} 行，现为 {len(rows)} 行。")
    found: list[Any] = []
    for row in rows:
        if isinstance(row, Mapping):
            found.append({str(key): UNPRINTED.sub("", str(value))[:LONGEST] for key, value in row.items()})
        elif str(row).strip():
            found.append(UNPRINTED.sub("", str(row)).strip()[:LONGEST])
    return found


def compose(sheet: Sheet, data: Data, *, number: str = "", made_on: date | None = None) -> Composed:
    """Return the parts of a document. Fields that are required under the conditions that hold are named when empty."""
    writer = _Writer(sheet, data, number, "" if made_on is None else chinese_day(made_on))
    parts = [part for block in sheet.form.blocks if writer.holds(block.when) for part in writer.parts_of(block)]
    return Composed(sheet.title, number, sheet.kind.layout, parts, tuple(writer.missing()))


def needed_of(sheet: Sheet, data: Data) -> frozenset[str]:
    """Return the fields that a document cannot be issued without, as its data are now."""
    return frozenset(one.id for one in _Writer(sheet, data, "", "").needed())


@dataclass(slots=True)
class _Writer:
    sheet: Sheet
    data: Data
    number: str
    day: str
    facts: dict[str, FactValue] = field(init=False)

    def __post_init__(self) -> None:
        """See the data once as conditions see them."""
        found = {one.id: _fact(one, self.data.get(one.id)) for one in self.sheet.form.fields}
        self.facts = {name: value for name, value in found.items() if value is not None}

    def holds(self, condition: str) -> bool:
        """Say whether a condition holds; one about a field without a value does not."""
        if not condition:
            return True
        try:
            return compile_expression(condition).evaluate(self.facts) is True
        except (MissingFact, FeelError):
            return False

    def missing(self) -> Iterator[Missing]:
        """Yield the required fields that stand in a part to be shown and have no value."""
        for one in self.needed():
            if _is_empty(self.data.get(one.id)):
                yield Missing(one.label, tuple(one.basis))

    def needed(self) -> list[DocumentField]:
        """Return the required fields that stand in a part to be shown, with a value or without."""
        shown = self._shown()
        return [one for one in self.sheet.form.fields if one.required and one.id in shown]

    def _undecided(self, condition: str) -> set[str]:
        """Return the fields without which nobody can say whether a condition holds."""
        if not condition:
            return set()
        try:
            compile_expression(condition).evaluate(self.facts)
        except MissingFact:
            return set(compile_expression(condition).names - self.facts.keys())
        return set()

    def _shown(self) -> set[str]:
        """Return the fields that the document cannot do without: what it shows, and what decides what it shows."""
        names: set[str] = set()
        for block in self.sheet.form.blocks:
            names |= self._undecided(block.when)
            if not self.holds(block.when):
                continue
            texts = [block.text, *(cell.text for row in block.rows for cell in row)]
            said = self.sheet.statements.get(block.statement)
            if said is not None:
                names |= self._undecided(said.when)
                texts += [said.text] if self.holds(said.when) else []
            names |= {block.field} | {name for text in texts for name in slots_in(text)}
        return names

    def parts_of(self, block: Block) -> Iterator[Part]:
        """Yield what a block comes to: nothing for a line whose only fields are empty."""
        made = getattr(self, f"_{block.block}")(block)
        yield from made

    def _lines(self, block: Block, kind: str) -> Iterator[Part]:
        if self._says_something(block.text):
            whole = self._filled(block.text)
            if self._ends_in_prose(block.text) and whole[-1:] not in ENDS:
                whole += "。"
            yield from ({"part": kind, "text": text} for text in whole.split("\n") if text.strip())

    def _ends_in_prose(self, text: str) -> bool:
        """Say whether a text ends in what somebody wrote at length, who may have left the full stop out."""
        names = slots_in(text) if text.endswith("}") else []
        last = self.sheet.field(names[-1]) if names else None
        return last is not None and last.kind == "long"

    def _addressee(self, block: Block) -> Iterator[Part]:
        yield from self._lines(block, "addressee")

    def _paragraph(self, block: Block) -> Iterator[Part]:
        yield from self._lines(block, "paragraph")

    def _heading(self, block: Block) -> Iterator[Part]:
        yield from self._lines(block, "heading")

    def _note(self, block: Block) -> Iterator[Part]:
        yield from self._lines(block, "note")

    def _items(self, block: Block) -> Iterator[Part]:
        """A list of one is a paragraph; a longer one is numbered."""
        lines = _as_lines(self.data.get(block.field))
        if len(lines) == 1:
            yield {"part": "paragraph", "text": _closed(lines[0], "。")}
        else:
            for number, line in enumerate(lines, 1):
                end = "。" if number == len(lines) else "；"
                yield {"part": "paragraph", "text": f"{number}．{_closed(line, end)}"}

    def _statement(self, block: Block) -> Iterator[Part]:
        said = self.sheet.statements[block.statement]
        if self.holds(said.when):
            lines = [line for line in said.text.split("\n") if line.strip()]
            yield from ({"part": "paragraph", "text": self._filled(line), "said": said.id} for line in lines)

    def _grid(self, block: Block) -> Iterator[Part]:
        yield {"part": "grid", "rows": [[self._cell(cell) for cell in row] for row in block.rows]}

    def _cell(self, cell: Cell) -> Part:
        return {"label": cell.label, "text": self._filled(cell.text), "tall": cell.tall, "sign": cell.sign}

    def _table(self, block: Block) -> Iterator[Part]:
        rows = self.data.get(block.field) if block.field else []
        found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        body = [[_shown(row, column.key, number) for column in block.columns] for number, row in enumerate(found, 1)]
        body += [["" for _ in block.columns] for _ in range(block.blank - len(found))]
        head = [{"label": one.label, "width": one.width} for one in block.columns]
        yield {"part": "table", "head": head, "rows": body, "text": self._filled(block.text)}

    def _signatures(self, block: Block) -> Iterator[Part]:
        yield {"part": "signatures", "who": list(block.who)}

    def _seal(self, block: Block) -> Iterator[Part]:
        yield {"part": "seal", "agency": self._filled(block.text), "day": self.day}

    def _says_something(self, text: str) -> bool:
        names = slots_in(text)
        return not names or any(self._value(name) for name in names)

    def _filled(self, text: str) -> str:
        return SLOT.sub(lambda match: self._value(match[1], capitals=bool(match[2])), text)

    def _value(self, name: str, *, capitals: bool = False) -> str:
        if name == NUMBER:
            return self.number
        found = self.sheet.field(name)
        return "" if found is None else shown(found, self.data.get(name), capitals=capitals)


def shown(field: DocumentField, value: Json, *, capitals: bool = False) -> str:
    """Return a value as the document prints it."""
    if _is_empty(value):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_as_lines(value))
    text = str(value)
    if field.kind == "date":
        return chinese_day(date.fromisoformat(text))
    if field.kind == "time":
        return chinese_time(datetime.fromisoformat(text))
    if field.kind == "amount":
        return in_capitals(Decimal(text)) if capitals else plain(Decimal(text))
    return text


def _is_empty(value: Json) -> bool:
    return value is None or value == "" or value == []


def _fact(field: DocumentField, value: Json) -> FactValue | None:
    """Return a value as conditions see it; an empty text is a text, an empty amount is none at all."""
    if field.kind in {"amount", "number"}:
        try:
            return None if _is_empty(value) else Decimal(str(value))
        except InvalidOperation:
            return None
    if field.kind == "date":
        return None if _is_empty(value) else date.fromisoformat(str(value))
    if field.kind == "yesno":
        return value if isinstance(value, bool) else None
    if field.kind == "rows":
        return None
    return _as_lines(value) if field.kind == "lines" else str(value or "")


def _as_lines(value: Json) -> list[str]:
    if isinstance(value, str):
        return [line.strip() for line in value.split("\n") if line.strip()]
    return [str(line) for line in value] if isinstance(value, list) else []


def _closed(text: str, end: str) -> str:
    return text.rstrip("。；;.，, ") + end


def _shown(row: Mapping[str, Any], key: str, number: int) -> str:
    if key == "serial":
        return str(number)
    return str(row.get(key, "")) if key else ""
