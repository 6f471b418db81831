"""One table: what does a step's act → its form. A step without an act of its own has the generic one."""

from __future__ import annotations

from heliograph.desk.steps.applications import APPLICATIONS
from heliograph.desk.steps.coercion import COERCION
from heliograph.desk.steps.execution import EXECUTION
from heliograph.desk.steps.fields import area
from heliograph.desk.steps.inspections import INSPECTIONS
from heliograph.desk.steps.penalty import PENALTY
from heliograph.desk.steps.reviews import REVIEWS
from heliograph.desk.steps.shape import Act, ActForm, Fields, Given, StepPlace
from heliograph.desk.steps.substitutes import SUBSTITUTES
from heliograph.desk.steps.summary import SUMMARY_FORMS
from heliograph.desk.steps.transfers import TRANSFERS
from heliograph.dossiers.actions import ACTS_OF_STEPS, act_of, complete_step
from heliograph.dossiers.models import CaseEvent

SUMMARY = "summary"


def _generic_fields(_place: StepPlace) -> Fields:
    return {"note": area("办理情况", limit=2000, rows=3)}


def _generic(place: StepPlace, given: Given) -> CaseEvent:
    return complete_step(
        place.case.pk,
        place.place,
        **given.values,
        papers=given.papers,
        facts=given.facts,
        actor=place.scope.account,
        at=place.scope.at,
        rev=place.rev,
    )


FORMS: dict[Act, ActForm] = {
    complete_step: ActForm("完成本环节", _generic, _generic_fields, asks_facts=True),
    **PENALTY,
    **EXECUTION,
    **APPLICATIONS,
    **INSPECTIONS,
    **COERCION,
    **SUBSTITUTES,
    **TRANSFERS,
    **SUMMARY_FORMS,
    **REVIEWS,
}

# Every act that a flowchart may name, with its usual form: what the editor of procedures offers.
ACT_FORMS: dict[str, ActForm] = {act: FORMS[does] for act, rows in ACTS_OF_STEPS.items() for does in rows.values()}


def form_of(place: StepPlace) -> ActForm | None:
    """Return the form of a step's act in a case of its kind, None for an act that nobody does here yet."""
    kinds = {one.id: one.kind for one in place.scope.pack.rules.procedures}
    try:
        act = act_of(place.act, place.case.category, summary=kinds.get(place.case.procedure) == SUMMARY)
    except KeyError:
        return None
    return FORMS.get(act)
