"""The export of a chain: its records, and what ties them to the public log that witnesses saw."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.notes import SignedNote, VerifiedSignature, parse_vkey
from heliograph.kernel.tlog.policy import Policy, parse_policy
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import running
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.actions.running import Place, anchor, open_logs, run_round
from heliograph.ledger.actions.succeeding import succeed_log
from heliograph.ledger.case_export import chain_of, export_case
from heliograph.ledger.models import Alarm, Publication, Record, Tree
from heliograph.ledger.queries import public_policy
from heliograph.ledger.tests.making import ACTOR, AT, answers, code_of, fill, make_row
from heliograph.ledger.witness_client import Collected
from heliograph_verify.cli import main

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]
WITNESS = Ed25519Cosigner("witness.example", bytes(32))
ANCHOR = ["anchors/000001.tlog-proof", "anchors/000001.consistency"]


def seen(_policy: Policy, note: SignedNote, *_asked: object) -> Collected:
    """Cosign, as the witness does that is asked by the network otherwise."""
    line = VerifiedSignature(WITNESS.cosign(note.text, int(AT.timestamp())), parse_vkey(WITNESS.vkey))
    return Collected((line,), (), {}, satisfied=True)


class Run:
    """An installation with one witness, and what a reader does with its exports."""

    def __init__(self, place: Place, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        place.policy_file.write_text(f"witness w1 {WITNESS.vkey}\nquorum w1\n", encoding="utf-8")
        self.place, self.folder, self.capsys = replace(place, may_lack_witnesses=False), folder, capsys
        self.at = AT

    def round(self, *, with_anchor: bool = False) -> None:
        """Let the sequencer work once; with an anchor it works once more, so that the anchor is published too."""
        self.at += timedelta(hours=1)
        run_round(open_logs(self.place, at=self.at), self.place, at=self.at)
        if with_anchor:
            assert anchor(open_logs(self.place, at=self.at), self.place, at=self.at) is not None
            run_round(open_logs(self.place, at=self.at), self.place, at=self.at)

    def export(self, row: Alarm) -> list[str]:
        """Save the chain of a row; return the names in it."""
        witnesses = parse_policy(self.place.policy_file.read_bytes())
        data = export_case(
            chain_of(row), title="甲", agency="清河县统计局", files=self.place.files, witnesses=witnesses
        )
        (self.folder / "case.zip").write_bytes(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.readme = archive.read("README.txt").decode()
            return archive.namelist()

    def check(self, *more: str) -> tuple[int, str]:
        """Run the cold verifier with the keys and witnesses that the portal gives."""
        policy = self.folder / "policy.txt"
        policy.write_text(public_policy(parse_policy(self.place.policy_file.read_bytes())), encoding="utf-8")
        code = main(["case", str(self.folder / "case.zip"), "--policy", str(policy), "--lang", "zh", *more])
        return code, self.capsys.readouterr().out

    def not_anchored(self, text: str) -> Sequence[str]:
        """Return the numbers of the records of which the verifier says that they are not yet anchored."""
        return [line[len("[未核验] records/") :][:6] for line in text.split("\n") if line.endswith("尚未锚定")]


@pytest.fixture
def run(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(running, "collect", seen)
    return Run(place, tmp_path, capsys)


def test_chain_is_tied_to_the_log_that_witnesses_saw(run: Run) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)

    names = run.export(row)
    code, text = run.check()

    proofs = [f"records/{number:06d}.tlog-proof" for number in (1, 2, 3)]
    assert names == ["README.txt", "policy.txt", "checkpoint", *proofs, *ANCHOR]
    assert code == 0, text
    assert "[通过] 见证达到策略要求：w1" in text
    assert "[通过] 已锚定于公开日志的记录：3 条" in text
    assert text.count("[未核验]") == 1  # what came after the export
    assert "全部存证均已锚定" in run.readme


def test_records_later_than_the_anchor_are_named(run: Run) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)
    fill(2, row=row)
    run.round()

    run.export(row)
    code, text = run.check()

    assert code == 0, text
    assert "[通过] 已锚定于公开日志的记录：3 条" in text
    assert run.not_anchored(text) == ["000004", "000005"]
    assert "有 2 条存证尚未锚定（序号 4、5）" in run.readme


def test_before_the_first_anchor_nothing_is_claimed(run: Run) -> None:
    row = make_row()
    fill(25, row=row)
    run.round()

    names = run.export(row)
    code, text = run.check()

    assert not any(name.startswith("anchors/") for name in names)
    assert code == 0, text
    assert "[未核验] 案卷没有过程日志" in text
    assert "有 25 条存证尚未锚定（序号 1、2、3、" in run.readme
    assert "20等）" in run.readme


def test_an_anchor_that_no_witness_saw_yet_does_not_count(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)
    monkeypatch.setattr(running, "collect", answers(False))
    fill(2, row=row)
    run.round(with_anchor=True)

    run.export(row)
    code, text = run.check()

    assert Record.objects.filter(kind="ledger.anchor").count() == 2
    assert code == 0, text
    assert run.not_anchored(text) == ["000004", "000005"]


def test_an_anchor_whose_content_was_erased_gives_way_to_the_one_before(run: Run) -> None:
    row = make_row()
    for _ in range(2):
        fill(2, row=row)
        run.round(with_anchor=True)
    last = Record.objects.filter(kind="ledger.anchor").order_by("-number")[0]
    erase_content(last.pk, ground="误载", basis="个人信息保护法@2021:47", by_id=ACTOR, at=run.at)

    run.export(row)
    code, text = run.check()

    assert code == 0, text
    assert run.not_anchored(text) == ["000003", "000004"]


def test_chain_that_goes_on_in_the_next_log_has_an_anchor_of_each(run: Run) -> None:
    row = make_row()
    fill(2, row=row)
    run.round(with_anchor=True)
    succeed_log(Tree.PROCESS, run.place, reason="新年度", at=run.at)
    fill(2, row=row)
    run.round(with_anchor=True)

    names = run.export(row)
    code, text = run.check()

    assert code == 0, text
    assert [name for name in names if name.startswith("anchors/")] == [
        *ANCHOR, "anchors/000002.tlog-proof", "anchors/000002.consistency",
    ]  # fmt: skip
    assert "[通过] 已锚定于公开日志的记录：4 条" in text


def test_the_same_state_gives_the_same_bytes(run: Run) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)
    run.export(row)
    first = (run.folder / "case.zip").read_bytes()
    run.export(row)
    assert (run.folder / "case.zip").read_bytes() == first


@pytest.mark.parametrize("name", ANCHOR)
def test_a_changed_anchor_is_found(run: Run, name: str) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)
    fill(2, row=row)
    run.round()
    run.export(row)
    files = _members(run.folder / "case.zip")
    for at in range(0, len(files[name]), 23):
        forged = bytearray(files[name])
        forged[at] ^= 1
        _write(run.folder / "case.zip", files | {name: bytes(forged)})
        code, text = run.check()
        assert code in {1, 2}, (at, text)


def test_an_anchor_of_another_log_is_refused(run: Run) -> None:
    row = make_row()
    fill(3, row=row)
    run.round(with_anchor=True)
    run.export(row)
    files = _members(run.folder / "case.zip")
    succeed_log(Tree.PROCESS, run.place, reason="新年度", at=run.at)
    other = make_row("2")
    fill(3, row=other)
    run.round(with_anchor=True)
    run.export(other)
    theirs = _members(run.folder / "case.zip")

    _write(run.folder / "case.zip", files | {name: theirs[name] for name in ANCHOR})
    code, text = run.check()

    assert code == 1
    assert "不是案卷记录所在的日志" in text


def test_nothing_is_exported_while_records_wait_or_where_there_are_none(run: Run) -> None:
    row = make_row()
    with pytest.raises(ActRefusedError) as refusal:
        run.export(row)
    assert code_of(refusal.value) == "records.none"
    fill(1, row=row)
    with pytest.raises(ActRefusedError) as refusal:
        run.export(row)
    assert code_of(refusal.value) == "records.waiting"
    assert not Publication.objects.exists()


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
