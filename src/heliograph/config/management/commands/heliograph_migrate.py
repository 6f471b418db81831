"""`heliograph migrate`: the schema, the grants of the app role and the static files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from heliograph.config.installation import collect_static
from heliograph.config.upgrading import SHOWN, upgrade


class Command(BaseCommand):
    """Bring an installation up to the code's version; safe to repeat."""

    help = "建立或更新数据库结构"

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate as the owner; rows that differ from their records are named, the nightly check raises the alarm."""
        findings = upgrade(at=timezone.now())  # noqa: TID251 - a command reads the clock
        for finding in findings[:SHOWN]:
            self.stdout.write(str(finding))
        collect_static(settings.STATIC_ROOT)
        self.stdout.write("数据库结构已是最新版本。")
