"""`heliograph agency add PACK`: government, agency, pack, laws, calendar, and the first security administrator."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localdate

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.actions import install_pack, seed_calendar
from heliograph.registers.actions import (
    add_agency,
    add_government,
    appoint_first_security_admin,
    create_account,
)
from heliograph.registers.models import Account, Agency

PASSWORD_BYTES = 15


class Command(BaseCommand):
    """The operator's command: every further role is granted by the administrator it names."""

    help = "按规则包设立一个机关及其首任安全管理员"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pack, the day it holds from and the administrator."""
        parser.add_argument("pack", help="规则包，如 wenshang-gxj@2026.11")
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, help="适用起始日，默认今天")
        parser.add_argument("--security-admin", required=True, help="安全管理员的登录名")
        parser.add_argument("--name", required=True, help="安全管理员的姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        """Set the agency up whole, or leave everything as it was; print the initial password once."""
        at = timezone.now()  # noqa: TID251 - a command reads the clock
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        try:
            with transaction.atomic():
                agency = self._set_up(options["pack"], options["from_on"] or localdate(at), at)
                self._appoint(agency, options["security_admin"], options["name"], password, at)
        except (ActRefusedError, PackFaultsError) as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"已设立 {agency.name}。安全管理员 {options['security_admin']} 的初始密码（只显示一次）：")
        self.stdout.write(password)
        self.stdout.write("请其首次登录时绑定动态验证码，然后授予其他人员角色。")

    def _set_up(self, reference: str, from_on: date, at: datetime) -> Agency:
        pack = load_pack(shipped(), reference)
        if pack.agency is None or pack.government is None:
            raise CommandError(f"{reference} 不是机关的规则包，请写如 wenshang-gxj@2026.11。", returncode=2)
        if Agency.objects.filter(code=pack.agency.code).exists():
            raise CommandError(f"{pack.agency.name} 已经设立。", returncode=1)
        head = pack.government
        government = add_government(code=head.code, name=head.name, overseer=head.overseer, at=at)
        agency = add_agency(
            government=government,
            code=pack.agency.code,
            name=pack.agency.name,
            short_name=pack.agency.short,
            legal_body=pack.agency.legal_body,
            at=at,
        )
        seed_calendar(at=at)
        install_pack(agency.pk, pack=pack.pack, version=pack.version, in_force_from=from_on, actor=None, at=at)
        return agency

    def _appoint(self, agency: Agency, username: str, name: str, password: str, at: datetime) -> None:
        account = create_account(
            username=username,
            display_name=name,
            organisation=agency.name,
            password=password,
            duty_class=Account.DutyClass.SECURITY,
            at=at,
        )
        appoint_first_security_admin(account.pk, agency_id=agency.pk, from_on=localdate(at), at=at)
