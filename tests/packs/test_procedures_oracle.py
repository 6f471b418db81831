"""The shipped procedures against SpiffWorkflow: after every step of random walks the same tasks and timers are open."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.packs.procedure_walks import PROCEDURES, walk

WALKS = 50


@pytest.mark.parametrize("procedure", PROCEDURES)
@settings(
    max_examples=WALKS, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(chance=st.randoms(use_true_random=True))
def test_shipped_procedures_are_walked_alike(procedure: str, chance: Any) -> None:
    walk(procedure, chance)
