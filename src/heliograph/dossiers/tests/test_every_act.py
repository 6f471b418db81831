"""Every act of a flowchart keeps out strangers, other steps, steps not open yet or done, and cases that rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import ACTS_OF_STEPS
from heliograph.dossiers.models import Case, CaseEvent, Paper
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, generic_step, opened
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.stages import check, walk_to
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.models import Account
from tests.cast import new_account

pytestmark = pytest.mark.django_db
ACTS: dict[str, Callable[..., Any]] = {does.__name__: does for rows in ACTS_OF_STEPS.values() for does in rows.values()}


def tried(act: Callable[..., Any], case: Case, step: str, actor: Account, bureau: Bureau) -> object:
    """Try an act with nothing in its form: who, where and when are asked before anything else is looked at."""
    given = {"case_id": case.pk, "step": step, "actor": actor, "at": bureau.later(), "rev": None}
    wanted = inspect.signature(act).parameters
    return act(**{name: given.get(name) for name in wanted})


def test_no_act_is_open_to_strangers_out_of_turn_or_while_the_case_rests() -> None:
    """One bureau for all of them: founding it takes longer than the acts."""
    bureau = found_bureau("jinghai-tjj", "penalty_ordinary")
    case, handler = opened(bureau), bureau["handler"]
    stranger = new_account("路人", "case", bureau.agency)
    first = generic_step(case)
    for act in ACTS.values():
        with pytest.raises(Case.DoesNotExist):
            tried(act, case, first, stranger, bureau)
    early = {name: refused(lambda act=act: tried(act, case, "t_decide", handler, bureau)) for name, act in ACTS.items()}  # type: ignore[misc]
    assert set(early.values()) == {"step.not_open"}, early
    other = {
        name: refused(lambda act=act: tried(act, case, first, handler, bureau))  # type: ignore[misc]
        for name, act in ACTS.items()
        if name != "complete_step"
    }
    assert set(other.values()) == {"step.other_act"}, other
    wrong = refused(lambda: tried(actions.complete_step, case, first, bureau["leader_in_charge"], bureau))
    assert wrong == "case.not_handler"
    check(bureau, case, first, handler)
    twice = {name: refused(lambda act=act: tried(act, case, first, handler, bureau)) for name, act in ACTS.items()}  # type: ignore[misc]
    assert set(twice.values()) == {"step.not_open"}, twice
    actions.suspend_case(case.pk, from_on=bureau.today, reason="等待", basis="行政处罚法@2021:60",
                         actor=bureau["head"], at=bureau.later())  # fmt: skip
    resting = {name: refused(lambda act=act: tried(act, case, first, handler, bureau)) for name, act in ACTS.items()}  # type: ignore[misc]
    assert set(resting.values()) == {"case.suspended"}, resting
    assert CaseEvent.objects.filter(case=case).count() == 3  # received, checked, suspended
    assert not Paper.objects.exists()
    assert len(ACTS) > 40


@pytest.mark.parametrize("role", ["handler", "unit_head"])
def test_a_step_refuses_other_roles_and_names_who_may(role: str) -> None:
    bureau = found_bureau("jinghai-tjj", "penalty_ordinary")
    case = opened(bureau)
    stage = walk_to(bureau, case, "decide_filing")
    with pytest.raises(ActRefusedError) as caught:
        stage.call(bureau, case, stage.place(case), bureau[role])
    verdict = caught.value.verdict
    assert verdict.code == "step.role"
    for words in ("审批立案", "分管领导", "分管丙"):
        assert words in verdict.message
    assert verdict.basis == "行政处罚法@2021:54"
    assert not CaseEvent.objects.filter(case=case, kind="case.filed").exists()
