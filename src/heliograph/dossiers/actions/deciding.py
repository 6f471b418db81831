"""Collective discussion, approval of the proposal, and the decision (集体讨论、审批、决定)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from heliograph.documents.templates import sheet_as_made
from heliograph.dossiers import benchmarks, gates
from heliograph.dossiers.actions.concluding import present_proposal
from heliograph.dossiers.actions.dated import follow_correction
from heliograph.dossiers.actions.numbering import decision_number
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers, issued_document
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.document_data import payment_written
from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Discussion,
    Evidence,
    Hearing,
    Notice,
    Proposal,
    Statement,
)
from heliograph.dossiers.models.decisions import Penalty, Terms
from heliograph.dossiers.queries import (
    discretion_of,
    hearing_state,
    notice_of,
    notice_state,
    terms_of,
)
from heliograph.dossiers.rules import deciding
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.papers import check_papers
from heliograph.duties.models import Duty
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account

PENALISED, ACQUITTED, SENT_BACK = "作出处罚决定", "不予处罚", "退回"
DECIDING, PENALTY = "decide", "penalty"
VERDICTS = (PENALISED, ACQUITTED, SENT_BACK)
MEANT = tuple(field.name for field in Terms._meta.get_fields())  # what a decision takes over from its proposal
_HEARD = Kept(lambda case: Statement.objects.filter(case_id=case).values_list("pk", flat=True)[:1], case=UUID)
_AGREED = Kept(
    lambda case, proposal: Discussion.objects.filter(case_id=case, proposal_id=proposal, agreed=True).order_by(
        "held_on", "id"
    )[:1],
    case=UUID,
    proposal=UUID,
)


def approve_proposal(taken: StepAct, proposal: Proposal) -> None:
    """Approve a proposal, with what departs from the benchmark; part of the act of whoever approves."""
    proposal.approved_by, proposal.approved_at = taken.actor, taken.at
    if proposal.deviation_reason:
        proposal.deviation_approved_by = taken.actor
    proposal.save(update_fields=["outcome", "reasons", "approved_by", "approved_at", "deviation_approved_by"])
    taken.rows.append(proposal)


@transaction.atomic
def approve_handling(
    case_id: UUID,
    step: str,
    *,
    agreed: bool,
    opinion: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Approve the proposal of a case, or send it back with the reason (行政处罚法57)."""
    taken = take_step(case_id, step, act="approve_handling", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    require(check_text(opinion, what="审批意见", longest=2000))
    add_papers(taken, papers)
    if agreed:
        approve_proposal(taken, proposal)
    else:
        send_back(taken, proposal, opinion.strip())
    said = "同意" if agreed else "退回"
    text = f"{said}拟处理意见：{opinion.strip()}"
    return finish_step(taken, event="case.handling_approved", text=text, facts={"处理审批意见": said})


@transaction.atomic
def decide(
    case_id: UUID, step: str, *, paper: PaperContent | None = None, verdict: str = PENALISED, reason: str = "",
    collecting_bank: str = "", surcharge: bool | None = None, late_reason: str = "", actor: Account, at: datetime,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Decide the penalty as proposed, noticed and heard. The number of the document is taken here and only here.

    verdict: a value of VERDICTS. Whoever decides may instead say that none is given, or send the case back, with the
    reason; no document is made then, and the flow goes on to what was said (行政处罚法57).

    ActRefusedError in the order of the statute: review, discussion and approval, notice and hearing, nothing heavier
    than noticed, discretion, the period for handling (行政处罚法34、44、45、57、58、60 to 63).
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    require(deciding.may_say(verdict, offered=VERDICTS, reason=reason))
    if verdict != PENALISED:
        return _decide_otherwise(taken, proposal, verdict, reason.strip())
    collecting_bank, surcharge = as_in_document(taken, paper, bank=collecting_bank, surcharge=surcharge)
    require(
        first_refusal(
            check_papers(declared=taken.node.documents, given=[paper.kind] if paper else []),
            gates.asked(gates.LEGALITY_REVIEW, taken.case.pk),
            may_decide_now(taken, proposal, late_reason),
            benchmarks.may_stay(taken.case, proposal, taken.on),
            deciding.is_bank_named(fined=proposal.fine > 0, bank=collecting_bank),
            deciding.is_surcharge_said(fined=proposal.fine > 0, said=surcharge),
        )
    )
    assert paper is not None  # noqa: S101 - said by the rule above, for the type checker
    decision = write_decision(taken, proposal, paper, bank=collecting_bank, surcharge=bool(surcharge))
    follow_correction(taken.case, decision, taken.pack, actor=actor, at=at)
    late = f"超期说明：{late_reason.strip()}" if late_reason.strip() else ""
    facts: dict[str, FactValue] = {"决定意见": verdict}
    return finish_step(taken, event="case.decided", text=f"作出决定：{said_of(proposal)}。{late}", facts=facts)


def as_in_document(
    taken: StepAct, paper: PaperContent | None, *, bank: str, surcharge: bool | None
) -> tuple[str, bool | None]:
    """Return bank and surcharge as the decision's document has them, else as told. Refused where the two differ."""
    told = bank.strip()
    made = issued_document(taken, paper) if paper is not None else None
    sheet = sheet_as_made(taken.pack, made) if made is not None else None
    if made is None or sheet is None:
        return told, surcharge
    name, says = payment_written(sheet, made.data)
    require(deciding.agrees_with_document(typed=told, written=name, said=surcharge, adds=says))
    return name or told, surcharge if says is None else says


def _decide_otherwise(taken: StepAct, proposal: Proposal, verdict: str, reason: str) -> CaseEvent:
    """Send a case on without a penalty, or back to its report; the proposal keeps who refused it and why."""
    if verdict == ACQUITTED:
        require(gates.asked(gates.WITHHELD, taken.case.pk))
    if verdict == SENT_BACK:
        send_back(taken, proposal, reason)
    text = f"{verdict}：{reason}"
    return finish_step(taken, event="case.decision_withheld", text=text, facts={"决定意见": verdict})


def send_back(taken: StepAct, proposal: Proposal, reason: str) -> None:
    """Write down that a proposal was not agreed to; part of the act of whoever sends it back."""
    proposal.returned_by, proposal.returned_at, proposal.returned_reason = taken.actor, taken.at, reason
    proposal.save(update_fields=["returned_by", "returned_at", "returned_reason"])
    taken.rows.append(proposal)


def require_decidable(taken: StepAct) -> None:
    """Refuse to issue the document of a decision that may not be made; lateness is explained when it is made."""
    require(gates.asked(gates.LEGALITY_REVIEW, taken.case.pk))
    if taken.node.act == DECIDING and taken.category.id == PENALTY:
        require(may_decide_now(taken, present_proposal(taken), late_reason="—"))


def may_decide_now(taken: StepAct, proposal: Proposal, late_reason: str = "") -> Verdict:
    """Say whether a proposal may be decided as things stand, on the spot or by the ordinary procedure."""
    if taken.is_summary:
        return deciding.may_decide_summarily(
            terms_of(proposal),
            discretion_of(proposal),
            within_limits=taken.standing.facts.get("可以当场处罚") is True,
            heard=_HEARD.first(case=taken.case.pk) is not None,
        )
    return deciding.may_decide(decision_state(taken, proposal, late_reason), on=taken.on)


def list_of(taken: StepAct, fact: str) -> list[str]:
    """Return the reasons that a table of the flow found, e.g. 审核事由."""
    found = taken.standing.facts.get(fact, [])
    return [str(one) for one in found] if isinstance(found, list) else [str(found)] if found else []


def decision_state(taken: StepAct, proposal: Proposal, late_reason: str = "") -> deciding.DecisionState:
    """Gather what the decision waits for. The catalogue's rows were found by the flow's tables and are its facts."""
    case = taken.case
    notice = notice_of(case)
    defended = _defended(case)
    discussed = Discussion.objects.filter(case=case, proposal=proposal, agreed=True, concluded_at__isnull=False)
    heard_on = heard_till(case, notice) if notice else None
    if heard_on is not None:  # what the party said is before those who discuss
        discussed = discussed.filter(concluded_at__date__gte=heard_on)
    due = Duty.objects.filter(agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind="decide_case")
    return deciding.DecisionState(
        proposed=terms_of(proposal),
        discretion=discretion_of(proposal),
        approved=proposal.approved_by_id is not None,
        notice=notice_state(notice) if notice else None,
        first_notice=terms_of(defended.notice.proposal) if defended and defended.notice else None,
        new_evidence=defended is not None
        and Evidence.objects.filter(case=case, registered_at__gt=defended.registered_at).exists(),
        hearing=hearing_state(case),
        discussion_required=bool(list_of(taken, "集体讨论事由")),
        discussed=discussed.exists(),
        review_required=bool(list_of(taken, "审核事由")),
        review_passed=gates.passed(gates.LEGALITY_REVIEW, case.pk),
        due_on=due.order_by("-opened_at").values_list("due_on", flat=True).first(),
        late_reason=late_reason,
    )


def heard_till(case: Case, notice: Notice) -> date | None:
    """Return the day on which the last review of what the party said to a notice ended, None where it said nothing."""
    stated = Statement.objects.filter(case=case, notice=notice).aggregate(last=Max("reviewed_on"))["last"]
    heard = Hearing.objects.filter(case=case, notice=notice).aggregate(last=Max("reviewed_on"))["last"]
    return max((one for one in (stated, heard) if one is not None), default=None)


def _defended(case: Case) -> Statement | Hearing | None:
    """Return the first defence of the party, by statement or at a hearing: after it nothing heavier may follow."""
    stated = Statement.objects.filter(case=case, kind=Statement.Kind.STATEMENT).select_related("notice__proposal")
    heard = Hearing.objects.filter(case=case, held_on__isnull=False, notice__isnull=False)
    both = [stated.order_by("registered_at", "id").first(),
            heard.select_related("notice__proposal").order_by("registered_at", "id").first()]  # fmt: skip
    return min((one for one in both if one is not None), key=lambda one: one.registered_at, default=None)


def write_decision(
    taken: StepAct,
    proposal: Proposal,
    paper: PaperContent,
    *,
    bank: str = "",
    surcharge: bool = False,
    on: date | None = None,
    collected: str = "",
) -> Decision:
    """Write a proposal down as the decision of its case, under the next number; part of the act that decides.

    on: the day it was made, where it is registered afterwards; collected: the ground on which officers collected the
    fine. Every decision of every category is written here, so none gets round its review (行政处罚法58).
    """
    require(gates.asked(gates.LEGALITY_REVIEW, taken.case.pk))
    day, case = on or taken.on, taken.case
    number, numbered = decision_number(taken, paper)
    made = add_paper(taken, replace(paper, made_on=day, number=number))
    decision = write_row(
        Decision,
        agency_id=case.agency_id,
        case=case,
        number=number,
        proposal=proposal,
        notice=notice_of(case),
        discussion=_AGREED.first(case=case.pk, proposal=proposal.pk),
        on_the_spot=taken.is_summary,
        **{name: getattr(proposal, name) for name in MEANT},
        decided_on=day,
        decided_by=taken.actor,
        decided_at=taken.at,
        collecting_bank=bank.strip(),
        surcharge=surcharge,
        collected_ground=collected,
        paper=made,
    )
    case.decided_on = day
    taken.rows += [*numbered, decision]
    return decision


def said_of(proposal: Proposal) -> str:
    """Return in words what is meted out, e.g. 警告；罚款 5,000.00 元."""
    parts = []
    for kind in proposal.kinds:
        amount = {"fine": proposal.fine, "confiscate_income": proposal.confiscated}.get(kind)
        parts.append(f"{Penalty(kind).label} {amount:,} 元" if amount else str(Penalty(kind).label))
    if parts and proposal.correction:
        parts.append(f"责令改正：{proposal.correction.rstrip('。')}")
    return "；".join(parts) or proposal.get_outcome_display()


@transaction.atomic
def decide_no_penalty(
    case_id: UUID,
    step: str,
    *,
    outcome: str,
    reason: str,
    paper: PaperContent,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide that no penalty is given, on one of the grounds of the statute (行政处罚法33、57)."""
    taken = take_step(case_id, step, act="decide_no_penalty", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    written = check_papers(declared=taken.node.documents, given=[paper.kind])
    require(first_refusal(written, deciding.may_not_punish(outcome, reason)))
    proposal.outcome, proposal.reasons = outcome, reason.strip()
    approve_proposal(taken, proposal)
    write_decision(taken, proposal, paper, bank="", surcharge=False)
    return finish_step(
        taken, event="case.no_penalty_decided", text=f"{proposal.get_outcome_display()}：{reason.strip()}"
    )
