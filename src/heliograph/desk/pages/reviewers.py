"""The people who review: register, contracts, training, and how many the pack asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from heliograph.desk.case_reading import Left, left_of, soon_on
from heliograph.desk.reviewer_forms import ContractForm, DeclineForm, EndForm, ReviewerForm, TrainingForm
from heliograph.desk.scope import Scope, page
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.legality_review import actions
from heliograph.legality_review.actions.people import RENEWAL
from heliograph.legality_review.models import AdviserContract, Reviewer
from heliograph.legality_review.queries import ratio_of
from heliograph.registers.models import Account, Role

CONTRACT, DECLINE = "contract", "decline"


@page("read_reviewers", also="manage_reviewers")
def reviewers(scope: Scope) -> HttpResponse:
    """Show the register with the live ratio; put somebody in, or register a contract."""
    contracts = AdviserContract.objects.filter(agency_id=scope.id)
    holders = Account.objects.filter(
        grants__agency_id=scope.id, grants__role=Role.LEGALITY_REVIEWER, is_active=True
    ).distinct()
    asked = scope.request.POST.get("act", "")
    form = ReviewerForm(
        scope.sent if asked not in {CONTRACT, DECLINE} else None, accounts=holders, contracts=contracts, on=scope.on
    )
    contract = ContractForm(scope.sent if asked == CONTRACT else None, prefix=CONTRACT)
    decline = DeclineForm(scope.sent if asked == DECLINE else None, prefix=DECLINE)
    if scope.posted:
        scope.require("manage_reviewers")
        if asked == DECLINE and decline.is_valid():
            sent = scope.request.POST.get("contract", "")
            chosen = next((one for one in contracts if str(one.pk) == sent), None)
            if chosen is None:
                raise Http404
            actions.decline_renewal(chosen.pk, **decline.cleaned_data, actor=scope.account, at=scope.at)
            scope.done("已登记不续签。")
            return redirect("desk:reviewers", agency=scope.agency.code)
        if asked == CONTRACT and contract.is_valid():
            actions.register_contract(scope.id, content=contract.content(), actor=scope.account, at=scope.at)
            scope.done("合同已登记。")
            return redirect("desk:reviewers", agency=scope.agency.code)
        if asked not in {CONTRACT, DECLINE} and form.is_valid():
            actions.register_reviewer(scope.id, content=form.content(), actor=scope.account, at=scope.at)
            scope.done("审核人员已登记。")
            return redirect("desk:reviewers", agency=scope.agency.code)
    return scope.render(
        "reviewers.html", _context(scope, form, contract, decline), status=_status(form, contract, decline)
    )


def _status(*forms: Any) -> int:
    return 422 if any(form.errors for form in forms) else 200


def _context(scope: Scope, form: ReviewerForm, contract: ContractForm, decline: DeclineForm) -> dict[str, Any]:
    return {
        "rows": Reviewer.objects.filter(agency_id=scope.id).select_related("account", "contract").order_by("-from_on"),
        "contracts": _contracts(scope),
        "decline_form": decline,
        "ratio": ratio_of(scope.id, scope.pack, scope.on),
        "form": form,
        "contract_form": contract,
        "may_manage": scope.may("manage_reviewers"),
        "today": scope.on,
    }


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract, with what is left of it while its renewal is due."""

    row: AdviserContract
    left: Left | None


def _contracts(scope: Scope) -> list[Contract]:
    due = Duty.objects.filter(agency_id=scope.id, subject_kind="contract", kind=RENEWAL, state__in=OPEN_STATES)
    duties = {duty.subject_id: duty for duty in due}
    rows = AdviserContract.objects.filter(agency_id=scope.id)
    soon = soon_on(scope, scope.pack)
    found = ((row, duties.get(row.pk)) for row in rows)
    return [Contract(row, left_of(duty, scope.on, soon, scope.calendar) if duty else None) for row, duty in found]


@page("read_reviewers", also="manage_reviewers")
def reviewer(scope: Scope, reviewer: UUID) -> HttpResponse:
    """Show one reviewer with trainings and examinations; add one, or note the last day."""
    found = Reviewer.objects.select_related("account", "contract").get(pk=reviewer, agency_id=scope.id)
    ending = scope.request.POST.get("act") == "end"
    form = TrainingForm(scope.sent if not ending else None)
    end = EndForm(scope.sent if ending else None, prefix="end")
    if scope.posted:
        scope.require("manage_reviewers")
        if ending and end.is_valid():
            actions.end_reviewer(found.pk, **end.cleaned_data, actor=scope.account, at=scope.at)
            scope.done("已登记离任。")
            return redirect("desk:reviewer", agency=scope.agency.code, reviewer=found.pk)
        if not ending and form.is_valid():
            actions.record_training(found.pk, **form.values(), actor=scope.account, at=scope.at)
            scope.done("已登记。")
            return redirect("desk:reviewer", agency=scope.agency.code, reviewer=found.pk)
    context = {
        "reviewer": found,
        "trainings": found.trainings.all(),
        "form": form,
        "end_form": end,
        "may_manage": scope.may("manage_reviewers"),
    }
    return scope.render("reviewer.html", context, status=_status(form, end))
