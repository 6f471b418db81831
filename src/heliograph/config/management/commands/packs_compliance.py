"""`heliograph packs compliance AGENCY`: the clauses of an agency's document and what serves each."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from heliograph.regimes.commands import packs_compliance


class Command(BaseCommand):
    """Show the compliance table of an agency."""

    help = "列出一个执法机关的逐条对照表"

    def add_arguments(self, parser: Any) -> None:
        """Pass everything on."""
        parser.add_argument("rest", nargs=argparse.REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when there are findings."""
        code = packs_compliance(options["rest"])
        if code:
            raise CommandError("对照表有未落实的条款，见上。", returncode=code)
