"""The end of an investigation: its report with the proposal (调查终结报告、处理意见)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.models import CaseEvent, Citation, Proposal
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import known_articles, proposal_of
from heliograph.dossiers.rules import investigating as rules
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.dossiers.rules.terms import Discretion, Terms, check_benchmark, check_terms, may_depart
from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import ActRefusedError, first_refusal, require
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """What is to be done with a case. outcome, kinds: see models.decisions; amounts in 元; basis: article keys."""

    outcome: str
    kinds: Sequence[str]
    fine: Decimal
    confiscated: Decimal
    other: str
    facts: str
    reasons: str
    basis: Sequence[str]
    benchmark: str = ""
    benchmark_min: Decimal | None = None
    benchmark_max: Decimal | None = None
    deviation_reason: str = ""

    @property
    def terms(self) -> Terms:
        """The terms as the rules compare them."""
        return Terms(
            self.outcome, frozenset(self.kinds), self.fine, self.confiscated, self.other, frozenset(self.basis)
        )

    @property
    def discretion(self) -> Discretion:
        """The benchmark as the rules see it; whoever proposes gives the reason, the approval comes later."""
        return Discretion(self.benchmark, self.benchmark_min, self.benchmark_max, self.deviation_reason, approved=True)


PARTY_KINDS = {"person": "公民", "organisation": "法人或者其他组织", "business": "个体工商户"}
PROPOSED = {
    "penalty": "给予处罚",
    "not_established": "违法事实不能成立",
    "crime": "移送司法机关",
}


@transaction.atomic
def conclude_investigation(
    case_id: UUID,
    step: str,
    *,
    content: ProposalContent,
    papers: Sequence[PaperContent],
    facts: Mapping[str, FactValue],
    actor: Account,
    at: datetime,
) -> CaseEvent:
    """Write the investigation report with a proposal (调查终结报告). Its kinds and amounts become facts of the flow.

    facts: the answers that data cannot know (public interest, complexity …), each asked by the step.
    """
    taken = take_step(case_id, step, act="conclude_investigation", actor=actor, at=at)
    require_asked(taken, facts)
    require(first_refusal(check_terms(content.terms), check_benchmark(content.discretion)))
    require(
        first_refusal(
            check_text(content.facts, what="认定的事实和证据"),
            check_text(content.reasons, what="处理理由"),
            rules.may_conclude(
                cited_violation=Citation.objects.filter(case=taken.case, use=Citation.Use.VIOLATED).exists(),
                outcome=content.outcome,
                unknown_basis=sorted(set(content.basis) - known_articles(taken.pack, content.basis)),
            ),
            may_depart(content.terms, content.discretion),
        )
    )
    proposal = propose(taken, content)
    add_papers(taken, papers)
    return finish_step(
        taken,
        event="case.investigation_concluded",
        text=f"调查终结，{proposal.get_outcome_display()}。",
        facts={**facts, **facts_of(taken, proposal)},
    )


def propose(taken: StepAct, content: ProposalContent) -> Proposal:
    """Add the next version of the proposal of a case; earlier ones stay as they are."""
    last = Proposal.objects.filter(case=taken.case).order_by("-number").values_list("number", flat=True).first()
    proposal = write_row(
        Proposal,
        agency_id=taken.case.agency_id,
        case=taken.case,
        number=(last or 0) + 1,
        outcome=content.outcome,
        kinds=list(dict.fromkeys(content.kinds)),
        fine=content.fine,
        confiscated=content.confiscated,
        other=content.other.strip(),
        facts=content.facts.strip(),
        reasons=content.reasons.strip(),
        basis=list(dict.fromkeys(content.basis)),
        benchmark=content.benchmark.strip(),
        benchmark_min=content.benchmark_min,
        benchmark_max=content.benchmark_max,
        deviation_reason=content.deviation_reason.strip(),
        made_by=taken.actor,
        made_at=taken.at,
    )
    taken.rows.append(proposal)
    return proposal


def present_proposal(taken: StepAct) -> Proposal:
    """Return the proposal that counts. ActRefusedError while none was made."""
    proposal = proposal_of(taken.case)
    if proposal is None:
        raise ActRefusedError(no_proposal())
    return proposal


def facts_of(taken: StepAct, proposal: Proposal) -> dict[str, FactValue]:
    """Return what the flow and its tables need to know of a proposal, under the names of the pack's dictionary."""
    party = taken.case.parties.filter(standing="party").order_by("id").first()
    return {
        "拟处理意见": PROPOSED.get(proposal.outcome, "不予处罚"),
        "处罚种类": [Penalty(kind).label for kind in proposal.kinds],
        "罚款金额": proposal.fine,
        "当事人类型": PARTY_KINDS[party.kind] if party else PARTY_KINDS["person"],
    }
