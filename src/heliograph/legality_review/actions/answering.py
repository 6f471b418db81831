"""What follows a critical opinion: every item answered, and a disagreement settled with minutes (L5, L6, L9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.papers import PaperContent, add_main_paper, add_papers
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import CaseEvent, Discussion
from heliograph.dossiers.queries import attendance_of, discussion_minimum, proposal_of
from heliograph.dossiers.rules.opening import may_happen_on
from heliograph.kernel.verdict import first_refusal, require
from heliograph.legality_review.models import Coordination, OpinionItem, Review, ReviewOpinion
from heliograph.legality_review.rules import reviewing as rules
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """What becomes of one numbered problem: adopted or not_adopted, with what was done or why not."""

    answer: str
    reason: str


@dataclass(frozen=True, slots=True)
class CoordinationContent:
    """How a disagreement was settled. manner: leader or collective; result: follow or again; grounds: final basis."""

    manner: str
    held_on: date
    minutes: str
    result: str
    grounds: str


def _opinion(taken: StepAct) -> ReviewOpinion:
    found = ReviewOpinion.objects.select_related("review").filter(review__case=taken.case)
    return found.order_by("-review__number", "-number")[0]


@transaction.atomic
def respond_to_opinion(
    case_id: UUID,
    step: str,
    *,
    answers: Mapping[int, AnswerContent],
    papers: Sequence[PaperContent] = (),
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Answer every numbered problem of an opinion (研究审核意见). One that is not adopted goes to coordination."""
    taken = take_step(case_id, step, act="respond_to_opinion", actor=actor, at=at, rev=rev)
    opinion = _opinion(taken)
    items = list(OpinionItem.objects.select_for_update(of=("self",)).filter(opinion=opinion))
    given = {number: (one.answer, one.reason) for number, one in answers.items()}
    require(rules.may_respond([one.number for one in items], given))
    for item in items:
        answer, reason = given[item.number]
        require_fit(OpinionItem, answer=answer, reason=reason.strip())
        item.answer, item.reason = answer, reason.strip()
        item.answered_by, item.answered_at = actor, at
        item.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
        taken.rows.append(item)
    add_papers(taken, papers)
    refused = [one for one in items if one.answer == rules.NOT_ADOPTED]
    _move(taken, opinion.review, Review.State.DISPUTED if refused else Review.State.RETURNED)
    said = "有异议" if refused else "采纳"
    text = f"研究审核意见：采纳 {len(items) - len(refused)} 项，不采纳 {len(refused)} 项。"
    return finish_step(taken, event="case.review_answered", text=text, facts={"对审核意见": said})


def _move(taken: StepAct, review: Review, state: Review.State) -> None:
    review.state = state
    review.save(update_fields=["state"])
    taken.rows.append(review)


@transaction.atomic
def coordinate_review(
    case_id: UUID,
    step: str,
    *,
    content: CoordinationContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Settle a disagreement (协调): follow the opinion, or have it reviewed again with what was settled before it.

    By the head alone, or together: then the last meeting on the proposal since the opinion is its record, with the
    votes and dissent that its members gave signed in. Settling never replaces a review that passes (行政处罚法58).
    """
    taken = take_step(case_id, step, act="coordinate_review", actor=actor, at=at, rev=rev)
    opinion = _opinion(taken)
    opinion_on = localdate(opinion.made_at)
    meeting = _meeting(taken) if content.manner == rules.COLLECTIVE else None
    require(
        first_refusal(
            rules.may_coordinate(content.manner, _as_held(taken, meeting), least=discussion_minimum(taken.pack) or 2,
                                 opinion_on=opinion_on, minutes=content.minutes, grounds=content.grounds),
            may_happen_on(content.held_on, today=taken.on, not_before=opinion_on, what="协调日期"),
        )
    )  # fmt: skip
    made = _settle(taken, opinion, content, meeting, papers)
    again = made.result == Coordination.Result.AGAIN
    _move(taken, opinion.review, Review.State.REVIEWING if again else Review.State.RETURNED)
    text = f"{made.get_manner_display()}，{made.get_result_display()}：{made.grounds}"[:2000]
    return finish_step(taken, event="case.review_coordinated", text=text,
                       facts={"协调结果": str(made.get_result_display())}, on=content.held_on)  # fmt: skip


def _settle(
    taken: StepAct,
    opinion: ReviewOpinion,
    content: CoordinationContent,
    meeting: Discussion | None,
    papers: Sequence[PaperContent],
) -> Coordination:
    """Write down how a disagreement was settled; the meeting it was settled at is concluded by it."""
    if meeting is not None:
        meeting.conclusion, meeting.concluded_at = content.minutes.strip(), taken.at
        meeting.save(update_fields=["conclusion", "concluded_at"])
        taken.rows.append(meeting)
    made = write_row(
        Coordination,
        agency_id=taken.case.agency_id,
        opinion=opinion,
        manner=content.manner,
        held_on=content.held_on,
        discussion=meeting,
        minutes=content.minutes.strip(),
        result=content.result,
        grounds=content.grounds.strip(),
        paper=add_main_paper(taken, papers, kind="法制审核协调记录"),
        decided_by=taken.actor,
        decided_at=taken.at,
    )
    taken.rows.append(made)
    return made


def _meeting(taken: StepAct) -> Discussion | None:
    found = Discussion.objects.select_for_update(of=("self",)).filter(case=taken.case, concluded_at__isnull=True)
    return found.filter(proposal=proposal_of(taken.case)).order_by("-called_at").first()


def _as_held(taken: StepAct, meeting: Discussion | None) -> rules.Meeting | None:
    if meeting is None:
        return None
    attendance = attendance_of(meeting, proposal_of(taken.case))
    return rules.Meeting(attendance.present, attendance.called, meeting.held_on)
