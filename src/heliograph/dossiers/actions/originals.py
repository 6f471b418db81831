"""Originals of evidence (证据原件): attached to a piece of evidence, looked at, taken out. Each is a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.arriving import keep_originals
from heliograph.dossiers.actions.investigating import open_for_grounds
from heliograph.dossiers.actions.reading import note_reading
from heliograph.dossiers.actions.steps import tell
from heliograph.dossiers.file_access import FileRight, require_readable_file
from heliograph.dossiers.models import Case, Evidence
from heliograph.dossiers.originals import EVIDENCE_SUBJECT
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.rules.investigating import may_take_out, some_files
from heliograph.dossiers.rules.opening import RECORDING
from heliograph.evidence.actions import Arrival
from heliograph.evidence.models import Original
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append, record_read
from heliograph.registers.models import Account

LONGEST_STORY = 1000
VIEWED, TAKEN = "case.original_viewed", "case.original_taken"


@dataclass(frozen=True, slots=True)
class ReadOriginal:
    """An original that somebody may read, the piece of evidence and the case that it belongs to, and by what right."""

    case: Case
    evidence: Evidence
    original: Original
    right: FileRight


@transaction.atomic
def attach_originals(evidence_id: UUID, *, arrivals: Sequence[Arrival], actor: Account, at: datetime) -> list[Original]:
    """Add originals to a piece of evidence that is registered already, before the decision stands on it.

    Evidence.DoesNotExist, Case.DoesNotExist for what is out of sight. ActRefusedError: not a handler of the case,
    recused, the case closed, suspended or decided; a kind that is not kept, a forged name, the same bytes twice.
    """
    evidence = Evidence.objects.get(pk=evidence_id)
    case = open_for_grounds(evidence.case_id, actor, at)
    require(some_files([one.name for one in arrivals]))
    kept = keep_originals(evidence, arrivals, actor=actor, at=at)
    text = f"为证据“{evidence.name}”附加原件：{'、'.join(one.name for one in kept)}。"[:LONGEST_STORY]
    told = tell(case, event="case.original_attached", act="attach_original", step="案卷登记",
                text=text, basis=RECORDING, on=localdate(at), actor=actor,
                at=at)  # fmt: skip
    append("case.original_attached", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at,
           rows=[*kept, told])  # fmt: skip
    return kept


def attach_original(evidence_id: UUID, *, arrival: Arrival, actor: Account, at: datetime) -> Original:
    """Add one original; see `attach_originals`."""
    [kept] = attach_originals(evidence_id, arrivals=[arrival], actor=actor, at=at)
    return kept


def original_to_read(evidence_id: UUID, original_id: UUID, *, actor: Account, at: datetime) -> ReadOriginal:
    """Return an original that somebody may read now; the caller's act records that it is read.

    Evidence, Case or Original.DoesNotExist for what is out of sight or of another piece; ActRefusedError for a dossier
    or a level of secrecy that is shut to them.
    """
    evidence = Evidence.objects.get(pk=evidence_id)
    case, who = access_case(actor, evidence.case_id, "read_cases", localdate(at), lock=False)
    subject = {"agency_id": case.agency_id, "subject_kind": EVIDENCE_SUBJECT, "subject_id": evidence.pk}
    found = Original.objects.select_related("received_by").get(pk=original_id, **subject)
    right = require_readable_file(case, who, on=localdate(at), sha256=found.sha256, item=evidence.pk)
    return ReadOriginal(case, evidence, found, right)


@transaction.atomic
def view_original(evidence_id: UUID, original_id: UUID, *, actor: Account, at: datetime) -> ReadOriginal:
    """Note that somebody looks at an original, and return it."""
    found = original_to_read(evidence_id, original_id, actor=actor, at=at)
    _note(VIEWED, found, actor, at)
    return found


@transaction.atomic
def take_original(evidence_id: UUID, original_id: UUID, *, actor: Account, at: datetime) -> ReadOriginal:
    """Note that somebody takes the bytes of an original out, and return it. Refused under a retrieval."""
    found = original_to_read(evidence_id, original_id, actor=actor, at=at)
    require(may_take_out(found.original.name, retrieved=found.right.retrieval is not None))
    _note(TAKEN, found, actor, at)
    return found


def _note(kind: str, found: ReadOriginal, actor: Account, at: datetime) -> None:
    case, original = found.case, found.original
    if found.right.retrieval is not None:
        note_reading(found.right.retrieval, title=original.name, sha256=original.sha256, form="view", actor=actor,
                     at=at)  # fmt: skip
        return
    facts = {"file": original.name, "sha256": original.sha256}
    record_read(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, facts=facts)
