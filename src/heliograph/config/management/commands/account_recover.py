"""`heliograph account recover NAME`: let a security administrator in again whom nobody else can help."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import recover_security_admin

PASSWORD_BYTES = 15


class Command(BaseCommand):
    """The operator's command; everybody else is helped by their own security administrator."""

    help = "重置安全管理员的密码和动态验证码"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the sign-in name."""
        parser.add_argument("username", help="安全管理员的登录名")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset both factors and the lock; print the initial password once."""
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        at = timezone.now()  # noqa: TID251 - a command reads the clock
        try:
            account = recover_security_admin(options["username"], password=password, at=at)
        except ActRefusedError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"安全管理员 {account.username} 的初始密码（只显示一次）：")
        self.stdout.write(password)
        self.stdout.write("请其登录后绑定动态验证码，并修改密码。")
