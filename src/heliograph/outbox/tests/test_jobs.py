"""Jobs live and die with the caller's transaction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob

from heliograph.outbox.jobs import RETRIES, enqueue, every, task

pytestmark = pytest.mark.django_db

NAME = "outbox.rescue_stalled_jobs"


@task("outbox.test_late")
def late(*, word: str) -> None:
    """What a dead worker had begun."""


def waiting() -> int:
    return ProcrastinateJob.objects.filter(status="todo").count()


def test_a_job_is_written_with_the_act() -> None:
    assert enqueue(NAME, at=datetime(2030, 1, 1, tzinfo=UTC), timestamp=1)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args, job.scheduled_at) == (NAME, {"timestamp": 1}, datetime(2030, 1, 1, tzinfo=UTC))


def test_an_act_that_is_undone_leaves_no_job() -> None:
    with transaction.atomic():
        assert enqueue(NAME, timestamp=1)
        transaction.set_rollback(True)
    assert waiting() == 0


def test_one_waiting_job_is_enough_and_the_transaction_goes_on() -> None:
    assert enqueue(NAME, once="rescue", timestamp=1) is True
    assert enqueue(NAME, once="rescue", timestamp=2) is False
    assert waiting() == 1


def test_a_task_stays_a_plain_function() -> None:
    done: list[str] = []

    @task("outbox.test_write", retries=2)
    def write(*, word: str) -> None:
        done.append(word)

    @every("0 3 * * *", "outbox.test_nightly")
    def nightly(due: int) -> None:
        done.append(str(due))

    write(word="now")
    nightly(7)
    assert done == ["now", "7"]
    app.tasks["outbox.test_nightly"](timestamp=8)  # as the queue calls what runs by the clock
    assert done[-1] == "8"
    assert app.tasks["outbox.test_write"].retry_strategy is not None
    assert app.tasks["outbox.test_nightly"].queueing_lock == "outbox.test_nightly"


def test_a_failing_job_waits_longer_before_each_try_and_is_given_up_at_last() -> None:
    strategy = app.tasks["outbox.test_late"].retry_strategy
    assert strategy is not None
    enqueue("outbox.test_late", word="late")
    job = ProcrastinateJob.objects.get().procrastinate_job
    waits: list[float] = []
    for attempts in range(RETRIES):
        before = datetime.now(UTC)
        retry = strategy.get_retry_exception(OSError(), job.evolve(attempts=attempts))
        assert retry is not None
        assert retry.retry_decision.retry_at is not None
        waits.append((retry.retry_decision.retry_at - before).total_seconds())
    assert [round(wait) for wait in waits] == [5, 25, 125, 625, 3125]
    assert strategy.get_retry_exception(OSError(), job.evolve(attempts=RETRIES)) is None


def test_the_tests_are_the_app_role_and_it_cannot_change_the_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "heliograph_app"
        cursor.execute(
            "SELECT has_schema_privilege('public', 'CREATE'), has_table_privilege('procrastinate_jobs', 'TRUNCATE')"
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_jobs_of_a_dead_worker_are_queued_again(turn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice, so that a transactional test is seen to leave nothing behind."""
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})  # nothing else that happens to be due now
    assert waiting() == 0
    enqueue("outbox.test_late", word="late")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead), attempts = 1"
        )
    enqueue(NAME, timestamp=1)
    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, delete_jobs="never")
    job = ProcrastinateJob.objects.get(task_name="outbox.test_late")
    assert (job.status, job.attempts) == ("succeeded", 3)  # once before it died, once by rescue, once done
