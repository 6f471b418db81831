"""Background jobs: a thin layer over Procrastinate, so that another queue can take its place.

A task is a plain function in an app's `tasks.py`. A job is written in the caller's transaction: it exists exactly when
the act does. The same job may run twice (a worker can die after the work and before the note of it), so a task must be
repeatable.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec

from django.db import transaction
from django.db.models import Max
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext
from procrastinate.retry import RetryStrategy
from procrastinate.types import JSONValue

P = ParamSpec("P")

RETRIES = 5
WAIT_BASE = 5  # seconds: 5, 25, 125, 625, 3125 before the second to the sixth try


def task(
    name: str, *, retries: int = RETRIES, given_up: Callable[..., None] | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a function under a lasting name; a failing job is tried again at growing intervals.

    When the last try fails too, `given_up` is called with the job's arguments, to tell those who wait for it.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        def run(context: JobContext, /, *args: P.args, **kwargs: P.kwargs) -> None:
            done = False
            try:
                function(*args, **kwargs)
                done = True
            finally:  # whatever it was that failed: it goes on to the queue, which writes it down
                if not done and given_up is not None and context.job.attempts >= retries:
                    given_up(*args, **kwargs)

        strategy = RetryStrategy(max_attempts=retries, exponential_wait=WAIT_BASE)
        app.task(name=name, retry=strategy, pass_context=True)(run)
        return function

    return register


def every(cron: str, name: str) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Register a function that runs by the clock; it gets the Unix second it was due."""

    def register(function: Callable[[int], None]) -> Callable[[int], None]:
        def run(timestamp: int) -> None:  # the queue gives it by this name
            function(timestamp)

        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))
        return function

    return register


def enqueue(name: str, *, once: str | None = None, at: datetime | None = None, **payload: JSONValue) -> bool:
    """Ask for a job, in the current transaction; return whether it was added.

    `once` names jobs of which one waiting is enough; `at` is the earliest instant.
    """
    try:
        with transaction.atomic():  # a refused second job must not spoil the caller's transaction
            app.configure_task(name=name, queueing_lock=once, schedule_at=at).defer(**payload)
    except AlreadyEnqueued:
        return False
    return True


def last_done(name: str) -> datetime | None:
    """Return when a job of this name last came to its end, None when none did."""
    done = ProcrastinateEvent.objects.filter(job__task_name=name, type="succeeded")
    found: datetime | None = done.aggregate(last=Max("at"))["last"]
    return found
