"""The working-day calendar: the notices loaded, a further one as a sheet, and the second person's decision on it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from heliograph.desk import drafts
from heliograph.desk.calendar_sheets import read_days, template
from heliograph.desk.forms import CalendarUploadForm, uploaded
from heliograph.desk.pages.registers import FORMATS, attachment
from heliograph.desk.reference_forms import RefuseForm
from heliograph.desk.scope import Scope, page
from heliograph.duties.actions import confirm_calendar
from heliograph.duties.queries import moved_by
from heliograph.kernel.workdays import CalendarDay
from heliograph.regimes.actions import propose_calendar, refuse_calendar
from heliograph.regimes.models import CalendarNotice, CalendarProposal
from heliograph.regimes.queries import calendar_days, calendar_with, preview_calendar, proposed_days
from heliograph.registers.imports import SheetError
from heliograph.registers.permissions import same_person

SHOWN = 100
KIND = "calendar"


@page("read_compliance", also="load_calendar")
def calendar(scope: Scope) -> HttpResponse:
    """Show the loaded holiday notices year by year; take another with a preview."""
    if scope.posted:
        scope.require("load_calendar")
        return _upload(scope)
    return _calendar(scope, CalendarUploadForm())


@page("load_calendar", "GET", "HEAD")
def calendar_template(scope: Scope) -> HttpResponse:
    """Give the empty sheet for a holiday notice."""
    return attachment(template(), FORMATS["xlsx"][1], "calendar-template.xlsx")


def _calendar(scope: Scope, form: CalendarUploadForm, status: int = 200) -> HttpResponse:
    notices = list(CalendarNotice.objects.order_by("-year"))
    text = scope.request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else (notices[0].year if notices else 0)
    days = [day for day in calendar_days() if day.day.year == year]
    if text and not days:
        raise Http404
    context = {
        "form": form,
        "notices": notices,
        "year": year,
        "days": days,
        "provisional": not any(notice.year == scope.on.year for notice in notices),
        "may_load": scope.may("load_calendar"),
        "pending": CalendarProposal.objects.filter(state=CalendarProposal.State.PENDING).select_related(
            "agency", "proposed_by"
        ),
    }
    return scope.render("calendar.html", context, status=status)


def _upload(scope: Scope) -> HttpResponse:
    form = CalendarUploadForm(scope.request.POST, scope.request.FILES or None)
    if not form.is_valid():
        return _calendar(scope, form, 422)
    token = form.cleaned_data["confirmed"]
    if token:
        return _propose(scope, token)
    if not form.cleaned_data["file"]:
        form.add_error("file", "请选择要上传的文件。")
        return _calendar(scope, form, 422)
    name, content = uploaded(form, "file")
    try:
        rows, faults = read_days(name, content)
    except SheetError as error:
        form.add_error("file", str(error))
        return _calendar(scope, form, 422)
    if faults:
        return scope.render("calendar_preview.html", {"faults": faults, "file_name": name}, status=422)
    kept = drafts.keep(scope.account.pk, KIND, rows)
    context = {"rows": rows, "change": preview_calendar(rows), "token": kept}
    return scope.render("calendar_preview.html", context)


def _propose(scope: Scope, token: str) -> HttpResponse:
    rows: list[CalendarDay] | None = drafts.find(scope.account.pk, KIND, token)
    if rows is None:
        form = CalendarUploadForm()
        return _calendar(scope, form, 409)
    proposal = propose_calendar(rows, agency_id=scope.id, actor=scope.account, at=scope.at)
    drafts.drop(scope.account.pk, KIND, token)
    scope.done(f"已提交 {len(rows)} 天，待另一人确认后生效。")
    return redirect("desk:calendar-proposal", agency=scope.agency.code, proposal=proposal.pk)


@page("load_calendar")
def proposal(scope: Scope, proposal: UUID) -> HttpResponse:
    """Show which duties of how many agencies would move; confirm, or put aside with a reason."""
    found = get_object_or_404(CalendarProposal.objects.select_related("agency", "proposed_by"), pk=proposal)
    decision = scope.request.POST.get("decision", "")
    form = RefuseForm(scope.request.POST if decision == "refuse" else None)
    posted = scope.posted
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
        "form": form if pending else None,
    }
    return scope.render("calendar_proposal.html", context, status=status)
