"""Reads of records, places, proofs and the health of the logs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Exists, Max, Model, OuterRef, QuerySet, Subquery

from heliograph.kernel.canonical import canonical_bytes, parse_canonical
from heliograph.kernel.tlog.encoding import encode_base64
from heliograph.kernel.tlog.notes import parse_note
from heliograph.kernel.tlog.policy import NO_QUORUM, Policy, format_policy
from heliograph.kernel.tlog.policy import Log as KnownLog
from heliograph.kernel.tlog.proof_file import TlogProof
from heliograph.kernel.tlog.proofs import inclusion_proof
from heliograph.kernel.tlog.tiles import TileReader
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Alarm, Leaf, Log, LogKey, Pending, Publication, Record, RecordedRow, Tree

ANCHOR = "ledger.anchor"
TIME_BITS = 80
"""What stands below the milliseconds in a time-ordered key (RFC 9562 version 7)."""


def subject_key(subject: Model) -> tuple[str, str]:
    """Return how records name a row: its table's label and its key."""
    return subject._meta.label_lower, str(subject.pk)


def last_public_record(subject: Model) -> Record | None:
    """Return the public log's last record of a row, with its place where it has one."""
    return public_records(subject).order_by("-number").first()


def public_records(subject: Model) -> QuerySet[Record]:
    """Return the public log's records of a row, the first one first."""
    kind, key = subject_key(subject)
    found = Record.objects.filter(tree=Tree.PUBLIC, subject_kind=kind, subject_id=key)
    return found.select_related("place__log", "content", "salt", "erasure").order_by("number")


def records_of(table: str, row_id: str) -> QuerySet[Record]:
    """Return the process log's records that tell of a row, whatever their subject, the newest first."""
    told = RecordedRow.objects.filter(table_name=table, row_id=row_id).values("record_id")
    found = Record.objects.filter(tree=Tree.PROCESS, pk__in=told)
    return found.select_related("place__log", "content", "salt", "erasure").order_by("-id")


def newest_publication(log_id: int) -> Publication | None:
    """Return the last published checkpoint of a log."""
    found = Publication.objects.filter(checkpoint__log_id=log_id).select_related("checkpoint__log")
    return found.order_by("-checkpoint__size").first()


def anchor_of(log: Log, size: int) -> tuple[Record, int] | None:
    """Return the last record that put a state of a process log into the public log, and the size of that state.

    Only a state of at most `size` entries, under a published checkpoint: what enough witnesses have seen.
    """
    covering = Publication.objects.filter(
        checkpoint__log=OuterRef("place__log"), checkpoint__size__gt=OuterRef("place__index")
    )
    kind, key = subject_key(log)
    found = Record.objects.filter(tree=Tree.PUBLIC, subject_kind=kind, subject_id=key, kind=ANCHOR)
    told = found.filter(Exists(covering), content__isnull=False, salt__isnull=False)
    for record in told.select_related("place__log", "content", "salt").order_by("-number").iterator(chunk_size=10):
        anchored: int = parse_canonical(bytes(record.content.manifest))["published"]["size"]
        if anchored <= size:
            return record, anchored
    return None


def proof_of(record: Record, files: LogFiles, publication: Publication | None) -> TlogProof | None:
    """Return the proof of a record under a published checkpoint, with what is needed to make its leaf again.

    None while no published checkpoint covers the record. MissingTileError when the log's files are incomplete.
    """
    place = getattr(record, "place", None)
    if place is None or publication is None or place.index >= publication.checkpoint.size:
        return None
    size = publication.checkpoint.size
    hashes = inclusion_proof(TileReader(files, size), place.index, size)
    return TlogProof(proof_extra(record), place.index, tuple(hashes), parse_note(publication.note))


def proof_extra(record: Record) -> bytes:
    """Return the leaf, and unless they were erased the manifest and the salt, as canonical JSON."""
    extra = {"leaf": encode_base64(bytes(record.leaf))}
    content, salt = getattr(record, "content", None), getattr(record, "salt", None)
    if content is not None and salt is not None:
        extra |= {"manifest": parse_canonical(bytes(content.manifest)), "salt": encode_base64(bytes(salt.value))}
    return canonical_bytes(extra)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record of the public log stands: no index while it waits, no time while no checkpoint covers it."""

    record_id: UUID
    kind: str
    at: datetime
    origin: str | None
    index: int | None
    covered_at: datetime | None


def public_standings(subject: Model) -> list[Standing]:
    """Return how the public log's records of a row stand, the first one first. One query."""
    kind, key = subject_key(subject)
    covering = Publication.objects.filter(
        checkpoint__log=OuterRef("place__log"), checkpoint__size__gt=OuterRef("place__index")
    ).order_by("checkpoint__size")
    found = Record.objects.filter(tree=Tree.PUBLIC, subject_kind=kind, subject_id=key).order_by("number")
    covered = found.annotate(covered_at=Subquery(covering.values("at")[:1]))
    fields = covered.values_list("pk", "kind", "at", "place__log__origin", "place__index", "covered_at")
    return [Standing(*row) for row in fields]


def public_record(record_id: UUID) -> Record | None:
    """Return a record of the public log with what its proof needs. One query."""
    found = Record.objects.filter(tree=Tree.PUBLIC, pk=record_id)
    return found.select_related("place__log", "content", "salt", "erasure").first()


def known_policy(witnesses: Policy | None) -> Policy:
    """Return the policy that a citizen checks proofs with: every log's keys, and the witnesses that are asked."""
    logs = tuple(KnownLog(vkey) for vkey in LogKey.objects.order_by("id").values_list("vkey", flat=True))
    if witnesses is None:
        return Policy(logs, (), (), NO_QUORUM)
    return Policy(logs, witnesses.witnesses, witnesses.groups, witnesses.quorum)


def public_policy(witnesses: Policy | None) -> str:
    """Return that policy as a file."""
    return format_policy(known_policy(witnesses))


@dataclass(frozen=True, slots=True)
class Health:
    """How a log stands: what is sequenced, what is out, and what waits."""

    log: Log
    publication: Publication | None
    waiting: int

    @property
    def unpublished(self) -> int:
        """How many sequenced records no published checkpoint covers yet."""
        return self.log.size - (self.publication.checkpoint.size if self.publication else 0)


def health_of(tree: Tree) -> Health | None:
    """Return how a tree's open log stands, None before the sequencer ran for the first time. Three queries."""
    log = Log.objects.filter(tree=tree, closed_at__isnull=True).first()
    if log is None:
        return None
    return Health(log, newest_publication(log.pk), Pending.objects.filter(tree=tree).count())


def oldest_waiting(health: Health) -> datetime | None:
    """Return when the oldest record was made that no published checkpoint covers; None when none waits. Two queries.

    By the clock of its key: the time a record tells is that of the act, which may have been entered later.
    """
    published = health.publication.checkpoint.size if health.publication else 0
    leaves = Leaf.objects.filter(log=health.log, index__gte=published).order_by("index")
    pending = Pending.objects.filter(tree=health.log.tree).order_by("record_id")
    first = [*leaves.values_list("record_id", flat=True)[:1], *pending.values_list("record_id", flat=True)[:1]]
    return min(map(_made_at, first), default=None)


def _made_at(key: UUID) -> datetime:
    return datetime.fromtimestamp((key.int >> TIME_BITS) / 1000, UTC)


def logs_of(tree: Tree) -> list[Log]:
    """Return every log of a tree with its keys and their retirement, the open one first. Two queries."""
    return list(Log.objects.filter(tree=tree).prefetch_related("keys__retirement").order_by("-pk"))


def published_sizes(logs: Iterable[Log]) -> dict[int, int]:
    """Return by log how many entries its last published checkpoint covers. One query."""
    rows = Publication.objects.filter(checkpoint__log__in=list(logs)).order_by().values_list("checkpoint__log_id")
    return dict(rows.annotate(size=Max("checkpoint__size")))


def standstill() -> Alarm | None:
    """Return why nothing is written into the logs at present, None while the sequencer goes on. One query."""
    return open_alarms().filter(kind="sequencer").first()


def open_alarms() -> QuerySet[Alarm]:
    """Return the alarms whose cause lasts, the newest first."""
    return Alarm.objects.filter(settled_at__isnull=True).order_by("-raised_at")
