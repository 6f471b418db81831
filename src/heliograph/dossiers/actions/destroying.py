"""Retention and destruction of dossiers: a term set when filed, then several people and a time to think (鉴定销毁).

The bytes of the files go; the catalogue, what was registered, the records and the certificate stay (ADR 0026), and the
certificate says so. It is written after the bytes: of a file that somebody uploads anew at that moment it says that it
stays.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.file_access import is_destroyed
from heliograph.dossiers.models import Case, Destruction, Retention
from heliograph.dossiers.permissions import Reader, access_case
from heliograph.dossiers.retention_reading import destruction_of, files_beside, holds_on, needed_elsewhere, retention_of
from heliograph.dossiers.rules import retention as rules
from heliograph.dossiers.rules.opening import check_text
from heliograph.dossiers.volume_reading import items_of, provision_of, volumes_of
from heliograph.kernel.canonical import canonical_bytes
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account
from heliograph.registers.permissions import same_person
from heliograph.registers.storage import storage

WHOLE = "全案"
YEARS, FOR_EVER, COOLING = "dossier_retention_years", "dossier_retention_permanent", "destruction_cooling_days"
GENERAL_YEARS = 30  # where a pack has no rule; packs/cn-national gives it with its citation
LONGEST_REASON = 300
GONE, KEPT, STAYED = "已销毁", "另有使用，原件保留", "销毁时又有人上传，原件保留"
BESIDE = "卷外"


def begin_retention(case: Case, pack: Pack, actor: Account, at: datetime) -> Retention:
    """Write the term of a dossier that is being filed, by item; the act that files it records the row."""
    years = int(provision_of(pack, YEARS, GENERAL_YEARS))
    terms = rules.terms_of(items_of(case, pack), years=years, for_ever=provision_of(pack, FOR_EVER, []))
    kept = rules.longest(terms, otherwise=years)
    return write_row(Retention, agency_id=case.agency_id, case=case, years=kept, from_on=localdate(at),
                     until_on=rules.ends_on(localdate(at), kept), items=terms, reason="归档时按规则包确定",
                     basis=rules.KEEPING, set_by=actor, set_at=at)  # fmt: skip


@transaction.atomic
def set_retention(
    case_id: UUID, *, years: int | None, reason: str, basis: str, actor: Account, at: datetime
) -> Retention:
    """Set the term of a dossier that has none, or a longer one after appraisal. years None: for ever."""
    case, _who = _access(case_id, "set_retention", actor, at)
    now = retention_of(case)
    require(
        first_refusal(
            rules.may_set(case.state, now=now.years if now else None, wanted=years, known=now is not None,
                          destroyed=is_destroyed(case)),
            check_text(reason, what="理由", longest=LONGEST_REASON),
            check_text(basis, what="依据", longest=200),
        )
    )  # fmt: skip
    begins = case.archived_on or localdate(at)
    made = write_row(Retention, agency_id=case.agency_id, case=case, years=years, from_on=begins,
                     until_on=rules.ends_on(begins, years), items=now.items if now else {}, reason=reason.strip(),
                     basis=basis.strip(), set_by=actor, set_at=at)  # fmt: skip
    append("dossier.retention_set", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[made])
    return made


@transaction.atomic
def propose_destruction(case_id: UUID, *, appraisal: str, actor: Account, at: datetime) -> Destruction:
    """Propose to destroy a dossier whose term is over, with the opinion of the appraisal."""
    case, _who = _access(case_id, "propose_destruction", actor, at)
    now = retention_of(case)
    require(
        first_refusal(
            rules.may_propose(known=now is not None, until=now.until_on if now else None, on=localdate(at),
                              pending=destruction_of(case) is not None, held=holds_on(case, localdate(at))),
            check_text(appraisal, what="鉴定意见", longest=rules.LONGEST_APPRAISAL),
        )
    )  # fmt: skip
    made = write_row(Destruction, agency_id=case.agency_id, case=case, appraisal=appraisal.strip(), proposed_by=actor,
                     proposed_at=at)  # fmt: skip
    return _recorded("dossier.destruction_proposed", case, made, actor, at)


@transaction.atomic
def decide_destruction(
    destruction_id: UUID, *, granted: bool, opinion: str = "", actor: Account, at: datetime
) -> Destruction:
    """Approve a proposal, upon which the time to think begins, or refuse it with the reason. A leader, once."""
    case, _who, found = _destruction(destruction_id, "decide_destruction", actor, at)
    pack = pack_in_force(case.agency_id, localdate(at))
    require(
        first_refusal(
            rules.may_decide(found.state, own=same_person(actor, found.proposed_by)),
            rules.may_go_on(holds_on(case, localdate(at))) if granted
            else check_text(opinion, what="不同意的理由", longest=LONGEST_REASON),
        )
    )  # fmt: skip
    require_fit(Destruction, opinion=opinion)
    found.state = Destruction.State.APPROVED if granted else Destruction.State.REFUSED
    found.decided_by, found.decided_at, found.opinion = actor, at, opinion.strip()
    if granted:
        found.not_before = rules.not_before(localdate(at), int(provision_of(pack, COOLING, 0)))
    found.save(update_fields=["state", "decided_by", "decided_at", "opinion", "not_before"])
    kind = "dossier.destruction_approved" if granted else "dossier.destruction_refused"
    return _recorded(kind, case, found, actor, at)


@transaction.atomic
def cancel_destruction(destruction_id: UUID, *, reason: str, actor: Account, at: datetime) -> Destruction:
    """Stop a destruction that is not yet carried out. By a leader, with the reason."""
    case, _who, found = _destruction(destruction_id, "decide_destruction", actor, at)
    require(first_refusal(rules.may_cancel(found.state), check_text(reason, what="撤销理由", longest=LONGEST_REASON)))
    found.state, found.opinion = Destruction.State.CANCELLED, reason.strip()
    found.save(update_fields=["state", "opinion"])
    return _recorded("dossier.destruction_cancelled", case, found, actor, at)


@transaction.atomic
def destroy_dossier(destruction_id: UUID, *, actor: Account, at: datetime) -> Destruction:
    """Erase the files of a dossier after the time to think, and write the certificate. An archivist, a third person."""
    case, _who, found = _destruction(destruction_id, "execute_destruction", actor, at)
    took_part = any(same_person(actor, one) for one in (found.proposed_by, found.decided_by) if one is not None)
    require(
        first_refusal(
            rules.may_execute(found.state, earliest=found.not_before, on=localdate(at), took_part=took_part),
            rules.may_go_on(holds_on(case, localdate(at))),
        )
    )
    lines = [*_certificate(case), *_beside(case)]
    became = _erase({line["sha256"] for line in lines if line["sha256"]}, case, at)
    for line in lines:
        line["became"] = became.get(line["sha256"], "")
    gone, stayed = (sum(one == what for one in became.values()) for what in (GONE, STAYED))
    found.state, found.executed_by, found.executed_at = Destruction.State.EXECUTED, actor, at
    found.certificate, found.certificate_sha256 = lines, hashlib.sha256(canonical_bytes(lines)).hexdigest()
    found.save(update_fields=["state", "executed_by", "executed_at", "certificate", "certificate_sha256"])
    also = f"另有 {stayed} 个文件在销毁时又有人上传，没有销毁，见销毁清册。" if stayed else ""
    told = tell(case, event="dossier.destroyed", act="destroy_dossier", step=WHOLE,
                text=f"保管期满，案卷经鉴定批准销毁：{gone} 个文件。{also}目录、登记内容、记录和销毁清册保留。",
                basis=rules.KEEPING, on=localdate(at), actor=actor, at=at)  # fmt: skip
    append("dossier.destroyed", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[found, told],
           facts={"sha256": found.certificate_sha256, "rows": gone, "kept": stayed})  # fmt: skip
    return found


def _erase(files: set[str], case: Case, at: datetime) -> dict[str, str]:
    """Erase the bytes of files, and return what became of each.

    Done again after a stop half-way, it finds the same: what is not there is gone.
    """
    shared = needed_elsewhere(files, case)
    became = dict.fromkeys(shared, KEPT)
    kept = storage()
    for sha256 in sorted(files - shared):
        stayed = not kept.drop(sha256, before=at) and kept.renew(sha256)
        became[sha256] = STAYED if stayed else GONE
    return became


def _beside(case: Case) -> list[dict[str, Any]]:
    """Return a line for each file of a case that stands in no catalogue: uploaded and not used, drawn and sealed."""
    listed = {item.sha256 for item in items_of(case, pack_in_force(case.agency_id, case.opened_on))}
    named = {one.sha256: one for one in case.files.order_by("-uploaded_at", "-pk")}
    lines: list[dict[str, Any]] = []
    for serial, sha256 in enumerate(sorted(files_beside(case) - listed), 1):
        file = named.get(sha256)
        title, day = (file.name, localdate(file.uploaded_at).isoformat()) if file else ("没有登记的文件", "")
        lines.append({"volume": BESIDE, "serial": serial, "title": title, "number": "", "day": day, "pages": "",
                      "sha256": sha256})  # fmt: skip
    return lines


def _certificate(case: Case) -> list[dict[str, Any]]:
    """Return the lines of the catalogue as the certificate keeps them (销毁清册)."""
    pack = pack_in_force(case.agency_id, case.opened_on)
    return [
        {"volume": one.name, "serial": line.serial, "title": line.item.title, "number": line.item.number,
         "day": line.item.day.isoformat(), "pages": line.pages, "sha256": line.item.sha256}
        for one in volumes_of(case, pack)
        for line in one.lines
    ]  # fmt: skip


def _access(case_id: UUID, act: str, actor: Account, at: datetime) -> tuple[Case, Reader]:
    return access_case(actor, case_id, act, localdate(at))


def _destruction(key: UUID, act: str, actor: Account, at: datetime) -> tuple[Case, Reader, Destruction]:
    """Fetch and lock a destruction and its case. DoesNotExist for one out of sight."""
    case, who = _access(Destruction.objects.values_list("case_id", flat=True).get(pk=key), act, actor, at)
    people = ("proposed_by", "decided_by")
    found = Destruction.objects.select_for_update(of=("self",)).select_related(*people).get(pk=key)
    return case, who, found


def _recorded(kind: str, case: Case, made: Destruction, actor: Account, at: datetime) -> Destruction:
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[made])
    return made
