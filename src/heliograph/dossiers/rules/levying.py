"""Levies and requisitions: told, heard, reviewed, then decided as told (征收、征用, 国办发118号5 and 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from heliograph.kernel.verdict import Allowed, Refused, Verdict

HEARD = "国办发118号@2018:5"
REVIEW = "国办发118号@2018:12"


@dataclass(frozen=True, slots=True)
class LevyState:
    """What the decision on a levy waits for."""

    told: bool  # of this very proposal
    until: date | None
    answered: bool
    reviewed: bool  # every statement
    review_required: bool
    review_passed: bool


def may_decide_levy(state: LevyState, *, on: date) -> Verdict:
    """Say whether a levy may be decided on a day: the party told of it and heard, the law reviewed."""
    if not state.told:
        message = "尚未就现在的核定意见告知当事人，不得作出决定。改变核定的，须重新告知。"
        return Refused("levy.not_told", message, HEARD)
    if not state.answered and state.until is not None and on <= state.until:
        message = f"当事人提出意见的期限至 {state.until.isoformat()}，届满前不得作出决定（书面放弃的除外）。"
        return Refused("levy.still_open", message, HEARD)
    if not state.reviewed:
        return Refused("levy.not_reviewed", "当事人的陈述申辩尚未复核，请先办理复核。", HEARD)
    if state.review_required and not state.review_passed:
        message = "本件属于应当进行法制审核的情形，未经法制审核或者审核未通过，不得作出决定。"
        return Refused("review.not_passed", message, REVIEW)
    return Allowed()
