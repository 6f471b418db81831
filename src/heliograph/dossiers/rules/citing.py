"""Which statute a refusal cites in a matter that is no penalty: that of the step, as the released flow has it."""

from __future__ import annotations

from heliograph.kernel.verdict import Refused

PENALTIES = "行政处罚法@2021"
UNDER_IT = frozenset({"penalty", "inspection", "coercion"})  # what the same statute governs, or leads to a penalty


def at_step(refused: Refused, *, category: str, basis: str) -> Refused:
    """Return a refusal with the article of the step where its rule, common to all categories, cites the penalties' one.

    basis: the articles of the step, as its node names them; without any the refusal stays as it is.
    """
    article = next((one for one in basis.split(",") if one.strip() and not one.startswith(PENALTIES)), "")
    if category in UNDER_IT or not article or not refused.basis.startswith(PENALTIES):
        return refused
    return Refused(refused.code, refused.message, article.strip())
