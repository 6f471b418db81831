"""Legality review: what waits for whom by due date, all rounds of a case side by side, and the weak points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch
from django.http import HttpResponse

from heliograph.desk.archive_gate import require_whole
from heliograph.desk.case_reading import Left, case_of, left_of, soon_on
from heliograph.desk.scope import Scope, page
from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import seen_by
from heliograph.duties.models import Duty
from heliograph.duties.queries import OPEN_STATES
from heliograph.legality_review.comparing import compared
from heliograph.legality_review.models import Review, ReviewCall, ReviewOpinion
from heliograph.legality_review.queries import FINISHED, grounds_of, judgement_of, latest_materials, passage_of
from heliograph.legality_review.rules.reviewing import may_decide
from heliograph.legality_review.statistics import figures_of
from heliograph.procedures.queries import standing

MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A round under way, with its period where it runs."""

    review: Review
    duty: Duty | None
    left: Left | None

    @property
    def order(self) -> tuple[date, datetime]:
        """What is due first in front, then what was submitted first."""
        due = self.duty.due_on if self.duty is not None else None
        return due or date.max, self.review.submitted_at


@page("read_reviews", "GET", "HEAD")
def reviews(scope: Scope) -> HttpResponse:
    """List the rounds under way in sight, what is due first in front, and those that ended lately."""
    seen = Review.objects.filter(agency_id=scope.id, case__in=seen_by(scope.reader).values("pk"))
    newer = Review.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    found = seen.filter(~Exists(newer)).select_related("case__unit", "submitted_by")
    rows = list(found.exclude(state__in=FINISHED).order_by("submitted_at", "pk")[:MOST])
    context = {
        "waiting": sorted(_waiting(scope, rows), key=lambda one: one.order),
        "ended": found.filter(state__in=FINISHED).order_by("-submitted_at", "-pk")[:MOST],
    }
    return scope.render("reviews.html", context)


def _waiting(scope: Scope, rows: Sequence[Review]) -> list[Waiting]:
    running = Duty.objects.filter(
        agency_id=scope.id, subject_kind="case", kind="review_time", state__in=OPEN_STATES,
        subject_id__in=[row.case_id for row in rows],
    )  # fmt: skip
    duties = {duty.subject_id: duty for duty in running.order_by("opened_at")}
    soon = soon_on(scope, scope.pack)
    found = []
    for row in rows:
        duty = duties.get(row.case_id)
        found.append(Waiting(row, duty, left_of(duty, scope.on, soon, scope.calendar) if duty is not None else None))
    return found


@page("read_cases", "GET", "HEAD")
def case_review(scope: Scope, case: UUID) -> HttpResponse:
    """Show whether a case must be reviewed and why, its rounds side by side, and each with all that belongs to it."""
    found = case_of(scope, case)
    require_whole(scope, found)
    stands = standing(found.pk)
    passage = passage_of(found, stands)
    own = Review.objects.filter(case=found).select_related("submitted_by", "proposal").order_by("-number")
    rounds = [(one, list(latest_materials(one).values()), _opinions(one)) for one in own]
    context = {
        "case": found,
        "grounds": grounds_of(found, stands),
        "judgement": judgement_of(stands),
        "call": ReviewCall.objects.filter(case=found).select_related("called_by").first(),
        "passage": passage,
        "verdict": may_decide(passage),
        "rounds": rounds,
        "compared": compared([one for _review, _materials, opinions in reversed(rounds) for one in opinions]),
        "may_export": scope.may("export_package") and bool(rounds),
    }
    return scope.render("case_review.html", context)


def _opinions(review: Review) -> list[ReviewOpinion]:
    opinions = review.opinions.select_related("reviewer", "coordination__decided_by", "coordination__discussion")
    return list(
        opinions.prefetch_related("findings__paper", "findings__evidence", "items__answered_by").order_by("number")
    )


@page("read_reviews", "GET", "HEAD")
def statistics(scope: Scope) -> HttpResponse:
    """Show how many rounds were agreed to or returned, what was adopted, how long it took, and where problems lie."""
    seen = Case.objects.filter(pk__in=seen_by(scope.reader).values("pk"))
    return scope.render("review_statistics.html", {"figures": figures_of(scope.id, seen)})


@page("read_reviews", "GET", "HEAD")
def accountability(scope: Scope) -> HttpResponse:
    """List who submitted what and stated what of it, who reviewed it and what came of it (L8)."""
    seen = Review.objects.filter(agency_id=scope.id, case__in=seen_by(scope.reader).values("pk"))
    found = seen.select_related("case__unit", "submitted_by").annotate(materials_count=Count("materials"))
    first = ReviewOpinion.objects.select_related("reviewer").order_by("number")
    rows = found.prefetch_related(Prefetch("opinions", first)).order_by("-submitted_at", "-pk")[:MOST]
    return scope.render("review_accountability.html", {"rows": rows, "most": MOST})
