"""Background work of the registers."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from heliograph.kernel.verdict import ActRefusedError
from heliograph.outbox.jobs import task
from heliograph.registers.actions.imports import import_entries, refuse_import
from heliograph.registers.models import Account


@task("registers.import_entries")
def run_import(batch_id: str, actor_id: str) -> None:
    """Import a confirmed sheet on behalf of the person who confirmed it."""
    actor = Account.objects.get(pk=UUID(actor_id))
    now = timezone.now()  # noqa: TID251 - a worker reads the clock
    try:
        import_entries(UUID(batch_id), actor=actor, at=now)
    except ActRefusedError as error:
        refuse_import(UUID(batch_id), verdict=error.verdict, at=now)
