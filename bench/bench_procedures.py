"""Running cases on PostgreSQL: one step of a case with its commit, the whole act with its record, bytes of a case.

`python -m bench procedures` prints the figures; `run()` returns them. CPU of our process only, unless it says wall: the
database's is apart. The drawing is that of the app's tests; the same steps by SpiffWorkflow are measured beside it
where that is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bench.bench_ledger import stretch
from bench.django_setup import SETTINGS
from heliograph.kernel.bpmn import begin, complete
from heliograph.kernel.ids import uuid7
from heliograph.procedures import bundles
from heliograph.procedures.actions import advance, complete_task, start
from heliograph.procedures.models import Release
from heliograph.procedures.queries import definition_of
from heliograph.procedures.tests.flows import release_of
from heliograph.registers.models import Account
from tests.cast import NOON, Office, grant, new_account, open_office
from tests.database import Clone, ensure_template

CASES = 150
ROUNDS = 400
MICRO = 1_000_000
# the longest way: with a review, both branches, and once back to the last task
WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("t_file", "handler", {}),
    ("t_approve", "leader_in_charge", {"准予立案": True}),
    ("t_investigate", "handler", {"罚款金额": 20_000}),
    ("c_review/t_opinion", "legality_reviewer", {}),
    ("t_serve", "handler", {}),
    ("t_publish", "handler", {}),
    ("t_close", "handler", {"重新办理": True}),
    ("t_close", "handler", {"重新办理": False}),
)
TABLES = ("procedures_run", "procedures_token", "procedures_step")


def run() -> dict[str, float | str]:
    """Measure on a fresh clone, which goes afterwards."""
    clone = Clone(ensure_template())
    clone.create()
    try:
        office = open_office("sunny", "晴川县测试局")
        people = {
            role: grant(office, new_account(role, "case", office.agency), role)
            for role in ("handler", "leader_in_charge", "legality_reviewer", "head")
        }
        release = release_of(office.agency, people["legality_reviewer"], people["head"])
        return {
            **_engine(release),
            **_steps("a step with its commit", _advance, office, people),
            **_steps("the act with its record", complete_task, office, people),
            **_bytes(office, people),
        }
    finally:
        clone.drop()


def _engine(release: Release) -> dict[str, float | str]:
    """The step in memory, and what it takes to make a release ready."""
    compiled = definition_of(release)
    definition = compiled.definition
    with stretch() as stepping:
        for _ in range(ROUNDS):
            facts: dict[str, Any] = dict(compiled.initial)
            marking = begin(definition, facts).marking
            for place, _role, given in WAY:
                facts |= given
                move = complete(definition, marking, place, facts)
                marking = move.marking
                facts |= move.facts
    data = bytes(release.bundle)
    with stretch() as loading:
        for _ in range(20):
            ready = bundles.Compiled(bundles.from_bytes(data))
    with stretch() as proving:
        assert ready.proof.sound
    return {
        "one step in memory": f"{stepping.cpu / ROUNDS / len(WAY) * MICRO:.1f} µs",
        "make a release ready": f"{loading.cpu / 20 * 1000:.1f} ms",
        "prove its flow": f"{proving.cpu * 1000:.1f} ms",
    }


def _advance(run_id: UUID, place: str, *, facts: dict[str, Any], actor: Account, at: datetime) -> None:
    with transaction.atomic():
        advance(run_id, place, facts=facts, actor=actor, at=at)


def _steps(name: str, act: Callable[..., object], office: Office, people: dict[str, Account]) -> dict[str, float | str]:
    runs = [_started(office, people["handler"]) for _ in range(CASES)]
    with stretch() as watch:
        for place, role, facts in WAY:
            for run_id in runs:
                act(run_id, place, facts=facts, actor=people[role], at=NOON + timedelta(hours=1))
    count = CASES * len(WAY)
    return {
        f"{name}, per second of CPU": f"{count / watch.cpu:.0f}",
        f"{name}, per second (wall, one connection)": f"{count / watch.wall:.0f}",
    }


def _started(office: Office, actor: Account) -> UUID:
    run_id = uuid7()
    with transaction.atomic():
        start(run_id, agency_id=office.agency.pk, procedure="penalty", facts={}, actor=actor, at=NOON)
    return run_id


def _bytes(office: Office, people: dict[str, Account]) -> dict[str, float | str]:
    """What a case keeps: rows as stored; tokens are those of cases with both branches open, a closed one has none."""
    for run_id in [_started(office, people["handler"]) for _ in range(20)]:
        for place, role, facts in WAY[:4]:
            _advance(run_id, place, facts=facts, actor=people[role], at=NOON)
    size: dict[str, float] = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT avg(pg_column_size(t.*)) FROM {table} t")
            size[table] = float(cursor.fetchone()[0])
    figures: dict[str, float | str] = {
        f"bytes of a row, {table.removeprefix('procedures_')}": found for table, found in size.items()
    }
    steps = (len(WAY) + 1) * size["procedures_step"]
    return {**figures, "bytes of a closed case of nine steps": size["procedures_run"] + steps}


if __name__ == "__main__":
    assert SETTINGS
    for name, value in run().items():
        print(f"{name}: {value}")
