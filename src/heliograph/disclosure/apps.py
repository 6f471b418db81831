"""Django registration of the app."""

from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    """Release approval and public versions."""

    name = "heliograph.disclosure"
    verbose_name = "公示"
