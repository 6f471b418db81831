"""Reasons for what a handler judges and data cannot know (审核情形判断理由)."""

from __future__ import annotations

from collections.abc import Sequence

from heliograph.kernel.verdict import Allowed, Refused, Verdict

JUDGED = "国办发118号@2018:12"


def are_reasoned(without: Sequence[str]) -> Verdict:
    """Say whether every judgement has its reason, a no as well as a yes: a review left out must be accounted for."""
    if without:
        message = f"以下判断没有写明理由：{'；'.join(without)}。认为不属于的也要写明。"
        return Refused("review.no_judgement_reason", message, JUDGED)
    return Allowed()
