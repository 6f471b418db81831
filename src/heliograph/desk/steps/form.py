"""The form of one step, put together from its act's row, the facts that it asks and the documents that it declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms

from heliograph.desk.forms import DeskForm
from heliograph.desk.steps.fields import fact_field, paper_fields
from heliograph.desk.steps.made_papers import BY_HAND, choice_of, documents_of_step, said_in_documents
from heliograph.desk.steps.reasons import ReasonsField
from heliograph.desk.steps.shape import ActForm, Given, StepPlace
from heliograph.desk.steps.uploads import CaseFileField, done_with_files, with_case_uploads
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.models import CaseEvent
from heliograph.dossiers.reasons import REASONS, questions_of
from heliograph.dossiers.volume_reading import built_documents
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.procedures.queries import steps_of

FACT = "fact-"
PAPER = "paper-"
LEFT_OUT = frozenset({"some"})  # how an act takes documents that need not be there


@dataclass(frozen=True, slots=True)
class PaperRow:
    """The fields of one declared document, under its name."""

    kind: str
    fields: list[forms.BoundField]


class StepForm(DeskForm):
    """Act fields, answers and documents of a step, each in a group of its own on the page."""

    place: StepPlace
    row: ActForm

    def clean(self) -> dict[str, Any]:
        """Ask with the rest for the documents that only some answer lets come later."""
        data = super().clean() or {}
        if self.row.papers_unless and data.get(FACT + self.row.papers_unless) is False:
            for number, _kind in enumerate(self.place.node.documents):
                name = f"{PAPER}{number}-on"
                if name in self.fields and not data.get(name) and not data.get(f"{PAPER}{number}-document"):
                    self.add_error(name, f"请填写“{self.fields[name].label}”。")
        for number, _kind in enumerate(self.place.node.documents):
            self._check_paper(f"{PAPER}{number}-", data)
        for name, message in list(self.row.check(self.place, data)) if self.row.check else ():
            self.add_error(name, message)
        return data

    def _check_paper(self, prefix: str, data: Mapping[str, Any]) -> None:
        """Ask for the day of a document made by hand alone; a document of the system has its own day and number."""
        chosen, day = data.get(f"{prefix}document"), data.get(f"{prefix}on")
        if not chosen or f"{prefix}on" not in self.fields:
            return
        if chosen == BY_HAND and day is None and self.row.papers not in LEFT_OUT:
            self.add_error(f"{prefix}on", "另行制作的文书，请填写制作日期。")
        if chosen != BY_HAND and (day or data.get(f"{prefix}number")):
            self.add_error(f"{prefix}on", "采用系统生成的文书时，日期和文号以文书为准，这里不填。")

    def act_fields(self) -> list[forms.BoundField]:
        """Return what the act itself asks."""
        return [self[name] for name in self.fields if not name.startswith((FACT, PAPER))]

    def fact_fields(self) -> list[forms.BoundField]:
        """Return the questions to whoever does the step."""
        return [self[name] for name in self.fields if name.startswith(FACT)]

    def paper_rows(self) -> Iterator[PaperRow]:
        """Return the documents, in the order of the step."""
        for number, kind in enumerate(self.place.node.documents):
            found = [self[name] for name in self.fields if name.startswith(f"{PAPER}{number}-")]
            if found:
                yield PaperRow(kind, found)

    def send(self) -> CaseEvent:
        """Do the act with what the form holds; what was uploaded is kept if it is done, and only then."""
        place = self.place
        return done_with_files(
            place.scope, place.case.pk, self.cleaned_data, lambda sent: self.row.call(place, self._given(sent))
        )

    def _given(self, sent: Mapping[str, Any]) -> Given:
        """Return what the act is called with."""
        values = {name: value for name, value in sent.items() if not name.startswith((FACT, PAPER))}
        facts = {
            name.removeprefix(FACT): cast(FactValue, value) for name, value in sent.items() if name.startswith(FACT)
        }
        return Given(values, [self._paper(number, kind, sent) for number, kind in self._papers(sent)], facts)

    def _papers(self, sent: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
        """Return the documents that the act gets: of those that may be left out, the ones that something is said of."""
        for number, kind in enumerate(self.place.node.documents if self.row.papers != "none" else ()):
            said = ("on", "file", "document") if self.row.papers in LEFT_OUT else ()
            if not said or any(sent.get(f"{PAPER}{number}-{name}") for name in said):
                yield number, kind

    def _paper(self, number: int, kind: str, given: Mapping[str, Any]) -> PaperContent:
        return PaperContent(
            kind=kind,
            made_on=given.get(f"{PAPER}{number}-on") or self.place.scope.on,
            number=given.get(f"{PAPER}{number}-number") or "",
            file_id=given.get(f"{PAPER}{number}-file"),
            document_id=_made(given.get(f"{PAPER}{number}-document")),
        )


def _made(chosen: str | None) -> UUID | None:
    """Return the document of the system that was chosen, none where one was made by hand."""
    return UUID(chosen) if chosen and chosen != BY_HAND else None


def asked_facts(place: StepPlace, row: ActForm) -> list[FactDef]:
    """Return the facts that the step asks: its own, and those that the flow reads next and nobody knows yet.

    A step that comes again after a return asks again what it asked before.
    """
    if not row.asks_facts:
        return []
    dictionary = place.standing.compiled.dictionary
    known = (place.standing.facts.keys() - _answered_here(place)) | {*place.node.facts}
    ahead = facts_ahead(place.standing.compiled.definition, place.place) - known
    by_rule = {one["name"] for one in place.standing.compiled.bundle.facts if one.get("ask") == "rule"}
    names = [*place.node.facts, *(name for name in dictionary if name in ahead)]
    return [dictionary[name] for name in names if name in dictionary and name not in row.gives | by_rule]


def _answered_here(place: StepPlace) -> set[str]:
    """Return the facts that this very step answered the last times it was done. One query."""
    before = steps_of(place.case.agency_id, place.case.pk).filter(place=place.place).values_list("facts", flat=True)
    return set().union(*before)


def form_class(place: StepPlace, row: ActForm) -> type[StepForm]:
    """Return the form class of an open step."""
    questions = {one["name"]: one.get("question") or "" for one in place.standing.compiled.bundle.facts}
    members: dict[str, Any] = dict(row.fields(place))
    for fact in asked_facts(place, row):
        members[FACT + fact.name] = _field_of(fact, questions.get(fact.name, ""), place)
        members[FACT + fact.name].required &= fact.name not in row.optional
        members[FACT + fact.name].initial = _shown(place.standing.facts.get(fact.name))
    if row.papers != "none":
        built = built_documents(place.scope.pack)  # drawn up by the system, nothing to ask
        for number, one in enumerate(documents_of_step(place)):
            if one.kind in built:
                continue
            made = choice_of(one.made) if one.made else {}
            members |= {f"{PAPER}{number}-{name}": field for name, field in made.items()}
            members |= _papers_of(number, one.kind, row, place, made=bool(made))
    shape = cast(type[StepForm], type("FormOfStep", (StepForm,), members))
    # after the fields: an act may ask for something of the same name, e.g. the place of a hearing
    shape.place, shape.row = place, row
    return shape


def _field_of(fact: FactDef, question: str, place: StepPlace) -> forms.Field:
    """Return the field of a fact; the reasons for what the catalogue of reviews asks are one for each question."""
    asked = questions_of(place.standing) if fact.name == REASONS else {}
    return ReasonsField("逐项判断理由", asked) if asked else fact_field(fact, question)


def _papers_of(
    number: int, kind: str, row: ActForm, place: StepPlace, *, made: bool = False
) -> Mapping[str, forms.Field]:
    """Return the fields of one declared document. made: the system made it, so that its day need not be told."""
    if row.papers == "file":
        return {f"{PAPER}{number}-file": CaseFileField(label=f"{kind}（签章后的文件）")}
    found = paper_fields(number, kind, on=place.scope.on)
    for field in found.values():
        field.required = field.required and row.papers not in LEFT_OUT and not made
    if made:
        for name in ("on", "number"):
            found[f"{PAPER}{number}-{name}"].help_text = "只在另行制作时填写"
    return found


def _shown(value: FactValue | None) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def file_names(shape: type[StepForm]) -> list[str]:
    """Return the names of the file fields of a form."""
    return [name for name, field in shape.base_fields.items() if isinstance(field, CaseFileField)]


def filled(place: StepPlace, shape: type[StepForm], draft: Mapping[str, Any] | None) -> StepForm:
    """Return the form as it was sent with what was uploaded kept, else with what this person was typing, else new."""
    if place.scope.sent is not None:
        data, faults = with_case_uploads(place.scope, place.case.pk, file_names(shape))
        form = shape(data)
        for name, message in faults.items():
            form.add_error(name, message)
        return form
    typed = {name: value for name, value in (draft or {}).items() if value not in (None, "", [])}
    said = {name: value for name, value in said_in_documents(place).items() if name in shape.base_fields}
    return shape(initial={**(draft or {}), **said, **typed})
