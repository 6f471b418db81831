"""Django registration of the app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Staff pages."""

    name = "heliograph.desk"
    verbose_name = "工作台"
