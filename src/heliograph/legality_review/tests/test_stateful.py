"""Random walks of a penalty case through its review."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from heliograph.legality_review.tests.machine import ReviewMachine
from heliograph.legality_review.tests.reviewing import reviewing_bureau
from tests.settings import POSTGRES

# 200 walks with those of the other machine, of 30 steps on the mean: some end earlier. The oldest PostgreSQL walks few.
EXAMPLES, STEPS = (100 if POSTGRES == "embedded" else 8), 37


@pytest.mark.django_db
def test_no_random_walk_decides_without_a_valid_review() -> None:
    ReviewMachine.begin(reviewing_bureau())
    run_state_machine_as_test(
        ReviewMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ReviewMachine.reached["refused"]
    assert ReviewMachine.reached["case.reviewed"]
