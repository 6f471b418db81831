"""What one case's page shows: the legal clock, the open steps, the story, and the parts of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import Model, Q
from django.utils.timezone import localtime

from heliograph.desk.case_groups import cited_in, doers_of, groups_of, linked_to
from heliograph.desk.case_matter import is_approved
from heliograph.desk.case_reading import CASE, Left, bound_of, bound_words, left_of, soon_on
from heliograph.desk.cited import articles_of
from heliograph.desk.scope import Scope
from heliograph.desk.steps.made_papers import StepDocument, documents_of_step
from heliograph.desk.steps.shape import StepPlace
from heliograph.desk.steps.table import form_of
from heliograph.documents.models import Document
from heliograph.documents.queries import documents_of
from heliograph.dossiers import models
from heliograph.dossiers.document_evidence import minutes_among
from heliograph.dossiers.models import Case, CaseEvent, Discussion, DiscussionSeat, Suspension
from heliograph.dossiers.originals import originals_by_evidence
from heliograph.dossiers.rules.investigating import OF_EVIDENCE
from heliograph.dossiers.volume_reading import built_documents
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES, duties_of
from heliograph.procedures.models import Release, Token
from heliograph.procedures.queries import Standing
from heliograph.registers.models import Role


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

    @property
    def documents(self) -> list[StepDocument]:
        """Return the documents that the step declares, and what the system has made of each. One query."""
        return documents_of_step(self.place)


def clock_of(scope: Scope, case: Case) -> list[Clock]:
    """Return the running periods of a case, those of the agency in front, then the one that ends first."""
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
    return sorted(clocks, key=lambda one: (not one.duty.is_ours, one.duty.due_on or date.max, one.duty.pk))


def until(step: OpenStep, clock: Iterable[Clock]) -> str:
    """Say when a step is due, or when what it waits for is over, with the hour of limits in hours; empty for none."""
    due_on = step.token.due_on
    exact = [localtime(one.duty.due_at) for one in clock if one.duty.kind == step.place.node.limit and one.duty.due_at]
    hour = next((f" {at:%H:%M}" for at in exact if at.date() == due_on), "")
    bound = bound_of(step.place.standing.compiled, step.token.place)
    return bound_words(bound, f"{due_on.isoformat()}{hour}") if due_on else ""


def open_step(scope: Scope, case: Case, stands: Standing, place: str) -> OpenStep | None:
    """Return an open step of a case, None for any other place."""
    token, node = stands.tokens.get(place), stands.node(place)
    if token is None or node is None or token.kind != Token.Kind.TASK:
        return None
    at = StepPlace(scope, case, stands, place, node)
    row = form_of(at)
    limit = stands.compiled.limits.get(node.limit) or {}
    return OpenStep(token, at, str(limit.get("name", "")), by_hand(at), row is not None)


PAPERS_NOTE = "文书打印后由人工签章；系统没有格式的文书自行制作，在此登记日期、文号并上传文件"


def by_hand(place: StepPlace) -> list[str]:
    """Say which parts of a step are done by hand until the system does them."""
    row = form_of(place)
    notes = [PAPERS_NOTE] if place.node.documents else []
    notes += [row.note] if row and row.note else []
    return notes


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
# Parts that only a case with a decision has.
AFTER: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("deferrals", models.Deferral, ("approved_at", "pk")),
    ("demands", models.Demand, ("served_on", "pk")),
    ("courts", models.CourtApplication, ("applied_on", "pk")),
    ("remedies", models.Remedy, ("received_on", "pk")),
)
# What a part's rows name, fetched with them.
NAMED: dict[str, tuple[str, ...]] = {
    "papers": ("file", "scan__file"),
    "evidence": ("file", "first_collector", "second_collector"),
    "on_site_acts": ("first_officer", "second_officer"),
    "hearings": ("chair",),
    "decisions": ("paper", "decided_by"),
    "services": ("proof", "paper"),
    "payments": ("file",),
    "measures": ("approved_by", "registered_by"),
    "files": ("uploaded_by",),
    "deferrals": ("approved_by",),
    "transfers": ("approved_by",),
}


def overview(scope: Scope, case: Case, stands: Standing) -> dict[str, Any]:
    """Return everything else that the page of a case shows."""
    steps = [found for token in stands.tasks if (found := open_step(scope, case, stands, token.place))]
    story = list(CaseEvent.objects.filter(case=case).select_related("made_by").order_by("-made_at", "-pk"))
    parts = parts_of(case, story)
    discussions = discussions_of(scope, case)
    groups = groups_of(case, parts, discussions, approving=is_approved(stands))
    return {
        "steps": steps,
        "doers": doers_of(scope, case, (one.token for one in steps)),
        "story": story,
        "release": Release.objects.defer("bundle").get(pk=stands.run.release_id),
        "discussions": discussions,
        "waiting_documents": waiting_documents(case, parts["papers"]),
        "groups": groups,
        "articles": articles_of(scope, cited_in(groups, parts["citations"])),
        "built": built_documents(scope.pack),
        "linked": linked_to(scope, case),
        **offered(scope, case, steps),
        "of_evidence": OF_EVIDENCE,
        "minutes": minutes_among(parts["papers"], parts["evidence"]),
        "pause": pause_of(case),
        "originals": originals_by_evidence(case.agency_id, parts["evidence"]) if parts["evidence"] else {},
        **parts,
    }


def parts_of(case: Case, story: Iterable[CaseEvent]) -> dict[str, list[Any]]:
    """Return the rows of every part of a case's file; what only some cases have is read where the story tells of it."""
    acts = {one.act for one in story}
    found = {name: _rows(case, name, model, order) for name, model, order in PARTS}
    decided = bool(found["decisions"]) or case.executes_id is not None
    for name, model, order in AFTER:
        found[name] = _rows(case, name, model, order) if decided else []
    found["substitutions"] = _substitutions(case) if decided else []
    moved = any("transfer" in act for act in acts)
    found["transfers"] = _rows(case, "transfers", models.Transfer, ("reported_on", "pk")) if moved else []
    return found


def _substitutions(case: Case) -> list[Any]:
    """Return what was performed in the party's place: in this case, or in another that executes its decision."""
    found = models.Substitution.objects.filter(Q(case=case) | Q(case__executes__case=case))
    return list(found.select_related("decision", "case").order_by("registered_at", "pk"))


def _rows(case: Case, name: str, model: type[Model], order: tuple[str, ...]) -> list[Any]:
    found = cast(Any, model).objects.filter(case=case)  # not the default manager: that has citations taken back
    named = NAMED.get(name)  # none: no join at all, for select_related() without a name would follow every key
    return list((found.select_related(*named) if named else found).order_by(*order))


def pause_of(case: Case) -> Suspension | None:
    """Return the suspension that a case rests under, None while it goes on."""
    if case.state != Case.State.SUSPENDED:
        return None
    return Suspension.objects.filter(case=case, kind=Suspension.Kind.SUSPENDED, to_on__isnull=True).first()


def offered(scope: Scope, case: Case, steps: Iterable[OpenStep]) -> dict[str, bool]:
    """Return what the account may add to the file now; nothing that the state of the case would refuse."""
    open_ = case.state == Case.State.HANDLING
    own = scope.account.pk in {case.handler_id, case.co_handler_id}
    edits = open_ and own and scope.may("edit_case")
    window = Role.WINDOW_CLERK in scope.roles
    return {
        "may_add_scan": own and case.state != Case.State.SUSPENDED and scope.may("add_scan"),
        "may_edit": edits,
        "may_add_grounds": edits and not (case.category == PENALTY and case.decided_on),
        "may_approve_measure": open_ and not own and scope.may("approve_measure"),
        "may_discuss": open_ and scope.may("call_discussion") and any(one.place.act == DISCUSS for one in steps),
        "may_add_party": open_ and not case.decided_on and scope.may("edit_case") and (own or window),
        "may_correct_party": case.state in RUNNING and scope.may("edit_case") and (own or window),
    }


DISCUSS = "discuss_collectively"
PENALTY = "penalty"
RUNNING = frozenset({Case.State.HANDLING, Case.State.SUSPENDED})


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


def waiting_documents(case: Case, papers: Iterable[Any]) -> list[Document]:
    """Return the documents made for a case that no step has taken: drafts, issued ones, and those that were voided."""
    taken = {one.document_id for one in papers}
    return [one for one in documents_of(case.agency_id, CASE, case.pk) if one.pk not in taken]
