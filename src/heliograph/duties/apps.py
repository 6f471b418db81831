"""Django registration of the app."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Time limits on any subject."""

    name = "heliograph.duties"
    verbose_name = "期限"
