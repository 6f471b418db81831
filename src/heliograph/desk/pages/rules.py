"""The agency's rules as read by people: clause table, rollout plan, working-day calendar."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from heliograph.desk import drafts
from heliograph.desk.forms import CalendarUploadForm, uploaded
from heliograph.desk.scope import Scope, page
from heliograph.duties.actions import load_calendar
from heliograph.kernel.workdays import CalendarDay, parse_calendar_csv
from heliograph.regimes.compliance import STATES, compliance_table, summary
from heliograph.regimes.models import CalendarNotice
from heliograph.regimes.queries import calendar_days, installed_packs, preview_calendar
from heliograph.registers.imports import SheetError, read_sheet

KIND = "calendar"


@page("read_compliance", "GET", "HEAD")
def compliance(scope: Scope) -> HttpResponse:
    """Show each clause of the agency's document with what serves it, by state or requirement."""
    rows = compliance_table(scope.pack)
    state, words = scope.request.GET.get("state", ""), scope.request.GET.get("q", "").strip()[:60]
    shown = [row for row in rows if not state or row.state == state]
    if words:
        shown = [row for row in shown if words in row.clause_id or words in row.summary or words in row.requirements]
    counts = summary(rows)
    context = {
        "rows": shown,
        "total": len(rows),
        "counts": [(key, label, counts[key]) for key, label in STATES.items()],
        "state": state,
        "words": words,
        "pack": scope.pack,
        "installed": installed_packs(scope.id),
    }
    return scope.render("compliance.html", context)


@page("read_compliance", "GET", "HEAD")
def rollout(scope: Scope) -> HttpResponse:
    """Show the rollout plan as printed: tasks, stages, reports."""
    rules = scope.pack.rules
    context = {
        "tasks": sorted(rules.rollout_tasks, key=lambda task: task.no),
        "stages": rules.rollout_stages,
        "systems": {"disclosure": "公示", "recording": "全过程记录", "review": "法制审核"},
    }
    return scope.render("rollout.html", context)


@page("read_compliance", also="load_calendar")
def calendar(scope: Scope) -> HttpResponse:
    """Show the loaded holiday notices year by year; take another with a preview."""
    if scope.request.method == "POST":
        scope.require("load_calendar")
        return _upload(scope)
    return _calendar(scope, CalendarUploadForm())


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
    }
    return scope.render("calendar.html", context, status=status)


def _upload(scope: Scope) -> HttpResponse:
    form = CalendarUploadForm(scope.request.POST, scope.request.FILES or None)
    if not form.is_valid():
        return _calendar(scope, form, 422)
    token = form.cleaned_data["confirmed"]
    if token:
        return _load(scope, token)
    if not form.cleaned_data["file"]:
        form.add_error("file", "请选择要上传的文件。")
        return _calendar(scope, form, 422)
    try:
        rows, faults = parse_calendar_csv(_as_csv(*uploaded(form, "file")))
    except SheetError as error:
        form.add_error("file", str(error))
        return _calendar(scope, form, 422)
    kept = drafts.keep(scope.account.pk, KIND, rows) if not faults else ""
    context = {"rows": rows, "faults": faults, "change": preview_calendar(rows), "token": kept}
    return scope.render("calendar_preview.html", context, status=422 if faults else 200)


def _as_csv(file_name: str, content: bytes) -> str:
    """Return the sheet as the calendar's CSV, dates written out."""
    sheet = read_sheet(file_name, content)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(sheet.head)
    writer.writerows([[_written(cell) for cell in cells] for _number, cells in sheet.rows])
    return buffer.getvalue()


def _written(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _load(scope: Scope, token: str) -> HttpResponse:
    rows: list[CalendarDay] | None = drafts.find(scope.account.pk, KIND, token)
    if rows is None:
        form = CalendarUploadForm()
        return _calendar(scope, form, 409)
    moved = load_calendar(rows, agency_id=scope.id, actor=scope.account, at=scope.at)
    drafts.drop(scope.account.pk, KIND, token)
    scope.done(f"已导入 {len(rows)} 天；{len(moved)} 项暂算的期限已重算并改变了到期日。")
    return redirect("desk:calendar", agency=scope.agency.code)
