"""The originals of a case's evidence: which belong to which piece, and how they stand in the dossier."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from heliograph.dossiers.models import Evidence
from heliograph.evidence.models import Original
from heliograph.evidence.queries import originals_of

EVIDENCE_SUBJECT = "case_evidence"


def originals_by_evidence(agency_id: UUID, evidence: Collection[Evidence]) -> dict[UUID, list[Original]]:
    """Return the originals of pieces of evidence by the key of the piece, in the order of receipt. One query."""
    found: dict[UUID, list[Original]] = {one.pk: [] for one in evidence}
    for original in originals_of(agency_id, EVIDENCE_SUBJECT, found.keys()):
        found[original.subject_id].append(original)
    return found
