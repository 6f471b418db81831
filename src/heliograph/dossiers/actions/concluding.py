"""The end of an investigation: its report with the proposal (调查终结报告、处理意见)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.papers import PaperContent, add_papers
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, require_asked, take_step
from heliograph.dossiers.benchmarks import acted_on, benchmarks_of, facts_for, weigh
from heliograph.dossiers.models import Case, CaseEvent, Citation, Proposal
from heliograph.dossiers.models.decisions import Penalty
from heliograph.dossiers.queries import known_articles, office_papers_among, proposal_of
from heliograph.dossiers.rules import investigating as rules
from heliograph.dossiers.rules.discretion import check_by_hand, is_day_known, is_one_table, said_tier
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.proposing import no_proposal
from heliograph.dossiers.rules.terms import (
    Bound,
    Discretion,
    Terms,
    check_benchmark,
    check_correction,
    check_terms,
    may_apply,
    may_depart,
    may_rest_on,
    may_use_kinds,
)
from heliograph.kernel.feel import FactValue
from heliograph.kernel.packs.schema import Article, Pack
from heliograph.kernel.verdict import ActRefusedError, Allowed, Verdict, first_refusal, require
from heliograph.procedures.queries import Standing
from heliograph.procedures.rules import may_set
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class ProposalContent:
    """What is to be done with a case. outcome, kinds: see models.decisions; amounts in 元; basis: article keys.

    benchmark to benchmark_source: typed by hand, only where no discretion table is for the basis. Else benchmark_table
    says which table, where there are several, and benchmark_facts answers what it asks. correction, correct_by: what
    the party is ordered to put right, and until when (行政处罚法28). graver: the circumstance under which an article
    applied allows more than ordinarily (情节严重) is given.
    """

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
    benchmark_source: str = ""
    benchmark_table: str = ""
    benchmark_facts: Mapping[str, FactValue] = field(default_factory=dict)
    correction: str = ""
    correct_by: date | None = None
    graver: bool = False

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


PENALTY_KINDS = "penalty_power"  # provision of the packs: names of the kinds that the agency may impose
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
    rev: int | None = None,
) -> CaseEvent:
    """Write the investigation report with a proposal (调查终结报告). Its kinds and amounts become facts of the flow.

    facts: the answers that data cannot know (public interest, complexity …), each asked by the step.
    """
    taken = take_step(case_id, step, act="conclude_investigation", actor=actor, at=at, rev=rev)
    require_asked(taken, facts)
    require(first_refusal(check_terms(content.terms), may_impose(taken, content.terms, graver=content.graver)))
    content, found = with_benchmark(taken, content)
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
            check_correction(content.outcome, content.correction, by=content.correct_by, on=taken.on),
        )
    )
    proposal = propose(taken, content, found)
    add_papers(taken, papers)
    return finish_step(
        taken,
        event="case.investigation_concluded",
        text=f"调查终结，{proposal.get_outcome_display()}。",
        facts={**facts, **facts_of(taken, proposal), **_graver(taken, content)},
    )


def _graver(taken: StepAct, content: ProposalContent) -> dict[str, FactValue]:
    """Return the answer to the circumstance that articles applied name, where the rules of the case know it."""
    named = {one.graver for one in bounds_of(taken.pack, taken.case, content.basis) if one.graver}
    return {name: content.graver for name in sorted(named) if name in taken.standing.compiled.dictionary}


def with_benchmark(taken: StepAct, content: ProposalContent) -> tuple[ProposalContent, dict[str, Any]]:
    """Return the content with the bounds that the discretion tables find, and what they found; part of an act.

    What a table finds cannot be typed; what is typed, where there is no table, names its source.
    """
    given = benchmarks_of(taken.case, content.basis, taken.on) if content.outcome == "penalty" else []
    bounded = content.benchmark_min is not None or content.benchmark_max is not None
    require(
        first_refusal(
            check_by_hand(benchmark=content.benchmark, bounded=bounded, source=content.benchmark_source,
                          tables="、".join(one.name for one in given)),
            is_one_table(content.benchmark_table, {one.id: one.name for one in given}),
            is_day_known(acted_on(taken.case)) if given else Allowed(),
        )
    )  # fmt: skip
    benchmark = next((one for one in given if one.id == content.benchmark_table or len(given) == 1), None)
    if benchmark is None:
        require(check_benchmark(content.discretion))
        return content, {}
    require(may_set(benchmark.dictionary, content.benchmark_facts))
    weighed = weigh(benchmark, facts_for(benchmark, known_of(taken.standing, taken.case, content.kinds),
                                         content.benchmark_facts))  # fmt: skip
    tier = weighed.applied
    named = replace(content, benchmark=said_tier(tier), benchmark_min=tier.lower, benchmark_max=tier.upper)
    return named, weighed.to_json()


def known_of(stands: Standing, case: Case, kinds: Sequence[str]) -> dict[str, FactValue]:
    """Return what a discretion table may read of a case without asking anybody."""
    labels = [str(Penalty(kind).label) for kind in kinds if kind in Penalty.values]
    return {**stands.facts, "处罚种类": labels, "当事人类型": party_kind(case)}


def propose(taken: StepAct, content: ProposalContent, found: Mapping[str, Any] | None = None) -> Proposal:
    """Add the next version of the proposal of a case; earlier ones stay as they are. found: see `with_benchmark`."""
    last = proposal_of(taken.case)
    proposal = write_row(
        Proposal,
        agency_id=taken.case.agency_id,
        case=taken.case,
        number=(last.number if last else 0) + 1,
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
        benchmark_source=content.benchmark_source.strip(),
        benchmark_found=dict(found or {}),
        correction=content.correction.strip(),
        correct_by=content.correct_by,
        made_by=taken.actor,
        made_at=taken.at,
    )
    taken.rows.append(proposal)
    return proposal


def bounds_of(pack: Pack, case: Case, basis: Collection[str], *, graver: bool = False) -> list[Bound]:
    """Return what articles allow against the party of a case, where the pack says so."""
    articles = {f"{law.key}:{one.no}": one for law in pack.laws for one in law.articles}
    known = [(key, articles[key]) for key in sorted(basis) if key in articles]
    party = party_kind(case) if any(one.fine_caps for _key, one in known) else ""
    return [_bound(key, one, party, graver=graver) for key, one in known]


def _bound(key: str, article: Article, party: str, *, graver: bool) -> Bound:
    kinds = tuple(article.with_kinds)
    if not article.fine_caps:
        return Bound(key, article.fine_max, kinds)
    mine = [one for one in article.fine_caps if not one.parties or party in one.parties]
    named = next((one.when for one in mine if one.when), "")
    ordinary = max((one.max for one in mine if not one.when), default=0)
    most = max((one.max for one in mine), default=0)
    return Bound(key, most, kinds, ordinary if named else None, named or "", is_graver=graver)


def may_impose(taken: StepAct, terms: Terms, *, graver: bool = False) -> Verdict:
    """Say whether the agency may mete this out: kinds within its power, and what the articles applied say of it."""
    given = next((rule.value for rule in taken.pack.rules.provisions if rule.id == PENALTY_KINDS), None)
    allowed = given if isinstance(given, list) else None
    labels = {kind: str(Penalty(kind).label) for kind in terms.kinds if kind in Penalty.values}
    bounds = bounds_of(taken.pack, taken.case, terms.basis, graver=graver)
    papers = office_papers_among(taken.pack, taken.case.agency_id, terms.basis) if terms.outcome == "penalty" else []
    return first_refusal(
        may_rest_on(terms.basis, office_papers=papers),
        may_use_kinds(list(labels.values()), allowed=allowed),
        may_apply(bounds, fine=terms.fine, kinds=list(labels.values()), punished=terms.outcome == "penalty"),
    )


def present_proposal(taken: StepAct) -> Proposal:
    """Return the proposal that counts. ActRefusedError while none was made."""
    proposal = proposal_of(taken.case)
    if proposal is None:
        raise ActRefusedError(no_proposal())
    return proposal


def facts_of(taken: StepAct, proposal: Proposal) -> dict[str, FactValue]:
    """Return what the flow and its tables need to know of a proposal, under the names of the pack's dictionary."""
    return {
        "拟处理意见": PROPOSED.get(proposal.outcome, "不予处罚"),
        "处罚种类": [Penalty(kind).label for kind in proposal.kinds],
        "罚款金额": proposal.fine,
        "当事人类型": party_kind(taken.case),
    }


def party_kind(case: Case) -> str:
    """Return what the first party of a case is, as the pack's dictionary says it."""
    party = case.parties.filter(standing="party").order_by("id").first()
    return PARTY_KINDS[party.kind] if party else PARTY_KINDS["person"]
