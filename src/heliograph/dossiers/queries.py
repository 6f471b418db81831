"""Reads of cases for more than one caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Deferral,
    Discussion,
    Evidence,
    Hearing,
    Notice,
    OnSiteAct,
    Party,
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
from heliograph.kernel.packs.schema import CITED_WHOLE, Pack, TimeLimit
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Article, Certificate, EntryVersion, LawVersion
from heliograph.registers.queries import state_of

DISCUSSION_MINIMUM = "discussion_minimum"
_RECUSED = Kept(
    lambda case: Recusal.objects.filter(case_id=case, granted=True).order_by().values_list("officer_id", flat=True),
    case=UUID,
)
_CERTIFICATES = Kept(
    lambda one, other: Certificate.objects.filter(Q(person_id=one) | Q(person_id=other)).order_by("issued_on", "id"),
    one=UUID,
    other=UUID,
)
_PROPOSAL = Kept(lambda case: Proposal.objects.filter(case_id=case).order_by("-number")[:1], case=UUID)
_NOTICE = Kept(
    lambda case: Notice.objects.filter(case_id=case).select_related("proposal").order_by("-number")[:1], case=UUID
)
_DECISION = Kept(lambda case: Decision.objects.filter(case_id=case).order_by("-decided_on", "-id")[:1], case=UUID)
NOTHING_LEFT = frozenset({Annulment.REVOKED, Annulment.INVALID})


def known_articles(pack: Pack, named: Collection[str]) -> frozenset[str]:
    """Return which of some article keys are known: those of the pack, and those of the law library."""
    library = Article.objects.filter(key__in=named).values_list("key", flat=True) if named else []
    return (pack.article_keys() & frozenset(named)) | frozenset(library)


def levels_among(pack: Pack, named: Collection[str]) -> dict[str, str]:
    """Return the level of the law of each of some articles, empty where neither pack nor library has the law."""
    levels: dict[str, str] = {law.key: law.level for law in pack.laws}
    unknown = {key.partition(":")[0] for key in named} - levels.keys()
    if unknown:
        levels |= dict(LawVersion.objects.filter(key__in=unknown).values_list("key", "law__level"))
    return {key: levels.get(key.partition(":")[0], "") for key in named}


def office_papers_among(pack: Pack, agency_id: UUID, named: Collection[str]) -> list[str]:
    """Return which of some article keys are of office papers or standards that no item of the agency rests on."""
    levels = levels_among(pack, named)
    papers = {key for key in named if levels[key] in CITED_WHOLE}
    if not papers:
        return []
    items = EntryVersion.objects.filter(entry__agency_id=agency_id, entry__register="items")
    return sorted(key for key in papers if not items.filter(data__basis__contains=[key]).exists())


def discussion_minimum(pack: Pack) -> int | None:
    """Return how many must take part in a collective discussion, None where the pack does not say."""
    given = next((rule.value for rule in pack.rules.provisions if rule.id == DISCUSSION_MINIMUM), None)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def officers_of(accounts: Collection[Account]) -> list[Officer]:
    """Return officers with the certificates held, as the rules see them. One query."""
    persons = [one.person_id for one in accounts if one.person_id]
    held: dict[UUID, list[HeldCertificate]] = {}
    for one in _certificates_of(persons):
        held.setdefault(one.person_id, []).append(HeldCertificate(one.number, one.category, one.area, state_of(one)))
    return [Officer(one.pk, one.display_name, tuple(held.get(one.person_id or one.pk, ()))) for one in accounts]


def _certificates_of(persons: Sequence[UUID]) -> Iterable[Certificate]:
    """Return the certificates of some people, the oldest first. One query, which is kept for a pair of officers."""
    if 0 < len(persons) <= 2:
        return _CERTIFICATES(one=persons[0], other=persons[-1])
    return Certificate.objects.filter(person_id__in=persons).order_by("issued_on", "id")


def recused_among(case: Case, accounts: Collection[Account]) -> list[Account]:
    """Return those who were recused from a case. One query."""
    recused = recused_from(case)
    return [one for one in accounts if one.pk in recused]


def investigators_of(case: Case) -> set[UUID]:
    """Return everybody who investigated a case: its officers, who took evidence, who went on site. Two queries."""
    found = {case.handler_id, case.co_handler_id}
    for pair in Evidence.objects.filter(case=case).values_list("first_collector_id", "second_collector_id"):
        found |= set(pair)
    for pair in OnSiteAct.objects.filter(case=case).values_list("first_officer_id", "second_officer_id"):
        found |= set(pair)
    return {one for one in found if one is not None}


def recused_from(case: Case) -> frozenset[UUID]:
    """Return who was recused from a case, by key. One query."""
    return frozenset(_RECUSED(case=case.pk))


def signed_papers(pack: Pack) -> frozenset[str]:
    """Return the names of the documents that the pack wants in the file as signed (签章后的文件)."""
    return listed_in(pack, "signed_documents")


def listed_in(pack: Pack, provision: str) -> frozenset[str]:
    """Return what a provision of the pack lists, nothing where the pack has none."""
    given = next((rule.value for rule in pack.rules.provisions if rule.id == provision), [])
    return frozenset(given if isinstance(given, list) else [])


def heard_of(case: Case) -> list[Party]:
    """Return whom a matter concerns and who is heard on it: the parties and third persons, not their agents."""
    standings = (Party.Standing.PARTY, Party.Standing.THIRD)
    return list(Party.objects.filter(case=case, standing__in=standings).order_by("id"))


def proposal_of(case: Case) -> Proposal | None:
    """Return the proposal that counts: the latest version."""
    return _PROPOSAL.first(case=case.pk)


def notice_of(case: Case) -> Notice | None:
    """Return the notice that binds: the latest one, with its proposal."""
    return _NOTICE.first(case=case.pk)


def decision_of(case: Case) -> Decision | None:
    """Return the decision of a case that stands: the latest, or of a coercion case the one that it carries out."""
    return _DECISION.first(case=case.pk) or case.executes


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


def plan_of(decision: Decision) -> Deferral | None:
    """Return the plan of instalments that binds: the latest approved. One query."""
    return Deferral.objects.filter(decision=decision).order_by("-approved_at", "-id").first()


def next_due(decision: Decision, pack: Pack) -> date | None:
    """Return the first day by which something is due that is not paid: of the plan, else the day to pay."""
    plan = plan_of(decision)
    if plan is None:
        return pay_until(decision, pack)
    parts = [(date.fromisoformat(one["on"]), Decimal(one["amount"])) for one in plan.plan]
    left = sum((amount for _on, amount in parts), Decimal(0)) - owed_on(decision)
    for on, amount in parts:
        left -= amount
        if left < 0:
            return on
    return plan.until_on


def pay_until(decision: Decision, pack: Pack) -> date | None:
    """Return the last day to pay: of the deferral, else of the decision's or the pack's days; None while not served."""
    deferred = Deferral.objects.filter(decision=decision).order_by("-until_on").values_list("until_on", flat=True)
    until = deferred.first()
    if until is not None:
        return until
    served = served_on(decision)
    if served is None:
        return None
    general: TimeLimit = pack.rule("time_limits", "pay_fine")
    if decision.pay_days is None:
        return last_day(general, served)
    own = {"unit": "calendar_days", "length": decision.pay_days, "basis": decision.basis or general.basis}
    return last_day(general.model_copy(update=own), served)
