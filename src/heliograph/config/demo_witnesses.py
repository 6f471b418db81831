"""The two witnesses of a demonstration (演示): own processes with own keys on this machine, a quorum of one.

They show how a publication waits for others. They protect nobody: witnesses that count are run by other bodies.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from heliograph.config.ledger_place import installation_place
from heliograph.kernel.tlog.policy import Group, Policy, Witness, format_policy
from heliograph.ledger.actions.running import open_logs, vkeys
from heliograph.ledger.models import Tree
from heliograph.ledger.witness_home import WitnessHome

COUNT = 2
GROUP = "demo"
HOST = "127.0.0.1"


def prepare_witnesses(home: Path) -> list[list[str]]:
    """Make the witnesses know the public log and the log know the witnesses; return their command lines.

    Ports are chosen anew at each start: others may have taken the former ones.
    """
    logs = open_logs(installation_place(), at=timezone.now())  # noqa: TID251 - the start of the demonstration
    known: list[Witness] = []
    lines: list[list[str]] = []
    for number in range(1, COUNT + 1):
        directory = home / f"witness-{number}"
        witness = WitnessHome(directory)
        cosigner = witness.open(f"heliograph.invalid/demo-witness-{number}")
        for vkey in vkeys(logs[Tree.PUBLIC]):
            witness.add_log(vkey)
        bind = f"{HOST}:{_free_port()}"
        known.append(Witness(f"demo-witness-{number}", cosigner.vkey, f"http://{bind}"))
        lines.append(
            [sys.executable, "-m", "heliograph.config.cli", "witness", "--home", str(directory), "--bind", bind]
        )
    policy = Policy((), tuple(known), (Group(GROUP, 1, tuple(one.name for one in known)),), GROUP)
    settings.LEDGER_WITNESSES.parent.mkdir(parents=True, exist_ok=True)
    settings.LEDGER_WITNESSES.write_text(format_policy(policy), encoding="utf-8")
    return lines


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
