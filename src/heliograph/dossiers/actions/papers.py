"""Files of a case, and documents registered by hand until the system makes them (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct
from heliograph.dossiers.models import Case, CaseFile, Paper
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.rules.opening import may_happen_on, may_work_on
from heliograph.dossiers.rules.papers import check_papers, is_number_free
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append
from heliograph.registers import files
from heliograph.registers.models import Account


@dataclass(frozen=True, slots=True)
class PaperContent:
    """A document made by hand: its name as the step declares it, number, day and the id of the uploaded file."""

    kind: str
    made_on: date
    number: str = ""
    file_id: UUID | None = None


@transaction.atomic
def store_case_file(case_id: UUID, *, name: str, content: bytes, actor: Account, at: datetime) -> CaseFile:
    """Keep an uploaded file for a case. FileRefusedError for its kind or size; the same one twice is harmless."""
    case, _who = access_case(actor, case_id, "take_step", localdate(at))
    require(may_work_on(case.state))
    files.check_size(len(content))
    kind = files.kind_of(content)
    sha256 = files.storage().put(content)
    made = {"size": len(content), "media_type": kind.media_type, "uploaded_by": actor, "uploaded_at": at}
    found, new = CaseFile.objects.get_or_create(
        agency_id=case.agency_id, case=case, sha256=sha256, name=files.clean_name(name, kind), defaults=made
    )
    if new:
        append("case.file_stored", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[found])
    return found


def file_of_case(case: Case, file_id: UUID | None) -> CaseFile | None:
    """Return a file of this very case. CaseFile.DoesNotExist for anybody else's."""
    return None if file_id is None else CaseFile.objects.get(pk=file_id, case=case, agency_id=case.agency_id)


def add_papers(taken: StepAct, papers: Sequence[PaperContent]) -> list[Paper]:
    """Register the documents of a step; refused unless every one that the step declares is there.

    Until the documents issue lands they are made by hand: who, when, number and the signed file.
    """
    require(check_papers(declared=taken.node.documents, given=[paper.kind for paper in papers]))
    return [add_paper(taken, paper) for paper in papers]


def add_main_paper(taken: StepAct, papers: Sequence[PaperContent], *, kind: str) -> Paper:
    """Register the documents of a step and return the one that the act is about: the first declared, or `kind`."""
    declared = taken.node.documents or (kind,)
    require(check_papers(declared=declared, given=[paper.kind for paper in papers]))
    made = add_papers(taken, papers)
    return next(one for one in made if one.kind == declared[0])


def add_paper(taken: StepAct, content: PaperContent) -> Paper:
    """Register one document of a step; its number may be used once in the agency for its kind."""
    case = taken.case
    number = content.number.strip()
    used = Paper.objects.filter(agency_id=case.agency_id, kind=content.kind, number=number)
    require(is_number_free(number, kind=content.kind, used=bool(number) and used.exists()))
    require(may_happen_on(content.made_on, today=taken.on, not_before=case.opened_on, what=f"{content.kind}的日期"))
    paper = write_row(
        Paper,
        agency_id=case.agency_id,
        case=case,
        step=taken.step,
        kind=content.kind,
        number=number,
        made_on=content.made_on,
        file=file_of_case(case, content.file_id),
        registered_by=taken.actor,
        registered_at=taken.at,
    )
    taken.rows.append(paper)
    return paper
