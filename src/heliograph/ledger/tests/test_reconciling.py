"""Reconciliation finds and names every row, and every record, that is not as its record says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.ledger import guards
from heliograph.ledger.actions.reconciling import compare_records, compare_rows, note_shapes, reconcile
from heliograph.ledger.guards import guard, guard_of, shape_of
from heliograph.ledger.models import Alarm, Record, RecordedRow, RowShape, Tree
from heliograph.ledger.tests.making import AT, fill, make_row, record, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
LATER = AT + timedelta(days=1)


def findings() -> list[tuple[str, str]]:
    return [(finding.row_id, finding.what) for finding in compare_rows(guard_of(Alarm))]


def test_rows_as_their_acts_left_them_are_no_finding() -> None:
    rows = [make_row(str(number)) for number in range(3)]
    for row in rows:
        record(row)
    Alarm.objects.filter(pk=rows[0].pk).update(detail="乙")
    record(rows[0])
    assert reconcile(at=AT) == []


def test_row_changed_past_the_acts_is_found_and_named() -> None:
    row, other = make_row(), make_row("2")
    record(row)
    record(other)
    Alarm.objects.filter(pk=row.pk).update(detail="改过")
    (finding,) = reconcile(at=AT)
    assert (finding.table, finding.row_id, finding.what) == ("ledger_alarm", str(row.pk), "changed")
    assert str(finding) == f"ledger_alarm {row.pk}：内容与最后一次存证不符"


def test_row_that_no_act_wrote_is_found() -> None:
    row = make_row()
    assert findings() == [(str(row.pk), "unrecorded")]


def test_row_deleted_past_the_acts_is_found() -> None:
    row = make_row()
    key = str(row.pk)
    record(row)
    Alarm.objects.all().delete()
    assert findings() == [(key, "missing")]


def test_row_that_an_act_removed_is_no_finding_until_it_is_back() -> None:
    row = make_row()
    record(row)
    key, subject = row.pk, make_row("2")
    record(subject)
    Alarm.objects.filter(pk=key).delete()
    record(subject, removed=[row])
    assert findings() == []
    Alarm.objects.create(pk=key, kind="row", key="1", detail="甲", raised_at=AT)
    assert findings() == [(str(key), "changed")]


def test_column_added_since_is_left_out() -> None:
    row = make_row()
    guard(Alarm, left_out=["detail"])  # the table before it had the column
    note_shapes()
    record(row)
    guard(Alarm)
    assert findings() == []
    Alarm.objects.filter(pk=row.pk).update(key="changed")
    assert findings() == [(str(row.pk), "changed")]


def test_column_left_out_since_is_still_held_to_the_old_digest() -> None:
    row = make_row()
    note_shapes()
    record(row)
    guard(Alarm, left_out=["detail"])
    assert findings() == []
    Alarm.objects.filter(pk=row.pk).update(detail="改过")
    assert findings() == [(str(row.pk), "changed")]
    record(row)
    assert findings() == []


def test_only_the_rows_named_are_compared_and_all_of_them() -> None:
    rows = [make_row(str(number)) for number in range(3)]
    for row in rows:
        record(row)
    Alarm.objects.update(detail="改过")
    keys = [str(row.pk) for row in rows[:2]]
    assert [finding.row_id for finding in compare_rows(guard_of(Alarm), keys=keys, most=1)] == sorted(keys)
    assert compare_rows(guard_of(Alarm), keys=[]) == []


def test_digest_over_columns_that_nobody_noted_is_unreadable() -> None:
    row = make_row()
    guard(Alarm, left_out=["detail"])
    record(row)
    guard(Alarm)
    assert findings() == [(str(row.pk), "unreadable")]


def test_shapes_are_noted_once() -> None:
    note_shapes()
    note_shapes()
    columns = guard_of(Alarm).columns
    noted = RowShape.objects.filter(table_name="ledger_alarm")
    assert list(noted.values_list("id", "columns")) == [(shape_of("ledger_alarm", columns), columns)]


def test_alarm_is_raised_once_and_settled_when_the_row_is_as_it_was() -> None:
    row = make_row()
    record(row)
    guard(Alarm)

    def alarms() -> list[tuple[str, bool]]:
        found = Alarm.objects.filter(kind="row").exclude(pk=row.pk).order_by("raised_at")
        return [(alarm.key, alarm.settled_at is None) for alarm in found]

    Alarm.objects.filter(pk=row.pk).update(detail="改过")
    for _ in range(2):
        assert str(row.pk) in [finding.row_id for finding in reconcile(at=AT)]
    assert (f"ledger_alarm/{row.pk}", True) in alarms()
    assert len([key for key, _ in alarms() if key == f"ledger_alarm/{row.pk}"]) == 1
    Alarm.objects.filter(pk=row.pk).update(detail="甲", settled_at=None)
    reconcile(at=LATER)
    assert (f"ledger_alarm/{row.pk}", False) in alarms()


def test_forged_digest_of_a_changed_row_is_found_in_the_manifest() -> None:
    row = make_row()
    made = record(row)
    Alarm.objects.filter(pk=row.pk).update(detail="改过")
    columns = shape_of("ledger_alarm", guard_of(Alarm).columns)
    salt = bytes(made.salt.value)
    forged = guards.digests(guard_of(Alarm), [row.pk], salt)[str(row.pk)]
    RecordedRow.objects.create(record=made, table_name="ledger_alarm", row_id=str(row.pk), digest=forged, shape=columns)
    assert findings() == []
    assert [(finding.row_id, finding.what) for finding in compare_records()] == [(str(made.pk), "rows")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "change", "what"),
    [
        ("ledger_recordcontent", "UPDATE ledger_recordcontent SET manifest = manifest || 'x' WHERE {here}", "content"),
        ("ledger_recordsalt", "UPDATE ledger_recordsalt SET value = '\\x00' WHERE {here}", "content"),
        ("ledger_record", "UPDATE ledger_record SET leaf_hash = '\\x00' WHERE {record}", "content"),
        ("ledger_record", "UPDATE ledger_record SET actor_id = gen_random_uuid() WHERE {record}", "record"),
        ("ledger_record", "UPDATE ledger_record SET kind = 'row.read' WHERE {record}", "record"),
        ("ledger_record", "UPDATE ledger_record SET at = at + interval '1 day' WHERE {record}", "record"),
        ("ledger_record", "UPDATE ledger_record SET prev = '\\x00' WHERE {record}", "record"),
        ("ledger_recordedrow", "UPDATE ledger_recordedrow SET digest = 'x' WHERE {here}", "rows"),
        ("ledger_recordedrow", "DELETE FROM ledger_recordedrow WHERE {here}", "rows"),
        ("ledger_recordcontent", "DELETE FROM ledger_recordcontent WHERE {here}", "gone"),
        ("ledger_recordsalt", "DELETE FROM ledger_recordsalt WHERE {here}", "gone"),
    ],
)
def test_record_changed_by_the_machines_owner_is_found(table: str, change: str, what: str) -> None:
    _, made, _ = fill(3)
    assert list(compare_records(chunk=2)) == []
    tamper(table, change.format(here="record_id = %s", record="id = %s"), made.pk)
    assert [(finding.row_id, finding.what) for finding in compare_records(chunk=2)] == [(str(made.pk), what)]
    assert str(made.pk) in [finding.row_id for finding in reconcile(at=AT)]


def test_leaf_that_is_no_leaf_is_a_finding_and_not_a_crash() -> None:
    sound = record(make_row())
    forged = b"\xff not JSON"
    made = Record.objects.create(
        tree=Tree.PROCESS, kind="x", subject_kind="x", subject_id="1", number=1, at=AT,
        leaf=forged, leaf_hash=leaf_hash(forged),
    )  # fmt: skip
    made.content = type(sound.content)(record=made, manifest=bytes(sound.content.manifest))
    made.content.save(force_insert=True)
    made.salt = type(sound.salt)(record=made, value=bytes(sound.salt.value))
    made.salt.save(force_insert=True)
    told = [(finding.row_id, finding.what) for finding in compare_records()]
    assert told == [(str(made.pk), "unplaced"), (str(made.pk), "content")]
