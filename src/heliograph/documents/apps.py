"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class DocumentsConfig(AppConfig):
    """Documents made by the system, of any subject."""

    name = "heliograph.documents"
    verbose_name = "文书"

    def ready(self) -> None:
        """Put every table under guard."""
        guard(*self.get_models())
