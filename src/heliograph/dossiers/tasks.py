"""What cases do by the clock."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from heliograph.documents.scan_reading import CannotReadError, read_scan
from heliograph.dossiers.actions import fire_due_timers
from heliograph.dossiers.actions.comparing import COMPARE_JOB, fail_comparison, finish_comparison, scan_of
from heliograph.dossiers.actions.stamping import STAMP_JOB, stamp_document
from heliograph.outbox.jobs import every, task

EVERY_FIVE_MINUTES = "*/5 * * * *"


@every(EVERY_FIVE_MINUTES, "dossiers.fire_due_timers")
def sweep_timers(_due: int) -> None:
    """Let every timer that ran out fire, and its case say so."""
    fire_due_timers(at=timezone.now())  # noqa: TID251 - a worker reads the clock


@task(STAMP_JOB)
def stamp(document_id: str, file_sha256: str) -> None:
    """Fetch a timestamp for a file of a document; one that does not come is asked for again."""
    now = timezone.now()  # noqa: TID251 - a worker reads the clock
    stamp_document(UUID(document_id), file_sha256, at=now)


def give_up(comparison_id: str) -> None:
    """Note that a scan could not be compared, so that its page does not wait for ever."""
    why = "识别时发生系统故障。请稍后重新上传；仍不成功的，请把上传时间告知系统管理员。"
    fail_comparison(UUID(comparison_id), why, at=timezone.now())  # noqa: TID251 - a worker reads the clock


@task(COMPARE_JOB, retries=2, given_up=give_up)
def read_and_compare(comparison_id: str) -> None:
    """Read a scan and hold it against its document. No transaction is open while it is read: that takes seconds."""
    content = scan_of(UUID(comparison_id))
    if content is None:
        return
    try:
        pages = read_scan(content)
    except CannotReadError as error:
        fail_comparison(UUID(comparison_id), str(error), at=timezone.now())  # noqa: TID251 - a worker reads the clock
    else:
        finish_comparison(UUID(comparison_id), pages, at=timezone.now())  # noqa: TID251 - a worker reads the clock
