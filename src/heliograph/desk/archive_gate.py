"""What a page shows of a case that is in the archive: all to its officers, the head of it to others, by retrieval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from heliograph.desk.scope import Scope
from heliograph.dossiers.actions.retrieving import read_case_page
from heliograph.dossiers.file_access import is_destroyed, running_retrievals
from heliograph.dossiers.models import Case, Clue, Retrieval
from heliograph.dossiers.permissions import DOSSIER_OFFICE, LEADERS
from heliograph.dossiers.rules.retrieving import may_read
from heliograph.kernel.verdict import require


@dataclass(frozen=True, slots=True)
class Entrance:
    """How far a case is open to the account. officer: it is one of the two officers of the case."""

    archived: bool
    officer: bool
    retrieval: Retrieval | None

    @property
    def whole(self) -> bool:
        """Whether what was written in the case is shown: to others only with what the agency alone sees (副卷)."""
        return not self.archived or self.officer or (self.retrieval is not None and self.retrieval.side_volume)

    @property
    def files(self) -> bool:
        """Whether its files are open."""
        return not self.archived or self.retrieval is not None


def entrance_of(scope: Scope, case: Case) -> Entrance:
    """Return how far a case is open to the account. One query for a case in the archive."""
    archived = case.state == Case.State.ARCHIVED
    officer = scope.account.pk in {case.handler_id, case.co_handler_id}
    running = running_retrievals(scope.account, scope.on).filter(case=case).order_by("-pk")
    return Entrance(archived, officer, running.first() if archived else None)


def may_see_catalogue(scope: Scope, entrance: Entrance) -> bool:
    """Say whether the account sees what stands in a dossier, which is no reading of it: whoever keeps or approves."""
    return entrance.whole or entrance.files or bool(scope.roles & (DOSSIER_OFFICE | LEADERS))


def require_whole(scope: Scope, case: Case) -> Entrance:
    """Refuse a page that shows what was written in an archived case to whom it is not open; record who opened it."""
    entrance = entrance_of(scope, case)
    if not entrance.whole:
        require(may_read(case.state, running=False, destroyed=is_destroyed(case)))
    note_page(scope, case, entrance)
    return entrance


def note_page(scope: Scope, case: Case, entrance: Entrance) -> None:
    """Record that somebody other than its officers opened what was written in an archived case."""
    if entrance.retrieval is not None and not entrance.officer and scope.request.method == "GET":
        read_case_page(case, entrance.retrieval, actor=scope.account, at=scope.at)


def open_cases(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return those of some cases whose inside is open to the account."""
    return cases.filter(_inside(scope))


def open_clues(scope: Scope, clues: QuerySet[Clue]) -> QuerySet[Clue]:
    """Return those of some clues that came to no case in the archive which is shut to the account."""
    shut = Case.objects.filter(clue=OuterRef("pk"), state=Case.State.ARCHIVED).exclude(_inside(scope))
    return clues.filter(~Exists(shut))


def _inside(scope: Scope) -> Q:
    running: QuerySet[Any] = running_retrievals(scope.account, scope.on).filter(side_volume=True, case=OuterRef("pk"))
    own = Q(handler_id=scope.account.pk) | Q(co_handler_id=scope.account.pk)
    return ~Q(state=Case.State.ARCHIVED) | own | Q(Exists(running))
