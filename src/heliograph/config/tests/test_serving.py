"""The supervisor: what it starts it ends, and it ends when one of its children does."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

from heliograph.config import serving
from heliograph.config.env import BindAddress
from heliograph.config.serving import ServingError, Supervisor, answers, check_free, commands

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
    monkeypatch.setattr(serving, "answers", lambda bind: False)
    supervisor = Supervisor()
    assert supervisor.run(bind, 1, lambda: None) == 1
    assert all(child.returncode is not None for child in supervisor.children)


def test_a_server_that_never_answers_is_given_up(bind: BindAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "commands", lambda bind, workers: [SLEEPER])
    monkeypatch.setattr(serving, "READY_SECONDS", 0.2)
    supervisor = Supervisor()
    with pytest.raises(ServingError, match="没有应答"):
        supervisor.run(bind, 1, lambda: None)
    assert supervisor.children[0].returncode is not None
