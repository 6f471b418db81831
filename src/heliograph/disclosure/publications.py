"""What the public log says of a register entry that was published, corrected or withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from heliograph.disclosure.models import PublicVersion
from heliograph.ledger.actions import PublicFacts, append_public
from heliograph.ledger.models import Record
from heliograph.ledger.queries import last_public_record
from heliograph.registers.models import Account


def append_publication(public: PublicVersion, kind: str, actor: Account, at: datetime) -> Record:
    """Record it, with a reference to the publication it acts on. The name of who did it stays in the process log."""
    facts = PublicFacts(
        agency=public.agency.code,
        published=published_facts(public),
        ref=last_public_record(public.entry),
    )
    return append_public(kind, subject=public.entry, agency_id=public.agency_id, actor_id=None, at=at, facts=facts)


def published_facts(public: PublicVersion) -> dict[str, Any]:
    """Return what the public reads of a version, as its proof carries it; a tombstone carries the reason only."""
    facts: dict[str, Any] = {
        "register": public.register,
        "entry": public.entry_number,
        "version": public.number,
    }
    if public.withdrawn_at is not None:
        return facts | {"withdrawn": {"reason": public.withdrawn_reason, "basis": public.withdrawn_basis}}
    fields = [[field["label"], public.data[field["id"]]] for field in public.fields if field["id"] in public.data]
    return facts | {"title": public.title, "fields": fields, "basis": list(public.basis)}
