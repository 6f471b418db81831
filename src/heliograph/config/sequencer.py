"""The sequencer: `python -m heliograph.config.sequencer`, started beside the web server, one for an installation.

Django is set up before the rest is imported: the ledger has tables.
"""

from __future__ import annotations

import os
import sys

import django
from django.core.management import CommandError, call_command


def main() -> int:
    """Sequence until SIGTERM; `serving.REFUSED` when the ledger refuses, with the reason and the way out."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()
    try:
        call_command("ledger_run")
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
