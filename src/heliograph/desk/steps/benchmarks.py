"""The benchmark of a fine in a form: what its tables ask, what they said then and say now, or fields to type it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from heliograph.desk.forms import choice, text
from heliograph.desk.steps.fields import fact_field, money
from heliograph.desk.steps.form import StepForm
from heliograph.desk.steps.shape import Fields, StepPlace
from heliograph.dossiers.actions import known_of
from heliograph.dossiers.benchmarks import Benchmark, acted_on, benchmarks_of, facts_for, weigh
from heliograph.dossiers.models import Citation, Proposal
from heliograph.dossiers.rules.discretion import Tier, lighter
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import ActRefusedError

ASKED = "bench-"
TABLE = "benchmark_table"
WEIGH = "weigh"  # the button that asks the tables and sends nothing
DERIVED = frozenset({"处罚种类", "当事人类型"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two days: what its table said, or why it says nothing."""

    label: str
    source: str
    tier: Tier | None
    applies: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A benchmark as the page of the step shows it."""

    name: str
    sides: list[Side]
    fault: str = ""


def cited(place: StepPlace) -> list[str]:
    """Return the articles that the case applies."""
    found = Citation.objects.filter(case=place.case, use=Citation.Use.APPLIED)
    return list(found.values_list("key", flat=True))


def benchmarks(place: StepPlace) -> list[Benchmark]:
    """Return the discretion tables of the articles that the case applies."""
    return benchmarks_of(place.case, cited(place), place.scope.on)


def table_fields(place: StepPlace) -> Fields:
    """Return which table applies, where there are several, and the questions that the tables ask."""
    found = benchmarks(place)
    fields: Fields = {}
    if len(found) > 1:
        fields[TABLE] = choice("适用的裁量基准", [(one.id, one.name) for one in found], required=False)
    known = {*place.standing.facts, *DERIVED}
    for one in found:
        for name, fact in one.dictionary.items():
            if name not in known and ASKED + name not in fields:
                fields[ASKED + name] = fact_field(fact, one.questions.get(name, ""))
                fields[ASKED + name].required = len(found) == 1
    return fields


def hand_fields() -> Fields:
    """Return the fields of a benchmark that no table of the agency knows."""
    named = "本机关没有这一处罚依据的裁量基准表，有基准文件的手工填写名称和阶次；没有的不填，在处理理由中写明裁量的考虑"
    source = "手工填写基准的必须写明：文件名称、文号和条款"
    return {
        "benchmark": text("适用的裁量基准", limit=300, required=False, help_text=named),
        "benchmark_source": text("基准出处", limit=300, required=False, help_text=source),
        "benchmark_min": money("基准下限", required=False),
        "benchmark_max": money("基准上限", required=False),
    }


def benchmark_fields(place: StepPlace) -> Fields:
    """Return what a proposal is asked of its benchmark."""
    return table_fields(place) if benchmarks(place) else hand_fields()


def kept_answers(last: Proposal) -> dict[str, Any]:
    """Return the answers of an earlier version, under the names of their fields."""
    return {ASKED + name: value for name, value in last.benchmark_found.get("facts", {}).items()}


def split(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's values with the answers to the tables gathered as the act takes them."""
    answers = {name.removeprefix(ASKED): value for name, value in values.items() if name.startswith(ASKED)}
    given = {name: value for name, value in values.items() if not name.startswith(ASKED)}
    return {**given, "benchmark_facts": {name: value for name, value in answers.items() if value not in (None, "", [])}}


def panels(place: StepPlace, form: StepForm | None) -> list[Panel]:
    """Return the benchmarks of a step that proposes a fine, weighed by what is in the form."""
    if form is None or not ({TABLE} | {name for name in form.fields if name.startswith(ASKED)}) & set(form.fields):
        return []
    return [_panel(place, one, form) for one in benchmarks(place)]


def _panel(place: StepPlace, one: Benchmark, form: forms.BaseForm) -> Panel:
    tiers: dict[str, Tier | None] = {"then": None, "now": None}
    applied, fault = "", ""
    if acted_on(place.case) is None:
        fault = "本案没有登记行为发生日，请先在案件信息中补充"
    elif form.is_bound:
        form.is_valid()
        given = form.cleaned_data
        known = known_of(place.standing, place.case, given.get("kinds") or [])
        try:
            weighed = weigh(one, facts_for(one, known, _answers(given)))
        except ActRefusedError as error:
            fault = error.verdict.message.removesuffix("。")
        else:
            tiers, applied = {"then": weighed.then, "now": weighed.now}, lighter(weighed.then, weighed.now)
    labels = {"then": "行为时", "now": "现行"}
    sides = [
        Side(
            f"{labels[when]}（{day.isoformat()}）", dated.source if dated else "", tiers[when], applies=when == applied
        )
        for when, day, dated in one.dated
    ]
    return Panel(one.name, sides, fault)


def _answers(given: Mapping[str, Any]) -> dict[str, FactValue]:
    found: dict[str, FactValue] = split(given)["benchmark_facts"]
    return found
