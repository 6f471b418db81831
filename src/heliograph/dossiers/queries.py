"""Reads of cases for more than one caller."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Deferral,
    Discussion,
    Hearing,
    Notice,
    Payment,
    Proposal,
    Recusal,
    Service,
    Statement,
)
from heliograph.dossiers.models.decisions import Annulment
from heliograph.dossiers.rules.deciding import Attendance, HearingState, NoticeState
from heliograph.dossiers.rules.people import HeldCertificate, Officer
from heliograph.dossiers.rules.terms import Discretion, Terms
from heliograph.duties.queries import last_day
from heliograph.kernel.packs.schema import Pack
from heliograph.registers.models import Account, Article, Certificate
from heliograph.registers.queries import state_of

NOTHING_LEFT = frozenset({Annulment.REVOKED, Annulment.INVALID})


def known_articles(pack: Pack, named: Collection[str]) -> frozenset[str]:
    """Return which of some article keys are known: those of the pack, and those of the law library."""
    library = Article.objects.filter(key__in=named).values_list("key", flat=True) if named else []
    return (pack.article_keys() & frozenset(named)) | frozenset(library)


def officers_of(accounts: Collection[Account]) -> list[Officer]:
    """Return officers with the certificates held, as the rules see them. One query."""
    persons = [one.person_id for one in accounts if one.person_id]
    held: dict[UUID, list[HeldCertificate]] = {}
    for one in Certificate.objects.filter(person_id__in=persons).order_by("issued_on", "id"):
        held.setdefault(one.person_id, []).append(HeldCertificate(one.number, one.category, one.area, state_of(one)))
    return [Officer(one.pk, one.display_name, tuple(held.get(one.person_id or one.pk, ()))) for one in accounts]


def recused_among(case: Case, accounts: Collection[Account]) -> list[Account]:
    """Return those who were recused from a case. One query."""
    recused = set(Recusal.objects.filter(case=case, granted=True).values_list("officer_id", flat=True))
    return [one for one in accounts if one.pk in recused]


def proposal_of(case: Case) -> Proposal | None:
    """Return the proposal that counts: the latest version."""
    return Proposal.objects.filter(case=case).order_by("-number").first()


def notice_of(case: Case) -> Notice | None:
    """Return the notice that binds: the latest one, with its proposal."""
    return Notice.objects.filter(case=case).select_related("proposal").order_by("-number").first()


def decision_of(case: Case) -> Decision | None:
    """Return the decision of a case that stands: the latest, or of a coercion case the one that it carries out."""
    return Decision.objects.filter(case=case).order_by("-decided_on", "-id").first() or case.executes


def was_told(case: Case, kind: str) -> bool:
    """Say whether the history of a case holds an event of a kind. One query."""
    return CaseEvent.objects.filter(case=case, kind=kind).exists()


def terms_of(made: Proposal | Decision) -> Terms:
    """Return kinds and amounts of a proposal or decision as the rules compare them."""
    return Terms(made.outcome, frozenset(made.kinds), made.fine, made.confiscated, made.other, frozenset(made.basis))


def discretion_of(proposal: Proposal) -> Discretion:
    """Return the benchmark that a proposal applies, and what departs from it."""
    return Discretion(
        proposal.benchmark,
        proposal.benchmark_min,
        proposal.benchmark_max,
        proposal.deviation_reason,
        approved=proposal.deviation_approved_by_id is not None,
    )


def notice_state(notice: Notice) -> NoticeState:
    """Return what came back on a notice. Two queries."""
    statements = list(Statement.objects.filter(notice=notice))
    held = list(Hearing.objects.filter(notice=notice, held_on__isnull=False).values_list("reviewed_on", flat=True))
    open_ones = [one for one in statements if one.kind == Statement.Kind.STATEMENT and one.reviewed_on is None]
    return NoticeState(
        terms=terms_of(notice.proposal),
        statement_until=notice.statement_until,
        hearing_until=notice.hearing_until,
        waived=any(one.kind == Statement.Kind.WAIVER for one in statements),
        stated=any(one.kind == Statement.Kind.STATEMENT for one in statements),
        reviewed=not open_ones and None not in held,
        heard=bool(held),
    )


def hearing_state(case: Case) -> HearingState:
    """Return the hearings asked for in a whole case. One query."""
    rows = Hearing.objects.filter(case=case).values_list("held_on", "withdrawn_on")
    held = sum(held_on is not None for held_on, _withdrawn in rows)
    withdrawn = sum(held_on is None and gone is not None for held_on, gone in rows)
    return HearingState(asked=len(rows), held=held, withdrawn=withdrawn)


def attendance_of(discussion: Discussion, proposal: Proposal | None) -> Attendance:
    """Return a collective discussion as its members confirmed it. One query."""
    votes = list(discussion.seats.values_list("vote", "confirmed_at"))
    cast = [vote for vote, confirmed in votes if confirmed is not None]
    return Attendance(
        called=len(votes),
        agreed=cast.count("agree"),
        disagreed=cast.count("disagree"),
        abstained=cast.count("abstain"),
        concluded=discussion.concluded_at is not None,
        about_this_proposal=proposal is not None and discussion.proposal_id == proposal.pk,
    )


def fine_of(decision: Decision) -> Decimal:
    """Return the fine of a decision as it stands: as changed where it was, none once revoked. 元."""
    if decision.annulled_how in NOTHING_LEFT:
        return Decimal(0)
    return decision.fine if decision.fine_after is None else decision.fine_after


def owed_on(decision: Decision) -> Decimal:
    """Return what of a decision is not yet paid, surcharges apart: as changed, nothing once revoked. 元."""
    if decision.annulled_how in NOTHING_LEFT:
        return Decimal(0)
    paid = Payment.objects.filter(decision=decision).aggregate(all=Sum("amount"), extra=Sum("surcharge"))
    due = fine_of(decision) + decision.confiscated + decision.levied
    return max(due - (paid["all"] or Decimal(0)) + (paid["extra"] or Decimal(0)), Decimal(0))


def served_on(decision: Decision) -> date | None:
    """Return the day on which the document of a decision was served, None while it is not."""
    services = Service.objects.filter(paper=decision.paper_id, received_on__isnull=False)
    return services.order_by("received_on").values_list("received_on", flat=True).first()


def pay_until(decision: Decision, pack: Pack) -> date | None:
    """Return the last day to pay: the end of the deferral, else the pack's days from service; None while not served."""
    deferred = Deferral.objects.filter(decision=decision).order_by("-until_on").values_list("until_on", flat=True)
    until = deferred.first()
    if until is not None:
        return until
    served = served_on(decision)
    return None if served is None else last_day(pack.rule("time_limits", "pay_fine"), served)
