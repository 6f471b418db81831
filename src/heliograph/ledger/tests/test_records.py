"""Records: what they say, what binds them, and that they exist with their act or not at all."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.ledger.actions.records import LABEL, append, commitment, record_read
from heliograph.ledger.guards import digests, guard, guard_of
from heliograph.ledger.models import Alarm, Log, Pending, Record, RecordContent, RecordSalt, Tree
from heliograph.ledger.tests.making import ACTOR, AGENCY, AT, fill, log_of, make_row, publish, record, sequenced

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]


def manifest_of(made: Record) -> dict[str, object]:
    said = parse_canonical(bytes(RecordContent.objects.get(record=made).manifest))
    assert isinstance(said, dict)
    return said


def test_manifest_says_who_did_what_to_which_rows() -> None:
    row = make_row()
    made = record(row, facts={"reason": "初次登记"})
    salt = bytes(RecordSalt.objects.get(record=made).value)
    assert manifest_of(made) == {
        "v": 1,
        "kind": "row.written",
        "agency": str(AGENCY),
        "id": str(made.pk),
        "subject": {"kind": "ledger.alarm", "id": str(row.pk)},
        "number": 1,
        "prev": None,
        "actor": str(ACTOR),
        "at": "2026-11-20T09:30:00+00:00",
        "rows": [["ledger_alarm", str(row.pk), digests(guard_of(Alarm), [row.pk], salt)[str(row.pk)]]],
        "facts": {"reason": "初次登记"},
    }


def test_time_is_recorded_in_utc_wherever_it_was_taken() -> None:
    shanghai = datetime(2026, 11, 20, 17, 30, 0, 250, tzinfo=timezone(timedelta(hours=8)))
    assert manifest_of(record(make_row(), at=shanghai))["at"] == "2026-11-20T09:30:00.000250+00:00"


def test_private_leaf_shows_a_salted_commitment_and_nothing_else() -> None:
    made = record(make_row())
    written = bytes(RecordContent.objects.get(record=made).manifest)
    salt = bytes(RecordSalt.objects.get(record=made).value)
    committed = hashlib.sha256(b"heliograph/record/v1\0" + salt + written).digest()
    assert (LABEL, commitment(salt, written)) == (b"heliograph/record/v1\0", committed)
    assert bytes(made.leaf) == b'{"c":"%s","v":1}' % committed.hex().encode()
    assert bytes(made.leaf_hash) == hashlib.sha256(b"\0" + bytes(made.leaf)).digest()


def test_same_act_twice_gives_two_commitments() -> None:
    row = make_row()
    fill(20, row=row)
    salts = {bytes(salt) for salt in RecordSalt.objects.values_list("value", flat=True)}
    assert len(salts) == len({bytes(leaf) for leaf in Record.objects.values_list("leaf", flat=True)}) == 20
    assert {len(salt) for salt in salts} == {32}


def test_each_record_of_a_subject_names_the_one_before() -> None:
    first, second, third = fill(3)
    other = record(make_row("2"))
    assert [one.number for one in (first, second, third, other)] == [1, 2, 3, 1]
    assert [one.prev for one in (first, other)] == [None, None]
    assert bytes(second.prev or b"") == bytes(first.leaf_hash)
    assert bytes(third.prev or b"") == bytes(second.leaf_hash)
    assert manifest_of(third)["prev"] == bytes(second.leaf_hash).hex()


def test_trees_number_their_records_apart() -> None:
    row = make_row()
    assert [record(row).number, publish(row).number, record(row).number] == [1, 1, 2]


def test_every_row_is_digested_once_whatever_the_number_of_times_it_is_named() -> None:
    rows = [make_row(str(number)) for number in range(3)]
    made = record(rows[0], rows=[*rows, rows[1]])
    kept = list(made.rows.values_list("row_id", "digest"))
    assert [key for key, _ in kept] == [str(row.pk) for row in rows]
    assert len({digest for _, digest in kept}) == 3
    assert [["ledger_alarm", key, digest] for key, digest in kept] == manifest_of(made)["rows"]


def test_digest_follows_the_row_and_the_salt() -> None:
    row = make_row()
    before = digests(guard_of(Alarm), [row.pk], b"salt")
    assert digests(guard_of(Alarm), [row.pk], b"salt") == before
    assert digests(guard_of(Alarm), [row.pk], b"other") != before
    Alarm.objects.filter(pk=row.pk).update(detail="乙")
    assert digests(guard_of(Alarm), [row.pk], b"salt") != before


def test_column_left_out_of_the_guard_is_not_digested() -> None:
    row = make_row()
    guard(Alarm, left_out=["detail"])
    before = digests(guard_of(Alarm), [row.pk], b"salt")
    Alarm.objects.filter(pk=row.pk).update(detail="乙")
    assert digests(guard_of(Alarm), [row.pk], b"salt") == before
    assert "detail" not in guard_of(Alarm).columns


def test_removed_row_is_recorded_without_a_digest() -> None:
    row, gone = make_row(), make_row("2")
    key = gone.pk
    Alarm.objects.filter(pk=key).delete()
    made = record(row, removed=[gone])
    assert list(made.rows.values_list("row_id", "digest")) == [
        (str(row.pk), made.rows.get(row_id=row.pk).digest),
        (str(key), ""),
    ]


def test_removed_row_that_lost_its_key_is_refused() -> None:
    row, gone = make_row(), make_row("2")
    gone.delete()
    with pytest.raises(ValueError, match="lost its key"):
        record(row, removed=[gone])


def test_row_of_a_table_that_nobody_guards_is_refused() -> None:
    log = log_of()
    with pytest.raises(LookupError, match=r"ledger\.Log is not guarded"), transaction.atomic():
        append("log.written", subject=log, agency_id=None, actor_id=None, at=AT, rows=[log])
    with pytest.raises(LookupError, match=r"ledger\.Log is not guarded"), transaction.atomic():
        append("log.removed", subject=log, agency_id=None, actor_id=None, at=AT, removed=[log])
    assert guard_of(Alarm).table == "ledger_alarm"
    assert Log.objects.count() == 1


def test_float_among_the_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="floats have no place"):
        record(make_row(), facts={"amount": 1.5})


def test_public_leaf_says_what_it_is_about_and_commits_to_the_rest() -> None:
    row = make_row()
    made = publish(row, title="处罚决定", sha256="ab" * 32)
    said = parse_canonical(bytes(made.leaf))
    written = bytes(RecordContent.objects.get(record=made).manifest)
    assert said == {
        "v": 1,
        "c": commitment(bytes(RecordSalt.objects.get(record=made).value), written).hex(),
        "kind": "row.published",
        "agency": "luozhuang-tjj",
        "id": str(made.pk),
        "at": "2026-11-20T09:30:00Z",
        "ref": None,
    }
    assert manifest_of(made)["published"] == {"title": "处罚决定", "sha256": "ab" * 32}
    assert bytes(made.leaf).isascii()


def test_withdrawal_names_the_leaf_it_acts_on_with_its_index_once_it_has_one() -> None:
    log = log_of(Tree.PUBLIC)
    row = make_row()
    made = publish(row)
    early = publish(row, "row.corrected", ref=made)
    sequenced(log)
    late = publish(row, "row.withdrawn", ref=Record.objects.get(pk=made.pk))
    acted_on = bytes(made.leaf_hash).hex()
    assert parse_canonical(bytes(early.leaf))["ref"] == {"hash": acted_on, "index": None}
    assert parse_canonical(bytes(late.leaf))["ref"] == {"hash": acted_on, "index": 0}
    assert [early.ref, late.ref] == [made, made]


def test_receipt_is_there_at_once_and_the_record_waits_for_its_place() -> None:
    made = record(make_row())
    assert bytes(Record.objects.get(pk=made.pk).leaf_hash) == leaf_hash(bytes(made.leaf))
    assert Pending.objects.get().record == made
    assert Pending.objects.get().tree == Tree.PROCESS


def test_read_of_something_sensitive_is_a_record() -> None:
    row = make_row()
    made = record_read("row.read", subject=row, agency_id=AGENCY, actor_id=ACTOR, at=AT, facts={"why": "核查"})
    assert (made.kind, made.tree, made.number) == ("row.read", Tree.PROCESS, 1)
    assert (manifest_of(made)["rows"], manifest_of(made)["facts"]) == ([], {"why": "核查"})


def test_act_that_fails_leaves_no_record() -> None:
    row = make_row()

    class BrokenOffError(Exception):
        pass

    @transaction.atomic
    def act() -> None:
        record(row)
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        act()
    assert [Record.objects.count(), RecordContent.objects.count(), RecordSalt.objects.count()] == [0, 0, 0]
    assert record(row).number == 1


@pytest.mark.django_db(transaction=True)
def test_acts_on_one_subject_at_once_keep_one_chain() -> None:
    row = make_row()
    start, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            start.wait(10)
            for _ in range(5):
                record(row)
        except Exception as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    chain = list(Record.objects.filter(subject_id=row.pk).order_by("number"))
    assert [one.number for one in chain] == list(range(1, 21))
    assert [bytes(one.prev or b"") for one in chain[1:]] == [bytes(one.leaf_hash) for one in chain[:-1]]
