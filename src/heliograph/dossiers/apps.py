"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class DossiersConfig(AppConfig):
    """Cases of every category of enforcement, from their source to the archive."""

    name = "heliograph.dossiers"
    verbose_name = "案卷"

    def ready(self) -> None:
        """Put every table under guard but what somebody is still typing."""
        guard(*(model for model in self.get_models() if model.__name__ != "StepDraft"))
