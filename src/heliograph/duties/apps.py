"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class DutiesConfig(AppConfig):
    """Time limits on any subject."""

    name = "heliograph.duties"
    verbose_name = "期限"

    def ready(self) -> None:
        """Put every table under guard."""
        guard(*self.get_models())
