"""Correcting how a party of a case is reached, as an act on the case beside its steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.forms import Day, choice, text
from heliograph.desk.scope import Scope
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Party
from heliograph.registers.models import Role

Fields = dict[str, forms.Field]


def parties(scope: Scope, case: Case) -> list[tuple[str, str]]:
    """Return the parties to whoever may correct them: the two officers, and the window."""
    if not {Role.WINDOW_CLERK} & scope.roles and scope.account.pk not in {case.handler_id, case.co_handler_id}:
        return []
    return [(str(one.pk), f"{one.name}（{one.get_standing_display()}）") for one in _parties_of(case)]


def _parties_of(case: Case) -> list[Party]:
    return list(Party.objects.filter(case=case).order_by("standing", "pk"))


def party_fields(scope: Scope, case: Case) -> Fields:
    """Return the fields with what is registered of the party that was asked for."""
    asked = scope.request.POST.get("row") or scope.request.GET.get("row", "")
    found = _parties_of(case)
    chosen = next((one for one in found if str(one.pk) == asked), found[0] if found else None)
    fields: Fields = {
        "row": choice("当事人", parties(scope, case), help_text="姓名、名称和证件号码登记后不在此更改"),
        "representative": text("法定代表人或者经营者", limit=60, required=False),
        "address": text("地址", limit=300, required=False),
        "phone": text("电话", limit=40, required=False),
        "e_service_consent_on": Day(label="同意电子送达的日期", required=False),
        "e_service_address": text("电子送达地址", limit=200, required=False, help_text="同意电子送达的必须填写"),
        "reason": text("更正的理由", limit=300, help_text="如 当事人签署了电子送达确认书、当事人书面告知新地址"),
    }
    if chosen is not None:
        fields["row"].initial = str(chosen.pk)
        for name in list(fields)[1:-1]:
            fields[name].initial = getattr(chosen, name)
    return fields


def correct(scope: Scope, _case: Case, given: dict[str, Any]) -> object:
    """Correct the party that was chosen."""
    key, reason = UUID(given.pop("row")), given.pop("reason")
    content = actions.ContactContent(**given)
    return actions.correct_party(key, content=content, reason=reason, actor=scope.account, at=scope.at)
