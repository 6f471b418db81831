"""Figures of legality review: reviewed, returned, adopted and not, days taken, by unit and by element."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from heliograph.dossiers.models import Case
from heliograph.legality_review.models import ElementFinding, OpinionItem, Review, ReviewCall, ReviewOpinion
from heliograph.legality_review.models.reviews import Conclusion


@dataclass(slots=True)
class Line:
    """The figures of one unit, or of all."""

    name: str
    rounds: int = 0
    agreed: int = 0
    returned: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def mean_days(self) -> Decimal | None:
        """Days from a complete package to its first opinion on average, None without any."""
        if not self.days:
            return None
        return (Decimal(sum(self.days)) / len(self.days)).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of an agency, as far as the asker sees its cases."""

    total: Line
    units: list[Line]
    adopted: int
    not_adopted: int
    coordinated: int
    called_in: int
    elements: list[tuple[str, int, int]]  # text, problems, findings in all


def figures_of(agency_id: UUID, cases: QuerySet[Case]) -> Figures:
    """Return the figures of legality review over the cases given. Five queries."""
    reviews = Review.objects.filter(agency_id=agency_id, case__in=cases.values("pk"))
    total, units = _lines(reviews)
    opinions = ReviewOpinion.objects.filter(review__in=reviews.values("pk"))
    items = OpinionItem.objects.filter(opinion__in=opinions.values("pk"))
    answers = dict(items.values_list("answer").annotate(count=Count("pk")).order_by())
    found = ElementFinding.objects.filter(opinion__in=opinions.values("pk")).values_list("text")
    problem = Count("pk", filter=Q(finding=ElementFinding.Finding.PROBLEM))
    elements = found.annotate(problems=problem, every=Count("pk")).order_by("-problems", "text")
    return Figures(
        total=total,
        units=units,
        adopted=answers.get(OpinionItem.Answer.ADOPTED, 0),
        not_adopted=answers.get(OpinionItem.Answer.NOT_ADOPTED, 0),
        coordinated=opinions.filter(coordination__isnull=False).count(),
        called_in=ReviewCall.objects.filter(agency_id=agency_id, case__in=cases.values("pk")).count(),
        elements=[(text, problems, every) for text, problems, every in elements],
    )


def _lines(reviews: QuerySet[Review]) -> tuple[Line, list[Line]]:
    total, units = Line("全机关"), defaultdict[str, Line](lambda: Line(""))
    rows = ReviewOpinion.objects.filter(review__in=reviews.values("pk"), number=1)
    for conclusion, complete_on, made_at, unit in rows.values_list(
        "conclusion", "review__complete_on", "made_at", "review__case__unit__name"
    ):
        units[unit].name = unit
        for line in (total, units[unit]):
            line.rounds += 1
            line.agreed += conclusion == Conclusion.AGREE
            line.returned += conclusion != Conclusion.AGREE
            if complete_on is not None:
                line.days.append((localdate(made_at) - complete_on) // timedelta(days=1))
    return total, sorted(units.values(), key=lambda line: (-line.returned, line.name))
