"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class EvidenceConfig(AppConfig):
    """Files of evidence as they were received."""

    name = "heliograph.evidence"
    verbose_name = "证据原件"

    def ready(self) -> None:
        """Put every table under guard."""
        guard(*self.get_models())
