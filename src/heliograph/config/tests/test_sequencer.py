"""The sequencer's process: what it refuses is an exit code of its own, an alarm, and words on the pages."""

from __future__ import annotations

import errno
import signal
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from heliograph.config import sequencer
from heliograph.config.management.commands import ledger_run
from heliograph.config.serving import REFUSED
from heliograph.ledger.actions.running import Place, open_logs, run_round
from heliograph.ledger.models import Alarm, Log, Tree
from heliograph.ledger.queries import standstill
from heliograph.ledger.second_place import Signed
from tests.cast import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(log_place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The installation's place, logs begun and published, and a sequencer that stops after its first round."""
    monkeypatch.setattr(ledger_run, "installation_place", lambda: log_place)
    monkeypatch.setattr(signal, "signal", lambda *_given: None)
    monkeypatch.setattr(threading.Event, "wait", lambda *_given: True)
    run_round(open_logs(log_place, at=NOON), log_place, at=NOON)
    return log_place


def fall_behind(place: Place) -> None:
    log = Log.objects.get(tree=Tree.PUBLIC)
    place.second.keep(log.origin, place.second.last(log.origin), Signed(999, b"\7" * 32))


def test_database_behind_what_was_signed_is_refused_with_a_code_of_its_own(
    place: Place, client: Client, capsys: Any
) -> None:
    fall_behind(place)
    with pytest.raises(CommandError, match="公示日志暂停写入：数据库里的日志只有") as refused:
        call_command("ledger_run")
    assert refused.value.returncode == REFUSED
    assert sequencer.main() == REFUSED
    assert "公示日志暂停写入" in capsys.readouterr().err
    alarm = Alarm.objects.get(kind="sequencer")  # once, however often it is tried
    assert (alarm.key, alarm.settled_at) == ("ledger.behind", None)
    page = client.get(reverse("portal:log")).content.decode()
    assert "公示日志暂停写入" in page
    assert "日志停止" in page


def test_another_reason_takes_the_place_of_the_first_and_a_round_that_succeeds_settles_it(
    place: Place, client: Client
) -> None:
    last = place.second.last(f"{place.origin}/public/2026")
    fall_behind(place)
    with pytest.raises(CommandError):
        call_command("ledger_run")
    place.second.path.unlink()
    with pytest.raises(CommandError, match="第二处"):
        call_command("ledger_run")
    assert Alarm.objects.get(kind="sequencer", settled_at=None).key == "ledger.second_place_lost"
    for log in Log.objects.all():
        place.second.keep(log.origin, None, Signed(log.size, bytes(log.root)))
    assert last == place.second.last(f"{place.origin}/public/2026")
    call_command("ledger_run")
    assert standstill() is None
    assert "公示日志暂停写入" not in client.get(reverse("portal:log")).content.decode()


def test_fault_of_the_disk_ends_the_process_for_a_new_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any, **_named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(ledger_run, "run_round", full)
        with pytest.raises(CommandError, match="No space left") as refused:
            call_command("ledger_run")
    assert refused.value.returncode == REFUSED
    assert Alarm.objects.get(kind="sequencer").key == "OSError"
    call_command("ledger_run")
    assert standstill() is None


def test_drafts_of_a_killed_sequencer_are_gone_after_the_next_start(place: Place) -> None:
    log = Log.objects.get(tree=Tree.PUBLIC)
    draft = place.files(log).root / "checkpoint.4711.tmp"
    draft.write_bytes(b"half")
    call_command("ledger_run")
    assert not draft.exists()
