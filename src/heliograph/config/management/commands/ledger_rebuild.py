"""`heliograph ledger rebuild`: writes the files of the logs anew from the records. Stop the service first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from heliograph.config.ledger_place import installation_place
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.publishing import rebuild_files
from heliograph.ledger.actions.sequencing import only_sequencer
from heliograph.ledger.models import Log


class Command(BaseCommand):
    """Files are a projection of the database."""

    help = "依数据库重写日志文件（先停止服务）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild every log, former ones included."""
        place = installation_place()
        try:
            with only_sequencer():
                for log in Log.objects.order_by("pk"):
                    size = rebuild_files(log, place.files(log), progress=lambda _done: None)
                    self.stdout.write(f"{log.origin}：已重写 {size} 条。")
        except ActRefusedError as error:
            raise CommandError(str(error), returncode=2) from error
