"""Two people at once: no join is lost, no task is done twice, and whoever comes second is told so.

Read with their tokens and locked by one statement, 48 of 60 such cases once lost their join; see `actions.moving`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.actions import complete_task
from heliograph.procedures.models import Run, Step, Token
from heliograph.procedures.tests.conftest import begin
from heliograph.procedures.tests.flows import flows, process, release_of, task
from heliograph.registers.models import Account, Agency
from tests.cast import NOON

CASES = 60
CLICKS = 4
# the two branches and nothing before them, so that sixty cases are soon there
BRANCHES = process(
    "penalty",
    "两路",
    [
        '<startEvent id="s"/><parallelGateway id="p_split"/><parallelGateway id="p_join"/><endEvent id="e"/>',
        *(
            task(key, name, "handler")
            for key, name in (("t_serve", "送达"), ("t_publish", "公示"), ("t_close", "结案"))
        ),
        flows(
            "s>p_split",
            "p_split>t_serve",
            "p_split>t_publish",
            "t_serve>p_join",
            "t_publish>p_join",
            "p_join>t_close",
            "t_close>e",
        ),
    ],
)


@pytest.fixture
def cases(
    transactional_db: None, agency: Agency, handler: Account, legality_reviewer: Account, leader_in_charge: Account
) -> list[UUID]:
    release_of(agency, legality_reviewer, leader_in_charge, drawing=BRANCHES)
    return [begin(agency, handler).run.pk for _ in range(CASES)]


def attempt(act: Callable[[], object]) -> str:
    """Do an act on a connection of this thread's own; a deadlock would come out as an error of the database."""
    try:
        act()
    except ActRefusedError as error:
        return error.verdict.code
    finally:
        connection.close()
    return "done"


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """Do acts at the same moment, each on its own connection."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait(timeout=30)
        return attempt(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def finish(case: UUID, place: str, actor: Account) -> Callable[[], object]:
    return lambda: complete_task(case, place, actor=actor, at=NOON)


def test_sixty_joins_finished_at_once_lose_none(cases: list[UUID], handler: Account) -> None:
    found = [at_once([finish(case, place, handler) for place in ("t_serve", "t_publish")]) for case in cases]
    assert found == [["done", "done"]] * CASES  # whoever came second read again; both branches count
    assert list(Token.objects.values_list("place", flat=True)) == ["t_close"] * CASES
    assert set(Run.objects.values_list("rev", flat=True)) == {3}


def test_of_many_clicks_on_a_task_one_is_accepted_and_the_rest_refused(cases: list[UUID], handler: Account) -> None:
    found = [at_once([finish(case, "t_serve", handler)] * CLICKS) for case in cases]
    every = list(chain.from_iterable(found))
    assert every.count("done") == CASES
    assert {code for code in every if code != "done"} <= {"run.place", "run.stale"}
    assert len(every) == CASES * CLICKS
    assert Step.objects.filter(place="t_serve").count() == CASES
    assert set(Run.objects.values_list("rev", flat=True)) == {2}


def test_clicks_on_a_page_that_all_saw_are_refused_as_stale(cases: list[UUID], handler: Account) -> None:
    case = cases[0]
    act = lambda: complete_task(case, "t_serve", actor=handler, at=NOON, rev=1)  # noqa: E731
    found = at_once([act, act])
    assert sorted(found) == ["done", "run.stale"]
    other = attempt(lambda: complete_task(case, "t_publish", actor=handler, at=NOON, rev=1))
    assert other == "run.stale"
