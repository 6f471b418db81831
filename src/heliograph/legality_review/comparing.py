"""The opinions of all rounds side by side: of each element what every one of them found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.legality_review.models import ElementFinding, ReviewOpinion


@dataclass(frozen=True, slots=True)
class Compared:
    """Opinions as columns, in the order in which they were given, and elements as rows of findings."""

    opinions: Sequence[ReviewOpinion]
    rows: Sequence[tuple[str, Sequence[ElementFinding | None], bool]]  # element, findings, whether they differ


def compared(opinions: Sequence[ReviewOpinion]) -> Compared | None:
    """Return opinions side by side, None where there is nothing to compare. Their findings are fetched already."""
    if len(opinions) < 2:
        return None
    by_opinion = [{one.element: one for one in opinion.findings.all()} for opinion in opinions]
    names = {key: one.text for found in by_opinion for key, one in found.items()}
    rows = []
    for key, text in names.items():
        findings = [found.get(key) for found in by_opinion]
        rows.append((text, findings, len({one.finding if one else "" for one in findings}) > 1))
    return Compared(opinions, rows)
