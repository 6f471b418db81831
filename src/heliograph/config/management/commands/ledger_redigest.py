"""`heliograph ledger redigest`: digests a table's rows anew after its columns changed; exit code 1 if one differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.redigesting import redigest
from heliograph.ledger.guards import guards

SHOWN = 50


class Command(BaseCommand):
    """Compare each row under the columns of its last digest, then record it anew; name those that differ."""

    help = "数据表的列变动后重新登记数据摘要"

    def add_arguments(self, parser: Any) -> None:
        """Ask for the table and the reason, which the records tell."""
        parser.add_argument("table", choices=[found.table for found in guards()], metavar="数据表", help="数据表名")
        parser.add_argument("--reason", required=True, help="理由，写入存证")

    def handle(self, *args: Any, **options: Any) -> None:
        """Digest one table anew."""
        (found,) = (found for found in guards() if found.table == options["table"])
        now = timezone.now()  # noqa: TID251 - a command reads the clock
        try:
            done = redigest(found, reason=options["reason"], at=now)
        except ActRefusedError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"{found.table}：已重新登记 {done.rows} 行。")
        for finding in done.refused[:SHOWN]:
            self.stdout.write(str(finding))
        if done.refused:
            raise CommandError(f"{len(done.refused)} 行与存证不符，没有重新登记。", returncode=1)
