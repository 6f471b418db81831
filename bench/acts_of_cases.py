"""Public acts of a case, with guards, rules, flow, duties, story and record: how many a second, and what takes long.

CPU is that of our process alone; the database's is apart.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.bench_ledger import stretch
from heliograph.dossiers import actions
from heliograph.dossiers.actions import filing, steps
from heliograph.dossiers.models import Case
from heliograph.dossiers.tests.bureau import Bureau, generic_step, opened, papers, step_of

CASES = 60
# What an act consists of: the module in which its name is looked up, the name, the words of the figure.
PARTS = (
    (filing, "take_step", "who, when and whether"),
    (steps, "advance", "the flow"),
    (steps, "let_duties_follow", "duties"),
    (steps, "append", "the record"),
)


def acts(bureau: Bureau) -> dict[str, float | str]:
    """Measure three acts one after another on some cases; the third opens a duty."""
    ways: dict[str, tuple[Callable[[Case], str], Callable[[Bureau, Case, str], object]]] = {
        "checking a clue": (generic_step, _checked),
        "asking to file": (lambda case: step_of(case, "propose_filing"), _asked),
        "filing": (lambda case: step_of(case, "decide_filing"), _filed),
    }
    cases = [opened(bureau) for _ in range(CASES)]
    figures: dict[str, float | str] = {}
    for name, (step_in, act) in ways.items():
        steps_of_cases = {case: step_in(case) for case in cases}  # a page has it already, the act does not look for it
        with CaptureQueriesContext(connection) as asked:
            act(bureau, cases[0], steps_of_cases[cases[0]])
            statements = len(asked)
        with _parts() as spent, stretch() as watch:
            for case in cases[1:]:
                act(bureau, case, steps_of_cases[case])
        count = CASES - 1
        shares = "; ".join(f"{part} {seconds / count * 1000:.1f} ms" for part, seconds in spent.items())
        figures[f"act “{name}”, per second of CPU"] = (
            f"{count / watch.cpu:.0f} ({watch.cpu / count * 1000:.1f} ms CPU, {watch.wall / count * 1000:.1f} ms,"
            f" {statements} statements: {shares})"
        )
    return figures


@contextmanager
def _parts() -> Iterator[dict[str, float]]:
    """Add up the CPU of the parts of an act."""
    spent: dict[str, float] = defaultdict(float)
    with ExitStack() as patched:
        for module, name, words in PARTS:
            patched.enter_context(patch.object(module, name, _watched(getattr(module, name), words, spent)))
        yield spent


def _watched(part: Callable[..., Any], words: str, spent: dict[str, float]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        begin = time.process_time()
        try:
            return part(*args, **kwargs)
        finally:
            spent[words] += time.process_time() - begin

    return watched


def _checked(bureau: Bureau, case: Case, step: str) -> object:
    return actions.complete_step(case.pk, step, note="线索属实", papers=[],
                                 facts={"线索核查结论": "建议立案"}, actor=bureau["handler"],
                                 at=bureau.later(seconds=1))  # fmt: skip


def _asked(bureau: Bureau, case: Case, step: str) -> object:
    bureau.scan = bureau.files[case.pk]
    return actions.propose_filing(case.pk, step, facts_found="迟报统计资料，建议立案",
                                  papers=papers(bureau, "立案审批表"), actor=bureau["handler"],
                                  at=bureau.later(seconds=1))  # fmt: skip


def _filed(bureau: Bureau, case: Case, step: str) -> object:
    return actions.decide_filing(case.pk, step, granted=True, opinion="同意立案",
                                 actor=bureau["leader_in_charge"], at=bureau.later(seconds=1))  # fmt: skip
