"""What running cases do by the clock."""

from __future__ import annotations

from django.utils import timezone

from heliograph.outbox.jobs import every
from heliograph.procedures.actions.timers import recount_due_days

NIGHTLY = "37 2 * * *"


@every(NIGHTLY, "procedures.recount_due_days")
def recount(_due: int) -> None:
    """Count due days again, in case a holiday notice was loaded since."""
    recount_due_days(at=timezone.now())  # noqa: TID251 - a worker reads the clock
