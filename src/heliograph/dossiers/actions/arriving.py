"""Files that arrive for evidence: part of the acts that register it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from heliograph.dossiers.models import Evidence
from heliograph.dossiers.originals import EVIDENCE_SUBJECT
from heliograph.evidence.actions import Arrival, Subject, keep_original
from heliograph.evidence.models import Original
from heliograph.registers.models import Account


def keep_originals(evidence: Evidence, arrivals: Iterable[Arrival], *, actor: Account, at: datetime) -> list[Original]:
    """Make received files originals of a piece of evidence; the caller records the rows."""
    subject = Subject(evidence.agency_id, EVIDENCE_SUBJECT, evidence.pk)
    return [keep_original(subject, one, actor=actor, at=at) for one in arrivals]
