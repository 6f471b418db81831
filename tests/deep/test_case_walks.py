"""Two hundred random walks of thirty acts on a penalty case; the short one is beside the code."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from heliograph.dossiers.tests.bureau import found_bureau
from heliograph.dossiers.tests.machine import PenaltyMachine

EXAMPLES, STEPS = 200, 30


@pytest.mark.deep
@pytest.mark.django_db
def test_two_hundred_random_walks_leave_every_case_lawful() -> None:
    PenaltyMachine.begin(found_bureau("jinghai-tjj", "penalty_ordinary"))
    run_state_machine_as_test(
        PenaltyMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {"case.decided", "case.served", "case.published", "case.suspended"} <= set(PenaltyMachine.reached)
    assert PenaltyMachine.reached["refused"] > EXAMPLES
