"""The first pages: choosing an agency, what there is to do today, and every open duty."""

from __future__ import annotations

from typing import cast

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from heliograph.desk import clock
from heliograph.desk.approvals import waiting_retrievals, waiting_templates
from heliograph.desk.case_reading import key_of, my_tasks, seen_clues, soon_on
from heliograph.desk.duty_lists import Lane, day_of, lanes_from, page_after
from heliograph.desk.oversight import open_in_sight, titled
from heliograph.desk.scope import Scope, page, scope_of
from heliograph.disclosure.models import Adjustment, Release
from heliograph.dossiers.models import Clue, DiscussionSeat, Message
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.queries import open_alarms
from heliograph.registers.models import Account, EntryVersion
from heliograph.registers.queries import agencies_of

LANE_ROWS = 4
TASKS = 8
PAGE = 50


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
        "tasks": my_tasks(scope, most=TASKS) if scope.may("take_step") else [],
        "mail": unread_messages(scope),
        "clues": waiting_clues(scope),
        "left_clues": left_clues(scope) if scope.may("open_case") else [],
        "seats": open_seats(scope) if scope.may("take_seat") else [],
        "waiting": list(waiting_releases(scope)[:LANE_ROWS]) if scope.may("read_releases") else [],
        "adjustments": list(waiting_adjustments(scope)[:LANE_ROWS]),
        "retrievals": list(waiting_retrievals(scope, pack)[:LANE_ROWS]) if pack else [],
        "templates": list(waiting_templates(scope)[:LANE_ROWS]),
        "returned": list(returned_releases(scope)[:LANE_ROWS]),
        "lanes": lanes(scope, pack) if pack and scope.may("read_duties") else [],
        "has_pack": pack is not None,
        "may_open": pack is not None and scope.may("open_case"),
        "alarms": open_alarms().count() if scope.may("read_log_status") else 0,
        "registers": pack.rules.registers if pack and scope.may("draft_entry") else [],
    }
    return scope.render("home.html", context)


def _pack(scope: Scope) -> Pack | None:
    try:
        return scope.pack
    except ActRefusedError:
        return None


def waiting_clues(scope: Scope) -> list[Clue]:
    """Return the open clues in sight that no case left, for whoever opens cases of them. One query."""
    if not scope.may("close_clue"):
        return []
    found = seen_clues(scope.reader).filter(state=Clue.State.OPEN, inspection__isnull=True)
    return list(found.order_by("received_on", "pk")[:LANE_ROWS])


def unread_messages(scope: Scope) -> list[Message]:
    """Return what was sent to the account about cases and not read yet. One query."""
    found = Message.objects.filter(agency_id=scope.id, to_account=scope.account, read_at__isnull=True)
    return list(found.select_related("case", "from_account")[:TASKS])


def left_clues(scope: Scope) -> list[Clue]:
    """Return the clues that cases of the account's own left to be filed and nobody has filed yet. One query."""
    own = Q(inspection__handler=scope.account) | Q(inspection__co_handler=scope.account)
    found = Clue.objects.filter(own, agency_id=scope.id, state=Clue.State.OPEN)
    return list(found.select_related("inspection").order_by("received_on", "pk")[:TASKS])


def open_seats(scope: Scope) -> list[DiscussionSeat]:
    """Return the seats in collective discussions that wait for the account. One query."""
    seats = DiscussionSeat.objects.filter(
        agency_id=scope.id, member=scope.account, confirmed_at__isnull=True, discussion__concluded_at__isnull=True
    )
    return list(seats.select_related("discussion__case").order_by("pk")[:TASKS])


def waiting_releases(scope: Scope) -> QuerySet[Release]:
    """Return the releases at a stage whose role the account holds, leaving out its own work."""
    return (
        Release.objects.filter(agency_id=scope.id, state=Release.State.IN_REVIEW, stage_role__in=list(scope.roles))
        .exclude(submitted_by=scope.account)
        .exclude(version__authors__contains=[scope.account.pk])
        .select_related("version", "entry", "submitted_by")
        .order_by("submitted_at", "id")
    )


def waiting_adjustments(scope: Scope) -> QuerySet[Adjustment]:
    """Return the adjustments that the account may tell to the public or return: registered by others, not answered."""
    found = Adjustment.objects.filter(agency_id=scope.id, confirmation__isnull=True).exclude(made_by=scope.account)
    found = found.select_related("made_by").annotate(total=Count("items")).order_by("made_at", "id")
    return found if scope.may("confirm_adjustment") else found.none()


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
    """Return the open duties in sight by urgency. Without a rule on when to warn there is no middle lane."""
    soon = soon_on(scope, pack)
    found = lanes_from(open_in_sight(scope), scope.on, soon, rows=LANE_ROWS, undated=True)
    titled(scope, [duty for lane in found for duty in lane.duties])
    return found


@page("read_duties", "GET", "HEAD")
def duties(scope: Scope) -> HttpResponse:
    """List the open duties, the earliest due first, a page at a time by key."""
    after, day = key_of(scope.request.GET.get("after", "")), day_of(scope.request.GET.get("day", ""))
    rows = titled(scope, page_after(open_in_sight(scope), (day, after) if after else None, PAGE + 1))
    context = {"duties": rows[:PAGE], "after": after, "last": rows[PAGE - 1] if len(rows) > PAGE else None}
    return scope.render("duties.html", context)
