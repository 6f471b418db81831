"""Erasure: what a record says goes, that it was made stays provable."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.proofs import inclusion_proof, verify_inclusion
from heliograph.kernel.tlog.tiles import TileReader
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.actions.publishing import rebuild_files, write_staged
from heliograph.ledger.actions.reconciling import compare_records, compare_rows
from heliograph.ledger.files import LogFiles
from heliograph.ledger.guards import guard_of
from heliograph.ledger.models import Alarm, Erasure, Record, RecordContent, RecordSalt
from heliograph.ledger.tests.making import ACTOR, AGENCY, AT, code_of, fill, log_of, make_row, record, sequenced

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
GROUND, BASIS = "当事人申请删除", "个人信息保护法@2021:47"


def erase(made: Record) -> Erasure:
    return erase_content(made.pk, ground=GROUND, basis=BASIS, by_id=ACTOR, at=AT)


def test_content_and_salt_go_and_nothing_else() -> None:
    first, second, third = fill(3)
    erase(second)
    assert not RecordContent.objects.filter(record=second).exists()
    assert not RecordSalt.objects.filter(record=second).exists()
    kept = Record.objects.get(pk=second.pk)
    assert (bytes(kept.leaf), bytes(kept.leaf_hash)) == (bytes(second.leaf), bytes(second.leaf_hash))
    for other in (first, third):
        assert RecordContent.objects.filter(record=other).exists()
        assert RecordSalt.objects.filter(record=other).exists()


def test_every_proof_stays_good_and_the_files_can_be_rebuilt(files: LogFiles) -> None:
    log = log_of()
    made = fill(5)
    sequenced(log)
    write_staged(log, files)
    root = bytes(log.root)
    erase(made[2])
    rebuild_files(log, files, progress=lambda _size: None)
    for index, one in enumerate(made):
        proof = inclusion_proof(TileReader(files, 5), index, 5)
        verify_inclusion(index, 5, bytes(one.leaf_hash), proof, root)


def test_erasure_is_itself_a_record_with_its_ground() -> None:
    made = record(make_row())
    erasure = erase(made)
    told = Record.objects.get(kind="record.erased")
    assert (told.subject_id, told.agency_id, told.actor_id) == (str(made.pk), AGENCY, ACTOR)
    assert parse_canonical(bytes(told.content.manifest))["facts"] == {
        "record": str(made.pk), "ground": GROUND, "basis": BASIS,
    }  # fmt: skip
    assert (erasure.ground, erasure.basis, erasure.by_id) == (GROUND, BASIS, ACTOR)


def test_second_erasure_is_refused() -> None:
    made = record(make_row())
    erase(made)
    with pytest.raises(ActRefusedError) as refusal:
        erase(made)
    assert code_of(refusal.value) == "erasure.done"
    assert Record.objects.filter(kind="record.erased").count() == 1


@pytest.mark.parametrize(("ground", "basis"), [("", BASIS), ("  ", BASIS), (GROUND, ""), (GROUND, " ")])
def test_erasure_without_ground_or_basis_is_refused(ground: str, basis: str) -> None:
    made = record(make_row())
    with pytest.raises(ActRefusedError) as refusal:
        erase_content(made.pk, ground=ground, basis=basis, by_id=ACTOR, at=AT)
    assert code_of(refusal.value) == "erasure.ground"
    assert RecordContent.objects.filter(record=made).exists()


def test_erasure_of_a_record_that_there_is_not_is_refused() -> None:
    with pytest.raises(Record.DoesNotExist):
        erase_content(uuid4(), ground=GROUND, basis=BASIS, by_id=ACTOR, at=AT)


@pytest.mark.parametrize("model", [RecordContent, RecordSalt])
def test_content_of_others_cannot_be_deleted(model: type[RecordContent | RecordSalt]) -> None:
    erased, other = fill(2)
    erase(erased)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model._default_manager.filter(record=other).delete()
    assert model._default_manager.filter(record=other).exists()


def test_row_that_only_an_erased_record_tells_of_is_a_finding_until_its_next_record() -> None:
    row = make_row()
    erase(record(row))
    assert [finding.what for finding in [*compare_rows(guard_of(Alarm)), *compare_records()]] == ["unguarded"]
    record(row)
    assert [*compare_rows(guard_of(Alarm)), *compare_records()] == []
    Alarm.objects.filter(pk=row.pk).update(detail="丙")
    assert [finding.what for finding in compare_rows(guard_of(Alarm))] == ["changed"]
