"""Levies and requisitions: told to the party and decided as told (征收、征用). Their other steps are those of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from heliograph.dossiers import gates
from heliograph.dossiers.actions.deciding import approve_proposal, list_of, write_decision
from heliograph.dossiers.actions.papers import PaperContent
from heliograph.dossiers.actions.permits import give_notice
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import CaseEvent, Proposal, Statement
from heliograph.dossiers.queries import notice_of, proposal_of
from heliograph.dossiers.rules import levying
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import require
from heliograph.registers.models import Account

STATEMENT = "statement"  # time limit of packs that set one


@transaction.atomic
def tell_levy(
    case_id: UUID, step: str, *, served_on: date, papers: Sequence[PaperContent], actor: Account, at: datetime
) -> CaseEvent:
    """Tell the party what is to be levied or requisitioned, and that it may state its view (国办发118号5)."""
    taken = take_step(case_id, step, act="give_prior_notice", actor=actor, at=at)
    known = [one for one in taken.pack.rules.time_limits if one.id == STATEMENT]
    until = last_day(known[0], served_on) if known else served_on
    give_notice(taken, served_on=served_on, papers=papers, until=until, hearing=False)
    return finish_step(taken, event="case.notified", text="告知拟作的征收或者征用决定。", on=served_on)


@transaction.atomic
def decide_levy(
    case_id: UUID, step: str, *, paper: PaperContent, remedies: str, actor: Account, at: datetime
) -> CaseEvent:
    """Decide a levy or requisition as it was told to the party (国办发118号12)."""
    taken = take_step(case_id, step, act="decide", actor=actor, at=at)
    proposal = proposal_of(taken.case)
    if proposal is None:
        require(no_proposal())
        raise AssertionError
    require(levying.may_decide_levy(_levy_state(taken, proposal), on=taken.on))
    approve_proposal(taken, proposal)
    decision = write_decision(taken, proposal, paper)
    decision.remedies_told = remedies.strip()
    decision.save(update_fields=["remedies_told"])
    amount = f"金额 {proposal.levied:,} 元。" if proposal.levied else ""
    return finish_step(taken, event="case.decided", text=f"作出征收征用决定。{amount}")


def _levy_state(taken: StepAct, proposal: Proposal) -> levying.LevyState:
    notice = notice_of(taken.case)
    said = list(Statement.objects.filter(notice=notice)) if notice else []
    open_ones = [one for one in said if one.kind == Statement.Kind.STATEMENT and one.reviewed_on is None]
    return levying.LevyState(
        told=notice is not None and notice.proposal_id == proposal.pk,
        until=notice.statement_until if notice else None,
        answered=bool(said),
        reviewed=not open_ones,
        review_required=bool(list_of(taken, "审核事由")),
        review_passed=gates.passed(gates.LEGALITY_REVIEW, taken.case.pk),
    )
