"""A proposed holiday notice: what it would move, and the second person's decision."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk.reference_forms import RefuseForm
from heliograph.desk.scope import Scope, page
from heliograph.duties.actions import confirm_calendar
from heliograph.duties.queries import moved_by
from heliograph.regimes.actions import refuse_calendar
from heliograph.regimes.models import CalendarProposal
from heliograph.regimes.queries import calendar_with, preview_calendar, proposed_days
from heliograph.registers.permissions import same_person

SHOWN = 100


@page("load_calendar")
def proposal(scope: Scope, proposal: UUID) -> HttpResponse:
    """Show which duties of how many agencies would move; confirm, or put aside with a reason."""
    found = get_object_or_404(CalendarProposal.objects.select_related("agency", "proposed_by"), pk=proposal)
    decision = scope.request.POST.get("decision", "")
    form = RefuseForm(scope.request.POST if decision == "refuse" else None)
    posted = scope.request.method == "POST"
    if posted and decision == "confirm":
        moved = confirm_calendar(found.pk, agency_id=scope.id, actor=scope.account, at=scope.at)
        scope.done(f"已导入 {len(found.rows)} 天；{len(moved)} 项期限已重算并改变了到期日。")
        return redirect("desk:calendar", agency=scope.agency.code)
    if posted and form.is_valid():
        refuse_calendar(
            found.pk, agency_id=scope.id, reason=form.cleaned_data["reason"], actor=scope.account, at=scope.at
        )
        scope.done("已不采用这份放假安排。")
        return redirect("desk:calendar", agency=scope.agency.code)
    return _shown(scope, found, form, 422 if posted else 200)


def _shown(scope: Scope, found: CalendarProposal, form: RefuseForm, status: int) -> HttpResponse:
    rows = proposed_days(found)
    pending = found.state == CalendarProposal.State.PENDING
    moved = moved_by(calendar_with(rows)) if pending else []
    context = {
        "proposal": found,
        "rows": rows,
        "change": preview_calendar(rows),
        "pending": pending,
        "own": same_person(scope.account, found.proposed_by),
        "moved": len(moved),
        "agencies": len({duty.agency_id for duty, _due in moved}),
        "own_moved": [(duty, due.on) for duty, due in moved if duty.agency_id == scope.id][:SHOWN],
        "form": form,
    }
    return scope.render("calendar_proposal.html", context, status=status)
