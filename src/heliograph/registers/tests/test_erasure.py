"""Erasing what a record says: a legal officer asks on a ground, the head decides; each once, never one person."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.reconciling import compare_rows
from heliograph.ledger.guards import guard_of
from heliograph.ledger.models import Erasure, Record, RecordContent, RecordSalt
from heliograph.registers.actions import Content, confirm_erasure, refuse_erasure, request_erasure, revise_entry
from heliograph.registers.models import Account, Agency, Entry, EntryVersion, ErasureRequest
from tests.cast import ITEM, NOON, Office, grant, item, new_account

GROUND, BASIS = "当事人撤回同意", "个人信息保护法@2021:47"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def record(draft: EntryVersion) -> Record:
    """The record of an entry that was drafted."""
    return Record.objects.get(kind="entry.drafted", subject_id=str(draft.entry_id))


def ask(record: Record, agency: Agency, actor: Account, *, ground: str = GROUND, basis: str = BASIS) -> ErasureRequest:
    return request_erasure(record.pk, agency_id=agency.pk, ground=ground, basis=basis, actor=actor, at=NOON)


def code_when_asked(record: Record, agency: Agency, actor: Account, **given: str) -> str:
    with pytest.raises(ActRefusedError) as refusal:
        ask(record, agency, actor, **given)
    return refusal.value.verdict.code


def code_when_confirmed(request: ErasureRequest, agency: Agency, actor: Account) -> str:
    with pytest.raises(ActRefusedError) as refusal:
        confirm_erasure(request.pk, agency_id=agency.pk, actor=actor, at=NOON)
    return refusal.value.verdict.code


def test_asked_by_a_legal_officer_and_confirmed_by_the_head_content_and_salt_go(
    agency: Agency, record: Record, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    assert RecordContent.objects.filter(record=record).exists()
    confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
    assert not RecordContent.objects.filter(record=record).exists()
    assert not RecordSalt.objects.filter(record=record).exists()
    kept = Erasure.objects.get(record=record)
    assert (kept.ground, kept.basis, kept.by_id) == (GROUND, BASIS, head.pk)
    chain = Record.objects.filter(subject_id=str(request.pk)).order_by("number")
    assert [(one.kind, one.actor_id) for one in chain] == [
        ("erasure.requested", legality_reviewer.pk),
        ("erasure.confirmed", head.pk),
    ]
    assert all(one.rows.filter(table_name="registers_erasurerequest").exists() for one in chain)


def test_rows_that_lose_their_last_record_stay_guarded(
    agency: Agency, record: Record, draft: EntryVersion, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
    told = Record.objects.get(kind="erasure.confirmed").rows.order_by("table_name")
    assert list(told.values_list("table_name", "row_id")) == [
        ("registers_entry", str(draft.entry_id)),
        ("registers_entryversion", str(draft.pk)),
        ("registers_erasurerequest", str(request.pk)),
    ]
    assert compare_rows(guard_of(EntryVersion)) == []
    with transaction.atomic():
        EntryVersion.objects.filter(pk=draft.pk).update(title="改过的名称")
        assert [finding.row_id for finding in compare_rows(guard_of(EntryVersion))] == [str(draft.pk)]
        transaction.set_rollback(True)


def test_an_erasure_covers_no_change_up(
    agency: Agency, record: Record, draft: EntryVersion, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    with transaction.atomic():
        EntryVersion.objects.filter(pk=draft.pk).update(title="改过的名称")
        assert code_when_confirmed(request, agency, head) == "erasure.row_changed"
        assert RecordContent.objects.filter(record=record).exists()
        transaction.set_rollback(True)


def test_rows_with_a_later_record_are_left_to_it(
    agency: Agency, record: Record, draft: EntryVersion, handler: Account, legality_reviewer: Account, head: Account
) -> None:
    revise_entry(draft.entry_id, content=Content({**ITEM, "name": "改稿"}, "改"), actor=handler, at=NOON)
    request = ask(record, agency, legality_reviewer)
    confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
    told = Record.objects.get(kind="erasure.confirmed").rows
    assert list(told.values_list("table_name", flat=True)) == ["registers_erasurerequest"]


@pytest.mark.django_db(transaction=True)
def test_an_act_on_the_rows_meanwhile_is_waited_for_and_its_record_stays_the_last(
    agency: Agency, record: Record, draft: EntryVersion, handler: Account, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    failures: list[BaseException] = []

    def confirm() -> None:
        try:
            confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=confirm)
    with transaction.atomic():
        revise_entry(draft.entry_id, content=Content({**ITEM, "name": "改稿"}, "改"), actor=handler, at=NOON)
        thread.start()
        assert somebody_waits(), "the erasure digested rows that another act had in hand"
    thread.join(30)
    assert failures == []
    assert [*compare_rows(guard_of(Entry)), *compare_rows(guard_of(EntryVersion))] == []
    told = Record.objects.get(kind="erasure.confirmed").rows
    assert list(told.values_list("table_name", flat=True)) == ["registers_erasurerequest"]


def somebody_waits() -> bool:
    """Say whether another connection comes to wait for a lock within some seconds."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # kept for the length of a transaction otherwise
            cursor.execute(WAITING)
            (waiting,) = cursor.fetchone()
        if waiting:
            return True
        time.sleep(0.05)
    return False


def test_only_the_rows_of_the_record_are_compared(
    agency: Agency, record: Record, handler: Account, legality_reviewer: Account, head: Account
) -> None:
    other = item(agency, handler, name="另一事项")
    request = ask(record, agency, legality_reviewer)
    with transaction.atomic():
        EntryVersion.objects.filter(pk=other.pk).update(title="改过的名称")
        confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
        assert not RecordContent.objects.filter(record=record).exists()
        transaction.set_rollback(True)


def test_only_a_legal_officer_asks_and_only_the_head_decides(
    agency: Agency, record: Record, handler: Account, head: Account, legality_reviewer: Account, audit_admin: Account
) -> None:
    for wrong in (handler, head, audit_admin):
        assert code_when_asked(record, agency, wrong) == "role.missing"
    request = ask(record, agency, legality_reviewer)
    for wrong in (handler, legality_reviewer, audit_admin):
        assert code_when_confirmed(request, agency, wrong) == "role.missing"
    assert RecordContent.objects.filter(record=record).exists()


def test_who_asked_does_not_confirm_under_whatever_account(
    office: Office, agency: Agency, record: Record, legality_reviewer: Account
) -> None:
    grant(office, legality_reviewer, "head")
    request = ask(record, agency, legality_reviewer)
    assert code_when_confirmed(request, agency, legality_reviewer) == "erasure.own_request"
    assert RecordContent.objects.filter(record=record).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureRequest.objects.filter(pk=request.pk).update(
            state="confirmed", decided_by=legality_reviewer, decided_at=NOON
        )


def test_a_ground_and_an_article_are_asked_for(agency: Agency, record: Record, legality_reviewer: Account) -> None:
    assert code_when_asked(record, agency, legality_reviewer, ground=" ") == "erasure.no_reason"
    for vague in ("", "按规定", "个人信息保护法@2021", "晴公5"):
        assert code_when_asked(record, agency, legality_reviewer, basis=vague) == "erasure.vague"


def test_a_second_request_waits_for_the_first_and_none_follows_an_erasure(
    agency: Agency, record: Record, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    assert code_when_asked(record, agency, legality_reviewer) == "erasure.pending"
    confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
    assert code_when_confirmed(request, agency, head) == "erasure.settled"
    assert code_when_asked(record, agency, legality_reviewer) == "erasure.done"


def test_a_refusal_states_why_and_leaves_the_content(
    agency: Agency, record: Record, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    with pytest.raises(ActRefusedError) as refusal:
        refuse_erasure(request.pk, agency_id=agency.pk, reason="", actor=head, at=NOON)
    assert refusal.value.verdict.code == "erasure.no_reason"
    refuse_erasure(request.pk, agency_id=agency.pk, reason="仍在保存期内", actor=head, at=NOON)
    assert RecordContent.objects.filter(record=record).exists()
    assert code_when_confirmed(request, agency, head) == "erasure.settled"
    assert ask(record, agency, legality_reviewer).state == "pending"


def test_what_tells_of_an_erasure_is_not_erased(
    agency: Agency, record: Record, legality_reviewer: Account, head: Account
) -> None:
    request = ask(record, agency, legality_reviewer)
    confirm_erasure(request.pk, agency_id=agency.pk, actor=head, at=NOON)
    for one in Record.objects.filter(kind__in=["erasure.requested", "erasure.confirmed", "record.erased"]):
        assert code_when_asked(one, agency, legality_reviewer) == "erasure.of_erasure"


def test_records_and_requests_of_another_agency_are_out_of_reach(
    agency: Agency, record: Record, legality_reviewer: Account, next_door: Office, outsider: Account
) -> None:
    assert code_when_asked(record, agency, outsider) == "jurisdiction.outside"
    with pytest.raises(Record.DoesNotExist):
        ask(record, next_door.agency, outsider)
    request = ask(record, agency, legality_reviewer)
    their_head = grant(next_door, new_account("邻局长", "case", next_door.agency), "head")
    with pytest.raises(ErasureRequest.DoesNotExist):
        confirm_erasure(request.pk, agency_id=next_door.agency.pk, actor=their_head, at=NOON)
