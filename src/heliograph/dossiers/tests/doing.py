"""Doing the steps of a case as a desk would: the right function, the right person, every document that is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from heliograph.dossiers.actions import OnSiteContent, act_of, complete_step
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.tests.bureau import Bureau, generic_step, papers, step_of
from heliograph.dossiers.tests.walks import reasons_for
from heliograph.duties.models import Duty
from heliograph.kernel.bpmn import Node
from heliograph.kernel.packs.asking import facts_ahead
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account


def node_of(case: Case, place: str) -> Node:
    """Return the task at a place."""
    node = standing(case.pk).node(place)
    assert node is not None
    return node


def no_to_all(case: Case, node: Node, place: str) -> dict[str, Any]:
    """Answer no to every yes-or-no question of a step, with a reason: those it names, and those read next."""
    stands = standing(case.pk)
    compiled = stands.compiled
    asked = set(node.facts) | (facts_ahead(compiled.definition, place) - stands.facts.keys())
    names = [name for name, one in compiled.dictionary.items() if name in asked and one.type == "boolean"]
    return dict.fromkeys(names, False) | reasons_for(node, names)


def do(bureau: Bureau, case: Case, act: str, *, by: Account | None = None, **given: Any) -> CaseEvent:
    """Do the open step of an act with what is given, and what the step declares where nothing is."""
    case.refresh_from_db()
    place = step_of(case, act)
    node = node_of(case, place)
    function = act_of(act, case.category)
    wanted = inspect.signature(function).parameters
    if "papers" in wanted and "papers" not in given:
        given["papers"] = papers(bureau, *node.documents)
    if "paper" in wanted and "paper" not in given:
        [given["paper"], *_] = papers(bureau, *node.documents)
    if act == "record_payment":
        given.setdefault("file_id", bureau.files.get(case.pk))
    if "facts" in wanted:
        given["facts"] = {**no_to_all(case, node, place), **given.get("facts", {})}
    done: CaseEvent = function(case.pk, place, **given, actor=by or bureau[node.role], at=bureau.later())
    return done


def tick(bureau: Bureau, case: Case, *, by: Account | None = None, **facts: Any) -> CaseEvent:
    """Complete the open step that has no act of its own."""
    place = generic_step(case)
    node = node_of(case, place)
    return complete_step(
        case.pk,
        place,
        note="已办理",
        papers=papers(bureau, *node.documents),
        facts={**no_to_all(case, node, place), **facts},
        actor=by or bureau[node.role],
        at=bureau.later(),
    )


def refused(act: Callable[[], object]) -> str:
    """Do what must be refused, and return the code of the refusal."""
    with pytest.raises(ActRefusedError) as caught:
        act()
    verdict = caught.value.verdict
    assert verdict.basis
    assert verdict.message
    return verdict.code


def on_site(bureau: Bureau, **changes: Any) -> OnSiteContent:
    """Two officers before the party, now."""
    began = bureau.later()
    content: dict[str, Any] = {
        "act": "现场检查",
        "place": "晴川县一号",
        "shown_at": began - timedelta(minutes=1),
        "began_at": began,
        "ended_at": began,
        "first_officer_id": bureau["handler"].pk,
        "second_officer_id": bureau["co_handler"].pk,
        "person_present": "王某",
        "rights_told": True,
        **changes,
    }
    return OnSiteContent(**content)


def open_steps(case: Case) -> set[str]:
    """Return the last parts of the places of the open tasks."""
    return {token.place.rpartition("/")[2] for token in standing(case.pk).tasks}


def due(case: Case) -> dict[str, str]:
    """Return the state of every duty of a case by its kind, the latest of each."""
    found = Duty.objects.filter(subject_kind="case", subject_id=case.pk).order_by("opened_at")
    return dict(found.values_list("kind", "state"))


def told(case: Case) -> list[str]:
    """Return the history of a case as event ids, in order."""
    return list(CaseEvent.objects.filter(case=case).order_by("made_at", "id").values_list("kind", flat=True))
