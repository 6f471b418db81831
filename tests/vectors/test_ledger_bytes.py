"""What the ledger itself writes, from the act in the database to the files, under verifiers that know nothing of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from heliograph.kernel.tlog.notes import Ed25519Signer
from heliograph.kernel.tlog.proof_file import format_proof
from heliograph.ledger import guards
from heliograph.ledger.actions.publishing import publish_checkpoint, sign_state, write_staged
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Alarm, Log, Publication, Record, Tree
from heliograph.ledger.queries import proof_of
from heliograph.ledger.second_place import SecondPlace
from heliograph.ledger.tests.making import AT, fill, log_of, make_row, publish, record, sequenced
from tests.vectors.small_log import zipped
from tests.vectors.verifying import verify

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand]


@dataclass
class Published:
    """A log of the ledger in its directory."""

    log: Log
    files: LogFiles
    second: SecondPlace
    publication: Publication | None = None

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer(self.log.origin, bytes(32))

    def out(self) -> Path:
        """Publish what waits, and return the directory."""
        sequenced(self.log)
        write_staged(self.log, self.files)
        made = sign_state(self.log, self.files, signers=[self.signer], second=self.second, at=AT)
        assert made is not None
        self.publication = publish_checkpoint(made, self.files, cosignatures=(), at=AT)
        return self.files.root

    def policy(self) -> Path:
        """Write the policy of a reader."""
        path = self.files.root.parent / "policy.txt"
        path.write_text(f"log {self.signer.vkey}\nquorum none\n", encoding="utf-8")
        return path

    def proof(self, of: Record) -> str:
        """Return the proof file of a record."""
        found = proof_of(Record.objects.get(pk=of.pk), self.files, self.publication)
        assert found is not None
        return format_proof(found)


def begun(tree: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    """Begin a log, with alarms as the only guarded rows."""
    monkeypatch.setattr(guards, "_GUARDS", {})
    guards.guard(Alarm)
    return Published(log_of(tree), LogFiles(folder / "log"), SecondPlace(folder / "second.sqlite3"))


@pytest.fixture
def public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    return begun(Tree.PUBLIC, tmp_path, monkeypatch)


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    return begun(Tree.PROCESS, tmp_path, monkeypatch)


def test_a_published_log_and_its_growth(process: Published, go_verifier: Path, tmp_path: Path) -> None:
    fill(200)
    folder = process.out()
    (tmp_path / "before").write_bytes((folder / "checkpoint").read_bytes())
    fill(400, row=make_row("2"))
    process.out()

    answer = verify("log", folder, "--policy", process.policy())
    between = verify("between", tmp_path / "before", folder / "checkpoint", "--log", folder)
    go = subprocess.run([go_verifier, folder, process.signer.vkey], capture_output=True, text=True, check=False)

    assert answer.code == 0, answer.text
    assert "format unknown" not in answer.text
    assert (between.code, "from 200 to 600" in between.text) == (0, True)
    assert go.stdout.startswith("OK 600 entries")


def test_a_record_of_the_process_ledger(process: Published, tmp_path: Path) -> None:
    kept = record(make_row(), facts={"note": "甲", "number": 1, "nested": {"list": [None, True, "\u2028"]}})
    process.out()
    (tmp_path / "p").write_text(process.proof(kept), encoding="utf-8")

    answer = verify("proof", tmp_path / "p", "--policy", process.policy())

    assert answer.code == 0, answer.text
    assert "record: row.written" in answer.text


def test_a_published_record_and_its_withdrawal(public: Published, tmp_path: Path) -> None:
    row = make_row()
    first = publish(row, title="甲")
    folder = public.out()
    (tmp_path / "p").write_text(public.proof(first), encoding="utf-8")
    arguments = ("proof", tmp_path / "p", "--policy", public.policy(), "--log", folder)
    before = verify(*arguments)
    publish(row, "row.withdrawn", ref=Record.objects.get(pk=first.pk), ground="乙")
    public.out()
    after = verify(*arguments)

    assert before.code == 0, before.text
    assert "agency luozhuang-tjj" in before.text
    assert "the public entry agrees with the record" in before.text
    assert "no later entry corrects or withdraws entry 0" in before.text
    assert after.code == 0, after.text
    assert "entry 0 is referred to by entry 1: row.withdrawn" in after.text


def test_a_withdrawal_written_before_the_publication_had_its_place(public: Published) -> None:
    row = make_row()
    publish(row, "row.withdrawn", ref=publish(row, title="甲"))

    answer = verify("log", public.out(), "--policy", public.policy())

    assert answer.code == 0, answer.text
    assert "entry 0 is referred to by entry 1: row.withdrawn" in answer.text


def test_a_case_with_a_row_that_was_removed(process: Published, tmp_path: Path) -> None:
    row, other = make_row(), make_row("2")
    records = []
    for step in range(5):
        records.append(record(row, at=AT + timedelta(seconds=step), facts={"step": step}))
        record(other)
    records.append(record(row, "row.removed", rows=[], removed=[other]))
    folder = process.out()
    files = {f"records/{step:06d}.tlog-proof": process.proof(one).encode() for step, one in enumerate(records, 1)}
    files |= {"checkpoint": (folder / "checkpoint").read_bytes(), "policy.txt": process.policy().read_bytes()}
    (tmp_path / "case.zip").write_bytes(zipped(files))

    answer = verify("case", tmp_path / "case.zip", "--policy", process.policy())

    assert answer.code == 0, answer.text
    assert "6 records, numbered without gaps" in answer.text
