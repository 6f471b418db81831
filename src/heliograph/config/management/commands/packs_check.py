"""`heliograph packs check`: the faults of the installed packs, each with file, line and key."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from heliograph.regimes.commands import packs_check


class Command(BaseCommand):
    """Check packs."""

    help = "检查规则包"

    def add_arguments(self, parser: Any) -> None:
        """Pass everything on."""
        parser.add_argument("rest", nargs=argparse.REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when there are findings."""
        code = packs_check(options["rest"])
        if code:
            raise CommandError("规则包有问题，见上。", returncode=code)
