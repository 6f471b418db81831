"""Four hundred walks through each shipped procedure, side by side with SpiffWorkflow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.packs.procedure_walks import PROCEDURES, walk

pytestmark = pytest.mark.deep
WALKS = 400


@pytest.mark.parametrize("procedure", PROCEDURES)
@settings(
    max_examples=WALKS, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(chance=st.randoms(use_true_random=True))
def test_shipped_procedures_are_walked_alike_for_long(procedure: str, chance: Any) -> None:
    walk(procedure, chance)
