"""Kinds of documents (文书) as a pack declares them: the form of each, what must be said in it, how pages look.

A kind is a rule of the pack; its form lies beside the pack file in `templates/<id>.yaml` and is read by `form_of`.
A statement (法定告知事项) is text that the law wants in certain documents; no form of these may leave it out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.procedure_rules import DrawnRule
from heliograph.kernel.packs.rule import Id, Label, Rule, Strict, Text
from heliograph.kernel.packs.yaml_source import read_yaml

FormFile = Annotated[str, StringConstraints(pattern=r"^templates/[a-z0-9][a-z0-9_]{0,79}\.yaml$")]
LayoutFile = Annotated[str, StringConstraints(pattern=r"^templates/layouts/[a-z0-9][a-z0-9_]{0,79}\.typ$")]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
FieldKind = Literal["text", "long", "date", "time", "amount", "number", "yesno", "lines", "rows"]
SLOT = re.compile(r"\{([a-z][a-z0-9_]*)(?::(大写))?\}")
BRACE = re.compile(r"[{}]")
NUMBER = "number"  # the slot of the document's own number, given when it is issued

# What a field may take from a case: the dotted path and what kind of value stands there. Filled by `dossiers`.
CASE_DATA: dict[str, FieldKind] = {
    "today": "date",
    "agency.name": "text", "agency.government": "text", "agency.address": "text", "agency.phone": "text",
    "agency.court": "text", "agency.reconsideration_body": "text", "agency.bank": "text", "agency.legal_body": "text",
    "unit.name": "text",
    "case.number": "text", "case.title": "text", "case.category": "text", "case.source": "text", "case.facts": "long",
    "case.place": "text", "case.area": "text", "case.opened_on": "date", "case.filed_on": "date",
    "case.occurred_from": "date", "case.occurred_to": "date",
    "case.occurred": "text", "case.closed_on": "date", "case.outcome": "text",
    "case.archive_number": "text", "case.on_the_spot": "yesno",
    "handler.name": "text", "handler.certificate": "text",
    "co_handler.name": "text", "co_handler.certificate": "text",
    "party.name": "text", "party.kind": "text", "party.number_kind": "text", "party.number": "text",
    "party.representative": "text", "party.address": "text", "party.phone": "text",
    "clue.content": "long", "clue.received_on": "date",
    "violated": "lines", "applied": "lines",
    "evidence": "rows", "evidence.lines": "lines", "papers": "rows", "materials": "lines",
    "terms.outcome": "text", "terms.items": "lines", "terms.fine": "amount", "terms.confiscated": "amount",
    "terms.levied": "amount",
    "owed.lines": "lines", "terms.facts": "long", "terms.reasons": "long", "terms.basis": "lines",
    "terms.benchmark": "text", "terms.correction": "long", "terms.correct_by": "date",
    "terms.approved_by": "text", "terms.approved_on": "date",
    "decision.number": "text", "decision.decided_on": "date", "decision.surcharge": "yesno",
    "decision.collected_on_spot": "yesno",
    "decision.served_on": "date", "executes.number": "text",
    "notice.number": "text", "notice.name": "text", "notice.served_on": "date", "notice.hearing_right": "yesno",
    "notice.statement_until": "date", "notice.hearing_until": "date",
    "statement.kind": "text", "statement.content": "long", "statement.received_on": "date",
    "statement.review": "long", "statement.adopted": "text", "statement.story": "long",
    "hearing.requested_on": "date", "hearing.notified_on": "date", "hearing.scheduled_on": "date",
    "hearing.held_on": "date", "hearing.hour": "text", "hearing.place": "text", "hearing.chair": "text",
    "hearing.opinion": "long",
    "discussion.held_on": "date", "discussion.place": "text", "discussion.chair": "text",
    "discussion.recorder": "text", "discussion.conclusion": "long", "discussion.members": "lines",
    "discussion.opinions": "rows",
    "measure.kind": "text", "measure.items": "lines", "measure.reason": "long", "measure.began_at": "time",
    "measure.basis": "lines", "measure.days": "text", "measure.rows": "rows",
    "measure.until_on": "date", "measure.ended_on": "date", "measure.ended_how": "text", "measure.number": "text",
    "on_site.place": "text", "on_site.began_at": "time", "on_site.ended_at": "time", "on_site.person": "text",
    "on_site.note": "long",
    "service.paper": "text", "service.number": "text", "service.method": "text", "service.sent_on": "date",
    "service.received_on": "date", "service.receiver": "text",
    "payment.amount": "amount", "payment.paid_on": "date", "payment.receipt": "text",
    "deferral.reason": "long", "deferral.until_on": "date",
    "extension.reason": "long", "demand.urged_on": "date", "demand.perform_by": "date", "demand.content": "long",
    "transfer.to": "text",
    "substitute.performer": "text", "substitute.method": "text", "substitute.object": "text",
    "substitute.planned_on": "date", "substitute.budget": "amount", "substitute.cost": "amount",
    "substitute.reason": "long", "substitute.basis": "lines",
}  # fmt: skip
# The keys of the rows that a path of kind "rows" holds.
ROW_KEYS: dict[str, tuple[str, ...]] = {
    "evidence": ("kind", "name", "source", "proves"),
    "papers": ("kind", "number", "made_on"),
    "discussion.opinions": ("name", "opinion"),
    "measure.rows": ("name",),
}
FROM_PACK = {"limit": "time_limits", "provision": "provisions"}  # `limit.pay_fine`: the period in words


class DocumentField(Strict):
    """One field of a document: where its value comes from, whether it may be empty, and which article asks for it.

    source: a path of `CASE_DATA`, `limit.<time limit>` or `provision.<provision>`. asked: the officer is asked; with a
    source as well, what the case knows stands in the form already.
    """

    id: FieldId
    label: Label
    source: str = ""
    asked: Literal["", "text", "long", "date", "time", "amount", "lines", "yesno"] = ""
    required: bool = True
    basis: list[Label] = []
    help: str = ""

    @model_validator(mode="after")
    def comes_from_somewhere(self) -> Self:
        """A field has a source, or is asked, or both; a required one of a document names its article elsewhere."""
        if not self.source and not self.asked:
            raise ValueError("字段须写 source 或者 asked")
        if self.id == NUMBER:
            raise ValueError("number 是文号，不能作字段名")
        return self

    @property
    def kind(self) -> FieldKind:
        """What kind of value the field holds."""
        if self.source.partition(".")[0] in FROM_PACK:
            return "text"
        return self.asked or CASE_DATA.get(self.source, "text")


class Cell(Strict):
    """One cell of a form: its label, what stands in it, how many lines it is high, who signs in it."""

    label: Label
    text: str = ""
    tall: int = Field(default=1, ge=1, le=16)
    sign: str = ""


class Column(Strict):
    """One column of a table over rows: a key of the rows, `serial` for a running number, empty to be filled by hand."""

    label: Label
    key: str = ""
    width: int = Field(default=1, ge=1, le=12)


class Block(Strict):
    """One part of a document, in the order of reading. `when`: a condition on the fields; empty means always."""

    block: Literal[
        "addressee", "paragraph", "heading", "items", "grid", "table", "statement", "signatures", "seal", "note"
    ]
    text: str = ""
    field: str = ""
    rows: list[list[Cell]] = []
    columns: list[Column] = []
    blank: int = Field(default=0, ge=0, le=40)
    who: list[Label] = []
    statement: str = ""
    when: Annotated[str, StringConstraints(max_length=300)] = ""

    @model_validator(mode="after")
    def has_what_it_needs(self) -> Self:
        """Each kind of block has its own parts and no others."""
        needs = _NEEDS[self.block]
        for name in ("text", "field", "rows", "columns", "who", "statement"):
            given = bool(getattr(self, name))
            if given != (name in needs) and name not in _MAY[self.block]:
                raise ValueError(f"{self.block} 块{'不写' if given else '须写'} {name}")
        if self.block == "statement" and self.when:
            raise ValueError("statement 块不写 when，条件写在法定告知事项里")
        return self


_NEEDS: dict[str, set[str]] = {
    "addressee": {"text"}, "paragraph": {"text"}, "heading": {"text"}, "items": {"field"}, "grid": {"rows"},
    "table": {"columns"}, "statement": {"statement"}, "signatures": {"who"}, "seal": set(), "note": {"text"},
}  # fmt: skip
_MAY: dict[str, set[str]] = {name: set() for name in _NEEDS} | {"table": {"field", "text"}, "seal": {"text"}}


class Form(Strict):
    """The form of one kind of document: its fields and its blocks. The title is the kind's name unless written."""

    title: str = ""
    fields: list[DocumentField] = []
    blocks: list[Block] = Field(min_length=1)


class Layout(DrawnRule):
    """How the pages of some kinds of documents look: a typst file beside the pack file. `common` precedes each."""

    file: LayoutFile | Literal[""] = ""


class Numbering(Strict):
    """Numbers of a kind of document: the agency's own letters (机关代字), then these, then year and number."""

    letters: Annotated[str, StringConstraints(min_length=1, max_length=12)]


class DocumentKind(DrawnRule):
    """A kind of document: `name` is what flowcharts and papers call it.

    volume: main (正卷) or side (副卷), and `order` its place there. number: none for documents without a number.
    offered: categories whose cases offer it at any time, outside the steps that declare it.
    """

    file: FormFile | Literal[""] = ""
    layout: Id
    number: Numbering | None = None
    volume: Literal["main", "side"] = "main"
    order: int = Field(ge=0, le=9999)
    secrecy: Literal["", "internal"] = ""
    offered: list[Id] = []


class Statement(Rule):
    """What the law wants said in some documents; `text` is our wording with slots. It can be replaced, never removed.

    when: a condition on the fields of the document under which it must be said; empty means always.
    """

    name: Label
    text: Text
    documents: list[Id] = Field(min_length=1)
    when: Annotated[str, StringConstraints(max_length=300)] = ""


def slots_in(text: str) -> list[str]:
    """Return the names of the slots of a text, in order."""
    return [match[1] for match in SLOT.finditer(text)]


def texts_of(block: Block) -> list[str]:
    """Return every text of a block that may hold slots."""
    cells = [cell for row in block.rows for cell in row]
    return [block.text, *(cell.text for cell in cells)]


class FormFaultError(ValueError):
    """A form that cannot be read; the text says in Chinese what is wrong and where."""


@lru_cache(maxsize=512)
def form_of(source: str) -> Form:
    """Return the form written in a template file. Raises FormFaultError."""
    try:
        data = read_yaml(source.encode(), "template").data
    except PackFaultsError as error:
        raise FormFaultError("；".join(f"第 {one.line} 行：{one.message}" for one in error.faults)) from None
    try:
        return Form.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        message = str(first.get("ctx", {}).get("error") or first["msg"])
        raise FormFaultError(f"{place}：{message}") from None
