"""Acts beside the steps on what a case rests on, and on money that officers collected (撤去引用、当场收缴)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.forms import Day, choice, text
from heliograph.desk.scope import Scope
from heliograph.dossiers import actions
from heliograph.dossiers.actions.summary import BANKED, HANDED_IN
from heliograph.dossiers.models import Case, CaseEvent, Citation
from heliograph.dossiers.queries import decision_of
from heliograph.registers.citations import key_label

__all__ = ["BANKED", "HANDED_IN", "bank", "citation_fields", "citations", "collected", "hand_in", "passed_fields",
           "take_back"]  # fmt: skip

Fields = dict[str, forms.Field]
Options = list[tuple[str, str]]


def citations(scope: Scope, case: Case) -> Options:
    """Return what one of the two officers may take out again; after the decision nothing."""
    if scope.account.pk not in {case.handler_id, case.co_handler_id} or decision_of(case):
        return []
    found = Citation.objects.filter(case=case).order_by("use", "key")
    return [(str(one.pk), f"{one.get_use_display()}：{key_label(one.key)}") for one in found]


def citation_fields(scope: Scope, case: Case) -> Fields:
    """Return what is asked of a citation that is taken back."""
    return {"row": choice("条文", citations(scope, case)), "reason": text("撤去的理由", limit=300)}


def take_back(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    """Take a citation back."""
    return actions.take_back_citation(UUID(given["row"]), reason=given["reason"], actor=scope.account, at=scope.at)


def collected(before: str, after: str) -> Callable[[Scope, Case], Options]:
    """Return the decision whose fine officers collected and that has come so far and no further."""

    def rows(scope: Scope, case: Case) -> Options:
        decision = decision_of(case)
        own = scope.account.pk in {case.handler_id, case.co_handler_id}
        if decision is None or not own or not decision.collected_ground:
            return []
        told = set(CaseEvent.objects.filter(case=case, kind__in=[before, after]).values_list("kind", flat=True))
        return [(str(decision.pk), decision.number)] if after not in told and (not before or before in told) else []

    return rows


def passed_fields(scope: Scope, _case: Case) -> Fields:
    """Return what is asked of money that officers pass on."""
    day = Day(label="日期")
    day.initial = scope.on
    return {"on": day, "voucher": text("凭证号码", limit=60)}


def hand_in(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    """Register that officers handed a fine in."""
    return actions.hand_in_fine(case.pk, **given, actor=scope.account, at=scope.at)


def bank(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    """Register that a fine was paid to the bank."""
    return actions.bank_fine(case.pk, **given, actor=scope.account, at=scope.at)
