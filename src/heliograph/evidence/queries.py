"""Reads of originals for every floor above."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO
from uuid import UUID

from django.db.models import QuerySet

from heliograph.evidence.models import Original
from heliograph.registers.storage import storage


def originals_of(agency_id: UUID, kind: str, subjects: Collection[UUID]) -> QuerySet[Original]:
    """Return the originals of some subjects of a kind, in the order in which they were received."""
    found = Original.objects.filter(agency_id=agency_id, subject_kind=kind, subject_id__in=subjects)
    return found.select_related("received_by").order_by("pk")


def opened(original: Original) -> BinaryIO:
    """Open the bytes of an original. FileNotFoundError when storage has lost them."""
    return storage().open(original.sha256)


def stretch(original: Original, first: int, last: int) -> Iterator[bytes]:
    """Return the bytes of an original from one place to another, both included, in pieces."""
    return storage().read(original.sha256, first=first, last=last)
