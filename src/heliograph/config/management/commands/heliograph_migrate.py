"""`heliograph migrate`: the schema, the grants of the app role and the static files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from heliograph.config.installation import collect_static, migrate_as_owner
from heliograph.ledger.actions.reconciling import note_shapes


class Command(BaseCommand):
    """Bring an installation up to the code's version; safe to repeat."""

    help = "建立或更新数据库结构"

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate as the owner."""
        migrate_as_owner()
        note_shapes()
        collect_static(settings.STATIC_ROOT)
        self.stdout.write("数据库结构已是最新版本。")
