"""What one case's page shows: the legal clock, the open steps, the story, and the parts of the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from heliograph.desk.case_reading import CASE, Left, left_of, soon_on
from heliograph.desk.scope import Scope
from heliograph.desk.steps.shape import StepPlace
from heliograph.desk.steps.table import form_of
from heliograph.dossiers import models
from heliograph.dossiers.models import Case, CaseEvent, Discussion, DiscussionSeat
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES, duties_of
from heliograph.procedures.models import Release, Token
from heliograph.procedures.queries import Standing


@dataclass(frozen=True, slots=True)
class Clock:
    """One running period of a case: its rule, its last day, how much is used and left."""

    duty: Duty
    left: Left
    name: str
    used: int
    whole: int

    @property
    def share(self) -> int:
        """Return the part used, of 100."""
        return 100 if self.whole <= 0 else max(0, min(100, round(100 * self.used / self.whole)))


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that is open, what it needs, and whether it is this account's to do."""

    token: Token
    place: StepPlace
    limit: str
    note: list[str]
    known: bool  # whether its act has a form


def clock_of(scope: Scope, case: Case) -> list[Clock]:
    """Return the running periods of a case, the one that ends first in front."""
    found = duties_of(scope.id, CASE, case.pk).filter(state__in=OPEN_STATES).select_related("owner_unit")
    soon = soon_on(scope, scope.pack)
    clocks = [
        Clock(
            duty=duty,
            left=left_of(duty, scope.on, soon, scope.calendar),
            name=str(duty.limit.get("name", duty.event)),
            used=(scope.on - duty.event_on).days,
            whole=(duty.due_on - duty.event_on).days if duty.due_on else 0,
        )
        for duty in found
    ]
    return sorted(clocks, key=lambda one: (one.duty.due_on or date.max, one.duty.pk))


def open_step(scope: Scope, case: Case, stands: Standing, place: str) -> OpenStep | None:
    """Return an open step of a case, None for any other place."""
    token, node = stands.tokens.get(place), stands.node(place)
    if token is None or node is None or token.kind != Token.Kind.TASK:
        return None
    at = StepPlace(scope, case, stands, place, node)
    row = form_of(at)
    limit = stands.compiled.limits.get(node.limit) or {}
    return OpenStep(token, at, str(limit.get("name", "")), by_hand(at), row is not None)


REVIEW_NOTE = "法制审核的线上办理尚未启用；启用前，应当审核的案件不能作出决定"
PAPERS_NOTE = "文书由人工制作和签章，在此登记日期、文号并上传文件"


def by_hand(place: StepPlace) -> list[str]:
    """Say which parts of a step are done by hand until the system does them."""
    row = form_of(place)
    notes = [PAPERS_NOTE] if place.node.documents else []
    notes += [row.note] if row and row.note else []
    return [*notes, REVIEW_NOTE] if place.act == "review_opinion" else notes


# The parts of a case's file: name in the template, model, order.
PARTS: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("parties", models.Party, ("standing", "pk")),
    ("papers", models.Paper, ("made_on", "pk")),
    ("evidence", models.Evidence, ("obtained_on", "pk")),
    ("on_site_acts", models.OnSiteAct, ("began_at", "pk")),
    ("citations", models.Citation, ("use", "key")),
    ("measures", models.Measure, ("registered_at", "pk")),
    ("proposals", models.Proposal, ("-number",)),
    ("notices", models.Notice, ("number",)),
    ("statements", models.Statement, ("received_on", "pk")),
    ("hearings", models.Hearing, ("requested_on", "pk")),
    ("decisions", models.Decision, ("decided_on", "pk")),
    ("services", models.Service, ("sent_on", "pk")),
    ("payments", models.Payment, ("paid_on", "pk")),
    ("files", models.CaseFile, ("uploaded_at", "pk")),
)
# What a part's rows name, fetched with them.
NAMED: dict[str, tuple[str, ...]] = {
    "papers": ("file",),
    "evidence": ("file", "first_collector", "second_collector"),
    "on_site_acts": ("first_officer", "second_officer"),
    "hearings": ("chair",),
    "decisions": ("paper", "decided_by"),
    "services": ("proof", "paper"),
    "payments": ("file",),
    "files": ("uploaded_by",),
}


def overview(scope: Scope, case: Case, stands: Standing) -> dict[str, Any]:
    """Return everything else that the page of a case shows."""
    steps = [found for token in stands.tasks if (found := open_step(scope, case, stands, token.place))]
    parts = {
        name: list(model._default_manager.filter(case=case).select_related(*NAMED.get(name, ())).order_by(*order))
        for name, model, order in PARTS
    }
    open_ = case.state in {Case.State.HANDLING, Case.State.CLOSED}
    own = scope.account.pk in {case.handler_id, case.co_handler_id}
    return {
        "steps": steps,
        "story": list(CaseEvent.objects.filter(case=case).select_related("made_by").order_by("-made_at", "-pk")),
        "release": Release.objects.defer("bundle").get(pk=stands.run.release_id),
        "discussions": discussions_of(scope, case),
        "may_edit": open_ and own and scope.may("edit_case"),
        "may_discuss": open_ and scope.may("call_discussion") and any(one.place.act == DISCUSS for one in steps),
        **parts,
    }


DISCUSS = "discuss_collectively"


def discussions_of(scope: Scope, case: Case) -> list[dict[str, Any]]:
    """Return the collective discussions of a case with their seats, and the account's own open seat."""
    found = Discussion.objects.filter(case=case).select_related("chair").prefetch_related("seats__member")
    return [
        {"discussion": one, "seats": list(one.seats.all()), "mine": _own_seat(scope, one)}
        for one in found.order_by("-called_at")
    ]


def _own_seat(scope: Scope, discussion: Discussion) -> DiscussionSeat | None:
    open_ones = (seat for seat in discussion.seats.all() if seat.confirmed_at is None and not discussion.concluded_at)
    return next((seat for seat in open_ones if seat.member_id == scope.account.pk), None)
