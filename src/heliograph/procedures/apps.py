"""Django registration of the app."""

from django.apps import AppConfig

from heliograph.ledger.guards import guard


class ProceduresConfig(AppConfig):
    """Releases of procedures and the cases that run by them."""

    name = "heliograph.procedures"
    verbose_name = "办案流程"

    def ready(self) -> None:
        """Put every table under guard."""
        guard(*self.get_models())
