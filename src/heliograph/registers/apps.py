"""Django registration of the app."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Bodies, people, laws and draft register entries."""

    name = "heliograph.registers"
    verbose_name = "清单与主体"
