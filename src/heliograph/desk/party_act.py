"""Parties of a case beside its steps: a third person registered later, and how somebody is reached corrected."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.clue_forms import PartyForm
from heliograph.desk.forms import Day, choice, text
from heliograph.desk.scope import Scope
from heliograph.desk.steps.fields import area, one_of
from heliograph.desk.steps.uploads import CaseFileField
from heliograph.dossiers import actions
from heliograph.dossiers.actions.saying import MADE_OF_IT
from heliograph.dossiers.models import Case, Party
from heliograph.dossiers.queries import heard_of
from heliograph.registers.models import Role

Fields = dict[str, forms.Field]
LATER = "审查中发现的利害关系人、后来参加的第三人和代理人在此登记；决定作出后不再登记"
SAID = "申请人、利害关系人在审查中提出的意见和采纳情况；采纳的，须修改审查意见后再决定"
HEARD_IN_STEPS = frozenset({"penalty", "coercion", "inspection", "levy", "levy_requisition"})  # steps of their own


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


def joined(scope: Scope, case: Case) -> list[tuple[str, str]]:
    """Return the parties to whoever may register others beside them; nobody may once the case is decided."""
    return [] if case.decided_on else parties(scope, case)


def join_fields(_scope: Scope, _case: Case) -> Fields:
    """Return the fields of somebody whom the case turns out to concern."""
    fields: Fields = dict(PartyForm().fields)
    kinds = [one for one in Party.Standing.choices if one[0] != Party.Standing.PARTY]
    fields["standing"] = choice("地位", kinds, help_text="利害关系人登记为第三人")
    fields["reason"] = text("登记的理由", limit=300, help_text="如 审查发现许可事项直接关系其重大利益")
    return fields


def join(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    """Register a third person or an agent."""
    reason = given.pop("reason")
    content = actions.PartyContent(**given)
    return actions.add_party(case.pk, content=content, reason=reason, actor=scope.account, at=scope.at)


def heard(scope: Scope, case: Case) -> list[tuple[str, str]]:
    """Return who may be heard beside the steps, to the officers of a case under examination."""
    own = scope.account.pk in {case.handler_id, case.co_handler_id}
    elsewhere = case.category in HEARD_IN_STEPS or case.filed_on is None
    if not own or case.decided_on or elsewhere:
        return []
    return [(str(one.pk), f"{one.name}（{one.get_standing_display()}）") for one in heard_of(case)]


def heard_fields(scope: Scope, case: Case) -> Fields:
    """Return what is asked of a statement and of the answer to it."""
    day = Day(label="提出日期")
    day.initial = scope.on
    return {
        "row": choice("提出人", heard(scope, case)),
        "received_on": day,
        "content": area("陈述申辩的内容", limit=5000),
        "file": CaseFileField(label="书面材料", hint="没有书面材料的不传"),
        "adopted": one_of("采纳情况", list(MADE_OF_IT.items())),
        "opinion": area("采纳或者不采纳的理由", limit=5000, rows=3),
    }


def hear(scope: Scope, case: Case, given: dict[str, Any]) -> object:
    """Register what somebody said and what was made of it."""
    content = actions.SaidContent(party_id=UUID(given.pop("row")), file_id=given.pop("file"), **given)
    return actions.hear_party(case.pk, content=content, actor=scope.account, at=scope.at)


RUNS = frozenset({Case.State.HANDLING})
# what the table of acts on a case holds of parties: label, permission, fields, call, states, hint, rows
ACTS: dict[str, tuple[Any, ...]] = {
    "party": ("更正当事人联系方式", "edit_case", party_fields, correct, RUNS, "", parties),
    "third": ("登记第三人或者代理人", "edit_case", join_fields, join, RUNS, LATER, joined),
    "statement": ("登记陈述申辩", "edit_case", heard_fields, hear, RUNS, SAID, heard),
}
