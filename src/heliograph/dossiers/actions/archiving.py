"""Into the archive outside the steps: a case that ended without its result has no step left (归档)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.closing import take_archive_number
from heliograph.dossiers.actions.destroying import begin_retention
from heliograph.dossiers.actions.freshness import require_fresh_case
from heliograph.dossiers.actions.steps import let_duties_follow, tell
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.permissions import access_case, require_handler
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.rules.standing import ARCHIVING, may_archive_terminated
from heliograph.dossiers.rules.volumes import may_lack, told_lack
from heliograph.dossiers.volume_reading import lacking
from heliograph.duties.following import Event
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account, Role


@transaction.atomic
def archive_terminated(
    case_id: UUID, *, note: str, missing_reason: str = "", actor: Account, at: datetime, rev: int | None = None
) -> CaseEvent:
    """File the dossier of a case that was terminated, or refused before its result, in the archive (R10).

    By its officers or an archivist, under its number.

    missing_reason: why files of documents are still missing.
    """
    case, who = access_case(actor, case_id, "archive_terminated", localdate(at))
    require_fresh_case(case, rev)
    pack = pack_in_force(case.agency_id, case.opened_on)
    require(
        first_refusal(
            may_archive_terminated(case.state, stepping=bool(standing(case.pk).tasks)),
            check_text(note, what="立卷说明", longest=1800),
        )
    )
    if Role.ARCHIVIST not in who.roles:
        require_handler(case, who)
    pieces = lacking(case, pack)
    require(may_lack(pieces, missing_reason))
    number, numbered = take_archive_number(case, pack, actor=actor, at=at)
    ended = "终止的案件" if case.state == Case.State.TERMINATED else "没有进入后续环节的案件"
    case.state, case.archived_on, case.archive_number = Case.State.ARCHIVED, localdate(at), number.text
    case.save(update_fields=["state", "archived_on", "archive_number"])
    told = tell(case, event="case.archived", act="archive_terminated", step="全案",
                text=f"{ended}立卷归档，归档号 {number.text}：{note.strip()}{told_lack(pieces, missing_reason)}",
                basis=ARCHIVING,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    let_duties_follow(case, pack, Event("case.archived", localdate(at), at), actor, at)
    append("case.archived", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[case, told, *numbered, begin_retention(case, pack, actor, at)])  # fmt: skip
    return told
