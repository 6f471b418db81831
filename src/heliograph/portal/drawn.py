"""Which procedures of an agency are public, and the drawings behind its registers of flowcharts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from heliograph.kernel.packs.schema import Register
from heliograph.portal.scope import Scope
from heliograph.portal.site import Link
from heliograph.procedures.models import Release
from heliograph.procedures.queries import IN_FORCE_STATES, definition_of, releases_of

FLOWCHARTS, REVIEW_FLOWCHARTS = "flowcharts", "review_flowcharts"
REVIEW_LISTS = ("review_catalogue", "review_elements", REVIEW_FLOWCHARTS)
REVIEW = "legality_review"  # the procedure that others call where a decision must be reviewed


@dataclass(frozen=True, slots=True)
class Line:
    """A release in a list: how it stands today, and its page."""

    release: Release
    state: str
    url: str


def public_releases(scope: Scope, procedure: str | None = None) -> list[Release]:
    """Return the released versions of an agency's procedures, the newest of each first. One query."""
    return list(releases_of(scope.agency.pk, procedure).filter(state__in=IN_FORCE_STATES))


def line_of(scope: Scope, release: Release) -> Line:
    """Return a release with its state today: in force, to come, or over."""
    ended = release.effective_to is not None and release.effective_to < scope.on
    state = "former" if ended else "coming" if release.effective_from > scope.on else "current"
    return Line(release, state, version_url(scope, release))


def version_url(scope: Scope, release: Release) -> str:
    """Return the address of one version."""
    return reverse("portal:procedure-version", args=[scope.agency.code, release.procedure, release.number])


def in_force(scope: Scope, releases: Iterable[Release]) -> list[Line]:
    """Return the releases that hold today."""
    lines = (line_of(scope, release) for release in releases)
    return [line for line in lines if line.state == "current"]


def categories(scope: Scope) -> dict[str, str]:
    """Return the names of the agency's categories by their ids."""
    return {one.id: one.name for one in scope.pack.rules.categories} if scope.pack else {}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Links to the drawings of an agency, each with the names of the categories that it is for."""

    links: list[tuple[Link, list[str]]] = field(default_factory=list)

    def of(self, category: str) -> list[Link]:
        """Return the drawings of a category, all of them where none is named."""
        return [link for link, names in self.links if not category or category in names]


def drawn(scope: Scope, register: Register) -> Drawn:
    """Return the drawings that stand for a register's entries, none for a register of other things."""
    if register.id not in {FLOWCHARTS, REVIEW_FLOWCHARTS}:
        return Drawn()
    names = categories(scope)
    lines = in_force(scope, public_releases(scope))
    links = [_review(line) if register.id == REVIEW_FLOWCHARTS else _whole(line) for line in lines]
    kinds = [[names.get(key, key) for key in line.release.categories] for line in lines]
    return Drawn([(link, kind) for link, kind in zip(links, kinds, strict=True) if link is not None])


def _whole(line: Line) -> Link:
    return Link(f"{line.release.title}（第 {line.release.number} 版）", line.url)


def _review(line: Line) -> Link | None:
    """Return the review inside a procedure, None where it calls none."""
    if REVIEW not in definition_of(line.release).bundle.files:
        return None
    return Link(f"{line.release.title}中的法制审核（第 {line.release.number} 版）", f"{line.url}#d-{REVIEW}")


def review_flowcharts(scope: Scope) -> list[Link]:
    """Return the drawings of the review in the procedures in force, so that anybody sees how one goes (L6)."""
    links = (_review(line) for line in in_force(scope, public_releases(scope)))
    return [link for link in links if link is not None]


def review_lists(scope: Scope) -> list[Link]:
    """Return the agency's registers of review: its catalogue, elements and flowcharts, as far as it keeps them."""
    kept = {one.id: one for one in scope.pack.rules.registers} if scope.pack else {}
    return [
        Link(kept[key].name, reverse("portal:register", args=[scope.agency.code, key]))
        for key in REVIEW_LISTS
        if key in kept
    ]
