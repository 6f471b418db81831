"""What every page may know about the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def profile(_request: HttpRequest) -> dict[str, bool]:
    """Say whether this is the demonstration, whose pages carry a banner."""
    return {"is_demo": settings.IS_DEMO}
