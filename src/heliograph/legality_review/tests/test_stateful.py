"""Random walks of a penalty case through its review."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from heliograph.legality_review.tests.machine import ReviewMachine
from heliograph.legality_review.tests.reviewing import reviewing_bureau

EXAMPLES, STEPS = 120, 42  # 240 walks with those of the other machine; some end earlier, 35 steps is their mean


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
