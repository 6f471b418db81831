"""What the public log says of a decision that was published, corrected, withdrawn, or whose term is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heliograph.disclosure.models import Publication, PublicationVersion
from heliograph.ledger.actions import PublicFacts, append_public
from heliograph.ledger.models import Record
from heliograph.ledger.queries import last_public_record


def append_decision(
    publication: Publication, kind: str, at: datetime, *, version: PublicationVersion | None = None
) -> Record:
    """Record it, with a reference to the record it acts on. Who did it stays in the process log."""
    facts = PublicFacts(
        agency=publication.agency.code,
        published=decided_facts(publication, version),
        ref=last_public_record(publication),
    )
    return append_public(kind, subject=publication, agency_id=publication.agency_id, actor_id=None, at=at, facts=facts)


def decided_facts(publication: Publication, version: PublicationVersion | None) -> dict[str, Any]:
    """Return what a proof carries: of a version the hash of what was shown, never a word of it; it outlives that."""
    facts: dict[str, Any] = {
        "publication": str(publication.pk),
        "occasion": publication.occasion,
        "number": publication.number,
        "version": publication.version,
    }
    if version is not None:
        return facts | {"masked_sha256": version.masked_sha256, "original": version.commitment}
    if publication.withdrawn_at is not None:
        reasons = {"reason": publication.withdrawn_reason, "basis": publication.withdrawn_basis}
        return facts | {"withdrawn": reasons}
    return facts | {"expired": {"term_ends_on": str(publication.term_ends_on), "basis": publication.term_basis}}
