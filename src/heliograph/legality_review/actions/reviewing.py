"""The opinion: element by element, by a registered reviewer who had no part in the case, bound to what was reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from heliograph.dossiers.actions.papers import PaperContent, add_main_paper
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import CaseEvent, Evidence, Paper
from heliograph.kernel.verdict import first_refusal, require
from heliograph.legality_review.models import ElementFinding, OpinionItem, Review, Reviewer, ReviewOpinion
from heliograph.legality_review.queries import (
    elements_of,
    grounds_of,
    proposed_of,
    qualified_from,
    reviewer_of,
    reviewer_state,
    took_part,
)
from heliograph.legality_review.rules import people, reviewing
from heliograph.legality_review.rules.sealing import seal_of, seals_of
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class FindingContent:
    """What was found of one element: finding as in the model, the article cited, what of the file it speaks of."""

    element: str
    finding: str
    note: str = ""
    cited: str = ""
    paper_id: UUID | None = None
    evidence_id: UUID | None = None

    @property
    def found(self) -> reviewing.Found:
        """The finding as the rules see it."""
        points_at = bool(self.cited.strip()) or self.paper_id is not None or self.evidence_id is not None
        return reviewing.Found(self.element, self.finding, self.note, points_at)


@dataclass(frozen=True, slots=True)
class OpinionContent:
    """An opinion: conclusion, the written text, every element's finding, and the numbered problems by element."""

    conclusion: str
    text: str
    findings: Sequence[FindingContent]
    items: Sequence[tuple[str, str]] = ()  # element, problem


@transaction.atomic
def review_opinion(
    case_id: UUID,
    step: str,
    *,
    content: OpinionContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Give the written opinion of a round (行政处罚法58). It holds for just what is proposed now."""
    taken = take_step(case_id, step, act="review_opinion", actor=actor, at=at, rev=rev)
    review = Review.objects.select_for_update(of=("self",)).filter(case=taken.case).order_by("-number")[0]
    reviewer = reviewer_of(taken.case.agency_id, actor, taken.on)
    elements = elements_of(taken.pack)
    found = [one.found for one in content.findings]
    penalty = taken.category.id == reviewing.PENALTY
    named = [one.element for one in content.findings] + [element for element, _problem in content.items]
    require(
        first_refusal(
            people.may_review(reviewer_state(reviewer), on=taken.on, qualified_from=qualified_from(taken.pack),
                              penalty=penalty),
            people.is_apart(took_part(taken.case, actor), penalty=penalty),
            reviewing.are_known(named, elements, what="审核要素"),
            reviewing.check_findings(elements, found),
            reviewing.may_conclude(content.conclusion, found, [text for _element, text in content.items],
                                   text=content.text,
                                   waiting=review.requests.filter(answered_at__isnull=True).exists()),
        )
    )  # fmt: skip
    assert reviewer is not None  # noqa: S101 - said by the rule above, for the type checker
    opinion = _write(taken, review, reviewer, content, papers)
    _write_findings(taken, opinion, content, list(elements))
    review.state = Review.State.PASSED if content.conclusion == reviewing.AGREE else Review.State.ANSWERING
    review.save(update_fields=["state"])
    taken.rows.append(review)
    agreed = content.conclusion == reviewing.AGREE
    listed = "".join(f"（{number}）{problem}" for number, (_element, problem) in enumerate(content.items, 1))
    text = f"法制审核意见：{opinion.get_conclusion_display()}。{listed}"[:2000]
    return finish_step(taken, event="case.reviewed", text=text, facts={"审核结论": "同意" if agreed else "存在问题"})


def _write(
    taken: StepAct, review: Review, reviewer: Reviewer, content: OpinionContent, papers: Sequence[PaperContent]
) -> ReviewOpinion:
    grounds = grounds_of(taken.case, taken.standing)
    seals = seals_of(proposed_of(taken.case, taken.standing, grounds))
    opinion = write_row(
        ReviewOpinion,
        agency_id=review.agency_id,
        review=review,
        number=review.opinions.count() + 1,
        conclusion=content.conclusion,
        text=content.text.strip(),
        reviewer=taken.actor,
        qualification=qualification_of(reviewer),
        seals=seals,
        seal=seal_of(seals),
        paper=add_main_paper(taken, papers, kind="法制审核意见书"),
        made_at=taken.at,
    )
    taken.rows.append(opinion)
    return opinion


def qualification_of(reviewer: Reviewer) -> str:
    """Return in words on what a reviewer's part rests: kind, certificate, contract."""
    parts = [str(reviewer.get_kind_display())]
    if reviewer.qualification:
        parts.append(f"法律职业资格 {reviewer.qualification}")
    if reviewer.contract is not None:
        parts.append(f"合同 {reviewer.contract.firm}，至 {reviewer.contract.to_on}")
    return "；".join(parts)[:300]


def _write_findings(taken: StepAct, opinion: ReviewOpinion, content: OpinionContent, order: list[str]) -> None:
    texts = elements_of(taken.pack)
    case = taken.case
    for one in content.findings:
        row = write_row(
            ElementFinding,
            agency_id=opinion.agency_id,
            opinion=opinion,
            element=one.element,
            order=order.index(one.element) + 1,
            text=texts[one.element],
            finding=one.finding,
            note=one.note.strip(),
            cited=one.cited.strip(),
            paper=Paper.objects.get(pk=one.paper_id, case=case) if one.paper_id else None,
            evidence=Evidence.objects.get(pk=one.evidence_id, case=case) if one.evidence_id else None,
        )
        taken.rows.append(row)
    for number, (element, problem) in enumerate(content.items, 1):
        taken.rows.append(
            write_row(
                OpinionItem,
                agency_id=opinion.agency_id,
                opinion=opinion,
                number=number,
                element=element,
                problem=problem.strip(),
            )
        )
