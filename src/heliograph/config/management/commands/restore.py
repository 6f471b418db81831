"""`heliograph restore FILE [--force]`: put a backup back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from heliograph.config.backup import (
    BackupError,
    check_empty,
    check_unused,
    check_versions,
    read_manifest,
    restore_backup,
)
from heliograph.config.installation import migrate_as_owner


class Command(BaseCommand):
    """Restore."""

    help = "从备份恢复"

    def add_arguments(self, parser: Any) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything before anything is touched."""
        source: Path = options["file"].absolute()
        try:
            manifest = read_manifest(source)
            check_versions(manifest)
            check_unused()
            if not options["force"]:
                check_empty(settings.HOME)
            restore_backup(settings.HOME, source)
            migrate_as_owner()
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"已从 {source} 恢复（制作时间 {manifest['made_at']}，版本 {manifest['version']}）。")
