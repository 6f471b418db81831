"""`heliograph fonts install`: put the free fonts of documents into this installation, without root."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from heliograph.documents.fonts import FontsMissingError, install


class Command(BaseCommand):
    """Fetch what is missing; a second run finds everything there."""

    help = "安装文书字体"

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was fetched and where the fonts lie; exit 1 with the reason when they cannot be had."""
        target = settings.FONT_FOLDERS[-1]
        try:
            done = install(target)
        except FontsMissingError as error:
            raise CommandError(str(error), returncode=1) from error
        if done.fetched:
            self.stdout.write(f"已安装 {done.fetched} 个字体文件：{target}")
        else:
            self.stdout.write(f"文书字体已齐备（{done.kept} 个文件）：{target}")
