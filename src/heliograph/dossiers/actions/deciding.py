"""Collective discussion, approval of the proposal, and the decision (集体讨论、审批、决定)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers import gates
from heliograph.dossiers.actions.concluding import present_proposal
from heliograph.dossiers.actions.numbering import document_letters, take_number
from heliograph.dossiers.actions.papers import PaperContent, add_paper, add_papers
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import (
    Case,
    CaseEvent,
    Decision,
    Discussion,
    DiscussionSeat,
    Evidence,
    Hearing,
    Proposal,
    Statement,
)
from heliograph.dossiers.models.decisions import Penalty, Terms
from heliograph.dossiers.permissions import LEADERS, access_case
from heliograph.dossiers.queries import (
    attendance_of,
    discretion_of,
    hearing_state,
    notice_of,
    notice_state,
    proposal_of,
    recused_among,
    terms_of,
)
from heliograph.dossiers.rules import deciding
from heliograph.dossiers.rules.opening import check_text, may_follow, may_work_on
from heliograph.dossiers.rules.papers import check_papers
from heliograph.dossiers.rules.people import may_act_unrecused, may_take_part
from heliograph.dossiers.rules.proposing import may_call_discussion, may_sit_together, may_take_seat, may_vote_on
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account
from heliograph.registers.permissions import roles_of

DECISION_NUMBERS = {
    "penalty": ("行政处罚决定书", "罚"),
    "permit": ("行政许可决定书", "许"),
    "coercion": ("行政强制决定书", "强"),
    "levy": ("行政征收征用决定书", "征"),
    "levy_requisition": ("行政征收征用决定书", "征"),
}
OTHER_NUMBERS = ("行政决定书", "决")
MEANT = tuple(field.name for field in Terms._meta.get_fields())  # what a decision takes over from its proposal


@transaction.atomic
def call_discussion(
    case_id: UUID,
    *,
    held_on: date,
    place: str,
    chair_id: UUID,
    member_ids: Sequence[UUID],
    actor: Account,
    at: datetime,
) -> Discussion:
    """Call the persons in charge to discuss the proposal (行政处罚法57); each confirms by own sign-in."""
    case, _who = access_case(actor, case_id, "call_discussion", localdate(at))
    proposal = proposal_of(case)
    members = _staff(case, {*member_ids, chair_id})
    require(
        first_refusal(
            may_work_on(case.state),
            may_call_discussion(has_proposal=proposal is not None, members=len(members)),
            check_text(place, what="讨论地点", longest=300),
            may_follow(held_on, case.opened_on, what="讨论日期"),
            _may_sit(case, members, chair_id, localdate(at)),
        )
    )
    discussion = write_row(
        Discussion,
        agency_id=case.agency_id,
        case=case,
        proposal=proposal,
        held_on=held_on,
        place=place.strip(),
        chair=next(one for one in members if one.pk == chair_id),
        recorder=actor,
        called_at=at,
    )
    seats = DiscussionSeat.objects.bulk_create(
        DiscussionSeat(agency_id=case.agency_id, discussion=discussion, member=member) for member in members
    )
    _record("case.discussion_called", case, actor, at, discussion, *seats)
    return discussion


def _record(kind: str, case: Case, actor: Account, at: datetime, *rows: Model) -> None:
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows)


def _staff(case: Case, account_ids: Collection[UUID]) -> list[Account]:
    staff = Account.objects.filter(person__agency_id=case.agency_id, is_active=True)
    return list(staff.filter(pk__in=account_ids).order_by("pk"))


def _may_sit(case: Case, members: Sequence[Account], chair_id: UUID, on: date) -> Verdict:
    """Say whether these may discuss a case together: persons in charge, each once, nobody recused."""
    return first_refusal(
        may_take_part([one.display_name for one in recused_among(case, members)]),
        may_sit_together(
            chaired=any(one.pk == chair_id for one in members),
            others=[one.display_name for one in members if not roles_of(one, case.agency_id, on) & LEADERS],
        ),
    )


@transaction.atomic
def take_seat(discussion_id: UUID, *, vote: str, opinion: str, actor: Account, at: datetime) -> DiscussionSeat:
    """Confirm, signed in as oneself, that one took part in a discussion, with vote and opinion. Once (行政处罚法57)."""
    found = Discussion.objects.only("case_id", "held_on").get(pk=discussion_id)
    case, _who = access_case(actor, found.case_id, "take_seat", localdate(at))
    require(
        first_refusal(
            may_work_on(case.state),
            may_vote_on(found.held_on, today=localdate(at)),
            may_act_unrecused(actor.pk, recused=[one.pk for one in recused_among(case, [actor])]),
        )
    )
    seat = DiscussionSeat.objects.select_for_update(of=("self",)).filter(discussion=discussion_id, member=actor).first()
    concluded = Discussion.objects.filter(pk=discussion_id, concluded_at__isnull=False).exists()
    require(
        may_take_seat(
            called=seat is not None,
            confirmed=seat is not None and seat.confirmed_at is not None,
            concluded=concluded,
            vote=vote,
            opinion=opinion,
        )
    )
    assert seat is not None  # noqa: S101 - said by the rule above, for the type checker
    require_fit(DiscussionSeat, opinion=opinion)
    seat.vote, seat.opinion, seat.confirmed_at = vote, opinion.strip(), at
    seat.save(update_fields=["vote", "opinion", "confirmed_at"])
    _record("case.seat_taken", case, actor, at, seat)
    return seat


@transaction.atomic
def discuss_collectively(
    case_id: UUID, step: str, *, conclusion: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Conclude the collective discussion of the present proposal as its members voted (行政处罚法57).

    Refused for an empty shell: most of those called, and at least the number that the pack sets, confirmed it.
    """
    taken = take_step(case_id, step, act="discuss_collectively", actor=actor, at=at)
    proposal = proposal_of(taken.case)
    discussion = Discussion.objects.filter(case=taken.case, proposal=proposal).order_by("-called_at").first()
    require(may_call_discussion(has_proposal=discussion is not None, members=None))
    assert discussion is not None and proposal is not None  # noqa: S101, PT018
    attendance = attendance_of(discussion, proposal)
    require(
        first_refusal(
            deciding.may_conclude_discussion(attendance, minimum=_least(taken)),
            check_text(conclusion, what="讨论结论"),
        )
    )
    add_papers(taken, papers)
    agreed = deciding.is_agreed(attendance)
    discussion.conclusion, discussion.agreed, discussion.concluded_at = conclusion.strip(), agreed, at
    discussion.save(update_fields=["conclusion", "agreed", "concluded_at"])
    taken.rows.append(discussion)
    if agreed:
        approve_proposal(taken, proposal)
    came = f"到会 {attendance.present} 人，同意 {attendance.agreed} 人"
    text = f"集体讨论：{came}，{'同意' if agreed else '不同意'}拟处理意见。"
    return finish_step(
        taken, event="case.discussed", text=text, facts={"处理审批意见": "同意" if agreed else "退回"},
        on=discussion.held_on,
    )  # fmt: skip


def _least(taken: StepAct) -> int:
    """How many must have taken part: the pack's number, else more than one, for that is what 集体 means."""
    given = [rule.value for rule in taken.pack.rules.provisions if rule.id == "discussion_minimum"]
    return int(str(given[0])) if given else 2


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
) -> CaseEvent:
    """Approve the proposal of a case, or send it back with the reason (行政处罚法57)."""
    taken = take_step(case_id, step, act="approve_handling", actor=actor, at=at)
    proposal = present_proposal(taken)
    require(check_text(opinion, what="审批意见", longest=2000))
    add_papers(taken, papers)
    if agreed:
        approve_proposal(taken, proposal)
    said = "同意" if agreed else "退回"
    text = f"{said}拟处理意见：{opinion.strip()}"
    return finish_step(taken, event="case.handling_approved", text=text, facts={"处理审批意见": said})


@transaction.atomic
def decide(
    case_id: UUID,
    step: str,
    *,
    paper: PaperContent,
    collecting_bank: str = "",
    surcharge: bool = False,
    late_reason: str = "",
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Decide the penalty as proposed, noticed and heard. The number of the document is taken here and only here.

    ActRefusedError in the order of the statute: review, discussion and approval, notice and hearing, nothing heavier
    than noticed, discretion, the period for handling (行政处罚法34、44、45、57、58、60 to 63).
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at)
    proposal = present_proposal(taken)
    require(
        first_refusal(
            check_papers(declared=taken.node.documents, given=[paper.kind]),
            _may_decide(taken, proposal, late_reason),
            deciding.is_bank_named(fined=proposal.fine > 0, bank=collecting_bank),
        )
    )
    write_decision(taken, proposal, paper, bank=collecting_bank, surcharge=surcharge)
    late = f"超期说明：{late_reason.strip()}" if late_reason.strip() else ""
    return finish_step(taken, event="case.decided", text=f"作出决定：{said_of(proposal)}。{late}")


def _may_decide(taken: StepAct, proposal: Proposal, late_reason: str) -> Verdict:
    if taken.is_summary:
        return deciding.may_decide_summarily(
            terms_of(proposal),
            discretion_of(proposal),
            within_limits=taken.standing.facts.get("可以当场处罚") is True,
            heard=Statement.objects.filter(case=taken.case).exists(),
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
    discussed = Discussion.objects.filter(case=case, proposal=proposal, agreed=True).exists()
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
        discussed=discussed,
        review_required=bool(list_of(taken, "审核事由")),
        review_passed=gates.passed(gates.LEGALITY_REVIEW, case.pk),
        due_on=due.order_by("-opened_at").values_list("due_on", flat=True).first(),
        late_reason=late_reason,
    )


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
) -> Decision:
    """Write a proposal down as the decision of its case, under the next number; part of the act that decides.

    on: the day it was made, where it was made on the spot and is registered afterwards.
    """
    day = on or taken.on
    case = taken.case
    kind, letter = DECISION_NUMBERS.get(case.category, OTHER_NUMBERS)
    prefix = f"{document_letters(taken.pack, case.agency_id)}{letter}"
    number, numbered = take_number(case.agency_id, kind=kind, prefix=prefix, case=case, actor=taken.actor, at=taken.at)
    made = add_paper(taken, PaperContent(paper.kind, day, number.text, paper.file_id))
    notice = notice_of(case)
    decision = write_row(
        Decision,
        agency_id=case.agency_id,
        case=case,
        number=number.text,
        proposal=proposal,
        notice=notice,
        discussion=Discussion.objects.filter(case=case, proposal=proposal, agreed=True).first(),
        on_the_spot=taken.is_summary,
        **{name: getattr(proposal, name) for name in MEANT},
        decided_on=day,
        decided_by=taken.actor,
        decided_at=taken.at,
        collecting_bank=bank.strip(),
        surcharge=surcharge,
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
    return "；".join(parts) or proposal.get_outcome_display()


@transaction.atomic
def decide_no_penalty(
    case_id: UUID, step: str, *, outcome: str, reason: str, paper: PaperContent, actor: Account, at: datetime
) -> CaseEvent:
    """Decide that no penalty is given, on one of the grounds of the statute (行政处罚法33、57)."""
    taken = take_step(case_id, step, act="decide_no_penalty", actor=actor, at=at)
    proposal = present_proposal(taken)
    written = check_papers(declared=taken.node.documents, given=[paper.kind])
    require(first_refusal(written, deciding.may_not_punish(outcome, reason)))
    proposal.outcome, proposal.reasons = outcome, reason.strip()
    approve_proposal(taken, proposal)
    write_decision(taken, proposal, paper, bank="", surcharge=False)
    return finish_step(
        taken, event="case.no_penalty_decided", text=f"{proposal.get_outcome_display()}：{reason.strip()}"
    )
