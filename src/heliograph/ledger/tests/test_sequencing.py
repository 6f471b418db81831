"""Places in a log: contiguous, given once, by one process, and only to leaves that are what they were."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from heliograph.kernel.tlog.hashing import EMPTY_ROOT, root_of
from heliograph.kernel.tlog.tiles import Edge, TileError
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.sequencing import close_log, only_sequencer, open_log, sequence
from heliograph.ledger.models import Leaf, Log, Pending, Record, Staged, Tree
from heliograph.ledger.tests.making import AT, ORIGIN, code_of, fill, log_of, make_row, publish, record, sequenced

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]


def leaf_hashes_of(log: Log) -> list[bytes]:
    return [bytes(leaf.record.leaf_hash) for leaf in Leaf.objects.filter(log=log).order_by("index")]


def test_log_begins_empty_under_its_lasting_name() -> None:
    log = log_of()
    assert (log.origin, log.shard, log.size, bytes(log.root)) == (f"{ORIGIN}/process/2026", "2026", 0, EMPTY_ROOT)
    assert Edge.from_bytes(bytes(log.edge)) == Edge()
    assert sequence(log.pk) == 0


def test_batch_gets_contiguous_places_in_the_order_of_the_records() -> None:
    log = log_of()
    made = fill(7)
    assert [sequence(log.pk, most=3), sequence(log.pk, most=3), sequence(log.pk, most=3)] == [3, 3, 1]
    assert list(Leaf.objects.order_by("index").values_list("index", "record_id")) == [
        (index, one.pk) for index, one in enumerate(made)
    ]
    log.refresh_from_db()
    assert (log.size, bytes(log.root)) == (7, root_of(leaf_hashes_of(log)))
    assert Edge.from_bytes(bytes(log.edge)).root() == bytes(log.root)
    assert not Pending.objects.exists()


def test_record_that_was_committed_late_gets_the_next_place() -> None:
    log = log_of()
    row = make_row()
    late, early = record(row), record(row)
    waiting = Pending.objects.get(record=late)
    waiting.delete()
    sequenced(log)
    Pending.objects.create(record=late, tree=Tree.PROCESS)
    sequenced(log)
    assert list(Leaf.objects.order_by("index").values_list("record_id", flat=True)) == [early.pk, late.pk]


def test_tree_takes_its_own_records_only() -> None:
    row = make_row()
    record(row)
    published = publish(row)
    log = sequenced(log_of(Tree.PUBLIC))
    assert list(Leaf.objects.values_list("record_id", "log_id")) == [(published.pk, log.pk)]
    assert Pending.objects.get().tree == Tree.PROCESS


def test_one_record_can_be_taken_first() -> None:
    log = log_of()
    _, _, third = fill(3)
    assert sequence(log.pk, first=third.pk) == 1
    assert Leaf.objects.get().record == third


def test_new_resources_are_staged_and_the_full_tile_among_them() -> None:
    log = log_of()
    fill(3)
    sequence(log.pk)
    assert set(Staged.objects.values_list("path", flat=True)) == {"tile/entries/000.p/3", "tile/0/000.p/3"}
    fill(254)
    sequence(log.pk)
    paths = set(Staged.objects.values_list("path", flat=True))
    assert {"tile/entries/000", "tile/0/000", "tile/1/000.p/1", "tile/0/001.p/1"} <= paths
    assert bytes(Staged.objects.get(path="tile/0/000").data) == b"".join(leaf_hashes_of(log)[:256])


def test_leaf_that_is_not_what_it_hashes_to_is_refused() -> None:
    log = log_of()
    sound = record(make_row())
    forged = Record.objects.create(
        tree=Tree.PROCESS, kind="x", subject_kind="x", subject_id="1", number=1, at=AT,
        leaf=bytes(sound.leaf), leaf_hash=bytes(32),
    )  # fmt: skip
    Pending.objects.create(record=forged, tree=Tree.PROCESS)
    with pytest.raises(ActRefusedError) as refusal:
        sequence(log.pk)
    assert code_of(refusal.value) == "ledger.leaf_changed"
    assert str(forged.pk) in str(refusal.value)
    assert (Leaf.objects.count(), Pending.objects.count(), Staged.objects.count()) == (0, 2, 0)


def test_edge_that_the_last_entries_do_not_make_is_refused() -> None:
    log = log_of()
    fill(3)
    sequenced(log)
    edge = bytearray(log.edge)
    edge[-1] ^= 1
    Log.objects.update(edge=bytes(edge))
    fill(1)
    with pytest.raises(TileError, match="do not hash to its edge"):
        sequence(log.pk)
    assert Leaf.objects.count() == 3


def test_successor_of_the_same_year_gets_a_number_and_passes_over_names_in_use() -> None:
    first = log_of()
    close_log(first, at=AT)
    second = log_of()
    close_log(second, at=AT)
    third = open_log(Tree.PROCESS, origin=ORIGIN, at=AT, used=[f"{ORIGIN}/process/2026-3", f"{ORIGIN}/process/2026-4"])
    assert [first.shard, second.shard, third.shard] == ["2026", "2026-2", "2026-5"]


@pytest.mark.django_db(transaction=True)
def test_second_sequencer_is_refused_while_the_first_is_at_it() -> None:
    log = log_of()
    fill(2)
    codes: list[str] = []

    def intrude() -> None:
        try:
            for attempt in (only_sequencer().__enter__, lambda: sequence(log.pk)):
                try:
                    attempt()
                except ActRefusedError as refusal:
                    codes.append(code_of(refusal))
        finally:
            connection.close()

    with only_sequencer():
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join(30)
        assert codes == ["ledger.another_sequencer"] * 2
        assert sequence(log.pk) == 2
    with only_sequencer():
        assert sequence(log.pk) == 0
