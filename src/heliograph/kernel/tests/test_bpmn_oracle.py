"""Our interpreter against SpiffWorkflow: the same tasks are open and the same timers armed after every step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from heliograph.kernel.tests.bpmn_blocks import Block, blocks, parts_of
from heliograph.kernel.tests.bpmn_oracle import Oracle, walk_side_by_side
from heliograph.kernel.tests.bpmn_written import (
    DICTIONARY,
    REVIEW,
    SAMPLE,
    chain,
    defined,
    end,
    file,
    parallel,
    sample,
    start,
    task,
)

# A walk that differs is not made smaller: that takes minutes, and the step at which it differs says enough.
SLOW = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(SLOW, max_examples=50)
@given(st.randoms(use_true_random=True))
def test_the_sample_is_walked_alike(chance: Any) -> None:
    walk_side_by_side(sample(), {"sample": SAMPLE, "review": REVIEW}, DICTIONARY, chance, 40)


@settings(SLOW, max_examples=25)
@given(blocks(), st.randoms(use_true_random=True))
def test_random_procedures_are_walked_alike(block: Block, chance: Any) -> None:
    parts = parts_of(block)
    few = {"材料齐全": DICTIONARY["材料齐全"]}
    walk_side_by_side(defined(*parts), {"main": file(*parts)}, few, chance, 25)


def test_the_oracle_would_notice_a_difference() -> None:
    parts = (start(), parallel("p"), task("a"), task("b"), end(), chain("s", "p", "a", "e"), chain("p", "b", "e"))
    oracle = Oracle(defined(*parts), {"main": file(*parts)}, {})
    assert oracle.open() == {"a", "b"}
    oracle.step("a")
    assert oracle.open() == {"b"}
    with pytest.raises(KeyError):
        oracle.step("a")
