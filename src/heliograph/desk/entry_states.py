"""Where an entry stands, read from its latest version, the release of that version and what is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from heliograph.disclosure.models import PublicVersion
from heliograph.disclosure.rules import entrustment_unfiled
from heliograph.kernel.packs.schema import Register
from heliograph.registers.exports import flat
from heliograph.registers.models import Entry, EntryVersion

LABELS = {
    "draft": ("草稿", "grey"),
    "in_review": ("审批中", "amber"),
    "returned": ("已退回", "red"),
    "public": ("已公开", "green"),
    "withdrawn": ("已撤回", "grey"),
}
PAGE = 50
FINGERPRINT = 12
BODY_TYPE = "body_type"


def with_state(entries: QuerySet[Entry]) -> QuerySet[Any]:
    """Annotate `state` (a key of LABELS), `latest` (version number) and `is_public`."""
    latest = EntryVersion.objects.filter(entry=OuterRef("pk")).order_by("-number")
    public = PublicVersion.objects.filter(entry=OuterRef("pk"), agency=OuterRef("agency"), is_current=True)
    read = entries.annotate(
        latest=Subquery(latest.values("number")[:1]),
        latest_sealed_at=Subquery(latest.values("sealed_at")[:1]),
        latest_release=Subquery(latest.values("release__state")[:1]),
        latest_withdrawn=Subquery(latest.values("public_version__withdrawn_at")[:1]),
        is_public=Exists(public),
    )
    return read.annotate(
        state=Case(
            When(in_review=True, then=Value("in_review")),
            When(latest_sealed_at__isnull=True, then=Value("draft")),
            When(latest_release="returned", then=Value("returned")),
            When(latest_withdrawn__isnull=False, then=Value("withdrawn")),
            default=Value("public"),
            output_field=CharField(),
        )
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a register by entry number, and the numbers to go on from."""

    entries: list[Entry]
    before: int | None
    after: int | None


def slice_of(entries: QuerySet[Any], *, after: int | None, before: int | None) -> Slice:
    """Return the entries after a number, or before one, in order of number."""
    if before is not None:
        found = list(entries.filter(number__lt=before).order_by("-number")[: PAGE + 1])
        more, shown = len(found) > PAGE, found[:PAGE][::-1]
        return Slice(shown, shown[0].number if more and shown else None, shown[-1].number if shown else None)
    start = after or 0
    found = list(entries.filter(number__gt=start).order_by("number")[: PAGE + 1])
    shown = found[:PAGE]
    return Slice(
        shown, shown[0].number if start and shown else None, shown[-1].number if len(found) > PAGE and shown else None
    )


def search(entries: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Filter by words in the title, or by the entry's number."""
    found = Q(title__icontains=words)
    if words.isascii() and words.isdigit() and len(words) < 10:
        found |= Q(number=int(words))
    return entries.filter(found)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of an entry as shown, and beside it what was public before."""

    id: str
    label: str
    value: Any
    kind: str
    public: bool
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def field_rows(register: Register, data: Mapping[str, Any], former: Mapping[str, Any] | None = None) -> list[FieldRow]:
    """Return an entry's fields in the pack's order; empty ones are left out unless they were filled before."""
    rows = [
        FieldRow(
            field.id,
            field.label,
            data.get(field.id),
            field.type,
            field.public,
            _read(field.type, (former or {}).get(field.id)),
            _read(field.type, data.get(field.id)),
        )
        for field in register.fields
    ]
    return [row for row in rows if row.before or row.after]


def _read(kind: str, value: Any) -> str:
    """Return a value as text; a file with its fingerprint, so that another file of the same name is seen."""
    if kind == "file" and isinstance(value, dict):
        return f"{flat(value)}（指纹 {value['sha256'][:FINGERPRINT]}）"
    return flat(value)


def unfiled(register: Register, entries: Sequence[Entry], *, public: bool) -> set[UUID]:
    """Return which of the entries are bodies whose letter of entrustment is not known to be filed (D4). One query.

    Read in the latest version, or in the public one for somebody who reads no other.
    """
    if not any(field.id == BODY_TYPE for field in register.fields):
        return set()
    newest = EntryVersion.objects.filter(entry__in=entries).order_by("entry_id", "-number").distinct("entry_id")
    current = PublicVersion.objects.filter(entry__in=entries, is_current=True)
    rows = current.values_list("entry_id", "data") if public else newest.values_list("entry_id", "data")
    return {key for key, data in rows if entrustment_unfiled(data)}


def current_public(agency_id: UUID, entry_id: UUID) -> PublicVersion | None:
    """Return what the public reads of an entry now."""
    return PublicVersion.objects.filter(agency_id=agency_id, entry_id=entry_id, is_current=True).first()


def versions_of(entry: Entry) -> QuerySet[EntryVersion]:
    """Return every version, the latest first, with who wrote it and what became of it."""
    return (
        EntryVersion.objects.filter(agency_id=entry.agency_id, entry=entry)
        .select_related("created_by", "release", "public_version")
        .order_by(F("number").desc())
    )
