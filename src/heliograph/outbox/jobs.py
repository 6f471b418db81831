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
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONValue

P = ParamSpec("P")

RETRIES = 5


def task(name: str, *, retries: int = RETRIES) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a function under a lasting name; a failing job is tried again at growing intervals."""

    def register(function: Callable[P, None]) -> Callable[P, None]:
        app.task(name=name, retry=retries)(function)
        return function

    return register


def every(cron: str, name: str) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Register a function that runs by the clock; it gets the Unix second it was due."""

    def register(function: Callable[[int], None]) -> Callable[[int], None]:
        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(function))
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
