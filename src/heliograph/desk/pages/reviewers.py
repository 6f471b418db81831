"""The people who review: register, contracts, training, and how many the pack asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from heliograph.desk.reviewer_forms import ContractForm, EndForm, ReviewerForm, TrainingForm
from heliograph.desk.scope import Scope, page
from heliograph.legality_review import actions
from heliograph.legality_review.models import AdviserContract, Reviewer
from heliograph.legality_review.queries import ratio_of
from heliograph.registers.models import Account, Role

CONTRACT = "contract"


@page("read_reviewers", also="manage_reviewers")
def reviewers(scope: Scope) -> HttpResponse:
    """Show the register with the live ratio; put somebody in, or register a contract."""
    contracts = AdviserContract.objects.filter(agency_id=scope.id)
    holders = Account.objects.filter(
        grants__agency_id=scope.id, grants__role=Role.LEGALITY_REVIEWER, is_active=True
    ).distinct()
    asked = scope.request.POST.get("act", "")
    form = ReviewerForm(scope.sent if asked != CONTRACT else None, accounts=holders, contracts=contracts, on=scope.on)
    contract = ContractForm(scope.sent if asked == CONTRACT else None, prefix=CONTRACT)
    if scope.posted:
        scope.require("manage_reviewers")
        if asked == CONTRACT and contract.is_valid():
            actions.register_contract(scope.id, content=contract.content(), actor=scope.account, at=scope.at)
            scope.done("合同已登记。")
            return redirect("desk:reviewers", agency=scope.agency.code)
        if asked != CONTRACT and form.is_valid():
            actions.register_reviewer(scope.id, content=form.content(), actor=scope.account, at=scope.at)
            scope.done("审核人员已登记。")
            return redirect("desk:reviewers", agency=scope.agency.code)
    return scope.render("reviewers.html", _context(scope, form, contract), status=_status(form, contract))


def _status(*forms: Any) -> int:
    return 422 if any(form.errors for form in forms) else 200


def _context(scope: Scope, form: ReviewerForm, contract: ContractForm) -> dict[str, Any]:
    return {
        "rows": Reviewer.objects.filter(agency_id=scope.id).select_related("account", "contract").order_by("-from_on"),
        "contracts": AdviserContract.objects.filter(agency_id=scope.id),
        "ratio": ratio_of(scope.id, scope.pack, scope.on),
        "form": form,
        "contract_form": contract,
        "may_manage": scope.may("manage_reviewers"),
    }


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
