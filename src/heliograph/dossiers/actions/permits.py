"""Applications of any category: received, supplemented once, accepted, examined, heard, decided (受理、审查、决定)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers import gates
from heliograph.dossiers.actions.concluding import ProposalContent, propose
from heliograph.dossiers.actions.deciding import approve_proposal, list_of, write_decision
from heliograph.dossiers.actions.hearing import investigators
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import Case, CaseEvent, Hearing, Notice, Proposal, Statement
from heliograph.dossiers.queries import hearing_state, notice_of, proposal_of, was_told
from heliograph.dossiers.rules import deciding, permitting
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.dossiers.rules.terms import check_amount
from heliograph.duties.models import Duty, DutyChange
from heliograph.duties.queries import last_day
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.procedures.queries import steps_of
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account

CORRECTION = "case.correction_requested"
DECIDING = "permit_decide"  # the period that an extension lengthens
OUTCOMES = {"levy": ("carried_out",), "coercion": ("carried_out",)}
GRANT_OR_DENY = ("granted", "denied")


@transaction.atomic
def request_correction(
    case_id: UUID, step: str, *, missing: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Tell the applicant everything that is missing, at once and only once (一次告知补正, 行政许可法32)."""
    taken = take_step(case_id, step, act="request_correction", actor=actor, at=at)
    require(
        first_refusal(
            permitting.may_request_correction(asked_before=was_told(taken.case, CORRECTION)),
            check_text(missing, what="需要补正的全部内容", longest=1900),
        )
    )
    add_papers(taken, papers)
    return finish_step(taken, event=CORRECTION, text=f"一次告知补正：{missing.strip()}")


@transaction.atomic
def hand_in_corrections(
    case_id: UUID,
    step: str,
    *,
    received_on: date,
    note: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Register that the materials were handed in again; the days for an answer count from then (行政许可法32)."""
    taken = take_step(case_id, step, act="hand_in_corrections", actor=actor, at=at)
    require(
        first_refusal(
            may_happen_on(received_on, today=taken.on, not_before=taken.case.opened_on, what="收到补正材料日期"),
            check_text(note, what="补正材料", longest=1900),
        )
    )
    add_papers(taken, papers)
    return finish_step(taken, event="case.corrected", text=f"收到补正材料：{note.strip()}", on=received_on)


@transaction.atomic
def accept_application(
    case_id: UUID, step: str, *, note: str, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Accept an application (受理). One left unanswered counts as accepted on the day it came in (行政许可法32)."""
    taken = take_step(case_id, step, act="accept_application", actor=actor, at=at)
    require(check_text(note, what="受理意见", longest=1900))
    add_papers(taken, papers)
    deemed = _deemed_on(taken)
    taken.case.filed_on = deemed or taken.on
    said = f"逾期未告知，自 {deemed.isoformat()} 收到材料之日起视为受理" if deemed else "受理"
    return finish_step(taken, event="case.accepted", text=f"{said}：{note.strip()}", on=deemed)


def _deemed_on(taken: StepAct) -> date | None:
    """Return the day of receipt where a timer, not a person, let the application go on; None otherwise."""
    case = taken.case
    last = steps_of(case.agency_id, case.pk).exclude(place="").order_by("-number").values_list("act", flat=True).first()
    if last != "timer":
        return None
    again = CaseEvent.objects.filter(case=case, kind="case.corrected").order_by("-made_at")
    return again.values_list("happened_on", flat=True).first() or case.opened_on


@transaction.atomic
def refuse_application(
    case_id: UUID,
    step: str,
    *,
    ground: str,
    reason: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Turn an application away, in writing and with the reason (不予受理, 行政许可法32). ground: see the rules."""
    taken = take_step(case_id, step, act="refuse_application", actor=actor, at=at)
    require(
        first_refusal(
            permitting.may_refuse_application(ground, asked_to_correct=was_told(taken.case, CORRECTION)),
            check_text(reason, what="不予受理的理由", longest=1800),
        )
    )
    add_papers(taken, papers)
    taken.case.state, taken.case.closed_on, taken.case.outcome = Case.State.CLOSED, taken.on, "不予受理"
    text = f"不予受理（{permitting.GROUNDS[ground]}）：{reason.strip()}"
    return finish_step(taken, event="case.not_accepted", text=text)


@dataclass(frozen=True, slots=True)
class ExaminationContent:
    """What an examination found and proposes. outcome: granted or denied, carried_out for a levy; levied in 元."""

    outcome: str
    facts: str
    reasons: str
    basis: Sequence[str] = ()
    other: str = ""
    levied: Decimal = Decimal(0)


@transaction.atomic
def examine(
    case_id: UUID,
    step: str,
    *,
    content: ExaminationContent,
    papers: Sequence[PaperContent],
    facts: Mapping[str, FactValue],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Examine an application or the object of a levy, and propose the decision (行政许可法34, 国办发118号7).

    facts: the answers that data cannot know, each asked by the step.
    """
    taken = take_step(case_id, step, act="examine", actor=actor, at=at)
    require_asked(taken, facts)
    require(
        first_refusal(
            permitting.check_examined(
                content.outcome,
                offered=OUTCOMES.get(taken.category.id, GRANT_OR_DENY),
                basis=content.basis,
            ),
            check_text(content.facts, what="审查认定的事实"),
            check_text(content.reasons, what="理由"),
            check_amount(content.levied, "征收或者收费金额"),
            permitting.may_ask_extension(asked=facts.get("需要延长期限") is True, extended=_extended(taken)),
        )
    )
    proposal = propose_outcome(taken, content)
    add_papers(taken, papers)
    text = f"审查完毕，拟{proposal.get_outcome_display()}。"
    return finish_step(taken, event="case.examined", text=text, facts=facts)


def propose_outcome(taken: StepAct, content: ExaminationContent) -> Proposal:
    """Write down the proposal of a case that is no penalty; part of the act that makes it."""
    none = Decimal(0)
    made = ProposalContent(
        content.outcome, (), none, none, content.other, content.facts, content.reasons, content.basis
    )
    proposal = propose(taken, made)
    proposal.levied = content.levied
    proposal.save(update_fields=["levied"])
    return proposal


def _extended(taken: StepAct) -> bool:
    duty = _deciding_duty(taken)
    return duty is not None and duty.changes.filter(kind=DutyChange.Kind.EXTEND).exists()


def _deciding_duty(taken: StepAct) -> Duty | None:
    found = Duty.objects.filter(
        agency_id=taken.case.agency_id, subject_kind="case", subject_id=taken.case.pk, kind=DECIDING
    )
    return found.order_by("-opened_at").first()


@transaction.atomic
def tell_hearing_right(
    case_id: UUID, step: str, *, served_on: date, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Tell applicant and interested persons that they may ask for a hearing (行政许可法47)."""
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at)
    notice = give_notice(taken, served_on=served_on, papers=papers, until=_hearing_until(taken, served_on))
    until = notice.statement_until.isoformat()
    return finish_step(taken, event="case.notified", text=f"告知听证权利，申请听证的期限至 {until}。", on=served_on)


def _hearing_until(taken: StepAct, served_on: date) -> date:
    return last_day(taken.limit("permit_hearing_request"), served_on)


def give_notice(
    taken: StepAct, *, served_on: date, papers: Sequence[PaperContent], until: date, hearing: bool = True
) -> Notice:
    """Write down a notice of what is proposed, with the day until which it may be answered; part of an act."""
    proposal = proposal_of(taken.case)
    if proposal is None:
        require(no_proposal())
        raise AssertionError
    require(may_happen_on(served_on, today=taken.on, not_before=taken.case.filed_on, what="告知书送达日期"))
    made = add_papers(taken, papers)
    last = notice_of(taken.case)
    notice = write_row(
        Notice,
        agency_id=taken.case.agency_id,
        case=taken.case,
        proposal=proposal,
        number=(last.number if last else 0) + 1,
        served_on=served_on,
        hearing_right=hearing,
        statement_until=until,
        hearing_until=until if hearing else None,
        paper=made[0] if made else None,
        given_by=taken.actor,
        given_at=taken.at,
    )
    taken.rows.append(notice)
    return notice


@transaction.atomic
def notify_permit_hearing(
    case_id: UUID,
    step: str,
    *,
    notified_on: date,
    held_on: date,
    place: str,
    chair_id: UUID,
    public: bool,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Tell applicant and interested persons when the hearing is (行政许可法48); one announced by law was asked by none.

    The chair is not somebody who examines the application.
    """
    taken = take_step(case_id, step, act="notify_hearing", actor=actor, at=at)
    waiting = Hearing.objects.filter(case=taken.case, held_on__isnull=True, withdrawn_on__isnull=True)
    hearing = waiting.order_by("requested_on", "id").first() or _announced(taken)
    chair = Account.objects.get(pk=chair_id, person__agency_id=taken.case.agency_id)
    require(
        first_refusal(
            check_text(place, what="听证地点", longest=300),
            may_happen_on(notified_on, today=taken.on, not_before=taken.case.filed_on, what="通知日期"),
            _may_schedule(taken, hearing, notified_on, held_on),
            deciding.may_chair(chair.pk, investigators=investigators(taken)),
        )
    )
    add_papers(taken, papers)
    hearing.notified_on, hearing.scheduled_on, hearing.place = notified_on, held_on, place.strip()
    hearing.chair, hearing.public = chair, public
    hearing.save()
    taken.rows.append(hearing)
    text = f"通知 {held_on.isoformat()} 在{place.strip()}举行听证，主持人{chair.display_name}。"
    return finish_step(taken, event="case.hearing_notified", text=text, on=notified_on)


def _may_schedule(taken: StepAct, hearing: Hearing, notified_on: date, held_on: date) -> Verdict:
    """Late enough after the notice, early enough after the request: the days are those of the pack."""
    days = taken.limit("permit_hearing_notice").length or 0
    earliest = work_calendar().add_workdays(notified_on, days + 1)
    latest = last_day(taken.limit("permit_hearing_hold"), hearing.requested_on)
    return first_refusal(
        deciding.may_schedule_hearing(notified_on=notified_on, held_on=held_on, earliest=earliest, days=days),
        permitting.may_hold_by(held_on=held_on, latest=latest),
    )


def _announced(taken: StepAct) -> Hearing:
    """Return a hearing that the law itself asks for: announced to everybody, it counts from the day it is prepared."""
    return Hearing(
        agency_id=taken.case.agency_id,
        case=taken.case,
        requested_on=taken.on,
        registered_by=taken.actor,
        registered_at=taken.at,
    )


@transaction.atomic
def decide_application(
    case_id: UUID,
    step: str,
    *,
    paper: PaperContent,
    remedies: str = "",
    valid_to: date | None = None,
    late_reason: str = "",
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Decide an application as examined (行政许可法38). A denial tells the remedies; whoever disagrees returns it.

    remedies: how and until when the applicant may have the denial reconsidered or sue. valid_to: last day of a permit.
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at)
    proposal = proposal_of(taken.case)
    if proposal is None:
        require(no_proposal())
        raise AssertionError
    granted = proposal.outcome == "granted"
    require(
        first_refusal(
            permitting.may_decide_application(application_state(taken, proposal, remedies, late_reason), on=taken.on),
            permitting.is_valid_to(valid_to, granted=granted, on=taken.on),
        )
    )
    approve_proposal(taken, proposal)
    decision = write_decision(taken, proposal, paper)
    decision.remedies_told, decision.valid_to = remedies.strip(), valid_to
    decision.save(update_fields=["remedies_told", "valid_to"])
    late = f"超期说明：{late_reason.strip()}" if late_reason.strip() else ""
    text = f"作出决定：{proposal.get_outcome_display()}。{late}"
    return finish_step(taken, event="case.decided", text=text)


def application_state(
    taken: StepAct, proposal: Proposal, remedies: str, late_reason: str
) -> permitting.ApplicationState:
    """Gather what the decision on an application waits for."""
    notice = notice_of(taken.case)
    hearings = hearing_state(taken.case)
    duty = _deciding_duty(taken)
    right = None
    if notice is not None and notice.hearing_until is not None:
        answered = Statement.objects.filter(notice=notice).exists()
        right = permitting.HearingRight(notice.hearing_until, answered)
    return permitting.ApplicationState(
        outcome=proposal.outcome,
        review_required=bool(list_of(taken, "审核事由")),
        review_passed=gates.passed(gates.LEGALITY_REVIEW, taken.case.pk),
        right=right,
        hearings_waiting=hearings.asked - hearings.held - hearings.withdrawn,
        hearings_held=hearings.held,
        remedies=remedies,
        due_on=duty.due_on if duty else None,
        late_reason=late_reason,
    )
