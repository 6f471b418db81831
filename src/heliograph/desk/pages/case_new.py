"""Opening a case: first the procedure that is released for its category, then what the law needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect

from heliograph.desk.case_reading import key_of, seen_clues
from heliograph.desk.clue_forms import CaseForm, PartyForm, case_content, party_forms
from heliograph.desk.forms import DeskForm
from heliograph.desk.pages.clues import own_unit
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.actions import open_case
from heliograph.dossiers.actions.registering import comes_by_application, is_for_one
from heliograph.dossiers.models import Clue, Party
from heliograph.dossiers.models.cases import Source
from heliograph.dossiers.queries import officers_of as certified
from heliograph.dossiers.rules.people import HeldCertificate, Officer, basis_of_pair, certificate_for
from heliograph.kernel.packs.compiling import definition_of
from heliograph.kernel.packs.schema import Category, Procedure
from heliograph.kernel.verdict import Refused
from heliograph.procedures.queries import releases_in_force
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Certificate, Role, RoleGrant
from heliograph.registers.permissions import unended
from heliograph.registers.queries import state_of, unit_of

PENAL = frozenset({"penalty", "inspection", "coercion"})  # categories that look for violations or follow one
AT_ONCE = frozenset({"inspection", "coercion"})  # categories in which urgency lets officers act before registration


@dataclass(frozen=True, slots=True)
class Offer:
    """A category and a procedure that its cases may run on, and whether it is released."""

    category: Category
    procedure: Procedure
    release: str

    @property
    def key(self) -> str:
        """How the address names it."""
        return f"{self.category.id}.{self.procedure.id}"


@dataclass(frozen=True, slots=True)
class Unfit:
    """Somebody who may not handle the case, and why."""

    name: str
    reason: str


def _handling(agency: UUID, on: date) -> QuerySet[Account]:
    """Return the people of an agency who handle cases there on a day."""
    held = RoleGrant.objects.filter(
        unended(on), agency_id=agency, role__in=[Role.HANDLER, Role.CO_HANDLER], from_on__lte=on
    )
    accounts = Account.objects.filter(pk__in=held.values("account_id"), is_active=True, person__agency_id=agency)
    return accounts.order_by("display_name", "pk")


_HANDLING = Kept(_handling, agency=UUID, on=date)
_CERTIFICATES = Kept(lambda agency: Certificate.objects.filter(agency_id=agency).order_by("number"), agency=UUID)
_AREA = Kept(
    lambda person: (
        Certificate.objects.filter(person_id=person).order_by("-valid_to").values_list("area", flat=True)[:1]
    ),
    person=UUID,
)
_RELEASED = Kept(
    lambda agency, on: releases_in_force(agency, on).values_list("procedure", "title", "number"), agency=UUID, on=date
)


def offers_of(scope: Scope) -> list[Offer]:
    """Return what the agency's pack offers, with the release in force today where there is one. One query."""
    released = {name: f"{title}第 {number} 版" for name, title, number in _RELEASED(agency=scope.id, on=scope.on)}
    categories = {one.id: one for one in scope.pack.rules.categories}
    return [
        Offer(categories[key], one, released.get(one.id, ""))
        for one in scope.pack.rules.procedures
        if one.kind != "called"
        for key in one.categories
        if key in categories
    ]


@page("open_case")
def case_new(scope: Scope) -> HttpResponse:
    """Choose what kind of case it is, fill in what the law needs, and open it."""
    clue = _clue(scope)
    offers = offers_of(scope)
    asked = scope.request.GET.get("kind", "")
    chosen = next((one for one in offers if one.key == asked and one.release), None)
    if chosen is None:
        context = {"offers": [one for one in offers if one.release], "waiting": _waiting(offers), "clue": clue}
        return scope.render("case_new.html", context, status=409 if scope.posted else 200)
    return _details(scope, chosen, clue)


def _waiting(offers: list[Offer]) -> list[Offer]:
    return [one for one in offers if not one.release]


def _clue(scope: Scope) -> Clue | None:
    key = key_of(scope.request.GET.get("clue", ""))
    return seen_clues(scope.reader).select_related("inspection").get(pk=key) if key else None


def _details(scope: Scope, chosen: Offer, clue: Clue | None) -> HttpResponse:
    fit, unfit = officers_of(scope, chosen)
    begin: dict[str, Any] = {"handler": str(scope.account.pk), "area": _own_area(scope)}
    if clue is not None:
        begin |= {"source": clue.source, "facts": clue.content, "title": f"{clue.target[:180]}涉嫌违法案"}
        begin |= _of_inspection(clue)
    elif chosen.category.id == "permit":
        begin |= {"source": Source.APPLICATION, "received_on": scope.on}
    at_once = chosen.procedure.kind == "summary" or chosen.category.id in AT_ONCE
    nodes = definition_of(scope.pack.rules, chosen.procedure.id).nodes.values()
    form = CaseForm(scope.sent, officers=fit, at_once=at_once, initial=begin, pair=not is_for_one(nodes),
                    applied_for=comes_by_application(nodes), penal=chosen.category.id in PENAL)  # fmt: skip
    parties = party_forms(scope.sent)
    if clue is not None and scope.sent is None:
        parties[0].initial = {"standing": "party", "name": clue.target} | _inspected(clue)
    if scope.posted and _all_valid(scope, chosen, form, parties):
        content = case_content(
            form, parties, procedure=chosen.procedure.id, category=chosen.category.id, clue=clue.pk if clue else None
        )
        unit = _handling_unit(scope, content.handler_id)
        case = open_case(scope.id, unit_id=unit, content=content, actor=scope.account, at=scope.at)
        scope.done(f"已登记案件 {case.number}。")
        return redirect("desk:case", agency=scope.agency.code, case=case.pk)
    context = {"chosen": chosen, "form": form, "parties": parties, "clue": clue, "unfit": unfit}
    context["faulty"] = [one for one in parties if one.errors]
    failed = bool(form.errors or context["faulty"])
    return scope.render("case_new_details.html", context, status=422 if failed else 200)


def _handling_unit(scope: Scope, handler: UUID) -> UUID:
    """Return the unit that a case goes to: that of whoever handles it, not of whoever registers it at the window."""
    found = Account.objects.filter(pk=handler, person__agency_id=scope.id).first()
    return (unit_of(found, scope.id) if found else None) or own_unit(scope)


def _of_inspection(clue: Clue) -> dict[str, Any]:
    """Return what the inspection from which a clue came says of the case: its second officer and its place."""
    found = clue.inspection
    if found is None:
        return {}
    return {"co_handler": str(found.co_handler_id or ""), "place": found.place}


def _inspected(clue: Clue) -> dict[str, Any]:
    """Return the party of the inspection from which a clue came, as it was registered there. One query."""
    found = Party.objects.filter(case=clue.inspection_id, standing=Party.Standing.PARTY).order_by("pk").first()
    if clue.inspection_id is None or found is None:
        return {}
    return {name: getattr(found, name) for name in PartyForm.base_fields}


def _all_valid(scope: Scope, chosen: Offer, form: CaseForm, parties: Sequence[DeskForm]) -> bool:
    """Check everything that was sent at once, the area of the officers' certificates with it."""
    valid = [form.is_valid(), *(one.is_valid() for one in parties)]
    given = form.cleaned_data
    named = [UUID(given[name]) for name in ("handler", "co_handler") if given.get(name)]
    for one in certified(Account.objects.filter(pk__in=named, person__agency_id=scope.id)):
        found = certificate_for(one, category=chosen.category.name, area=given.get("area", ""), on=scope.on,
                                basis=basis_of_pair(chosen.category.id, chosen.procedure.basis[0]))  # fmt: skip
        if isinstance(found, Refused) and given.get("area"):
            form.add_error("area", found.message)
    return all(valid) and not form.errors


def _own_area(scope: Scope) -> str:
    return _AREA.first(person=scope.account.person_id) or "" if scope.account.person_id else ""


def officers_of(scope: Scope, chosen: Offer) -> tuple[list[tuple[str, str]], list[Unfit]]:
    """Return who may handle a case of a category today, and who may not with the reason. Two queries."""
    accounts = _HANDLING(agency=scope.id, on=scope.on)
    held: dict[UUID, list[HeldCertificate]] = {}
    for one in _CERTIFICATES(agency=scope.id):
        held.setdefault(one.person_id, []).append(HeldCertificate(one.number, one.category, one.area, state_of(one)))
    fit: list[tuple[str, str]] = []
    unfit: list[Unfit] = []
    for account in accounts:
        found = _certificate(account, held, chosen, scope)
        if isinstance(found, Refused):
            unfit.append(Unfit(account.display_name, found.message))
        else:
            number = f"（{found.number}）" if isinstance(found, HeldCertificate) else ""
            fit.append((str(account.pk), f"{account.display_name}{number}"))
    return fit, unfit


def _certificate(
    account: Account, held: dict[UUID, list[HeldCertificate]], chosen: Offer, scope: Scope
) -> HeldCertificate | object:
    certificates = tuple(held.get(account.person_id, ())) if account.person_id else ()
    officer = Officer(account.pk, account.display_name, certificates)
    return certificate_for(officer, category=chosen.category.name, area="", on=scope.on)
