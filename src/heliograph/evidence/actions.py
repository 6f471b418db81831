"""Taking originals in. Parts of the acts of higher floors, which authorise and record.

Bytes arrive first, by whatever way brings them in pieces: a form, a browser's upload, later a device or an upload that
is taken up again. `receive` keeps them under their hash; they belong to nothing until an act names them, and what no
act names is swept away like every unused file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heliograph.evidence import rules
from heliograph.evidence.models import Original
from heliograph.evidence.reading import examine
from heliograph.kernel.verdict import ActRefusedError, require
from heliograph.registers.models import Account
from heliograph.registers.receiving import Received, TooLargeError
from heliograph.registers.storage import storage


@dataclass(frozen=True, slots=True)
class Subject:
    """What originals belong to."""

    agency_id: UUID
    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose bytes have been received, and the name under which it came."""

    received: Received
    name: str


def receive(chunks: Iterable[bytes]) -> Received:
    """Keep bytes as they come; ActRefusedError above the limit, and nothing is kept of what breaks off."""
    limit: int = settings.EVIDENCE_FILE_BYTES
    try:
        return storage().receive(chunks, limit=limit)
    except TooLargeError:
        raise ActRefusedError(rules.too_large(limit)) from None


def keep_original(subject: Subject, arrival: Arrival, *, actor: Account, at: datetime) -> Original:
    """Make a received file an original of a subject; part of the act that records the row.

    ActRefusedError: swept away meanwhile, not a kind that is kept, a name that contradicts the content, or the same
    bytes a second time.
    """
    require(rules.is_here(arrival.name, here=storage().renew(arrival.received.sha256)))
    found = examine(arrival.received, arrival.name)
    mine = {"agency_id": subject.agency_id, "subject_kind": subject.kind, "subject_id": subject.id}
    received = arrival.received
    require(rules.may_attach(found.name, already=Original.objects.filter(**mine, sha256=received.sha256).exists()))
    return Original.objects.create(
        **mine,
        name=found.name,
        sha256=received.sha256,
        sm3=received.sm3,
        size=received.size,
        media_type=found.kind.media_type,
        encrypted=found.encrypted,
        received_by=actor,
        received_at=at,
    )
