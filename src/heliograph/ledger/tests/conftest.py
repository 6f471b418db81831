"""What the tests of the ledger share: a guarded table and a place for the logs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from heliograph.ledger import guards
from heliograph.ledger.actions.running import Place
from heliograph.ledger.files import LogFiles
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.models import Alarm
from heliograph.ledger.second_place import SecondPlace
from heliograph.ledger.tests.making import ORIGIN


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard the alarms and nothing else, for one test."""
    monkeypatch.setattr(guards, "_GUARDS", {})
    guards.guard(Alarm)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An installation's place whose policy asks for no witness, as a demonstration's may."""
    policy = tmp_path / "witnesses.policy"
    policy.write_text("quorum none\n", encoding="utf-8")
    return Place(
        directory=tmp_path / "logs",
        second=SecondPlace(tmp_path / "second" / "signed.sqlite3"),
        keys=KeyStore(tmp_path / "keys"),
        origin=ORIGIN,
        algorithms=["ed25519"],
        policy_file=policy,
        anchor_every=timedelta(minutes=10),
        may_lack_witnesses=True,
    )


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    """A log's directory."""
    return LogFiles(tmp_path / "log")


@pytest.fixture
def second(tmp_path: Path) -> SecondPlace:
    """The second place."""
    return SecondPlace(tmp_path / "second.sqlite3")
