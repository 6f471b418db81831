"""The logs of an installation for the portal's tests: the real sequencer's rounds, in a directory of the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pytest_django import Settings

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.ledger.actions.publishing import publish_checkpoint
from heliograph.ledger.actions.running import Place, check_logs, open_logs, run_round
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.models import Checkpoint, Log, Tree
from heliograph.ledger.second_place import SecondPlace

ORIGIN = "zf.qinghe.example"
NO_QUORUM = "quorum none\n"


@dataclass
class Logs:
    """Where the test's logs lie; its rounds are run by hand."""

    place: Place

    def run(self, at: datetime) -> dict[Tree, Log]:
        """Sequence, sign and publish everything that waits; return the open logs."""
        logs = open_logs(self.place, at=at)
        check_logs(logs, self.place)
        run_round(logs, self.place, at=at)
        return logs

    def publish_with(self, witness: Ed25519Cosigner, at: datetime) -> None:
        """Publish the public log's newest checkpoint with a witness's line, which comes by the network otherwise."""
        checkpoint = Checkpoint.objects.filter(log__tree=Tree.PUBLIC).select_related("log").order_by("-size")[0]
        text = checkpoint.note.partition("\n\n")[0] + "\n"
        line = witness.cosign(text, int(at.timestamp()))
        publish_checkpoint(checkpoint, self.place.files(checkpoint.log), cosignatures=[line], at=at)


def make_logs(root: Path, settings: Settings, *, policy: str = NO_QUORUM) -> Logs:
    """Point the settings at a directory of the test and return its logs.

    A policy with witnesses is for the portal's eyes: nobody is asked by the network, see `publish_with`.
    """
    settings.LEDGER_HOME = root / "ledger"
    settings.LEDGER_WITNESSES = root / "witnesses.policy"
    settings.LEDGER_WITNESSES.write_text(policy, encoding="utf-8")
    place = Place(
        directory=settings.LEDGER_HOME,
        second=SecondPlace(root / "second" / "signed.sqlite3"),
        keys=KeyStore(root / "keys"),
        origin=ORIGIN,
        algorithms=["ed25519", "ml-dsa-44"],
        policy_file=settings.LEDGER_WITNESSES if policy == NO_QUORUM else root / "nobody.policy",
        anchor_every=timedelta(minutes=10),
        may_lack_witnesses=True,
    )
    return Logs(place)
