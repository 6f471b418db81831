"""The desk's only reading of the clock; everything below takes `at=` or `on=`."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present instant."""
    return timezone.now()  # noqa: TID251 - a face reads the clock


def today() -> date:
    """Return the present day in China."""
    return timezone.localdate(now())
