"""What was decided, held against the opinion that it rests on: asked before a seal, service and publication.

Beside the question before a decision (`queries.may_be_decided`), for a row that came past every act - an import, a
script, a change of data - is found here, however it was written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from heliograph.dossiers.models import Case, CaseEvent, Decision
from heliograph.dossiers.queries import decision_of
from heliograph.kernel.verdict import Allowed, Verdict
from heliograph.legality_review.models import Review, ReviewOpinion
from heliograph.legality_review.queries import COERCION, Ground, basis_of, grounds_of, proposed_of, terms_in_text
from heliograph.legality_review.rules.reviewing import Passage, may_take_effect, may_withhold
from heliograph.legality_review.rules.sealing import OF_COERCION, OF_DECISION, changed, seals_of
from heliograph.procedures.queries import Standing, standing

COERCION_GRANTED = "准予强制"


def may_be_effected(case_id: UUID) -> Verdict:
    """Answer the gate of the case file: is the decision of a case what its review agreed to (行政处罚法58).

    Coercion that is approved has no decision of its own yet, and some has none ever: then its approval is asked about,
    and not the decision that it executes, which was reviewed in its own case.
    """
    case = Case.objects.get(pk=case_id)
    decision = decision_of(case)
    own = decision if decision is not None and decision.case_id == case.pk else None
    made_at = own.decided_at if own else _approved_at(case)
    if made_at is None:
        return Allowed()  # nothing decided that could be served or published
    stands = standing(case_id)
    grounds = grounds_of(case, stands)
    return may_take_effect(_passage(case, stands, own, grounds, made_at)) if grounds else Allowed()


def _approved_at(case: Case) -> datetime | None:
    """Return when coercion was approved, None where it was not or where the case is of another category."""
    if case.category != COERCION or standing(case.pk).facts.get(COERCION_GRANTED) is not True:
        return None
    told = CaseEvent.objects.filter(case=case, kind="case.coercion_approved").order_by("-made_at")
    return told.values_list("made_at", flat=True).first() or case.opened_at


def may_be_withheld(case_id: UUID) -> Verdict:
    """Answer whether whoever decides may give no penalty where one was proposed, without another review."""
    case = Case.objects.get(pk=case_id)
    return may_withhold([one.text for one in grounds_of(case, standing(case_id))])


def opinion_before(case: Case, at: datetime) -> ReviewOpinion | None:
    """Return the opinion that counted at an instant: the last one given by then."""
    found = ReviewOpinion.objects.filter(review__case=case, made_at__lte=at).select_related("review")
    return found.order_by("-review__number", "-number").first()


def _passage(
    case: Case, stands: Standing, decision: Decision | None, grounds: list[Ground], made_at: datetime
) -> Passage:
    opinion = opinion_before(case, made_at)
    later = Review.objects.filter(case=case, submitted_at__lte=made_at).order_by("-number").first()
    return Passage(
        grounds=[one.text for one in grounds],
        conclusion=opinion.conclusion if opinion else None,
        open_round=later is not None and opinion is not None and later.pk != opinion.review_id,
        changed=_differing(case, stands, decision, opinion) if opinion else [],
        basis=basis_of(case, grounds),
    )


def _differing(case: Case, stands: Standing, decision: Decision | None, opinion: ReviewOpinion) -> list[str]:
    """Return the fields of a decision that are not what was reviewed. Of coercion the measure was, before its text."""
    known = proposed_of(case, stands, ())
    if decision is None or case.category == COERCION:
        return changed(opinion.seals, seals_of(known), only=OF_COERCION)
    return changed(opinion.seals, seals_of(replace(known, **terms_in_text(decision))), only=OF_DECISION)
