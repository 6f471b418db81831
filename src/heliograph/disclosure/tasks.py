"""What disclosure does by the clock."""

from __future__ import annotations

from django.utils import timezone

from heliograph.disclosure.actions.ending import expire_due
from heliograph.outbox.jobs import every

HOURLY = "7 * * * *"  # each hour: one that was missed at midnight is made up for


@every(HOURLY, "disclosure.expire_due")
def sweep_terms(_due: int) -> None:
    """Let every publication whose term is over leave the portal."""
    expire_due(at=timezone.now())  # noqa: TID251 - a worker reads the clock
