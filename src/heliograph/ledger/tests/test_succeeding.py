"""One log follows another, in a new year and after a restored backup: every record ends up with a proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.checkpoints import parse_checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.notes import open_note, parse_vkey
from heliograph.kernel.tlog.proofs import verify_inclusion
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import running
from heliograph.ledger.actions.keys import signers_of
from heliograph.ledger.actions.publishing import rebuild_files, sign_state, state_at, write_staged
from heliograph.ledger.actions.reconciling import compare_records
from heliograph.ledger.actions.running import Place, check_files, check_logs, open_logs, run_round, vkeys
from heliograph.ledger.actions.sequencing import sequence
from heliograph.ledger.actions.succeeding import reentered, succeed_log, turn_year
from heliograph.ledger.models import Alarm, Checkpoint, LapsedLeaf, Leaf, Log, Pending, Record, Tree
from heliograph.ledger.queries import newest_publication, proof_of
from heliograph.ledger.second_place import Signed
from heliograph.ledger.tests.making import AT, ORIGIN, answers, code_of, fill, make_row, publish, record

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
WITNESS = Ed25519Cosigner("witness.example", bytes(32))
NEW_YEAR = datetime.fromisoformat("2027-01-01T00:00:30+08:00")
Logs = dict[Tree, Log]


@pytest.fixture
def logs(place: Place) -> Logs:
    return open_logs(place, at=AT)


@pytest.fixture
def witnessed(place: Place) -> Place:
    """The same place where one witness has to have seen the public log."""
    place.policy_file.write_text(f"witness w1 {WITNESS.vkey}\nquorum w1\n", encoding="utf-8")
    return replace(place, may_lack_witnesses=False)


def said(made: Record) -> Any:
    manifest = parse_canonical(bytes(made.content.manifest))
    return manifest["published"] if made.tree == Tree.PUBLIC else manifest["facts"]


def without_proof(place: Place) -> list[str]:
    """Return the records that nobody can prove, checking every proof as an outsider does."""
    left = []
    for one in Record.objects.select_related("place__log"):
        log = one.place.log if hasattr(one, "place") else None
        proof = proof_of(one, place.files(log), newest_publication(log.pk)) if log else None
        if log is None or proof is None:
            left.append(str(one))
            continue
        open_note(proof.note, [parse_vkey(vkey) for vkey in vkeys(log)])
        state = parse_checkpoint(proof.note.text)
        verify_inclusion(proof.index, state.size, bytes(one.leaf_hash), proof.hashes, state.root)
    return left


def sequenced_only(logs: Logs) -> None:
    """Sequence what waits and die before anything is signed."""
    for log in logs.values():
        assert sequence(log.pk)
        log.refresh_from_db()


def test_what_is_sequenced_is_published_before_its_log_is_closed(place: Place, logs: Logs) -> None:
    fill(3)
    run_round(logs, place, at=AT)
    fill(300)
    publish(make_row())
    sequenced_only(logs)
    assert len(without_proof(place)) == 301
    for tree in Tree:
        log = succeed_log(tree, place, reason="试验", at=AT)
        assert reentered(log) == 0
    for log in Log.objects.filter(closed_at__isnull=False):
        published = newest_publication(log.pk)
        assert published is not None
        assert published.checkpoint.size == log.size
    run_round(open_logs(place, at=AT), place, at=AT)
    assert without_proof(place) == []
    assert not LapsedLeaf.objects.exists()
    assert check_files(place, at=AT) == []


def lose_keys(place: Place, _logs: Logs) -> Place:
    for key in place.keys.directory.iterdir():
        key.unlink()
    return place


def fall_behind(place: Place, logs: Logs) -> Place:
    for log in logs.values():
        place.second.keep(log.origin, place.second.last(log.origin), Signed(999, b"\7" * 32))
    return place


def lose_second_place(place: Place, _logs: Logs) -> Place:
    place.second.path.unlink()
    return place


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lose_keys, "密钥文件不在"),
        (fall_behind, "数据库可能由旧备份恢复"),
        (lose_second_place, "第二处文件不见了"),
    ],
)
def test_what_can_be_published_no_more_is_entered_again_and_a_record_says_so(
    place: Place, logs: Logs, harm: Any, told: str
) -> None:
    fill(2)
    run_round(logs, place, at=AT)
    fill(3)
    publish(make_row())
    sequenced_only(logs)
    left = {str(one.record_id): one.index for one in Leaf.objects.filter(log=logs[Tree.PROCESS], index__gte=2)}
    place = harm(place, logs)
    for tree in Tree:
        log = succeed_log(tree, place, reason="试验", at=AT)
        begun, again = Record.objects.filter(place__log=log).order_by("place__index")
        assert (begun.kind, again.kind) == ("log.begun", "log.reentered")
        rows = reentered(log)
        assert told in said(again).pop("reason")
        assert (said(again)["former"], said(again)["from"], said(again)["rows"]) == (logs[tree].origin, 2, rows)
        assert rows == {Tree.PROCESS: 3, Tree.PUBLIC: 1}[tree]
    assert Pending.objects.count() == 3 + 1 + 2  # and the two new keys
    now = open_logs(place, at=AT)
    check_logs(now, place)
    run_round(now, place, at=AT)
    assert {str(one.record_id): one.index for one in LapsedLeaf.objects.filter(log=logs[Tree.PROCESS])} == left
    assert without_proof(place) == []
    assert [str(finding) for finding in compare_records()] == []


def test_former_log_can_be_made_again_with_the_places_that_lapsed(place: Place, logs: Logs) -> None:
    fill(5)
    sequenced_only(logs)
    former = logs[Tree.PROCESS]
    files = place.files(former)
    write_staged(former, files)
    sign_state(former, files, signers=signers_of(former, place.keys), second=place.second, at=AT)
    lose_keys(place, logs)
    succeed_log(Tree.PROCESS, place, reason="密钥遗失", at=AT)
    assert LapsedLeaf.objects.filter(log=former).count() == 5
    signed = Checkpoint.objects.get(log=former)  # perhaps anchored in the public log already
    assert state_at(former, 5) == bytes(signed.root)
    assert rebuild_files(former, files, progress=lambda _done: None) == 5


def test_witnesses_that_do_not_answer_leave_no_record_behind(
    witnessed: Place, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "collect", answers(False))
    publish(make_row())
    run_round(logs, witnessed, at=AT)
    log = succeed_log(Tree.PUBLIC, replace(witnessed, asking=running.Asking()), reason="试验", at=AT)
    again = Record.objects.get(place__log=log, kind="log.reentered")
    assert "见证方没有确认" in said(again)["reason"]
    assert reentered(log) == 3
    monkeypatch.setattr(running, "collect", answers(True))
    place = replace(witnessed, asking=running.Asking())
    run_round(open_logs(place, at=AT), place, at=AT)
    assert without_proof(place) == []


def test_new_year_begins_both_logs_by_itself_once_all_is_out(place: Place, logs: Logs) -> None:
    record(make_row())
    silvester = datetime.fromisoformat("2026-12-31T23:59:59+08:00")
    sequenced_only(logs)
    assert turn_year(logs, place, at=NEW_YEAR) == logs  # nothing is out yet
    run_round(logs, place, at=silvester)
    assert turn_year(logs, place, at=silvester) == logs
    closed = {tree: place.second.last(log.origin) for tree, log in logs.items()}
    turned = turn_year(logs, place, at=NEW_YEAR)
    assert [log.origin for log in turned.values()] == [f"{ORIGIN}/process/2027", f"{ORIGIN}/public/2027"]
    assert open_logs(place, at=NEW_YEAR) == turned
    for tree, log in turned.items():
        begun = Leaf.objects.get(log=log, index=0).record
        assert (begun.kind, begun.actor_id) == ("log.begun", None)
        former = closed[tree]
        assert former is not None
        assert said(begun) == {
            "reason": "新年度", "former": logs[tree].origin, "size": former.size, "root": former.root.hex(),
        }  # fmt: skip
    waiting = Alarm.objects.get(kind="year")
    assert vkeys(turned[Tree.PUBLIC])[0] in waiting.detail
    assert turn_year(turned, place, at=NEW_YEAR) == turned
    run_round(turned, place, at=NEW_YEAR)
    assert turn_year(turned, place, at=silvester) == turned  # a clock set back opens no log of the old year
    waiting.refresh_from_db()
    assert waiting.settled_at is not None
    check_logs(turned, place)
    assert without_proof(place) == []
    assert check_files(place, at=NEW_YEAR) == []  # the old logs stay what they were
    assert Log.objects.filter(closed_at__isnull=False).count() == 2


def test_first_start_after_new_year_turns_what_stood_still_over_it(place: Place, logs: Logs) -> None:
    record(make_row())
    run_round(logs, place, at=AT)
    much_later = datetime.fromisoformat("2027-03-02T08:00:00+08:00")
    assert [log.shard for log in turn_year(open_logs(place, at=much_later), place, at=much_later).values()] == [
        "2027"
    ] * 2


def test_new_year_waits_for_what_is_not_out_yet(witnessed: Place, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "collect", answers(False))
    record(make_row())
    run_round(logs, witnessed, at=AT)
    turned = turn_year(logs, witnessed, at=AT + timedelta(days=60))
    assert turned[Tree.PROCESS] != logs[Tree.PROCESS]
    assert turned[Tree.PUBLIC] == logs[Tree.PUBLIC]


def test_restored_installation_goes_on_in_a_new_log_that_names_what_was_signed(place: Place, logs: Logs) -> None:
    record(make_row())
    run_round(logs, place, at=AT)
    ahead = Signed(9, b"\7" * 32)
    origin = logs[Tree.PROCESS].origin
    place.second.keep(origin, place.second.last(origin), ahead)  # signed after the backup was made
    place.second.keep(f"{ORIGIN}/process/2026-2", None, ahead)  # and so was a log that the backup does not know
    with pytest.raises(ActRefusedError) as refusal:
        check_logs(logs, place)
    assert code_of(refusal.value) == "ledger.behind"
    log = succeed_log(Tree.PROCESS, place, reason="恢复旧备份", at=AT)
    assert log.origin == f"{ORIGIN}/process/2026-3"
    told = said(Leaf.objects.get(log=log).record)
    assert (told["size"], told["root"], told["former"]) == (9, "07" * 32, origin)
    now = open_logs(place, at=AT)
    check_logs(now, place)
    record(make_row("2"))
    run_round(now, place, at=AT)
    assert without_proof(place) == []
    assert not Leaf.objects.filter(log=logs[Tree.PROCESS], index__gte=1).exists()
