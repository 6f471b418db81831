"""Reads of published decisions: lists, one with its versions, and how its records stand. Only what is public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from heliograph.disclosure.models import Publication, PublicDecision
from heliograph.ledger.queries import Standing, public_standings
from heliograph.portal.attested import Attested
from heliograph.portal.scope import Scope
from heliograph.portal.search import PAGE_SIZE, Leaf, Turn, Words, joined, leaf
from heliograph.portal.site import NotFoundError

PUBLISHED = frozenset({"decision.published", "decision.corrected"})
ENDED = frozenset({"decision.withdrawn", "decision.expired"})
READABLE = frozenset({PublicDecision.State.PUBLIC, PublicDecision.State.FORMER})
MOST_COUNTED = 10_000  # more than that is told as "more than", for counting reads every row
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Opened:
    """A publication with every version that was ever public, the newest first."""

    scope: Scope
    publication: Publication
    versions: list[PublicDecision]
    on: date

    @property
    def current(self) -> PublicDecision | None:
        """The version that is public, None once it was withdrawn or its term is over."""
        return next(
            (one for one in self.versions if one.state == PublicDecision.State.PUBLIC and self._runs(one)), None
        )

    @property
    def is_expired(self) -> bool:
        """Whether the term is over, also where the daily sweep has not come to it yet."""
        return self.current is None and self.publication.state != Publication.State.WITHDRAWN

    def _runs(self, row: PublicDecision) -> bool:
        return row.term_ends_on is None or row.term_ends_on >= self.on

    def version(self, number: int) -> PublicDecision:
        """Return one version. NotFoundError when it was never public."""
        for one in self.versions:
            if one.number == number:
                return one
        raise NotFoundError(f"这条信息没有公示过第 {number} 版。请从版本记录中选择。", self.scope.site)


def opened(scope: Scope, publication: UUID) -> Opened:
    """Return a publication. NotFoundError when nothing of it was ever public, whatever the agency prepares."""
    rows = PublicDecision.objects.filter(agency=scope.agency, publication_id=publication).defer("tokens")
    versions = list(rows.select_related("publication").order_by("-number"))
    if not versions:
        raise NotFoundError("没有这条决定公示。请从决定公示的列表中查找。", scope.site)
    return Opened(scope, versions[0].publication, versions, localdate())


def readable_now(agency_id: UUID) -> QuerySet[PublicDecision]:
    """Return what is public today: by its last day too, for the sweep comes once a day."""
    runs = Q(term_ends_on__isnull=True) | Q(term_ends_on__gte=localdate())
    return PublicDecision.objects.filter(runs, agency_id=agency_id, state=PublicDecision.State.PUBLIC)


def public_decisions(agency_id: UUID, words: Words, category: str, year: int | None) -> QuerySet[PublicDecision]:
    """Return the decisions of an agency that may match."""
    rows = readable_now(agency_id).defer("tokens")
    if words.tokens:
        rows = rows.filter(tokens__contains=list(words.tokens))
    if category:
        rows = rows.filter(category=category)
    if year is not None:
        rows = rows.filter(decided_on__gte=date(year, 1, 1), decided_on__lt=date(year + 1, 1, 1))
    return rows


def page_of_decisions(rows: QuerySet[PublicDecision], words: Words, turn: Turn[Place]) -> Leaf[PublicDecision]:
    """Return one page of decisions, the newest first. One to four queries."""
    back = turn.before is not None

    def fetch(last: PublicDecision | None) -> list[PublicDecision]:
        place = (last.published_at, last.pk) if last else turn.before or turn.after
        rest = rows
        if place is not None:
            at, key = place
            way = "gt" if back else "lt"
            rest = rest.filter(Q(**{f"published_at__{way}": at}) | Q(published_at=at, **{f"id__{way}": key}))
        order = ("published_at", "id") if back else ("-published_at", "-id")
        return list(rest.order_by(*order)[: PAGE_SIZE + 1])

    return leaf(turn, fetch, lambda row: not words or words.occur_in(text_of(row)))


def text_of(row: PublicDecision) -> str:
    """Return everything a decision says to the public, for the phrase test."""
    return joined([*(value for _label, value in row.lines), row.text])


def count_of(rows: QuerySet[PublicDecision]) -> int:
    """Return how many there are, at most one more than is ever told."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def attested_of(row: PublicDecision, standings: Sequence[Standing]) -> Attested:
    """Return the record that may be shown of a version: of one that is gone never that of what it said.

    A record and the version it is about were written by one act and carry its time.
    """
    if row.state in {PublicDecision.State.WITHDRAWN, PublicDecision.State.EXPIRED}:
        return Attested(next((one for one in standings if one.kind in ENDED), None), is_withdrawal=True)
    found = (one for one in standings if one.kind in PUBLISHED and one.at == row.published_at)
    return Attested(next(found, None), is_withdrawal=False)


def standings_of(found: Opened) -> list[Standing]:
    """Return how the public log's records of a publication stand. One query."""
    return public_standings(found.publication)
