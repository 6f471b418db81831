"""Applications of any category once accepted: examined, heard, decided (审查、听证、决定)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers import gates
from heliograph.dossiers.actions.concluding import ProposalContent, present_proposal, propose
from heliograph.dossiers.actions.deciding import approve_proposal, list_of, write_decision
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.permit_hearings import told_on
from heliograph.dossiers.actions.rows import require_fit
from heliograph.dossiers.actions.saying import adopted_since
from heliograph.dossiers.actions.steps import PERIOD_OF_ITEM, StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import Case, CaseEvent, Decision, Party, Proposal, Statement
from heliograph.dossiers.queries import (
    heard_of,
    hearing_state,
    known_articles,
    notice_of,
)
from heliograph.dossiers.rules import levying, permitting
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.terms import check_amount
from heliograph.duties.models import Duty, DutyChange
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import Verdict, first_refusal, require
from heliograph.registers.models import Account

PERMIT = "permit"
CARRY_OUT_OR_NOT = ("carried_out", "denied")
OUTCOMES = {
    "levy": CARRY_OUT_OR_NOT,
    "levy_requisition": CARRY_OUT_OR_NOT,
    "coercion": ("carried_out",),
}
GRANT_OR_DENY = ("granted", "denied")
DENIED = "拟不予"  # fact of the flow: a denial is served without a certificate, and nothing is collected


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
    rev: int | None = None,
) -> CaseEvent:
    """Examine an application or the object of a levy, and propose the decision (行政许可法34, 国办发118号7).

    facts: the answers that data cannot know, each asked by the step.
    """
    taken = take_step(case_id, step, act="examine", actor=actor, at=at, rev=rev)
    require_asked(taken, facts)
    require(
        first_refusal(
            permitting.check_examined(
                content.outcome,
                offered=OUTCOMES.get(taken.category.id, GRANT_OR_DENY),
                basis=content.basis,
                unknown=sorted(set(content.basis) - known_articles(taken.pack, content.basis)),
            ),
            check_text(content.facts, what="审查认定的事实"),
            check_text(content.reasons, what="理由"),
            check_amount(content.levied, "征收或者收费金额"),
            _may_charge(taken, content, facts),
            permitting.may_verify(wanted=facts.get("须核实实质内容") is True, two=taken.case.co_handler_id is not None),
            permitting.are_others_named(interested=facts.get("涉及他人重大利益") is True, named=_third(taken.case)),
            permitting.may_ask_extension(asked=facts.get("需要延长期限") is True, extended=_extended(taken),
                                         own_basis=taken.case.own_basis),
        )
    )  # fmt: skip
    proposal = propose_outcome(taken, content)
    add_papers(taken, papers)
    text = f"审查完毕，拟{said_of(taken.case, proposal)}。"
    return finish_step(taken, event="case.examined", text=text, facts={**facts, DENIED: content.outcome == "denied"})


def said_of(case: Case, proposal: Proposal) -> str:
    """Return what is proposed or decided of a matter, in the words of its category."""
    if case.category in OUTCOMES:
        return "不实施" if proposal.outcome == "denied" else str(proposal.get_outcome_display())
    return f"{proposal.get_outcome_display()}{'许可' if case.category == PERMIT else '办理'}"


def _may_charge(taken: StepAct, content: ExaminationContent, facts: Mapping[str, FactValue]) -> Verdict:
    """A permit costs nothing; a fee has an amount where one is due, and a levy where one is made."""
    if taken.category.id == PERMIT:
        return permitting.costs_nothing(content.levied)
    if taken.category.id in OUTCOMES:
        kind = str(facts.get("征收征用类型", ""))
        return levying.check_levied(content.levied, kind=kind, denied=content.outcome == "denied",
                                    category=taken.category.name, what=content.other)  # fmt: skip
    due = facts.get("需要缴费") is True and content.outcome != "denied"
    return permitting.check_fee(content.levied, due=due)


def _third(case: Case) -> int:
    return case.parties.filter(standing=Party.Standing.THIRD).count()


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


@transaction.atomic
def decide_extension(
    case_id: UUID,
    step: str,
    *,
    granted: bool,
    reason: str,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Grant or refuse more days for the decision; the period is lengthened by the grant itself (行政许可法42)."""
    taken = take_step(case_id, step, act="decide_extension", actor=actor, at=at, rev=rev)
    require(check_text(reason, what="理由", longest=1900))
    add_papers(taken, papers)
    event = "case.extension_granted" if granted else "case.extension_refused"
    text = f"{'准予' if granted else '不准予'}延长办理期限：{reason.strip()}"
    return finish_step(taken, event=event, text=text, facts={"准予延长": granted})


def _extended(taken: StepAct) -> bool:
    duty = _deciding_duty(taken)
    return duty is not None and duty.changes.filter(kind=DutyChange.Kind.EXTEND).exists()


def _deciding_duty(taken: StepAct) -> Duty | None:
    found = Duty.objects.filter(
        agency_id=taken.case.agency_id, subject_kind="case", subject_id=taken.case.pk, kind=PERIOD_OF_ITEM
    )
    return found.order_by("-opened_at").first()


@transaction.atomic
def decide_application(
    case_id: UUID,
    step: str,
    *,
    paper: PaperContent,
    remedies: str = "",
    valid_to: date | None = None,
    certificate_kind: str = "",
    certificate_number: str = "",
    pay_days: int | None = None,
    late_reason: str = "",
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide an application as examined (行政许可法38). A denial tells the remedies; whoever disagrees returns it.

    remedies: how and until when the applicant may have the denial reconsidered or sue. valid_to: last day of a permit.
    certificate_kind, certificate_number: what is issued to whom a permit is granted (行政许可法39). pay_days: within
    how many days of the receipt a fee is to be paid.
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    proposal = present_proposal(taken)
    granted = proposal.outcome == "granted"
    require(
        first_refusal(
            permitting.may_decide_application(application_state(taken, proposal, remedies, late_reason), on=taken.on),
            permitting.is_valid_to(valid_to, granted=granted, on=taken.on),
            permitting.check_certificate(certificate_kind, certificate_number,
                                         permitted=granted and taken.category.id == PERMIT),
            levying.check_pay_days(pay_days, owed=proposal.levied > 0),
        )
    )  # fmt: skip
    approve_proposal(taken, proposal)
    more = {"remedies_told": remedies.strip(), "valid_to": valid_to, "pay_days": pay_days}
    certificate = {"certificate_kind": certificate_kind, "certificate_number": certificate_number.strip()}
    _add_terms(write_decision(taken, proposal, paper), {**more, **certificate})
    late = f"超期说明：{late_reason.strip()}" if late_reason.strip() else ""
    text = f"作出决定：{said_of(taken.case, proposal)}。{late}"
    return finish_step(taken, event="case.decided", text=text)


def _add_terms(decision: Decision, terms: Mapping[str, object]) -> None:
    """Add to a new decision what only applications have."""
    require_fit(Decision, certificate_number=str(terms["certificate_number"]))
    for name, value in terms.items():
        setattr(decision, name, value)
    decision.save(update_fields=list(terms))


def application_state(
    taken: StepAct, proposal: Proposal, remedies: str, late_reason: str
) -> permitting.ApplicationState:
    """Gather what the decision on an application waits for."""
    notice = notice_of(taken.case)
    hearings = hearing_state(taken.case)
    duty = _deciding_duty(taken)
    right = None
    if notice is not None and notice.hearing_until is not None:
        waived = Statement.objects.filter(notice=notice, kind=Statement.Kind.WAIVER).values_list("party_id", flat=True)
        people = heard_of(taken.case)
        answered = {one.pk for one in people} <= set(waived)
        untold = tuple(one.name for one in people if told_on(notice, one) is None)
        right = permitting.HearingRight(notice.hearing_until, answered, untold)
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
        adopted=adopted_since(taken.case),
    )
