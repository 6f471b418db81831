"""The form of one step, put together from its act's row, the facts that it asks and the documents that it declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms

from heliograph.desk.forms import DeskForm
from heliograph.desk.steps.fields import CaseFileField, fact_field, paper_fields, with_case_uploads
from heliograph.desk.steps.shape import ActForm, Given, StepPlace
from heliograph.dossiers.actions import PaperContent
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.packs.asking import facts_ahead

FACT = "fact-"
PAPER = "paper-"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """The fields of one declared document, under its name."""

    kind: str
    fields: list[forms.BoundField]


class StepForm(DeskForm):
    """Act fields, answers and documents of a step, each in a group of its own on the page."""

    place: StepPlace
    row: ActForm

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

    def given(self) -> Given:
        """Return what the act is called with."""
        values = {name: value for name, value in self.cleaned_data.items() if not name.startswith((FACT, PAPER))}
        facts = {
            name.removeprefix(FACT): cast(FactValue, value)
            for name, value in self.cleaned_data.items()
            if name.startswith(FACT)
        }
        return Given(values, [self._paper(number, kind) for number, kind in self._papers()], facts)

    def _papers(self) -> Iterator[tuple[int, str]]:
        if self.row.papers != "none":
            yield from enumerate(self.place.node.documents)

    def _paper(self, number: int, kind: str) -> PaperContent:
        given = self.cleaned_data
        return PaperContent(
            kind=kind,
            made_on=given.get(f"{PAPER}{number}-on") or self.place.scope.on,
            number=given.get(f"{PAPER}{number}-number") or "",
            file_id=given.get(f"{PAPER}{number}-file"),
        )


def asked_facts(place: StepPlace, row: ActForm) -> list[FactDef]:
    """Return the facts that the step asks: its own, and those that the flow reads next and nobody knows yet."""
    if not row.asks_facts:
        return []
    dictionary = place.standing.compiled.dictionary
    known = {*place.standing.facts, *place.node.facts}
    ahead = facts_ahead(place.standing.compiled.definition, place.place) - known
    by_rule = {one["name"] for one in place.standing.compiled.bundle.facts if one.get("ask") == "rule"}
    names = [*place.node.facts, *(name for name in dictionary if name in ahead)]
    return [dictionary[name] for name in names if name in dictionary and name not in row.gives | by_rule]


def form_class(place: StepPlace, row: ActForm) -> type[StepForm]:
    """Return the form class of an open step."""
    questions = {one["name"]: one.get("question") or "" for one in place.standing.compiled.bundle.facts}
    members: dict[str, Any] = dict(row.fields(place))
    for fact in asked_facts(place, row):
        members[FACT + fact.name] = fact_field(fact, questions.get(fact.name, ""))
        members[FACT + fact.name].initial = _shown(place.standing.facts.get(fact.name))
    if row.papers != "none":
        for number, kind in enumerate(place.node.documents):
            members |= _papers_of(number, kind, row, place)
    return type("FormOfStep", (StepForm,), {**members, "place": place, "row": row})


def _papers_of(number: int, kind: str, row: ActForm, place: StepPlace) -> Mapping[str, forms.Field]:
    if row.papers == "file":
        return {f"{PAPER}{number}-file": CaseFileField(label=f"{kind}（签章后的文件）")}
    return paper_fields(number, kind, on=place.scope.on)


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
    return shape(initial=dict(draft or {}))
