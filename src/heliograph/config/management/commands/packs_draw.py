"""`heliograph packs draw FILE`: lay a flowchart out anew and write the drawing into the file."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from heliograph.regimes.commands import packs_draw


class Command(BaseCommand):
    """Draw flowcharts."""

    help = "排版流程图文件"

    def add_arguments(self, parser: Any) -> None:
        """Pass everything on."""
        parser.add_argument("rest", nargs=argparse.REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when a file is refused, 2 when the command is misused."""
        code = packs_draw(options["rest"])
        if code:
            raise CommandError("有流程图没有排版，见上。", returncode=code)
