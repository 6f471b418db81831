"""What cases do by the clock."""

from __future__ import annotations

from django.utils import timezone

from heliograph.dossiers.actions import fire_due_timers
from heliograph.outbox.jobs import every

EVERY_FIVE_MINUTES = "*/5 * * * *"


@every(EVERY_FIVE_MINUTES, "dossiers.fire_due_timers")
def sweep_timers(_due: int) -> None:
    """Let every timer that ran out fire, and its case say so."""
    fire_due_timers(at=timezone.now())  # noqa: TID251 - a worker reads the clock
