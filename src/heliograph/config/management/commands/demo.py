"""`heliograph demo`: a demonstration on this machine, with its people, their passwords and their second factors."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from heliograph.config import demo
from heliograph.config.demo_witnesses import prepare_witnesses
from heliograph.config.installation import (
    collect_static,
    has_pending_migrations,
    migrate_in_own_process,
    read_demo_accounts,
    read_demo_mark,
    write_demo_mark,
)
from heliograph.config.serving import Supervisor
from heliograph.documents.fonts import FontsMissingError, find_missing, install


class Command(BaseCommand):
    """Prepare what is missing, then serve."""

    help = "准备并启动演示环境"

    def add_arguments(self, parser: Any) -> None:
        """Allow the preparation alone, for tests."""
        parser.add_argument("--prepare-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load once, serve every time."""
        if not settings.IS_DEMO:
            raise CommandError("演示环境请用 heliograph demo 启动。", returncode=2)
        if has_pending_migrations():
            self.stdout.write("正在建立数据库结构……")
            migrate_in_own_process()
        if read_demo_mark(settings.HOME) != demo.DATA_VERSION:
            self.stdout.write("正在载入演示数据……")
            with transaction.atomic():  # all of it or, when it is broken off, nothing
                accounts = list(demo.load_demo())
            write_demo_mark(settings.HOME, demo.DATA_VERSION, accounts)
        collect_static(settings.STATIC_ROOT)
        if options["prepare_only"]:
            return
        witnesses = prepare_witnesses(settings.HOME)
        if find_missing():
            threading.Thread(target=self._install_fonts, daemon=True).start()
        connection.close()
        code = Supervisor(witnesses).run(settings.BIND, settings.WORKERS, self._announce)
        if code:
            raise CommandError("服务意外停止，请查看上面的记录。", returncode=code)

    def _install_fonts(self) -> None:
        """Fetch the fonts of documents beside the demonstration; nothing waits for them, the desk says if they lack."""
        try:
            install(settings.FONT_FOLDERS[-1])
        except FontsMissingError as error:
            self.stdout.write(str(error))
        else:
            self.stdout.write("文书字体已安装。")

    def _announce(self) -> None:
        write = self.stdout.write
        write(f"\n演示环境已启动。公示门户：{settings.BIND.url}    工作台：{settings.BIND.url}desk/")
        write("\n登录名　　　　密码　　　　动态验证码密钥　　　　身份")
        for account in read_demo_accounts(settings.HOME):
            write(f"{account.username}\t{account.password}\t{account.totp_secret}\t{account.description}")
        write("\n动态验证码：.venv/bin/heliograph demo-code <登录名>。按 Ctrl-C 停止。")
