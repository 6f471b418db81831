"""What the processes of these tests do: acts and rounds until they die, then recovery and a full account.

`python -m tests.crash.jobs` is their parent. It imports the product once and then, for each line on its input, forks a
process for each job in it, lets them run at the same time, and answers with what each said, or by what it ended.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - settings first

from heliograph.kernel.tlog.checkpoints import parse_checkpoint  # noqa: E402
from heliograph.kernel.tlog.errors import TlogError  # noqa: E402
from heliograph.kernel.tlog.fsck import check_log  # noqa: E402
from heliograph.kernel.tlog.notes import open_note, parse_note, parse_vkey  # noqa: E402
from heliograph.kernel.tlog.proofs import consistency_proof, verify_consistency  # noqa: E402
from heliograph.kernel.tlog.tiles import TileReader  # noqa: E402
from heliograph.kernel.verdict import ActRefusedError  # noqa: E402
from heliograph.ledger import guards  # noqa: E402
from heliograph.ledger.actions.alarms import raise_alarm  # noqa: E402
from heliograph.ledger.actions.reconciling import compare_records, compare_rows  # noqa: E402
from heliograph.ledger.actions.records import append  # noqa: E402
from heliograph.ledger.actions.running import (  # noqa: E402
    Place,
    anchor,
    check_logs,
    open_logs,
    run_round,
    vkeys,
)
from heliograph.ledger.actions.sequencing import only_sequencer, sequence  # noqa: E402
from heliograph.ledger.actions.succeeding import published_size, succeed_log  # noqa: E402
from heliograph.ledger.keystore import KeyStore  # noqa: E402
from heliograph.ledger.models import Alarm, Leaf, Log, Pending, Record, Staged, Tree  # noqa: E402
from heliograph.ledger.second_place import SecondPlace  # noqa: E402
from tests.crash.points import Points  # noqa: E402

KIND = "crash"
PATIENCE_SECONDS = 10.0
TILE = 256
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

guards._GUARDS.clear()  # this process tests the ledger, whose own alarms stand for business rows
guards.guard(Alarm)


def place_in(home: Path) -> Place:
    """Return the installation's place in a directory."""
    return Place(
        directory=home / "logs",
        second=SecondPlace(home / "second.sqlite3"),
        keys=KeyStore(home / "keys"),
        origin="crash.example",
        algorithms=["ed25519"],
        policy_file=home / "witnesses.policy",
        anchor_every=timedelta(0),
        may_lack_witnesses=True,
    )


def now() -> datetime:
    """Return a time that moves on from one job to the next, whatever the clock of the machine says."""
    return START + timedelta(microseconds=time.monotonic_ns() // 1000)


def act(acknowledged: int, *, linger: float = 0) -> None:
    """Write a row and its record together, and tell of them once they are committed."""
    key = os.urandom(8).hex()
    with transaction.atomic():
        raise_alarm(KIND, key, "甲", at=now())
        row = Alarm.objects.get(kind=KIND, key=key)
        made = append("crash.written", subject=row, agency_id=None, actor_id=None, at=now(), rows=[row])
        time.sleep(linger)
    os.write(acknowledged, f"{made.pk}\n".encode())


def acknowledged_in(home: Path) -> int:
    """Open the file of the acts that were told to be done."""
    return os.open(home / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def whole_run(place: Place, home: Path) -> None:
    """Acts and rounds as an installation has them."""
    handle = acknowledged_in(home)
    logs = open_logs(place, at=now())
    check_logs(logs, place)
    for count in (3, 1):
        for _ in range(count):
            act(handle)
        run_round(logs, place, at=now())
        anchor(logs, place, at=now())


def fill_tile(place: Place, home: Path) -> None:
    """Bring the process log right before the end of a tile; what follows will make it full."""
    handle = acknowledged_in(home)
    logs = open_logs(place, at=now())
    run_round(logs, place, at=now())
    log = logs[Tree.PROCESS]
    for _ in range((TILE - 2 - log.size) % TILE):
        append("crash.filled", subject=log, agency_id=None, actor_id=None, at=now())
    run_round(logs, place, at=now())
    for _ in range(4):
        act(handle)


def follow(place: Place, home: Path) -> None:
    """Act, sequence without publishing, and let both logs be followed by new ones."""
    handle = acknowledged_in(home)
    for _ in range(3):
        act(handle)
    for tree, log in open_logs(place, at=now()).items():
        sequence(log.pk)
        succeed_log(tree, place, reason="试验", at=now())


def die(home: Path, kill_at: int, *, tile: bool = False, following: bool = False) -> dict[str, Any]:
    """Work until the chosen point; say how many points there are when it was never reached."""
    place = place_in(home)
    with patiently():
        if tile:
            fill_tile(place, home)
        points = Points(kill_at, home / "trace")
        points.install()
        if tile:
            run_round(open_logs(place, at=now()), place, at=now())
        elif following:
            follow(place, home)
        else:
            whole_run(place, home)
    return {"points": points.passed}


def patiently() -> Any:
    """Be the sequencer; the server may need a moment to notice that the one before is dead."""
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        try:
            lock = only_sequencer()
            lock.__enter__()
        except ActRefusedError:
            time.sleep(0.02)
        else:
            return _Held(lock)
    raise TimeoutError("the sequencer's lock was never given back")


class _Held:
    """A lock that was taken, as something to be in."""

    def __init__(self, lock: Any) -> None:
        self.lock = lock

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        self.lock.__exit__(*error)


def recover(home: Path, former: dict[str, Any]) -> dict[str, Any]:
    """Take stock of what the dead left to outsiders, start anew, and give a full account."""
    place = place_in(home)
    left = {tree: published(place, log) for tree, log in existing_logs().items()}
    with patiently():
        logs = open_logs(place, at=now())
        check_logs(logs, place)
        run_round(logs, place, at=now())
    return {"left": left, **account(place, home, former)}


def existing_logs() -> dict[str, Log]:
    """Return the open logs; there may be none yet."""
    return {log.tree: log for log in Log.objects.filter(closed_at__isnull=True)}


def published(place: Place, log: Log) -> dict[str, Any]:
    """Check a log as an outsider does, who has its files and keys only."""
    files = place.files(log)
    if not (files.root / "checkpoint").exists():
        return {"size": 0, "root": "", "problem": None}
    note = parse_note(files.read("checkpoint"))
    open_note(note, [parse_vkey(vkey) for vkey in vkeys(log)])
    state = parse_checkpoint(note.text)
    report = check_log(files, state.size, state.root)
    return {"size": state.size, "root": state.root.hex(), "problem": report.problem and str(report.problem)}


def account(place: Place, home: Path, former: dict[str, Any]) -> dict[str, Any]:
    """Return everything that a recovered installation must be able to show."""
    told = set((home / "acknowledged").read_text().split()) if (home / "acknowledged").exists() else set()
    recorded = {str(key) for key in Record.objects.values_list("pk", flat=True)}
    placed = {str(key) for key in Leaf.objects.values_list("record_id", flat=True)}
    rows = {str(key) for key in Alarm.objects.filter(kind=KIND).values_list("pk", flat=True)}
    subjects = list(Record.objects.filter(kind="crash.written").values_list("subject_id", flat=True))
    findings = [*compare_rows(guards.guard_of(Alarm)), *compare_records()]
    logs = {tree: log_account(place, log, former.get(tree)) for tree, log in existing_logs().items()}
    return {
        "logs": logs,
        "lost": sorted(told - recorded),
        "unplaced": sorted(recorded - placed),
        "unproved": sorted(unproved()),
        "without_record": sorted(rows.symmetric_difference(subjects)),
        "doubled": len(subjects) - len(set(subjects)),
        "pending": Pending.objects.count(),
        "staged": Staged.objects.filter(log__closed_at__isnull=True).count(),
        "findings": [str(finding) for finding in findings],
        "records": len(recorded),
    }


def unproved() -> set[str]:
    """Return the records in all logs that no published checkpoint covers."""
    left = Leaf.objects.none()
    for log in Log.objects.all():
        left = left | Leaf.objects.filter(log=log, index__gte=published_size(log))
    return {str(key) for key in left.values_list("record_id", flat=True)}


def log_account(place: Place, log: Log, former: dict[str, Any] | None) -> dict[str, Any]:
    """Return how a log stands, and whether it extends what was published before."""
    state = published(place, log)
    grown = "first"
    if former is not None and former["size"]:
        grown = extends(place, log, former, state)
    indices = list(Leaf.objects.filter(log=log).order_by("index").values_list("index", flat=True))
    return {
        **state,
        "origin": log.origin,
        "sequenced": log.size,
        "contiguous": indices == list(range(log.size)),
        "extends": grown,
    }


def extends(place: Place, log: Log, former: dict[str, Any], state: dict[str, Any]) -> str:
    """Say whether the published log begins with what was published before."""
    reader = TileReader(place.files(log), state["size"])
    try:
        proof = consistency_proof(reader, former["size"], state["size"])
        verify_consistency(
            former["size"], state["size"], bytes.fromhex(former["root"]), bytes.fromhex(state["root"]), proof
        )
    except TlogError as error:
        return str(error)
    return "yes"


def start(home: Path) -> dict[str, Any]:
    """Start as the sequencer does; say what it refuses."""
    place = place_in(home)
    try:
        with only_sequencer():
            check_logs(open_logs(place, at=now()), place)
            run_round(open_logs(place, at=now()), place, at=now())
    except ActRefusedError as refusal:
        return {"refused": refusal.verdict.code, "message": str(refusal)}
    return {"refused": None}


def succeed(home: Path) -> dict[str, Any]:
    """Begin new logs, as an operator does after a restore."""
    place = place_in(home)
    with patiently():
        return {tree: succeed_log(tree, place, reason="恢复旧备份", at=now()).origin for tree in Tree}


def work(home: Path, acts: int, linger: float) -> dict[str, Any]:
    """Act and act again, each transaction open for a while."""
    handle = acknowledged_in(home)
    for _ in range(acts):
        act(handle, linger=linger)
    return {"acts": acts}


def compete(home: Path, rounds: int) -> dict[str, Any]:
    """Try to be the sequencer for some rounds; say how often another was."""
    place, refused, done = place_in(home), [], 0
    handle = acknowledged_in(home)
    for _ in range(rounds):
        act(handle)
        try:
            with only_sequencer():
                done += run_round(open_logs(place, at=now()), place, at=now())
        except ActRefusedError as refusal:
            refused.append(refusal.verdict.code)
    return {"refused": refused, "sequenced": done}


def hold(home: Path) -> dict[str, Any]:
    """Be the sequencer until another has been refused."""
    with only_sequencer():
        (home / "held").touch()
        wait_for(home / "release")
        done = run_round(open_logs(place_in(home), at=now()), place_in(home), at=now())
    return {"sequenced": done}


def intrude(home: Path) -> dict[str, Any]:
    """Try to be the sequencer while another is."""
    wait_for(home / "held")
    answer = start(home)
    (home / "release").touch()
    return answer


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        if path.exists():
            return
        time.sleep(0.02)
    raise TimeoutError(str(path))


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    one.__name__: one for one in (die, recover, start, succeed, work, compete, hold, intrude)
}


def run_forked(job: dict[str, Any]) -> tuple[int, int]:
    """Fork a process for a job; return its id and where its answer can be read."""
    out, into = os.pipe()
    process = os.fork()
    if process:
        os.close(into)
        return process, out
    os.close(out)
    code = 1
    try:
        os.environ["HELIOGRAPH_DB_NAME"] = job["database"]
        connection.settings_dict["NAME"] = job["database"]
        answer = JOBS[job["job"]](Path(job["home"]), **job.get("options", {}))
        os.write(into, json.dumps(answer).encode())
        code = 0
    finally:
        if code:
            sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve lines of jobs until the input ends."""
    for line in sys.stdin:
        forked = [run_forked(job) for job in json.loads(line)]
        answers = []
        for process, out in forked:
            with os.fdopen(out, "rb") as stream:
                said = stream.read()
            _, status = os.waitpid(process, 0)
            answers.append({"ended": os.waitstatus_to_exitcode(status), "said": json.loads(said) if said else None})
        sys.stdout.write(f"{json.dumps(answers)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
