"""Django registration of the app."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Background jobs and what leaves the system."""

    name = "heliograph.outbox"
    verbose_name = "后台任务与外发"
