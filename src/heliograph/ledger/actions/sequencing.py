"""Giving pending records their places in a log: one sequencer, one transaction a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from heliograph.kernel.tlog.hashing import EMPTY_ROOT, leaf_hash
from heliograph.kernel.tlog.tiles import TILE_WIDTH, Edge, bundle, check_tail, grow
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.models import Leaf, Log, Pending, Record, Staged, Tree

LOCK = 0x68656C696F  # "helio"
BATCH = 1_000
BASIS = "C2SP tlog-tiles"

_PLACE = """
WITH placed AS (
  INSERT INTO ledger_leaf (record_id, log_id, index)
  SELECT r.id, %(log)s, %(size)s + r.place - 1 FROM unnest(%(records)s::uuid[]) WITH ORDINALITY AS r(id, place)
)
DELETE FROM ledger_pending WHERE record_id = ANY(%(records)s::uuid[])
"""


@contextmanager
def only_sequencer() -> Iterator[None]:
    """Be the one process that sequences and signs; refused at once when another is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            message = "另一进程正在为存证排序，本进程不再启动。"
            raise ActRefusedError(Refused("ledger.another_sequencer", message, BASIS))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@transaction.atomic
def open_log(tree: Tree, *, origin: str, at: datetime, used: Collection[str] = ()) -> Log:
    """Begin the log of a tree under a name that it keeps for ever; the year names its shard.

    A name in `used` is passed over: a restored database may have forgotten a log that was signed under it.
    """
    year = str(localdate(at).year)
    number = Log.objects.filter(tree=tree, shard__startswith=year).count() + 1
    shard = year if number == 1 else f"{year}-{number}"
    while f"{origin}/{tree}/{shard}" in used:
        number += 1
        shard = f"{year}-{number}"
    return Log.objects.create(
        tree=tree,
        shard=shard,
        origin=f"{origin}/{tree}/{shard}",
        root=EMPTY_ROOT,
        edge=Edge().to_bytes(),
        opened_at=at,
    )


@transaction.atomic
def close_log(log: Log, *, at: datetime) -> None:
    """End a log: nothing is added to it any more; what waits goes to its successor."""
    log.closed_at = at
    log.save(update_fields=["closed_at"])


@transaction.atomic
def sequence(log_id: int, *, most: int = BATCH, first: UUID | None = None) -> int:
    """Give up to `most` waiting records the next places of a log, and stage the log's new resources.

    Returns how many; `first` is one to take alone. Refused when another process holds the sequencer's lock, or when a
    leaf's kept hash is not the hash of its kept bytes: one wrong leaf would make the log unverifiable for ever.
    """
    _require_lock()
    log = Log.objects.select_for_update().get(pk=log_id)
    waiting = Pending.objects.filter(tree=log.tree)
    if first is not None:
        waiting = waiting.filter(pk=first)
    # The few that are taken first, then their leaves: not every record that waits is read for each batch.
    taken = Record.objects.filter(pk__in=waiting.order_by("pk").values("pk")[:most])
    found = taken.order_by("pk").values_list("pk", "leaf", "leaf_hash")
    batch = [(key, bytes(leaf), bytes(kept)) for key, leaf, kept in found]
    if not batch:
        return 0
    for key, leaf, kept in batch:
        if leaf_hash(leaf) != kept:
            message = f"存证 {key} 的条目与其摘要不符，已停止排序。"
            raise ActRefusedError(Refused("ledger.leaf_changed", message, BASIS))
    edge = Edge.from_bytes(bytes(log.edge))
    tail = _tail(log)
    check_tail(edge, tail)
    grown = grow(edge, tail, [leaf for _, leaf, _ in batch])
    _place(log, [key for key, _, _ in batch])
    Staged.objects.bulk_create([Staged(log=log, path=path, data=data) for path, data in grown.resources.items()])
    log.size, log.root, log.edge = grown.edge.size, grown.edge.root(), grown.edge.to_bytes()
    log.save(update_fields=["size", "root", "edge"])
    return len(batch)


def _place(log: Log, records: list[UUID]) -> None:
    """Write the places of records, in this order from the log's size on, and let them wait no longer."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"log": log.pk, "size": log.size, "records": records})


def _require_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            message = "另一进程正在为存证排序，本次不办理。"
            raise ActRefusedError(Refused("ledger.another_sequencer", message, BASIS))


def _tail(log: Log) -> bytes:
    """Return the entries of the log's last, partial bundle."""
    first = log.size - log.size % TILE_WIDTH
    leaves = Leaf.objects.filter(log=log, index__gte=first).order_by("index")
    return bundle([bytes(leaf) for leaf in leaves.values_list("record__leaf", flat=True)])
