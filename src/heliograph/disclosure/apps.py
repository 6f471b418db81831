"""Django registration of the app."""

from uuid import UUID

from django.apps import AppConfig
from django.db.models import Model

from heliograph.dossiers.gates import PUBLISHED_ITEM, register_gate
from heliograph.ledger.guards import guard


class DisclosureConfig(AppConfig):
    """Release approval and public versions."""

    name = "heliograph.disclosure"
    verbose_name = "公示"

    def ready(self) -> None:
        """Put every table under guard, and tell the case file which items the public can read."""
        guard(*self.get_models())
        register_gate(PUBLISHED_ITEM, self._is_public)

    def _is_public(self, entry_id: UUID) -> bool:
        versions: type[Model] = self.get_model("PublicVersion")
        return versions._default_manager.filter(entry_id=entry_id, is_current=True).exists()
