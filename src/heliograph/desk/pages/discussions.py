"""Collective discussions: calling one, and taking one's seat by one's own sign-in."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from heliograph.desk.archive_gate import require_whole
from heliograph.desk.case_entry_forms import DiscussionForm, SeatForm
from heliograph.desk.case_reading import case_of
from heliograph.desk.people_fit import in_charge
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.actions import call_discussion, take_seat
from heliograph.dossiers.models import Discussion
from heliograph.dossiers.permissions import seen_by
from heliograph.dossiers.queries import proposal_of


@page("call_discussion")
def discussion_new(scope: Scope, case: UUID) -> HttpResponse:
    """Call persons in charge to discuss the present proposal of a case."""
    found = case_of(scope, case)
    form = DiscussionForm(scope.sent, people=in_charge(scope, found), initial={"held_on": scope.on})
    if scope.posted and form.is_valid():
        given = dict(form.cleaned_data)
        call_discussion(
            found.pk,
            held_on=given["held_on"],
            place=given["place"],
            chair_id=UUID(given["chair"]),
            member_ids=[UUID(key) for key in given["members"]],
            actor=scope.account,
            at=scope.at,
        )
        scope.done("已召集集体讨论，参加人登录后会看到提醒。")
        return redirect("desk:case", agency=scope.agency.code, case=found.pk)
    context = {"case": found, "form": form, "proposal": proposal_of(found)}
    return scope.render("discussion_new.html", context, status=422 if form.errors else 200)


@page("take_seat")
def seat(scope: Scope, discussion: UUID) -> HttpResponse:
    """Confirm that one takes part, with vote and opinion."""
    seen = Discussion.objects.filter(case__in=seen_by(scope.reader)).select_related("case", "chair", "proposal")
    found = seen.get(pk=discussion)
    require_whole(scope, found.case)
    own = found.seats.filter(member=scope.account).first()
    form = SeatForm(scope.sent)
    if scope.posted and form.is_valid():
        take_seat(found.pk, **form.cleaned_data, actor=scope.account, at=scope.at)
        scope.done("已记录您的表态。")
        return redirect("desk:case", agency=scope.agency.code, case=found.case_id)
    context = {
        "case": found.case,
        "discussion": found,
        "seat": own,
        "may_take": own is not None and own.confirmed_at is None and found.concluded_at is None,
        "seats": found.seats.select_related("member").order_by("pk"),
        "form": form,
    }
    return scope.render("seat.html", context, status=422 if form.errors else 200)
