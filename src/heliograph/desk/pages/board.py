"""The board of case deadlines, and the same days as a calendar feed for one person."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.desk import clock
from heliograph.desk.calendar_feed import calendar_text, reads_token, token_of
from heliograph.desk.case_reading import (
    MINE,
    WHOSE,
    case_duties,
    cases_of,
    key_of,
    left_of,
    my_tasks,
    soon_on,
    whose_of,
)
from heliograph.desk.duty_lists import by_day, day_of, first_rows
from heliograph.desk.pages.cases import pack_of
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.permissions import reader, seen_by
from heliograph.duties.models import Duty
from heliograph.duties.queries import OURS, THEIRS
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.models import Agency

PAGE = 50
LANES = {"overdue": "逾期或今日到期", "soon": "即将到期", "normal": "期限正常", "others": "当事人的期限和等待期"}
FEED_ROWS = 300


@page("read_cases", "GET", "HEAD")
def board(scope: Scope) -> HttpResponse:
    """List the running periods of the cases in sight, the earliest due first, a page at a time by key."""
    pack = pack_of(scope)
    soon = soon_on(scope, pack)
    whose = whose_of(scope, scope.request.GET.get("whose", ""))
    lane = scope.request.GET.get("lane", "")
    lane = lane if lane in LANES else ""
    duties = case_duties(scope, cases_of(scope, whose)).filter(due_on__isnull=False)
    duties = _in_lane(duties, lane, scope.on, soon or scope.on)
    after, day = key_of(scope.request.GET.get("after", "")), day_of(scope.request.GET.get("day", ""))
    if after and day:
        duties = duties.filter(due_on__gte=day).exclude(due_on=day, pk__lte=after)
    rows = list(first_rows(duties, PAGE + 1, few=whose == MINE))
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = {
        "rows": [{"duty": one, "left": left_of(one, scope.on, soon, scope.calendar)} for one in rows[:PAGE]],
        "whose": whose,
        "tabs": WHOSE,
        "lane": lane,
        "lanes": LANES.items(),
        "after": after,
        "last": last,
        "feed": _feed_address(scope),
    }
    return scope.render("board.html", context)


def _in_lane(duties: Any, lane: str, on: date, soon: date) -> Any:
    days = {"overdue": Q(due_on__lte=on), "soon": Q(due_on__gt=on, due_on__lte=soon), "normal": Q(due_on__gt=soon)}
    if lane == "others":
        return duties.filter(THEIRS)
    return duties.filter(OURS, days[lane]) if lane else duties


def _feed_address(scope: Scope) -> str:
    given = {"agency": scope.agency.code, "token": token_of(scope.account, scope.id)}
    return scope.request.build_absolute_uri(reverse("desk:calendar-feed", kwargs=given))


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, agency: str, token: str) -> HttpResponse:
    """Give a person's own case days to a calendar programme: numbers and names of periods, no party, nothing to change.

    The address is signed for one account and agency and dies with the account's password.
    """
    found = Agency.objects.filter(code=agency).first()
    account = reads_token(token, found.pk) if found else None
    if found is None or account is None:
        raise Http404
    at = clock.now()
    try:
        who = reader(account, found.pk, clock.today())
    except ActRefusedError:
        raise Http404 from None
    scope = Scope(request=request, account=account, agency=found, roles=who.roles, at=at, on=clock.today())
    duties = _own_duties(scope)
    tasks = my_tasks(scope, most=FEED_ROWS)
    numbers = dict(seen_by(who).filter(pk__in=[one.subject_id for one in duties]).values_list("pk", "number"))
    text = calendar_text(found, duties, numbers, tasks, at)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.code}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _own_duties(scope: Scope) -> list[Duty]:
    mine = case_duties(scope, cases_of(scope, MINE)).filter(due_on__isnull=False)
    return list(by_day(mine, few=True)[:FEED_ROWS])
