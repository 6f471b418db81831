"""Any case, however it goes: it only ever stands where the proof of its flow says, and every act counts once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heliograph.procedures.actions import complete_task, return_run
from heliograph.procedures.actions.timers import fire_timer
from heliograph.procedures.models import Release, Run, RunChange, Step, Token
from heliograph.procedures.queries import history, standing
from heliograph.procedures.tests.conftest import begin
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, Office, grant

FAR = timedelta(days=400)
FACTS = st.fixed_dictionaries(
    {"准予立案": st.booleans(), "罚款金额": st.integers(0, 20_000), "重新办理": st.booleans()}
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["task", "task", "task", "timer", "back"]), st.integers(0, 5), FACTS), max_size=14
)


@pytest.fixture
def people(
    office: Office, handler: Account, leader_in_charge: Account, legality_reviewer: Account
) -> dict[str, Account]:
    """One person for each role of the procedure; whoever files and investigates does neither approve nor review."""
    return {
        "handler": handler,
        "leader_in_charge": leader_in_charge,
        "legality_reviewer": legality_reviewer,
        "unit_head": grant(office, handler, "unit_head"),
    }


@pytest.mark.by_hand  # many cases in one test: they are recounted by the others
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_a_case_stands_only_where_the_proof_says(
    acts: list[tuple[str, int, dict[str, Any]]], release: Release, agency: Agency, people: dict[str, Account]
) -> None:
    case = begin(agency, people["handler"]).run.pk
    rev = 1
    for number, (kind, which, facts) in enumerate(acts):
        found = standing(case)
        if found.run.state == Run.State.ENDED:
            break
        _act(case, kind, which, facts, people, NOON + timedelta(hours=number))
        found = standing(case)
        assert found.marking in found.compiled.proof.markings
        assert (found.run.state == Run.State.ENDED) == (found.marking == frozenset())
        assert found.run.rev >= rev
        rev = found.run.rev
        told = history(agency.pk, case)
        assert [one.number for one in told] == list(range(1, rev + 1))
    assert not Token.objects.exclude(run__in=Run.objects.values("pk")).exists()
    assert Step.objects.filter(run=case).count() + RunChange.objects.filter(run=case).count() == rev


def _act(case: UUID, kind: str, which: int, facts: dict[str, Any], people: dict[str, Account], at: datetime) -> None:
    """Do one of the acts that are possible now; nothing when there is none of the kind."""
    found = standing(case)
    if kind == "task" and found.tasks:
        task = found.tasks[which % len(found.tasks)]
        complete_task(case, task.place, facts=facts, actor=people[task.role], at=at)
    timers = [token for token in found.tokens.values() if token.kind == Token.Kind.TIMER]
    if kind == "timer" and timers:
        assert fire_timer(case, timers[which % len(timers)].place, at=NOON + FAR) is not None
    done = Step.objects.filter(run=case, actor__isnull=False).exclude(place="").values_list("place", flat=True)
    back = sorted(set(done) - set(found.tokens))
    if kind == "back" and back:
        why: dict[str, Any] = {"reason": "补充办理", "basis": "晴公3"}
        return_run(case, place=back[which % len(back)], actor=people["leader_in_charge"], at=at, **why)
