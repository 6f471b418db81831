"""Levies and requisitions: told to the party and decided as told (征收、征用). Their other steps are those of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers import gates
from heliograph.dossiers.actions.deciding import approve_proposal, list_of, write_decision
from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.permit_hearings import give_notice
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import CaseEvent, Proposal, Statement
from heliograph.dossiers.queries import notice_of, proposal_of
from heliograph.dossiers.rules import levying
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.dossiers.rules.terms import check_amount
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import Allowed, first_refusal, require
from heliograph.registers.models import Account

STATEMENT = "levy_statement"  # time limit of packs that set one


@transaction.atomic
def tell_levy(
    case_id: UUID,
    step: str,
    *,
    served_on: date,
    statement_until: date | None = None,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Tell the party what is to be levied or requisitioned, and that it may state its view (国办发118号5).

    statement_until: the last day for that as the notice says it, else that of the pack.
    """
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at, rev=rev)
    known = [one for one in taken.pack.rules.time_limits if one.id == STATEMENT]
    least = last_day(known[0], served_on) if known else None
    until = statement_until or least
    days = known[0].length or 0 if known else 0
    require(levying.may_tell_levy(until, least=least, served_on=served_on, days=days))
    assert until is not None  # noqa: S101 - said by the rule above, for the type checker
    give_notice(taken, served_on=served_on, papers=papers, until=until, hearing=False)
    text = f"告知拟作的征收或者征用决定，提出意见的期限至 {until.isoformat()}。"
    return finish_step(taken, event="case.notified", text=text, on=served_on)


@transaction.atomic
def decide_levy(
    case_id: UUID,
    step: str,
    *,
    paper: PaperContent,
    remedies: str,
    pay_days: int | None = None,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Decide a levy or requisition as it was told to the party (国办发118号12), or that there is none.

    pay_days: within how many days of the receipt it is to be paid or handed over.
    """
    taken = take_step(case_id, step, act="decide", actor=actor, at=at, rev=rev)
    proposal = proposal_of(taken.case)
    if proposal is None:
        require(no_proposal())
        raise AssertionError
    denied = proposal.outcome == "denied"
    require(
        first_refusal(
            levying.may_decide_levy(_levy_state(taken, proposal), on=taken.on),
            Allowed() if denied else check_text(remedies, what="告知的救济途径和期限", longest=1000),
            levying.check_pay_days(pay_days, owed=not denied),
        )
    )
    approve_proposal(taken, proposal)
    decision = write_decision(taken, proposal, paper)
    decision.remedies_told, decision.pay_days = remedies.strip(), pay_days
    decision.save(update_fields=["remedies_told", "pay_days"])
    amount = f"金额 {proposal.levied:,} 元。" if proposal.levied else ""
    said = "决定不实施征收征用。" if denied else f"作出征收征用决定。{amount}自收到之日起 {pay_days} 日内履行。"
    return finish_step(taken, event="case.decided", text=said)


@dataclass(frozen=True, slots=True)
class CompensationContent:
    """What became of requisitioned things and what was paid. state: a key of levying.GIVEN_BACK; amount: 元.

    returned: what, how much, in which state, to whom. waived: why nothing is paid, and what the owner says to it.
    """

    state: str
    returned: str
    amount: Decimal
    voucher: str
    done_on: date
    waived: str = ""


@transaction.atomic
def register_compensation(
    case_id: UUID,
    step: str,
    *,
    content: CompensationContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register what was given back and paid for a requisition, when its use is over (民法典117、245)."""
    taken = take_step(case_id, step, act="register_compensation", actor=actor, at=at, rev=rev)
    filed = any(one.file_id or one.document_id for one in papers)
    require(
        first_refusal(
            check_amount(content.amount, "补偿金额"),
            levying.check_compensation(state=content.state, returned=content.returned, amount=content.amount,
                                       paid_by=content.voucher, waived=content.waived, filed=filed),
            may_happen_on(content.done_on, today=taken.on, not_before=taken.case.decided_on, what="返还或者补偿日期"),
            check_text(content.returned, what="返还或者损失情况", longest=1000),
            check_text(content.waived or "—", what="没有补偿的依据", longest=500),
        )
    )  # fmt: skip
    add_papers(taken, papers)
    paid = (
        f"补偿 {content.amount:,} 元，凭证 {content.voucher.strip()[:100]}。"
        if content.amount
        else (f"没有补偿：{content.waived.strip()}")
    )
    text = f"{levying.GIVEN_BACK[content.state]}：{content.returned.strip()}。{paid}"
    return finish_step(taken, event="case.compensated", text=text, on=content.done_on)


def _levy_state(taken: StepAct, proposal: Proposal) -> levying.LevyState:
    notice = notice_of(taken.case)
    said = list(Statement.objects.filter(notice=notice)) if notice else []
    open_ones = [one for one in said if one.kind == Statement.Kind.STATEMENT and one.reviewed_on is None]
    return levying.LevyState(
        denied=proposal.outcome == "denied",
        told=notice is not None and notice.proposal_id == proposal.pk,
        until=notice.statement_until if notice else None,
        answered=bool(said),
        reviewed=not open_ones,
        review_required=bool(list_of(taken, "审核事由")),
        review_passed=gates.passed(gates.LEGALITY_REVIEW, taken.case.pk),
    )
