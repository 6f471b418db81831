"""`heliograph restore FILE [--force]`: put a backup back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from heliograph.config.backup import (
    BackupError,
    check_empty,
    check_same_storage,
    check_unused,
    check_versions,
    read_manifest,
    restore_backup,
)
from heliograph.config.installation import migrate_as_owner
from heliograph.config.salts import SaltsError, newest_salts, restore_salts


class Command(BaseCommand):
    """Restore."""

    help = "从备份恢复"

    def add_arguments(self, parser: Any) -> None:
        """Take the file, and the newest file of salts: the one beside the backup unless another is named."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--salts", type=Path)
        parser.add_argument("--force", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything before anything is touched."""
        source: Path = options["file"].absolute()
        named: Path | None = options["salts"]
        if named is not None and not named.exists():
            raise CommandError(f"没有这个盐值文件：{named}", returncode=2)
        try:
            manifest = read_manifest(source)
            check_versions(manifest)
            check_same_storage(manifest)
            check_unused()
            if not options["force"]:
                check_empty(settings.HOME)
            restore_backup(settings.HOME, source)
            migrate_as_owner()
            salts = named or newest_salts(source)
            restored = restore_salts(salts, at=datetime.now(UTC)) if salts.exists() else None
        except (BackupError, SaltsError) as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"已从 {source} 恢复（制作时间 {manifest['made_at']}，版本 {manifest['version']}）。")
        if restored is None:
            self.stdout.write("没有盐值文件，存证内容暂不能核对。找到后请以 --salts 再次恢复。")
        else:
            self.stdout.write(f"已恢复 {restored.salts} 项盐值；备份之后依法删除的内容再次删除 {restored.erased} 项。")
        self.stdout.write("如启动时提示日志落后于最后签名状态，请运行 heliograph ledger succeed 启用新日志。")
