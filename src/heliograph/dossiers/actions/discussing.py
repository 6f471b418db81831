"""Collective discussion by the persons in charge, each by own sign-in (集体讨论, 行政处罚法57)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.deciding import approve_proposal, send_back
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent, Discussion, DiscussionSeat
from heliograph.dossiers.permissions import LEADERS, access_case
from heliograph.dossiers.queries import attendance_of, discussion_minimum, proposal_of, recused_among
from heliograph.dossiers.rules import deciding
from heliograph.dossiers.rules.opening import check_text, may_follow, may_work_on
from heliograph.dossiers.rules.people import may_act_unrecused, may_take_part
from heliograph.dossiers.rules.proposing import may_call_discussion, may_sit_together, may_take_seat, may_vote_on
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from heliograph.registers.permissions import roles_of


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
    least = discussion_minimum(pack_in_force(case.agency_id, case.opened_on))
    require(
        first_refusal(
            may_work_on(case.state),
            may_call_discussion(has_proposal=proposal is not None, members=len(members), minimum=least),
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
    case_id: UUID, step: str, *, conclusion: str, papers: Sequence[PaperContent], actor: Account, at: datetime,
    rev: int | None = None
) -> CaseEvent:  # fmt: skip
    """Conclude the collective discussion of the present proposal as its members voted (行政处罚法57).

    Refused for an empty shell: most of those called, and at least the number that the pack sets, confirmed it.
    """
    taken = take_step(case_id, step, act="discuss_collectively", actor=actor, at=at, rev=rev)
    proposal = proposal_of(taken.case)
    discussion = Discussion.objects.filter(case=taken.case, proposal=proposal).order_by("-called_at").first()
    least = discussion_minimum(taken.pack)
    require(may_call_discussion(has_proposal=discussion is not None, members=None, minimum=least))
    assert discussion is not None and proposal is not None and least is not None  # noqa: S101, PT018
    attendance = attendance_of(discussion, proposal)
    require(
        first_refusal(
            deciding.may_conclude_discussion(attendance, minimum=least),
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
    else:
        send_back(taken, proposal, conclusion.strip())
    came = f"到会 {attendance.present} 人，同意 {attendance.agreed} 人"
    text = f"集体讨论：{came}，{'同意' if agreed else '不同意'}拟处理意见。"
    return finish_step(
        taken, event="case.discussed", text=text, facts={"处理审批意见": "同意" if agreed else "退回"},
        on=discussion.held_on,
    )  # fmt: skip
