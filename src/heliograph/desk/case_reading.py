"""What the pages of cases read: rows of lists with their next day, the clock of one case, its story and its file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Ours
from django.db.models import OuterRef, Q, QuerySet, Subquery, When
from django.http import Http404
from django.utils.timezone import localtime

from heliograph.desk.duty_lists import Lane, lanes_from
from heliograph.desk.scope import Scope
from heliograph.dossiers.models import Case, Clue, Party
from heliograph.dossiers.permissions import (
    HANDLERS,
    WHOLE_AGENCY,
    Reader,
    case_in_sight,
    own_cases,
    seen_by,
    unit_cases,
)
from heliograph.duties import rules as duty_rules
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES, OURS
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.workdays import WorkCalendar
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.models import DUE_ORDER, Token
from heliograph.procedures.queries import definition_of
from heliograph.registers.models import Account

ALARM = "alarm_before"  # provision of the pack: so many working days ahead counts as soon
PAGE = 20
CASE = "case"
CSS = {duty_rules.OVERDUE: "r", duty_rules.SOON: "a", duty_rules.NORMAL: "g", duty_rules.NO_DATE: "g"}


@dataclass(frozen=True, slots=True)
class Left:
    """How much of a period is left, in words, with its colour."""

    words: str
    css: str


def near(day: date, today: date) -> str:
    """Return a day as short as it can be read: with its year where that is not this one."""
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()


def case_of(scope: Scope, case: UUID, *related: str) -> Case:
    """Return a case that the account may see, with what is read beside it. Case.DoesNotExist for any other."""
    return case_in_sight(scope.reader, case, "unit", "handler", "co_handler", "clue", *related)


def soon_on(scope: Scope, pack: Pack | None) -> date | None:
    """Return the last day that counts as soon; None without a rule on when to warn."""
    if pack is None:
        return None
    ahead = next((rule.value for rule in pack.rules.provisions if rule.id == ALARM), None)
    if not isinstance(ahead, int) or isinstance(ahead, bool):
        return None
    return scope.calendar.add_workdays(scope.on, ahead)


def left_of(duty: Duty, on: date, soon: date | None, calendar: WorkCalendar) -> Left:
    """Say how much of a duty's period is left, in the unit of its rule."""
    if duty.state == Duty.State.SUSPENDED:
        return Left("已中止计算", "g")
    if duty.due_on is None:
        return Left("及时办理", "g")
    if not duty.is_ours:
        over = duty.due_on < on
        return Left(
            over_words(duty.bound) if over else bound_words(duty.bound, near(duty.due_on, on)), "a" if over else "g"
        )
    css = CSS[duty_rules.urgency(duty.due_on, on, soon or on)]
    if duty.due_at is not None and duty.due_on >= on:  # counted in hours: the day alone would be too long
        return Left(f"{localtime(duty.due_at):%m-%d %H:%M} 到期", css)
    if duty.due_on == on:
        return Left("今日到期", css)
    working = duty.limit.get("unit") == "working_days"
    unit = "个工作日" if working else "日"
    late = duty.due_on < on
    first, last = (duty.due_on, on) if late else (on, duty.due_on)
    days = calendar.workdays_between(first, last) if working else (last - first).days
    if late:
        return Left(f"逾期 {days} {unit}" if days else "已逾期", css)
    return Left(f"剩 {days} {unit}", css)


def bound_words(bound: str, day: str) -> str:
    """Say when a period ends, as whom it binds: only the agency has to be done before a day."""
    if bound == Duty.Bound.WAIT:
        return f"{day} 届满后可以办理"
    return f"限 {day} 前" if bound == Duty.Bound.AGENCY else f"{Duty.Bound(bound).label}，{day} 届满"


def over_words(bound: str) -> str:
    """Say of a period that does not bind the agency that it has ended: the agency may go on."""
    return "等待期已满，可以办理" if bound == Duty.Bound.WAIT else f"{Duty.Bound(bound).label}已届满"


# -- lists
@dataclass(frozen=True, slots=True)
class Whose:
    """Which of the cases in sight a list shows."""

    key: str
    label: str


MINE = "mine"
WHOSE = (Whose(MINE, "我承办的"), Whose("unit", "本机构"), Whose("all", "全部"))


def whose_of(scope: Scope, asked: str) -> str:
    """Return which cases to show: what was asked for, else the account's own where it handles cases."""
    if asked in {one.key for one in WHOSE}:
        return asked
    return MINE if scope.roles & HANDLERS and not scope.roles & WHOLE_AGENCY else "all"


def cases_of(scope: Scope, whose: str) -> QuerySet[Case]:
    """Return the cases in sight that are the account's own, its unit's, or all."""
    asked = {MINE: own_cases, "unit": unit_cases}.get(whose, seen_by)
    return asked(scope.reader)


def with_next(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Add to each case its open steps, its parties and its earliest open duty, within the same query."""
    tokens = Token.objects.filter(agency_id=OuterRef("agency_id"), run_id=OuterRef("pk"), kind=Token.Kind.TASK)
    parties = Party.objects.filter(case=OuterRef("pk"), standing=Party.Standing.PARTY).order_by("pk")
    duties = Duty.objects.filter(
        agency_id=OuterRef("agency_id"), subject_kind=CASE, subject_id=OuterRef("pk"), state__in=OPEN_STATES
    ).order_by(Ours(When(OURS, then=0), default=1), "due_on", "pk")  # the agency's own work first
    return cases.select_related("unit", "handler", "co_handler").annotate(
        step_names=ArraySubquery(tokens.order_by("entered_at", "pk").values("name")),
        party_names=ArraySubquery(parties.values("name")),
        next_duty=Subquery(duties.values("pk")[:1]),
    )


def with_left(scope: Scope, cases: Iterable[Any], pack: Pack | None) -> list[dict[str, Any]]:
    """Return cases with the duty that is due first and how much of it is left. One query."""
    rows = list(cases)
    duties = Duty.objects.in_bulk([one.next_duty for one in rows if one.next_duty])
    soon = soon_on(scope, pack)
    return [
        {
            "case": one,
            "duty": duties.get(one.next_duty),
            "left": left_of(duties[one.next_duty], scope.on, soon, scope.calendar) if one.next_duty in duties else None,
        }
        for one in rows
    ]


def search(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Filter by number, title, archive number, or the name or whole number of a party."""
    named = Q(number__icontains=words) | Q(title__icontains=words) | Q(archive_number__icontains=words)
    parties = Party.objects.filter(Q(name__icontains=words) | Q(number=words.upper()))
    return cases.filter(named | Q(pk__in=parties.values("case_id")))


def case_duties(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Duty]:
    """Return the open duties on some cases of the agency, in no order."""
    return Duty.objects.filter(
        agency_id=scope.id, subject_kind=CASE, state__in=OPEN_STATES, subject_id__in=cases.order_by().values("pk")
    )


def lanes_of(scope: Scope, cases: QuerySet[Case], pack: Pack | None, *, rows: int, few: bool) -> list[Lane]:
    """Return the open duties on some cases by urgency: the first of each lane and how many there are. Two queries.

    few: the cases are somebody's own.
    """
    soon = soon_on(scope, pack)
    found = lanes_from([case_duties(scope, cases)], scope.on, soon, rows=rows, few=few)
    for duty in (duty for lane in found for duty in lane.duties):
        setattr(duty, "left", left_of(duty, scope.on, soon, scope.calendar))  # noqa: B010 - an annotation
    return found


def key_of(text: str) -> UUID | None:
    """Return the key at which a page begins, None without one. 404 for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


# -- tasks
def my_tasks(scope: Scope, *, most: int) -> list[dict[str, Any]]:
    """Return the open steps that wait for this account, those due first in front. Two queries.

    A step of the handlers waits for the two officers of the case; any other for whoever holds its role and sees the
    case.
    """
    seen = seen_by(scope.reader)
    own = own_cases(scope.reader)
    held = [role.value for role in scope.roles]
    mine = Q(role__in=[role for role in held if role in HANDLERS], run_id__in=own.values("pk")) | Q(
        role__in=[role for role in held if role not in HANDLERS], run_id__in=seen.values("pk")
    )
    tokens = Token.objects.filter(mine, agency_id=scope.id, kind=Token.Kind.TASK).alias(due=DUE_ORDER)
    found = list(
        tokens.select_related("run__release").defer("run__release__bundle", "run__facts").order_by("due", "pk")[:most]
    )
    cases = Case.objects.select_related("handler").in_bulk([token.run_id for token in found])
    return [_task(scope, token, cases[token.run_id]) for token in found if token.run_id in cases]


def _task(scope: Scope, token: Token, case: Case) -> dict[str, Any]:
    """Return an open step for a list: until when, as whom its period binds, and whether it is late work."""
    bound = bound_of(definition_of(token.run.release), token.place)
    words, late = "", False
    if token.due_on is not None:
        own = bound == Duty.Bound.AGENCY
        late = own and token.due_on <= scope.on
        ended = not own and token.due_on < scope.on
        words = over_words(bound) if ended else bound_words(bound, near(token.due_on, scope.on))
    return {"token": token, "case": case, "bound": bound, "until": words, "late": late}


def bound_of(compiled: Compiled, place: str) -> str:
    """Return whom the period of a step binds, by the limit that its flow names."""
    node = compiled.definition.nodes.get(place)
    kept = compiled.limits.get(node.limit) if node is not None and node.limit else None
    return str((kept or {}).get("bound", Duty.Bound.AGENCY.value))


# -- clues
def seen_clues(who: Reader) -> QuerySet[Clue]:
    """Return the clues somebody may see: leaders, reviewers and archivists all, others their unit's and their own."""
    clues = Clue.objects.filter(agency_id=who.agency_id)
    if who.roles & WHOLE_AGENCY:
        return clues
    own = Q(registered_by=who.account)
    if who.unit_id is not None:
        own |= Q(unit_id=who.unit_id)
    return clues.filter(own)


def staff_of(scope: Scope) -> list[Account]:
    """Return the people of the agency who sign in."""
    return list(Account.objects.filter(person__agency_id=scope.id, is_active=True).order_by("display_name", "pk"))
