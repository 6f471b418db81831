"""One table and one case for every engine that is measured: 200 rows of amounts, times and a kind; the last row hits.

Names are ASCII because a peer takes no others; the amounts only set the work and are no law.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

STEP = 1000
SPANS = 50
TIMES = ((0, 0), (1, 2), (3, 5), (6, None))
FACTS = {"amount": STEP * SPANS + 500, "times": 9, "kind": "fine"}
EXPECTED = SPANS * len(TIMES)


@dataclass(frozen=True, slots=True)
class BenchRow:
    """Amount from (with) and below, times from and to (both with), None for no end; the result is the row's number."""

    number: int
    low: int
    below: int | None
    least: int
    most: int | None


def rows() -> list[BenchRow]:
    """Return the rows in order."""
    found = []
    for span in range(SPANS):
        below = STEP * (span + 1) if span < SPANS - 1 else None
        found += [BenchRow(len(found) + place, STEP * span, below, *times) for place, times in enumerate(TIMES, 1)]
    return found


def rate(count: int, act: Callable[[], object]) -> float:
    """Return how often an act is done in a second of CPU."""
    before = time.process_time()
    for _ in range(count):
        act()
    return count / (time.process_time() - before)
