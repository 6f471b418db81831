"""Background work of the registers."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.outbox.jobs import every, task
from heliograph.registers.actions.files import drop_unused_files
from heliograph.registers.actions.imports import IMPORT_BASIS, import_entries, refuse_import
from heliograph.registers.errors import EntryFaultsError
from heliograph.registers.models import Account

FAILED = Refused(
    "import.failed",
    "导入时发生系统故障，一行也没有导入。请稍后重新上传；仍不成功的，请把上传时间告知系统管理员。",
    IMPORT_BASIS,
)

NIGHTLY = "47 2 * * *"


def give_up(batch_id: str, actor_id: str) -> None:
    """Note on the batch that the import failed, so that its page does not wait for ever."""
    refuse_import(UUID(batch_id), verdict=FAILED, at=timezone.now())  # noqa: TID251 - a worker reads the clock


@task("registers.import_entries", given_up=give_up)
def run_import(batch_id: str, actor_id: str) -> None:
    """Import a confirmed sheet on behalf of the person who confirmed it."""
    actor = Account.objects.get(pk=UUID(actor_id))
    now = timezone.now()  # noqa: TID251 - a worker reads the clock
    try:
        import_entries(UUID(batch_id), actor=actor, at=now)
    except ActRefusedError as error:
        refuse_import(UUID(batch_id), verdict=error.verdict, at=now)
    except EntryFaultsError as error:
        refuse_import(UUID(batch_id), verdict=Refused("import.faults", str(error), IMPORT_BASIS), at=now)


@every(NIGHTLY, "registers.drop_unused_files")
def drop_files(_due: int) -> None:
    """Delete uploads that no entry came to hold."""
    now = timezone.now()  # noqa: TID251 - a worker reads the clock
    drop_unused_files(unused_for=timedelta(hours=settings.UNUSED_FILE_HOURS), at=now)
