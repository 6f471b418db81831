"""The prototype's attacks on a log that the product published: each is seen by who checks the files and the keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from heliograph.kernel.tlog.checkpoints import Checkpoint as State
from heliograph.kernel.tlog.checkpoints import parse_checkpoint
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.fsck import Problem, check_log
from heliograph.kernel.tlog.hashing import fold, leaf_hashes
from heliograph.kernel.tlog.notes import (
    BadSignatureError,
    Ed25519Signer,
    SignedNote,
    format_note,
    open_note,
    parse_note,
    parse_vkey,
)
from heliograph.kernel.tlog.proofs import inclusion_proof, verify_inclusion
from heliograph.kernel.tlog.tiles import Edge, TileReader, bundle, grow, parse_bundle
from heliograph.ledger import guards
from heliograph.ledger.actions.publishing import publish_checkpoint, sign_state, write_staged
from heliograph.ledger.actions.sequencing import sequence
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Alarm
from heliograph.ledger.second_place import SecondPlace
from heliograph.ledger.tests.making import AT, fill, log_of

SIZE = 300
RESOURCES = ["tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
FORGED = b'{"c":"forged","v":1}'


class Served:
    """A published log as outsiders have it: the files and the key."""

    def __init__(self, files: LogFiles, vkey: str) -> None:
        self.files = files
        self.verifier = parse_vkey(vkey)

    def check(self) -> Problem | None:
        """Check signature and files, and return the first problem."""
        note = parse_note(self.files.read("checkpoint"))
        open_note(note, [self.verifier])
        state = parse_checkpoint(note.text)
        return check_log(self.files, state.size, state.root).problem

    def flip(self, path: str, at: int) -> None:
        """Change one bit."""
        target = self.files.root / path
        data = bytearray(target.read_bytes())
        data[at % len(data)] ^= 1 << at % 8
        target.write_bytes(data)


@pytest.fixture(scope="module")
def published(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """A log of one full tile and a part, published by the product: its directory and its key."""
    home = tmp_path_factory.mktemp("published")
    files, second = LogFiles(home / "log"), SecondPlace(home / "second.sqlite3")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(guards, "_GUARDS", {})
        guards.guard(Alarm)
        log = log_of()
        signer = Ed25519Signer(log.origin, bytes(32))
        fill(SIZE)
        sequence(log.pk)
        log.refresh_from_db()
        write_staged(log, files)
        checkpoint = sign_state(log, files, signers=[signer], second=second, at=AT)
        assert checkpoint is not None
        publish_checkpoint(checkpoint, files, cosignatures=(), at=AT)
        transaction.set_rollback(True)
    return files.root, signer.vkey


@pytest.fixture
def served(published: tuple[Path, str], tmp_path: Path) -> Served:
    """A copy of it to tamper with."""
    root, vkey = published
    shutil.copytree(root, tmp_path / "log")
    return Served(LogFiles(tmp_path / "log"), vkey)


def test_flipped_bit_in_any_kind_of_resource_is_found(served: Served) -> None:
    assert served.check() is None
    kinds = {path.relative_to(served.files.root).as_posix() for path in served.files.root.rglob("*") if path.is_file()}
    assert kinds == {*RESOURCES, "checkpoint"}
    for path in RESOURCES:
        for at in (0, 1, 2, 31, 777, -1):
            sound = served.files.read(path)
            served.flip(path, at)
            problem = served.check()
            assert problem is not None, (path, at)
            assert problem.resource.startswith("tile/")
            served.files.write(path, sound)
    assert served.check() is None


def test_flipped_bit_anywhere_in_the_checkpoint_is_refused(served: Served) -> None:
    sound = served.files.read("checkpoint")
    for at in range(len(sound)):
        served.flip("checkpoint", at)
        with pytest.raises(TlogError):
            served.check()
        served.files.write("checkpoint", sound)


def test_missing_and_cut_resources_are_found(served: Served) -> None:
    for path in RESOURCES:
        sound = served.files.read(path)
        (served.files.root / path).unlink()
        assert served.check() is not None
        served.files.write(path, sound[:-1])
        assert served.check() is not None
        served.files.write(path, sound)


def test_forged_entry_with_the_tile_that_fits_it_is_found(served: Served) -> None:
    entries = parse_bundle(served.files.read("tile/entries/000"), 256)
    entries[7] = FORGED
    served.files.write("tile/entries/000", bundle(entries))
    served.files.write("tile/0/000", leaf_hashes(entries))
    problem = served.check()
    assert problem is not None
    assert (problem.resource, problem.code) == ("tile/1/000.p/1", "log.tile")
    served.files.write("tile/1/000.p/1", fold(leaf_hashes(entries)))
    problem = served.check()
    assert problem is not None
    assert (problem.resource, problem.code) == ("checkpoint", "log.root")


def test_forged_entry_with_everything_made_to_fit_needs_a_signature_that_nobody_has(served: Served) -> None:
    entries = parse_bundle(served.files.read("tile/entries/000"), 256)
    entries += parse_bundle(served.files.read("tile/entries/001.p/44"), 44)
    grown = grow(Edge(), b"", [*entries[:-1], FORGED])
    for path, data in grown.resources.items():
        served.files.write(path, data)
    note = parse_note(served.files.read("checkpoint"))
    state = State(parse_checkpoint(note.text).origin, SIZE, grown.edge.root())
    served.files.write("checkpoint", format_note(SignedNote(state.text(), note.signatures)).encode())
    with pytest.raises(BadSignatureError):
        served.check()


@pytest.mark.parametrize("attack", ["swapped", "left out", "added"])
def test_entries_in_another_order_or_number_are_found(attack: str, served: Served) -> None:
    entries = parse_bundle(served.files.read("tile/entries/001.p/44"), 44)
    if attack == "swapped":
        entries[3], entries[4] = entries[4], entries[3]
    elif attack == "left out":
        entries.pop(9)
    else:
        entries.append(FORGED)
    served.files.write("tile/entries/001.p/44", bundle(entries))
    assert served.check() is not None


def test_proof_from_forged_tiles_does_not_hold_against_the_signed_root(served: Served) -> None:
    root = parse_checkpoint(parse_note(served.files.read("checkpoint")).text).root
    entries = parse_bundle(served.files.read("tile/entries/000"), 256)
    entries[7] = FORGED
    served.files.write("tile/0/000", leaf_hashes(entries))
    proof = inclusion_proof(TileReader(served.files, SIZE), 7, SIZE)
    with pytest.raises(TlogError):
        verify_inclusion(7, SIZE, leaf_hashes([FORGED]), proof, root)
