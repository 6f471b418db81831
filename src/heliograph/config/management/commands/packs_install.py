"""`heliograph packs install AGENCY PACK`: put an agency that is there under a new version of its pack."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timezone import localdate

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.actions import install_pack
from heliograph.registers.models import Agency


class Command(BaseCommand):
    """The operator's command: the pack before ends the day before, and what was decided under it stays so."""

    help = "为已设立的机关安装新版规则包"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the agency, the pack and the day it holds from."""
        parser.add_argument("agency", help="机关代码，如 wenshang-gxj")
        parser.add_argument("pack", help="规则包，如 wenshang-gxj@2027.01")
        parser.add_argument("--from", dest="from_on", type=date.fromisoformat, help="适用起始日，默认今天")

    def handle(self, *args: Any, **options: Any) -> None:
        """Install, or leave everything as it was."""
        at = timezone.now()  # noqa: TID251 - a command reads the clock
        name, at_sign, version = options["pack"].partition("@")
        if not (name and at_sign and version):
            raise CommandError(f"{options['pack']} 应写作 规则包@版本，如 wenshang-gxj@2027.01。", returncode=2)
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"没有代码为 {options['agency']} 的机关，请先执行 heliograph agency add。", returncode=2)
        from_on = options["from_on"] or localdate(at)
        try:
            install_pack(agency.pk, pack=name, version=version, in_force_from=from_on, actor=None, at=at)
        except (ActRefusedError, PackFaultsError) as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{agency.name} 自 {from_on.isoformat()} 起适用 {options['pack']}。")
