"""The one door to the files of a case: who may read which, and under which retrieval (案卷调阅、密级).

Every page that shows or gives a file of a case asks `require_readable_file` first, whoever keeps the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from heliograph.dossiers.models import Case, Destruction, Retrieval
from heliograph.dossiers.permissions import LEADERS, Reader
from heliograph.dossiers.rules import retrieving as rules
from heliograph.dossiers.rules.volumes import Volume
from heliograph.dossiers.volume_reading import items_of, levels_of, volumes_of
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import require
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role


@dataclass(frozen=True, slots=True)
class FileRight:
    """By what right somebody reads files of a case. retrieval: None until the case is archived."""

    retrieval: Retrieval | None
    levels: frozenset[str]
    side: bool

    @property
    def facts(self) -> dict[str, str]:
        """What a record of the reading says of the right."""
        return {"retrieval": str(self.retrieval.pk)} if self.retrieval else {}


def running_retrievals(account: Account, on: date) -> QuerySet[Retrieval]:
    """Return the retrievals of somebody that run on a day."""
    return Retrieval.objects.filter(asked_by=account, state=Retrieval.State.OPEN, until_on__gte=on)


def is_destroyed(case: Case) -> bool:
    """Say whether the dossier of a case was destroyed. One query."""
    return Destruction.objects.filter(case=case, state=Destruction.State.EXECUTED).exists()


def right_to_read(case: Case, who: Reader, on: date) -> FileRight:
    """Return by what right somebody reads the dossier of a case. ActRefusedError for a dossier shut to them.

    No query before the case is archived, two afterwards.
    """
    trusted = who.account.pk in {case.handler_id, case.co_handler_id} or bool(
        who.roles & (LEADERS | {Role.LEGALITY_REVIEWER})
    )
    if case.state != Case.State.ARCHIVED:
        return FileRight(None, rules.covered_levels(case.state, released=(), trusted=trusted), side=True)
    found = running_retrievals(who.account, on).filter(case=case).order_by("-pk").first()
    require(rules.may_read(case.state, running=found is not None, destroyed=is_destroyed(case)))
    assert found is not None  # noqa: S101 - said by the rule above, for the type checker
    return right_of(found, case)


def right_of(retrieval: Retrieval, case: Case) -> FileRight:
    """Return the right that a running retrieval gives."""
    levels = rules.covered_levels(case.state, released=retrieval.levels, trusted=False)
    return FileRight(retrieval, levels, retrieval.side_volume)


def require_readable_file(
    case: Case, who: Reader, *, on: date, sha256: str = "", item: UUID | None = None
) -> FileRight:
    """Return by what right somebody reads one file of a case. ActRefusedError where there is none.

    sha256: of the file's bytes; item: the key of the document, evidence or file in the catalogue. One is enough.
    """
    right = right_to_read(case, who, on)
    require_in_right(case, right, sha256=sha256, item=item)
    return right


def require_in_right(case: Case, right: FileRight, *, sha256: str = "", item: UUID | None = None) -> None:
    """Refuse a file that a right does not cover: of a level above it, or of a volume that a retrieval leaves out."""
    key = str(item or "")
    pack = pack_in_force(case.agency_id, case.opened_on)
    if right.retrieval is not None:
        lines = [line.item for one in visible_volumes(case, pack, right) for line in one.lines if not line.withheld]
        if not any((sha256 and one.sha256 == sha256) or (key and one.key == key) for one in lines):
            require(rules.not_in_retrieval())
    elif levels_of(case):
        mine = (
            one.level for one in items_of(case, pack) if (sha256 and one.sha256 == sha256) or (key and one.key == key)
        )
        require(rules.may_read_item(rules.strictest(mine), covered=right.levels))


def visible_volumes(case: Case, pack: Pack, right: FileRight) -> list[Volume]:
    """Return the volumes of a case as somebody reads them: what is not for them says why it is left out."""
    return rules.shown_volumes(volumes_of(case, pack), covered=right.levels, side=right.side)
