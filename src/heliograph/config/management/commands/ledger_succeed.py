"""`heliograph ledger succeed`: closes a log and begins the next, which carries the last signed state of the former."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from heliograph.config.ledger_place import installation_place
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.sequencing import only_sequencer
from heliograph.ledger.actions.succeeding import reentered, succeed_log
from heliograph.ledger.models import Tree


class Command(BaseCommand):
    """For an installation restored from a backup that is behind what it had signed. Stop the service first."""

    help = "封存现有日志并启用新日志（从旧备份恢复后）"

    def add_arguments(self, parser: Any) -> None:
        """Ask for the reason, which the new public log tells."""
        parser.add_argument("--reason", required=True, help="理由，写入新日志的首条并公开")
        parser.add_argument("--tree", choices=[*Tree.values, "both"], default="both", help="哪一个日志，默认两个")

    def handle(self, *args: Any, **options: Any) -> None:
        """Succeed both logs, which were restored together, or in a new year the public one."""
        trees = [tree for tree in Tree if options["tree"] in {tree, "both"}]
        place, now = installation_place(), timezone.now()  # noqa: TID251 - a command reads the clock
        try:
            with only_sequencer():
                for tree in trees:
                    log = succeed_log(tree, place, reason=options["reason"], at=now)
                    self.stdout.write(f"{tree.label}：已启用 {log.origin}。")
                    if count := reentered(log):
                        self.stdout.write(f"原日志已不能发布的 {count} 条存证，已在新日志重新收入。")
        except (ActRefusedError, OSError, sqlite3.Error) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write("请把新日志的公钥告知各见证方。")
