"""Files of a case, and the documents of its steps: made by the system, or by hand and registered (R1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.documents.models import Document, SealedFile
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import StepAct
from heliograph.dossiers.models import Case, CaseFile, Paper
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.queries import signed_papers
from heliograph.dossiers.rules.opening import may_follow, may_happen_on, may_work_on
from heliograph.dossiers.rules.papers import (
    check_papers,
    check_some_papers,
    is_number_free,
    is_signed,
    may_take_document,
)
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append
from heliograph.registers import files
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account
from heliograph.registers.storage import storage

_NUMBERED = Kept(
    lambda agency, kind, number: (
        Paper.objects.filter(agency_id=agency, kind=kind, number=number).order_by().values_list("pk", flat=True)[:1]
    ),
    agency=UUID,
    kind=str,
    number=str,
)


@dataclass(frozen=True, slots=True)
class PaperContent:
    """A document of a step: its name as the step declares it, number, day and the id of the uploaded file.

    document_id: one that the system made and issued; number, day and file are then its own.
    """

    kind: str
    made_on: date
    number: str = ""
    file_id: UUID | None = None
    document_id: UUID | None = None


@transaction.atomic
def store_case_file(case_id: UUID, *, name: str, content: bytes, actor: Account, at: datetime) -> CaseFile:
    """Keep an uploaded file for a case. FileRefusedError for its kind or size; the same one twice is harmless."""
    case, _who = access_case(actor, case_id, "take_step", localdate(at))
    require(may_work_on(case.state))
    files.check_size(len(content))
    kind = files.kind_of(content)
    sha256 = storage().put(content)
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
    """Register the documents of a step, made by the system or by hand; refused unless all it declares are there."""
    require(check_papers(declared=taken.node.documents, given=[paper.kind for paper in papers]))
    return [add_paper(taken, paper) for paper in papers]


def require_made_since(papers: Iterable[Paper], day: date | None, *, since: str) -> None:
    """Refuse documents of an act that are dated before what they tell of, or rest on, can have been."""
    for one in papers:
        require(may_follow(one.made_on, day, what=f"{one.kind}的日期", since=since))


def add_some_papers(taken: StepAct, papers: Sequence[PaperContent], *, wanted: Sequence[str]) -> list[Paper]:
    """Register those documents of a step that go with what was done; refused without any, or without a wanted one."""
    given = [paper for paper in papers if paper.kind in taken.node.documents]
    kinds = [paper.kind for paper in given]
    require(check_some_papers(declared=taken.node.documents, wanted=wanted, given=kinds))
    return [add_paper(taken, paper) for paper in given]


def add_main_paper(taken: StepAct, papers: Sequence[PaperContent], *, kind: str) -> Paper:
    """Register the documents of a step and return the one that the act is about: the first declared, or `kind`."""
    declared = taken.node.documents or (kind,)
    require(check_papers(declared=declared, given=[paper.kind for paper in papers]))
    made = add_papers(taken, papers)
    return next(one for one in made if one.kind == declared[0])


def add_paper(taken: StepAct, content: PaperContent) -> Paper:
    """Register one document of a step; its number may be used once in the agency for its kind."""
    case = taken.case
    made = issued_document(taken, content)
    content = content if made is None else _as_made(case, content, made)
    number = content.number.strip()
    used = bool(number) and bool(_NUMBERED(agency=case.agency_id, kind=content.kind, number=number))
    filed = content.file_id is not None or made is not None
    require(is_signed(content.kind, filed=filed, wanted=signed_papers(taken.pack)))
    require(is_number_free(number, kind=content.kind, used=used))
    require(may_happen_on(content.made_on, today=taken.on, not_before=case.began_on, what=f"{content.kind}的日期",
                          since=_since(case)))  # fmt: skip
    paper = write_row(
        Paper,
        agency_id=case.agency_id,
        case=case,
        step=taken.step,
        kind=content.kind,
        number=number,
        made_on=content.made_on,
        file=file_of_case(case, content.file_id),
        document=made,
        registered_by=taken.actor,
        registered_at=taken.at,
    )
    taken.rows.append(paper)
    return paper


def _since(case: Case) -> str:
    return "登记案件之日" if case.began_on == case.opened_on else "收到申请或者到场之日"


def issued_document(taken: StepAct, content: PaperContent) -> Document | None:
    """Return the document of the system that a step is to take, None for one made by hand. Refused once it is taken."""
    if content.document_id is None:
        return None
    case = taken.case
    found = Document.objects.select_for_update(of=("self",)).get(
        pk=content.document_id, agency_id=case.agency_id, subject_kind="case", subject_id=case.pk
    )
    require(
        may_take_document(
            content.kind,
            issued=found.state == Document.State.ISSUED,
            same_kind=found.kind == content.kind,
            taken=Paper.objects.filter(document=found).exists(),
        )
    )
    return found


def _as_made(case: Case, content: PaperContent, made: Document) -> PaperContent:
    """Return what is registered of a made document: a scan in place of its file where given, else the sealed file."""
    sealed = SealedFile.objects.filter(document=made).values_list("sha256", flat=True).first()
    files_of = CaseFile.objects.filter(case=case, agency_id=case.agency_id)
    file = files_of.filter(sha256=sealed or made.sha256).order_by("pk").first()
    day = made.made_on or content.made_on
    return PaperContent(content.kind, day, made.number, content.file_id or (file.pk if file else None), made.pk)
