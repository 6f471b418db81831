"""The background worker: `python -m heliograph.config.worker`, started beside the web server."""

from __future__ import annotations

import os

import django
from django.core.management import call_command


def main() -> None:
    """Work until SIGTERM, which lets the running jobs finish for a while."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()
    call_command("procrastinate", "worker", "--shutdown-graceful-timeout", "5")


if __name__ == "__main__":
    main()
