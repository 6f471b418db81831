"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class DisclosureConfig(AppConfig):
    """Release approval and public versions."""

    name = "heliograph.disclosure"
    verbose_name = "公示"

    def ready(self) -> None:
        """Put every table under guard."""
        guard(*self.get_models())
