"""Django registration of the app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Public pages."""

    name = "heliograph.portal"
    verbose_name = "公示门户"
