"""What the installation does by the clock."""

from __future__ import annotations

from django.utils import timezone

from heliograph.config.ledger_place import installation_place
from heliograph.ledger.actions.reconciling import reconcile
from heliograph.ledger.actions.running import check_files
from heliograph.outbox.jobs import every

NIGHTLY = "17 3 * * *"


@every(NIGHTLY, "config.check_ledger")
def check_ledger(_due: int) -> None:
    """Recount every row, record and log file against the logs; what differs becomes an alarm."""
    now = timezone.now()  # noqa: TID251 - a worker reads the clock
    reconcile(at=now)
    check_files(installation_place(), at=now)
