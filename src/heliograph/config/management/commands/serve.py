"""`heliograph serve`: the web server and the worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from heliograph.config.installation import collect_static, has_pending_migrations
from heliograph.config.ledger_place import installation_place
from heliograph.config.serving import Supervisor


class Command(BaseCommand):
    """Serve until told to stop."""

    help = "启动网站和后台任务"

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a schema that does not fit the code, then serve."""
        if has_pending_migrations():
            raise CommandError("数据库结构需要更新，请先执行 heliograph migrate。", returncode=2)
        installation_place()  # refuses while the logs have no name
        collect_static(settings.STATIC_ROOT)
        connection.close()
        code = Supervisor().run(settings.BIND, settings.WORKERS, self._announce)
        if code:
            raise CommandError("服务意外停止，请查看上面的记录。", returncode=code)

    def _announce(self) -> None:
        self.stdout.write(f"服务已启动：{settings.BIND.url}")
