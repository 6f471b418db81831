"""Django registration of the app."""

from importlib import import_module

from django.apps import AppConfig

from heliograph.dossiers.gates import IN_EFFECT, LEGALITY_REVIEW, WITHHELD, register_gate
from heliograph.ledger.guards import guard

STEPS = (
    "submit_review", "check_submission", "supplement_review", "review_opinion", "respond_to_opinion",
    "coordinate_review",
)  # fmt: skip


class LegalityReviewConfig(AppConfig):
    """Legality review before major decisions."""

    name = "heliograph.legality_review"
    verbose_name = "法制审核"

    def ready(self) -> None:
        """Guard every table, keep the gate before decisions, and do the steps of the review in every case.

        Actions and queries need the tables, which are loaded by now and were not when this module was.
        """
        guard(*self.get_models())
        register_gate(LEGALITY_REVIEW, import_module(f"{self.name}.queries").may_be_decided)
        decided = import_module(f"{self.name}.decided")
        register_gate(IN_EFFECT, decided.may_be_effected)
        register_gate(WITHHELD, decided.may_be_withheld)
        register = import_module("heliograph.dossiers.actions.table").register_act
        actions = import_module(f"{self.name}.actions")
        for act in STEPS:
            register(act, getattr(actions, act))
