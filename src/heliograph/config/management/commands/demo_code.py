"""`heliograph demo-code <user>`: the second-factor code of a demonstration account, now."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from heliograph.config.identity import current_code
from heliograph.config.installation import read_demo_mark


class Command(BaseCommand):
    """Works in a demonstration only."""

    help = "显示演示人员当前的动态验证码"

    def add_arguments(self, parser: Any) -> None:
        """Take the sign-in name."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the six digits."""
        if not settings.IS_DEMO or read_demo_mark(settings.HOME) is None:
            raise CommandError("只有演示环境可以显示动态验证码。", returncode=2)
        found = Authenticator.objects.filter(user__username=options["username"], type=Authenticator.Type.TOTP).first()
        if found is None:
            raise CommandError(f"没有名为 {options['username']} 的演示人员，或其未启用动态验证码。", returncode=2)
        self.stdout.write(current_code(decrypt(found.data["secret"])))
