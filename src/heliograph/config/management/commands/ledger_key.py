"""`heliograph ledger key`: lists the keys of the open logs, makes a new one, or retires one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from heliograph.config.ledger_place import installation_place
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.keys import make_key, retire_key
from heliograph.ledger.actions.running import open_logs
from heliograph.ledger.keystore import SIGNERS
from heliograph.ledger.models import Log, LogKey


class Command(BaseCommand):
    """Every change is told by a leaf of the public log."""

    help = "查看、生成或停用日志签名密钥"

    def add_arguments(self, parser: Any) -> None:
        """Offer the three uses."""
        parser.add_argument("--make", choices=sorted(SIGNERS), help="为两个日志各生成一把新密钥")
        parser.add_argument("--retire", metavar="公钥", help="停用一把密钥")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked, then list."""
        place, now = installation_place(), timezone.now()  # noqa: TID251 - a command reads the clock
        logs = open_logs(place, at=now)
        try:
            if options["make"]:
                for log in logs.values():
                    make_key(log, algorithm=options["make"], keys=place.keys, at=now)
            if options["retire"]:
                retire_key(LogKey.objects.get(vkey=options["retire"]), at=now)
        except ActRefusedError as error:
            raise CommandError(str(error), returncode=2) from error
        except LogKey.DoesNotExist as error:
            raise CommandError("没有这把密钥。请从下列清单中复制完整的公钥。", returncode=2) from error
        for log in Log.objects.filter(closed_at__isnull=True):
            for key in log.keys.select_related("retirement"):
                state = "已停用" if hasattr(key, "retirement") else "在用"
                self.stdout.write(f"{state}\t{key.algorithm}\t{key.vkey}")
