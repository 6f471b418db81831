"""The supervisor: what it starts it ends, and it ends when one of its children does."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from heliograph.config import serving
from heliograph.config.env import BindAddress
from heliograph.config.serving import REFUSED, SEQUENCER, ServingError, Supervisor, answers, check_free, commands

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]


@pytest.fixture
def bind() -> BindAddress:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return BindAddress("127.0.0.1", port)


def test_a_taken_address_is_refused_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ServingError, match="HELIOGRAPH_BIND"):
        check_free(BindAddress("127.0.0.1", taken.getsockname()[1]))


def test_the_server_the_worker_and_the_sequencer_are_started(bind: BindAddress) -> None:
    web, worker, sequencer = commands(bind, 3)
    assert web[web.index("--workers") + 1] == "3"
    assert [worker[-1], sequencer[-1]] == ["heliograph.config.worker", "heliograph.config.sequencer"]
    assert not answers(bind)


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_an_order_to_stop_ends_every_child(bind: BindAddress, monkeypatch: pytest.MonkeyPatch, order: int) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER, STUBBORN])
    monkeypatch.setattr(serving, "answers", lambda bind: True)
    monkeypatch.setattr(serving, "GRACE_SECONDS", 1)
    supervisor = Supervisor()
    assert supervisor.run(bind, 1, lambda: os.kill(os.getpid(), order)) == 0
    assert all(child.returncode is not None for child in supervisor.children)


def test_the_end_of_one_child_is_the_end_of_all(bind: BindAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER, [sys.executable, "-c", ""]])
    monkeypatch.setattr(serving, "answers", lambda bind: True)
    supervisor = Supervisor()
    assert supervisor.run(bind, 1, lambda: None) == 1
    assert [child.returncode is not None for child in supervisor.children] == [True, True]


def test_nothing_is_started_beside_a_server_that_ends_before_it_answers(
    bind: BindAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [[sys.executable, "-c", ""], SLEEPER])
    monkeypatch.setattr(serving, "answers", lambda bind: False)
    supervisor = Supervisor([SLEEPER])
    assert supervisor.run(bind, 1, lambda: pytest.fail("it was announced")) == 1
    assert len(supervisor.children) == 1


def test_the_other_programs_are_started_once_the_server_answers(
    bind: BindAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER, SLEEPER])
    monkeypatch.setattr(serving, "answers", lambda bind: True)
    supervisor = Supervisor([SLEEPER])
    seen: list[int] = []

    def announced() -> None:
        seen.extend(child.pid for child in supervisor.children if child.poll() is None)
        os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run(bind, 1, announced) == 0
    assert len(seen) == len(supervisor.children) == 3


def notes(path: Path, code: int) -> list[str]:
    """Return a program that notes when it was started and ends at once with a code."""
    said = f"import sys, time; open({str(path)!r}, 'a').write(f'{{time.monotonic()}}\\n'); sys.exit({code})"
    return [sys.executable, "-c", said]


def test_a_sequencer_that_refuses_is_tried_again_after_ever_longer_rests_and_the_others_go_on(
    bind: BindAddress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER, [*notes(starts, REFUSED), SEQUENCER]])
    monkeypatch.setattr(serving, "answers", lambda bind: True)
    monkeypatch.setattr(serving, "FIRST_REST_SECONDS", 0.2)
    monkeypatch.setattr(serving, "LONGEST_REST_SECONDS", 60.0)
    supervisor = Supervisor()

    def stop_at_the_fourth_start() -> None:
        while not starts.exists() or len(starts.read_text().splitlines()) < 4:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    assert supervisor.run(bind, 1, threading.Thread(target=stop_at_the_fourth_start).start) == 0
    times = [float(line) for line in starts.read_text().splitlines()]
    rests = [after - before for before, after in pairwise(times)]
    assert [rest > least for rest, least in zip(rests, (0.2, 0.4, 0.8), strict=True)] == [True] * 3
    assert supervisor.children[0].returncode == -signal.SIGTERM  # it ran to the end


@pytest.mark.parametrize(
    ("code", "sequencer"), [(REFUSED, False), (1, True), (0, True)], ids=["another program", "a crash", "a plain end"]
)
def test_only_the_refusal_of_the_sequencer_is_waited_out(
    bind: BindAddress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, sequencer: bool
) -> None:
    line = [*notes(tmp_path / "starts", code), *([SEQUENCER] if sequencer else [])]
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER, line])
    monkeypatch.setattr(serving, "answers", lambda bind: True)
    assert Supervisor().run(bind, 1, lambda: None) == 1
    assert len((tmp_path / "starts").read_text().splitlines()) == 1


def test_a_sequencer_that_ran_for_long_is_tried_again_soon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.children = [serving._started([*notes(tmp_path / "starts", REFUSED), SEQUENCER])]
    supervisor.children[0].wait()
    supervisor.rest, supervisor.began = 300.0, time.monotonic() - 3600
    assert supervisor._goes_on(0)
    assert supervisor.again_at is not None
    assert supervisor.again_at < time.monotonic() + serving.FIRST_REST_SECONDS + 1


def test_a_server_that_never_answers_is_given_up(bind: BindAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER])
    monkeypatch.setattr(serving, "READY_SECONDS", 0.2)
    supervisor = Supervisor()
    with pytest.raises(ServingError, match="没有应答"):
        supervisor.run(bind, 1, lambda: None)
    assert supervisor.children[0].returncode is not None
