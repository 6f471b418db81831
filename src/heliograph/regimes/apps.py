"""Django registration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import import_string

from heliograph.ledger.guards import guard
from heliograph.registers.fieldsets import register_source


class RegimesConfig(AppConfig):
    """Installed packs, calendar and compliance table."""

    name = "heliograph.regimes"
    verbose_name = "规则包"

    def ready(self) -> None:
        """Tell the registers where their field sets come from: from the pack in force.

        The query is named, not imported, because tables may not be imported before every app is known.
        """
        register_source(import_string("heliograph.regimes.queries.field_set_of_pack"))
        guard(*self.get_models())
