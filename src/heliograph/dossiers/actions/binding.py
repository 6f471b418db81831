"""The dossier after its steps: a missing file added, the dossier taken out, handed over, received or sent back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.file_access import FileRight, right_to_read
from heliograph.dossiers.models import Case, CaseFile, Deposit, Paper, PaperScan, RetrievalReading
from heliograph.dossiers.permissions import DOSSIER_OFFICE, access_case, require_handler
from heliograph.dossiers.rules import volumes as rules
from heliograph.dossiers.rules.opening import RECORDING, check_text
from heliograph.dossiers.rules.packaging import may_package
from heliograph.dossiers.volume_reading import catalogue_sha256, has_scan, volumes_of
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers import files
from heliograph.registers.models import Account
from heliograph.registers.permissions import same_person
from heliograph.registers.storage import storage

WHOLE = "全案"
OUTSIDE = "对外提供（正卷，不含涉密材料）"


@transaction.atomic
def add_scan(
    case_id: UUID, paper_id: UUID, *, name: str, content: bytes, reason: str, actor: Account, at: datetime
) -> PaperScan:
    """Add the file of a document that was registered without one, also after the case is closed or archived.

    FileRefusedError for its kind or size. The document stays as it was registered; only its officers add to it.
    """
    case, who = access_case(actor, case_id, "add_scan", localdate(at))
    require_handler(case, who)
    paper = Paper.objects.get(pk=paper_id, case=case, agency_id=case.agency_id)
    require(
        first_refusal(
            rules.may_add_scan(paper.kind, filed=has_scan(paper), state=case.state),
            check_text(reason, what="补传说明", longest=rules.LONGEST_REASON),
        )
    )
    kept, new = _kept(case, name, content, actor, at)
    scan = write_row(PaperScan, agency_id=case.agency_id, case=case, paper=paper, file=kept, reason=reason.strip(),
                     added_by=actor, added_at=at)  # fmt: skip
    told = tell(case, event="case.scan_added", act="add_scan", step=WHOLE,
                text=f"补传“{paper}”的文件：{reason.strip()}", basis=RECORDING, on=localdate(at), actor=actor,
                at=at)  # fmt: skip
    append("case.scan_added", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[scan, told, *([kept] if new else [])])  # fmt: skip
    return scan


def _kept(case: Case, name: str, content: bytes, actor: Account, at: datetime) -> tuple[CaseFile, bool]:
    files.check_size(len(content))
    kind = files.kind_of(content)
    made = {"size": len(content), "media_type": kind.media_type, "uploaded_by": actor, "uploaded_at": at}
    return CaseFile.objects.get_or_create(
        agency_id=case.agency_id,
        case=case,
        sha256=storage().put(content),
        name=files.clean_name(name, kind),
        defaults=made,
    )


def exportable(case_id: UUID, *, form: str, actor: Account, at: datetime) -> tuple[Case, FileRight]:
    """Return a case whose dossier somebody may take out, and what of it: its officers, the legal office, the archivist.

    Case.DoesNotExist for a case out of sight; ActRefusedError for everybody else of the agency, for a dossier in the
    archive without a retrieval that runs, and for an experimental form of one that is not complete.
    """
    case, who = access_case(actor, case_id, "export_dossier", localdate(at), lock=False)
    if not who.roles & DOSSIER_OFFICE:
        require_handler(case, who)
    require(may_package(form, case.state))
    return case, right_to_read(case, who, localdate(at))


@transaction.atomic
def note_export(case_id: UUID, *, form: str, sha256: str, outside: bool = False, actor: Account, at: datetime) -> Case:
    """Record that somebody took the dossier out: in which form, and the SHA-256 of the very file.

    outside: a copy for somebody outside of the agency, without what only the agency sees.
    """
    case, right = exportable(case_id, form=form, actor=actor, at=at)
    facts = {"form": form, "sha256": sha256, **right.facts, **({"reason": OUTSIDE} if outside else {})}
    rows: list[RetrievalReading] = []
    if right.retrieval is not None:
        rows.append(
            write_row(RetrievalReading, agency_id=case.agency_id, retrieval=right.retrieval, form=form,
                      title=OUTSIDE if outside else "整卷", sha256=sha256, read_by=actor, read_at=at)
        )  # fmt: skip
    append("case.dossier_exported", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows,
           facts=facts)  # fmt: skip
    return case


@transaction.atomic
def hand_over_dossier(case_id: UUID, *, keeper: str, note: str, actor: Account, at: datetime) -> Deposit:
    """Hand the dossier of an archived case over to the office that keeps it; what goes over is counted and hashed."""
    case, who = access_case(actor, case_id, "hand_over_dossier", localdate(at))
    require_handler(case, who)
    last = Deposit.objects.filter(case=case).exclude(state=Deposit.State.RETURNED).first()
    require(
        first_refusal(
            rules.may_hand_over(case.state, handed=last.state if last else ""),
            check_text(keeper, what="接收机构", longest=120),
        )
    )
    require_fit(Deposit, note=note)
    volumes = volumes_of(case, pack_in_force(case.agency_id, case.opened_on))
    counts = {
        "volumes": len(volumes),
        "items": sum(len(one.lines) for one in volumes),
        "pages": sum(one.pages for one in volumes),
    }
    deposit = write_row(Deposit, agency_id=case.agency_id, case=case, keeper=keeper.strip(), note=note.strip(),
                        catalogue_sha256=catalogue_sha256(volumes), given_by=actor, given_at=at,
                        **counts)  # fmt: skip
    words = f"{counts['volumes']} 卷 {counts['items']} 件 {counts['pages']} 页"
    told = tell(case, event="case.dossier_handed", act="hand_over_dossier", step=WHOLE,
                text=f"向{keeper.strip()}移交案卷，{words}。", basis=rules.ARCHIVING, on=localdate(at), actor=actor,
                at=at)  # fmt: skip
    append("case.dossier_handed", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[deposit, told])  # fmt: skip
    return deposit


@transaction.atomic
def receive_dossier(
    case_id: UUID, deposit_id: UUID, *, accepted: bool, remark: str, actor: Account, at: datetime
) -> Deposit:
    """Receive a dossier that was handed over, or send it back with a reason. By an archivist who did not hand it over.

    Received, the row is the receipt: who gave what, how many pages, and who took it when.
    """
    case, _who = access_case(actor, case_id, "receive_dossier", localdate(at))
    deposit = Deposit.objects.select_for_update(of=("self",)).select_related("given_by").get(pk=deposit_id, case=case)
    own = same_person(actor, deposit.given_by)
    require(rules.may_receive(deposit.state, own=own, accepted=accepted, remark=remark))
    require_fit(Deposit, remark=remark)
    deposit.state = Deposit.State.RECEIVED if accepted else Deposit.State.RETURNED
    deposit.received_by, deposit.received_at, deposit.remark = actor, at, remark.strip()
    deposit.save(update_fields=["state", "received_by", "received_at", "remark"])
    event = "case.dossier_received" if accepted else "case.dossier_returned"
    text = f"{deposit.keeper}签收案卷。" if accepted else f"{deposit.keeper}退回案卷：{deposit.remark}"
    told = tell(case, event=event, act="receive_dossier", step=WHOLE, text=text, basis=rules.ARCHIVING,
                on=localdate(at), actor=actor, at=at)  # fmt: skip
    append(event, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[deposit, told])
    return deposit
