"""Timestamps on the files of documents: asked for in the act, fetched by the worker, for no document waits for them."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from heliograph.documents import actions as making
from heliograph.documents import timestamps
from heliograph.documents.models import Document
from heliograph.dossiers.models import Case
from heliograph.ledger.actions import append
from heliograph.outbox.jobs import enqueue
from heliograph.registers.storage import storage

STAMP_JOB: Final = "dossiers.stamp_document"


def ask_timestamp(document: Document, file_sha256: str) -> None:
    """Have the worker fetch a timestamp for a file of a document, where the installation has an authority."""
    if timestamps.is_set_up():
        enqueue(STAMP_JOB, document_id=str(document.pk), file_sha256=file_sha256)


def stamp_document(document_id: UUID, file_sha256: str, *, at: datetime) -> bool:
    """Fetch and keep a timestamp of a file of a document; say whether it is a new one. NoTimestampError.

    The worker's own act: the authority sees the hash of the file alone.
    """
    with storage().open(file_sha256) as file:
        stated = timestamps.obtain(file.read())
    return _keep_token(document_id, file_sha256, stated, at=at)


@transaction.atomic
def _keep_token(document_id: UUID, file_sha256: str, stated: timestamps.Stated, *, at: datetime) -> bool:
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    token = making.keep_token(document, file_sha256, stated, at=at)
    if token is not None:
        case = Case.objects.get(pk=document.subject_id)
        append("document.stamped", subject=case, agency_id=document.agency_id, actor_id=None, at=at, rows=[token],
               facts={"sha256": file_sha256, "stated_at": stated.at.isoformat()})  # fmt: skip
    return token is not None
