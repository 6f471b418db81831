"""Django registration of the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Records of every act and the logs they are sequenced into."""

    name = "heliograph.ledger"
    verbose_name = "存证"
