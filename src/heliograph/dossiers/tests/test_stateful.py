"""Random walks of a penalty case from every stage of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from heliograph.dossiers.tests.bureau import found_bureau
from heliograph.dossiers.tests.machine import PenaltyMachine
from tests.settings import POSTGRES

# 200 walks with those of the other machine, of 30 steps on the mean: some end earlier. The oldest PostgreSQL walks few.
EXAMPLES, STEPS = (100 if POSTGRES == "embedded" else 8), 37


@pytest.mark.django_db
def test_random_acts_leave_every_case_lawful() -> None:
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
    assert PenaltyMachine.reached["case.investigated"]
    assert PenaltyMachine.reached["refused"]
