"""The logs of a test: an installation's place in a directory of its own, and rounds of the sequencer on demand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heliograph.ledger.actions.running import Place, open_logs, run_round
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.second_place import SecondPlace
from tests.cast import NOON

Rounds = Callable[[], None]


@pytest.fixture
def log_place(settings: Any, tmp_path: Path) -> Place:
    """A place for the logs without witnesses; the settings point at the same files."""
    settings.LEDGER_HOME = tmp_path / "ledger"
    policy = tmp_path / "witnesses.policy"
    policy.write_text("quorum none\n", encoding="utf-8")
    return Place(
        directory=settings.LEDGER_HOME,
        second=SecondPlace(tmp_path / "second.sqlite3"),
        keys=KeyStore(tmp_path / "keys"),
        origin="zf.example.gov.cn",
        algorithms=["ed25519"],
        policy_file=policy,
        anchor_every=timedelta(minutes=10),
        may_lack_witnesses=True,
    )


@pytest.fixture
def sequence_all(log_place: Place, db: None) -> Rounds:
    """Give every waiting record its place, sign and publish."""

    def run() -> None:
        run_round(open_logs(log_place, at=NOON), log_place, at=NOON)

    return run
