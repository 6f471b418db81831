"""A round of the sequencer: what waits is sequenced and signed, and goes out once enough witnesses saw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heliograph.kernel.canonical import parse_canonical
from heliograph.kernel.tlog.checkpoints import parse_checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.notes import VerifiedSignature, parse_note, parse_vkey
from heliograph.kernel.tlog.policy import Log as KnownLog
from heliograph.kernel.tlog.policy import satisfied
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import running
from heliograph.ledger.actions.publishing import state_at
from heliograph.ledger.actions.running import (
    Place,
    anchor,
    check_files,
    check_logs,
    open_logs,
    run_round,
)
from heliograph.ledger.models import Alarm, Checkpoint, Log, LogKey, Publication, Record, RecordContent, Tree
from heliograph.ledger.tests.making import AT, ORIGIN, answers, code_of, make_row, record
from heliograph.ledger.witness_client import Refusal, RefusalKind

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
WITNESS = Ed25519Cosigner("witness.example", bytes(32))
Logs = dict[Tree, Log]


@pytest.fixture
def logs(place: Place) -> Logs:
    return open_logs(place, at=AT)


@pytest.fixture
def witnessed(place: Place) -> Place:
    """The same place where one witness has to have seen the public log."""
    place.policy_file.write_text(f"witness w1 {WITNESS.vkey}\nquorum w1\n", encoding="utf-8")
    return replace(place, may_lack_witnesses=False)


def sizes(place: Place, logs: Logs) -> dict[str, int]:
    found = {}
    for tree, log in logs.items():
        files = place.files(log)
        if (files.root / "checkpoint").exists():
            found[str(tree)] = parse_checkpoint(parse_note(files.read("checkpoint")).text).size
    return found


def published_in(made: Record) -> object:
    return parse_canonical(bytes(RecordContent.objects.get(record=made).manifest))["published"]


def test_logs_are_begun_once_each_with_its_keys(place: Place, logs: Logs) -> None:
    assert {tree: log.origin for tree, log in logs.items()} == {
        Tree.PROCESS: f"{ORIGIN}/process/2026",
        Tree.PUBLIC: f"{ORIGIN}/public/2026",
    }
    assert open_logs(place, at=AT) == logs
    assert sorted(LogKey.objects.values_list("log__tree", flat=True)) == ["process", "public"]


def test_round_takes_everything_that_waits_out(place: Place, logs: Logs) -> None:
    row = make_row()
    for _ in range(3):
        record(row)
    assert run_round(logs, place, at=AT) == 5  # and the two keys
    assert sizes(place, logs) == {"process": 3, "public": 2}
    assert check_files(place, at=AT) == []
    assert run_round(logs, place, at=AT) == 0
    assert Publication.objects.count() == 2


def test_changed_published_file_is_named_and_alarmed_until_it_is_mended(place: Place, logs: Logs) -> None:
    record(make_row())
    run_round(logs, place, at=AT)
    path = place.files(logs[Tree.PROCESS]).root / "tile/entries/000.p/1"
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + b"!")
    assert [f"{ORIGIN}/process/2026" in problem for problem in check_files(place, at=AT)] == [True]
    assert Alarm.objects.get(kind="files").settled_at is None
    path.write_bytes(sound)
    assert check_files(place, at=AT) == []
    assert Alarm.objects.get(kind="files").settled_at == AT


def test_process_log_is_anchored_when_it_moved_and_the_last_anchor_is_old_enough(place: Place, logs: Logs) -> None:
    assert anchor(logs, place, at=AT) is None  # nothing is signed yet

    def later(minutes: int, acts: int) -> Record | None:
        at = AT + timedelta(minutes=minutes)
        for number in range(acts):
            record(make_row(f"{minutes}/{number}"))
        run_round(logs, place, at=at)
        return anchor(logs, place, at=at)

    first = later(0, 1)
    assert first is not None
    signed = Checkpoint.objects.get(log=logs[Tree.PROCESS])
    root = bytes(signed.root).hex()
    assert published_in(first) == {"log": f"{ORIGIN}/process/2026", "size": 1, "root": root}
    assert later(9, 1) is None  # moved, but too soon
    assert later(10, 0) is not None
    assert later(30, 0) is None  # old enough, but nothing moved
    assert later(40, 2) is not None


def test_without_witnesses_named_nothing_is_published_and_an_alarm_says_so(place: Place, logs: Logs) -> None:
    place.policy_file.unlink()
    record(make_row())
    for _ in range(2):
        run_round(logs, place, at=AT)
    assert sizes(place, logs) == {"process": 1}
    assert [(alarm.key, alarm.settled_at) for alarm in Alarm.objects.filter(kind="witness")] == [("policy", None)]
    assert place.second.last(logs[Tree.PUBLIC].origin) is not None  # signed all the same
    place.policy_file.write_text("quorum none\n", encoding="utf-8")
    run_round(logs, place, at=AT)
    assert sizes(place, logs) == {"process": 1, "public": 2}
    assert Alarm.objects.get(kind="witness").settled_at == AT


def test_quorum_of_none_is_refused_outside_a_demonstration(place: Place, logs: Logs) -> None:
    real = replace(place, may_lack_witnesses=False)
    with pytest.raises(ActRefusedError, match="至少指定一个见证方") as refusal:
        check_logs(logs, real)
    assert code_of(refusal.value) == "ledger.no_quorum"
    with pytest.raises(ActRefusedError):
        run_round(logs, real, at=AT)
    assert "public" not in sizes(real, logs)
    check_logs(logs, place)


def test_checkpoint_waits_for_its_quorum(witnessed: Place, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal("w1", RefusalKind.UNREACHABLE, "no answer")
    monkeypatch.setattr(running, "collect", answers(False, refusals=(refusal,)))
    for _ in range(2):
        run_round(logs, witnessed, at=AT)
    assert sizes(witnessed, logs) == {}
    alarm = Alarm.objects.get(kind="witness")
    assert (alarm.key, alarm.detail[-10:], alarm.settled_at) == ("w1", "：no answer", None)

    text = parse_note(Checkpoint.objects.get(log=logs[Tree.PUBLIC]).note).text
    line = VerifiedSignature(WITNESS.cosign(text, int(AT.timestamp())), parse_vkey(WITNESS.vkey))
    monkeypatch.setattr(running, "collect", answers(True, cosignatures=(line,)))
    run_round(logs, witnessed, at=AT + timedelta(minutes=1))
    assert sizes(witnessed, logs) == {"public": 2}
    assert Publication.objects.get(checkpoint__log=logs[Tree.PUBLIC]).witnesses == 1
    assert Alarm.objects.get(kind="witness").settled_at == AT + timedelta(minutes=1)
    note = witnessed.files(logs[Tree.PUBLIC]).read("checkpoint")
    (vkey,) = LogKey.objects.filter(log=logs[Tree.PUBLIC]).values_list("vkey", flat=True)
    policy = witnessed.policy()
    assert policy is not None
    assert satisfied(replace(policy, logs=(KnownLog(vkey),)), note)


def test_checkpoints_are_not_signed_more_often_than_the_place_says(place: Place, logs: Logs) -> None:
    slow = replace(place, sign_every=timedelta(seconds=1))
    for number, second in enumerate((0.0, 0.5, 1.0)):
        record(make_row(str(number)))
        run_round(logs, slow, at=AT + timedelta(seconds=second))
    signed = Checkpoint.objects.filter(log=logs[Tree.PROCESS]).order_by("size")
    assert [one.signed_at - AT for one in signed] == [timedelta(0), timedelta(seconds=1)]


def test_witnesses_without_a_quorum_are_asked_less_and_less_often(
    witnessed: Place, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    refuse = answers(False)

    def counted(*given: Any, **named: Any) -> Any:
        asked.append(1)
        return refuse(*given, **named)

    monkeypatch.setattr(running, "collect", counted)
    record(make_row())
    for second in range(8):
        run_round(logs, witnessed, at=AT + timedelta(seconds=second))
    assert len(asked) == 4  # at once, after 1, 2 and 4 seconds


def test_database_that_was_rewritten_whole_does_not_give_the_published_root(place: Place, logs: Logs) -> None:
    record(make_row())
    run_round(logs, place, at=AT)
    assert check_files(place, at=AT) == []
    published = Checkpoint.objects.filter(log=logs[Tree.PROCESS]).latest("size")
    assert state_at(logs[Tree.PROCESS], published.size) == bytes(published.root)
    assert state_at(logs[Tree.PROCESS], published.size + 1) == b""
    other = Checkpoint.objects.create(
        log=logs[Tree.PROCESS], size=published.size + 1, root=b"\7" * 32, note="", signed_at=AT
    )
    Publication.objects.create(checkpoint=other, note="", witnesses=0, at=AT)
    assert any("数据库" in words for words in check_files(place, at=AT))
