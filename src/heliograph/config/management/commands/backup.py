"""`heliograph backup [--out PATH]`: the whole installation in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from heliograph.config.backup import BackupError, check_files_kept, write_backup
from heliograph.config.salts import SUFFIX, drop_older, write_salts


class Command(BaseCommand):
    """Back up."""

    help = "备份数据库、文件和密钥"

    def add_arguments(self, parser: Any) -> None:
        """Take a file name or a directory; `<home>/backups` when nothing is said."""
        parser.add_argument("--out", type=Path)
        parser.add_argument("--without-files", action="store_true", help="文件存放在对象存储，另有保护")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say where it is."""
        at = datetime.now(UTC)
        target: Path = (options["out"] or settings.HOME / "backups").absolute()
        if options["out"] is None:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.is_dir():
            target = target / f"heliograph-{at:%Y%m%dT%H%M%SZ}.tar"
        if target.exists() or not target.parent.is_dir():
            raise CommandError(f"备份文件已存在，或其目录不存在：{target}", returncode=2)
        salts = target.with_suffix(SUFFIX)
        try:
            check_files_kept(without_files=options["without_files"])
            manifest = write_backup(settings.HOME, target, at=at)
            count = write_salts(salts, at=at)  # after the backup: it has to know every record that the backup knows
        except BackupError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"已备份到 {target}（{len(manifest['sha256'])} 项，{target.stat().st_size} 字节）。")
        self.stdout.write("备份中含有密钥，请按密钥的要求保管。")
        self.stdout.write(
            f"存证盐值另存于 {salts}（{count} 项）。只保留最新一份，旧的一经删除，已依法删除的内容即无从恢复。"
        )
        for older in drop_older(salts):
            self.stdout.write(f"已删除旧的盐值文件 {older.name}。")
