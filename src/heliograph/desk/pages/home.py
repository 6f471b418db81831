"""The first pages: choosing an agency, what there is to do today, and every open duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from heliograph.desk import clock
from heliograph.desk.oversight import seen_duties, titled
from heliograph.desk.scope import Scope, page, page_number, scope_of
from heliograph.disclosure.models import Release
from heliograph.duties import rules as duty_rules
from heliograph.duties.models import Duty
from heliograph.duties.queries import open_duties
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.queries import open_alarms
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account, EntryVersion
from heliograph.registers.queries import agencies_of

ALARM = "alarm_before"  # provision of the pack: so many working days ahead counts as soon
LANE_ROWS = 4
PAGE = 50


@dataclass(frozen=True, slots=True)
class Lane:
    """One column of duties: a colour, a shape and words together."""

    key: str
    css: str
    label: str
    duties: list[Duty]
    total: int


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Send somebody with one agency to its desk; let others choose."""
    agencies = list(agencies_of(cast(Account, request.user), clock.today()))
    if len(agencies) == 1:
        return redirect("desk:home", agency=agencies[0].code)
    return render(request, "desk/choose.html", {"agencies": agencies})


@require_safe
def home(request: HttpRequest, agency: str) -> HttpResponse:
    """Show what waits for this account: approvals, its returned entries and duties by urgency."""
    scope = scope_of(request, agency)
    pack = _pack(scope)
    context = {
        "waiting": list(waiting_releases(scope)[:LANE_ROWS]) if scope.may("read_releases") else [],
        "returned": list(returned_releases(scope)[:LANE_ROWS]),
        "lanes": lanes(scope, pack) if pack and scope.may("read_duties") else [],
        "has_pack": pack is not None,
        "alarms": open_alarms().count() if scope.may("read_log_status") else 0,
        "registers": pack.rules.registers if pack and scope.may("draft_entry") else [],
    }
    return scope.render("home.html", context)


def _pack(scope: Scope) -> Pack | None:
    try:
        return scope.pack
    except ActRefusedError:
        return None


def waiting_releases(scope: Scope) -> QuerySet[Release]:
    """Return the releases at a stage whose role the account holds, leaving out its own work."""
    return (
        Release.objects.filter(agency_id=scope.id, state=Release.State.IN_REVIEW, stage_role__in=list(scope.roles))
        .exclude(submitted_by=scope.account)
        .exclude(version__authors__contains=[scope.account.pk])
        .select_related("version", "entry", "submitted_by")
        .order_by("submitted_at", "id")
    )


def returned_releases(scope: Scope) -> QuerySet[Release]:
    """Return the account's releases that came back and whose entry has no newer version yet."""
    latest = EntryVersion.objects.filter(entry=OuterRef("entry")).order_by("-number")
    mine = Q(submitted_by=scope.account) | Q(version__authors__contains=[scope.account.pk])
    return (
        Release.objects.filter(mine, agency_id=scope.id, state=Release.State.RETURNED)
        .annotate(latest=Subquery(latest.values("pk")[:1]))
        .filter(version_id=F("latest"))
        .select_related("version", "entry")
        .prefetch_related("steps__by")
        .order_by("-submitted_at")
    )


def lanes(scope: Scope, pack: Pack) -> list[Lane]:
    """Return the open duties by urgency. Without a rule on when to warn there is no middle lane."""
    soon_on = _soon_on(scope.on, pack)
    found: dict[str, list[Duty]] = {}
    for duty in titled(scope, seen_duties(scope, open_duties(scope.id))):
        found.setdefault(duty_rules.urgency(duty.due_on, scope.on, soon_on or scope.on), []).append(duty)
    shown = [("overdue", "r", "逾期或今日到期"), ("normal", "g", "期限正常"), ("no_date", "g", "及时办理，无固定日期")]
    if soon_on is not None:
        shown.insert(1, ("soon", "a", f"{soon_on.month} 月 {soon_on.day} 日前到期"))
    return [
        Lane(key, css, label, found.get(key, [])[:LANE_ROWS], len(found.get(key, [])))
        for key, css, label in shown
        if key != "no_date" or found.get(key)
    ]


def _soon_on(on: date, pack: Pack) -> date | None:
    ahead = next((rule.value for rule in pack.rules.provisions if rule.id == ALARM), None)
    if not isinstance(ahead, int) or isinstance(ahead, bool):
        return None
    return work_calendar().add_workdays(on, ahead)


@page("read_duties", "GET", "HEAD")
def duties(scope: Scope) -> HttpResponse:
    """List the open duties, the earliest due first."""
    found = Paginator(seen_duties(scope, open_duties(scope.id)), PAGE).get_page(page_number(scope.request))
    found.object_list = titled(scope, found.object_list)
    return scope.render("duties.html", {"duties": found})
