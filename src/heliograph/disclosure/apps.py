"""Django registration of the app."""

from uuid import UUID

from django.apps import AppConfig
from django.db.models import Model

from heliograph.dossiers.gates import ON_PORTAL, PUBLISHED_ITEM, RELEASED, register_gate
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.ledger.guards import guard


class DisclosureConfig(AppConfig):
    """Release approval and public versions."""

    name = "heliograph.disclosure"
    verbose_name = "公示"

    def ready(self) -> None:
        """Put every table under guard, and tell the case file what the public can read."""
        guard(*self.get_models())
        register_gate(PUBLISHED_ITEM, self._is_public)
        register_gate(RELEASED, self._is_released)
        register_gate(ON_PORTAL, self._is_off_portal)

    def _is_public(self, entry_id: UUID) -> bool:
        versions: type[Model] = self.get_model("PublicVersion")
        return versions._default_manager.filter(entry_id=entry_id, is_current=True).exists()

    def _is_released(self, case_id: UUID) -> bool:
        publications: type[Model] = self.get_model("Publication")
        return publications._default_manager.filter(case_id=case_id, state__in=["public", "withheld"]).exists()

    def _is_off_portal(self, decision_id: UUID) -> Verdict:
        publications: type[Model] = self.get_model("Publication")
        shown = publications._default_manager.filter(decision_id=decision_id, state="public")
        if shown.exists():
            message = "本决定正在本平台公示，请在“决定公示”中办理撤回，案件会同时登记撤下。"
            return Refused("withdrawal.on_portal", message, "行政处罚法@2021:48")
        return Allowed()
