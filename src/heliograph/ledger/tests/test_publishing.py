"""From leaves to a checkpoint: files that outsiders can check, and no signature over anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from heliograph.kernel.tlog.checkpoints import parse_checkpoint
from heliograph.kernel.tlog.fsck import check_log
from heliograph.kernel.tlog.hashing import fold, leaf_hash, leaf_hashes
from heliograph.kernel.tlog.notes import Ed25519Signer, open_note, parse_note, parse_vkey
from heliograph.kernel.tlog.tiles import bundle, parse_bundle
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions.publishing import (
    check_standing,
    publish_checkpoint,
    rebuild_files,
    sign_state,
    write_staged,
)
from heliograph.ledger.files import LogFiles
from heliograph.ledger.models import Checkpoint, Leaf, Log, Pending, Publication, Staged
from heliograph.ledger.second_place import SecondPlace, Signed
from heliograph.ledger.tests.making import AT, code_of, fill, log_of, make_row, record, sequenced, tamper

pytestmark = [pytest.mark.django_db, pytest.mark.by_hand, pytest.mark.usefixtures("guarded")]


def grown(log: Log, files: LogFiles, count: int) -> Log:
    """Add that many records and write the files of it."""
    fill(count)
    sequenced(log)
    write_staged(log, files)
    return log


def signed(log: Log, files: LogFiles, second: SecondPlace) -> Checkpoint | None:
    signer = Ed25519Signer(log.origin, bytes(32))
    return sign_state(log, files, signers=[signer], second=second, at=AT)


def published(log: Log, files: LogFiles, second: SecondPlace) -> Publication:
    made = signed(log, files, second)
    assert made is not None
    return publish_checkpoint(made, files, cosignatures=(), at=AT)


def refusal_to_sign(log: Log, files: LogFiles, second: SecondPlace) -> str:
    kept = second.last(log.origin)
    with pytest.raises(ActRefusedError) as refusal:
        signed(log, files, second)
    assert second.last(log.origin) == kept
    return code_of(refusal.value)


def paths_of(files: LogFiles) -> dict[str, bytes]:
    found = {path.relative_to(files.root).as_posix(): path for path in files.root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items()}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def test_published_files_are_a_log_that_outsiders_can_check(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 300)
    published(log, files, second)
    note = parse_note(files.read("checkpoint"))
    state = parse_checkpoint(note.text)
    open_note(note, [parse_vkey(Ed25519Signer(log.origin, bytes(32)).vkey)])
    assert (state.origin, state.size, state.root) == (log.origin, 300, bytes(log.root))
    report = check_log(files, state.size, state.root)
    assert (report.problem, report.checked_entries) == (None, 300)
    assert second.last(log.origin) == Signed(300, bytes(log.root))
    assert not Staged.objects.exists()


def test_partial_files_go_once_the_full_one_is_published(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 200)
    published(log, files, second)
    assert set(paths_of(files)) == {"tile/entries/000.p/200", "tile/0/000.p/200", "checkpoint"}
    grown(log, files, 60)
    signed(log, files, second)
    assert "tile/0/000.p/200" in paths_of(files)  # the published checkpoint is served with it
    made = signed(log, files, second)
    assert made is not None
    publish_checkpoint(made, files, cosignatures=(), at=AT)
    assert set(paths_of(files)) == {
        "tile/entries/000", "tile/entries/001.p/4", "tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1", "checkpoint",
    }  # fmt: skip
    assert not (files.root / "tile/0/000.p").exists()


def test_empty_log_and_one_that_did_not_grow_are_not_signed_anew(files: LogFiles, second: SecondPlace) -> None:
    log = log_of()
    assert signed(log, files, second) is None
    grown(log, files, 2)
    first = signed(log, files, second)
    assert first is not None
    assert signed(log, files, second) == first
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_changed_file_is_not_signed_over(path: str, files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 300)
    flip(files.root / path)
    assert refusal_to_sign(log, files, second) == "ledger.files_differ"


def test_forged_entry_with_the_tile_that_fits_it_is_not_signed_over(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 300)
    entries = parse_bundle(files.read("tile/entries/000"), 256)
    entries[100] = b'{"c":"forged","v":1}'
    files.write("tile/entries/000", bundle(entries))
    files.write("tile/0/000", leaf_hashes(entries))
    assert fold(leaf_hashes(entries)) != files.read("tile/1/000.p/1")
    assert refusal_to_sign(log, files, second) == "ledger.files_differ"
    report = check_log(files, 300, bytes(log.root))
    assert report.problem is not None
    assert report.problem.resource == "tile/1/000.p/1"


def test_missing_file_is_not_signed_over(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    (files.root / "tile/0/000.p/3").unlink()
    assert refusal_to_sign(log, files, second) == "ledger.files_differ"
    rebuild_files(log, files, progress=lambda _size: None)
    assert signed(log, files, second) is not None


def test_state_that_does_not_extend_the_last_signed_one_is_not_signed(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    Checkpoint.objects.create(log=log, size=2, root=bytes(32), note="x", signed_at=AT)
    second.keep(log.origin, None, Signed(2, bytes(32)))
    assert refusal_to_sign(log, files, second) == "ledger.files_differ"


def test_second_place_that_another_process_moved_stops_the_signing(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    signed(log, files, second)
    second.keep(log.origin, second.last(log.origin), Signed(9, bytes(32)))
    grown(log, files, 2)
    assert refusal_to_sign(log, files, second) == "ledger.second_place_moved"


def test_second_place_that_was_set_back_stops_the_signing(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    signed(log, files, second)
    second.keep(log.origin, second.last(log.origin), Signed(1, bytes(32)))
    grown(log, files, 2)
    assert refusal_to_sign(log, files, second) == "ledger.second_place_moved"


def test_state_kept_before_the_process_died_is_grown_from(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    second.keep(log.origin, None, Signed(3, bytes(log.root)))  # and no row of it
    grown(log, files, 2)
    check_standing(log, second)
    made = signed(log, files, second)
    assert made is not None
    assert (made.size, second.last(log.origin)) == (5, Signed(5, bytes(log.root)))


def test_state_of_the_same_size_kept_before_the_process_died_is_signed(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    second.keep(log.origin, None, Signed(3, bytes(log.root)))
    assert signed(log, files, second) is not None


def test_fork_kept_in_the_second_place_is_not_grown_from(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    second.keep(log.origin, None, Signed(2, bytes(32)))
    assert refusal_to_sign(log, files, second) == "ledger.files_differ"


def test_standing_is_good_where_the_second_place_says_the_same(files: LogFiles, second: SecondPlace) -> None:
    log = log_of()
    check_standing(log, second)
    grown(log, files, 300)
    signed(log, files, second)
    check_standing(log, second)
    grown(log, files, 1)
    check_standing(log, second)


def test_database_behind_what_was_signed_is_refused_with_the_way_out(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    second.keep(log.origin, None, Signed(9, bytes(32)))
    with pytest.raises(ActRefusedError, match="heliograph ledger succeed") as refusal:
        check_standing(log, second)
    assert code_of(refusal.value) == "ledger.behind"
    assert "只有 3 条，而最后签名的是 9 条" in str(refusal.value)


def test_database_beside_what_was_signed_is_refused(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    second.keep(log.origin, None, Signed(2, bytes(32)))
    with pytest.raises(ActRefusedError, match="heliograph ledger succeed") as refusal:
        check_standing(log, second)
    assert code_of(refusal.value) == "ledger.forked"


def test_lost_second_place_is_refused(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    signed(log, files, second)
    second.path.unlink()
    with pytest.raises(ActRefusedError, match="heliograph ledger succeed") as refusal:
        check_standing(log, second)
    assert code_of(refusal.value) == "ledger.second_place_lost"


@pytest.mark.django_db(transaction=True)
def test_leaf_taken_out_of_the_database_is_refused_and_not_waited_for(files: LogFiles, second: SecondPlace) -> None:
    log = grown(log_of(), files, 3)
    signed(log, files, second)
    tamper("ledger_leaf", "DELETE FROM ledger_leaf WHERE index = 2")
    with pytest.raises(ActRefusedError, match="缺 1 条") as refusal:
        check_standing(log, second)
    assert code_of(refusal.value) == "ledger.leaves_missing"
    with pytest.raises(ActRefusedError, match="缺 1 条"):
        rebuild_files(log, files, progress=lambda _size: None)


@pytest.mark.django_db(transaction=True)
def test_leaf_changed_in_the_database_is_found_and_never_written_over_the_files(
    files: LogFiles, second: SecondPlace
) -> None:
    log = grown(log_of(), files, 3)
    published(log, files, second)
    before = paths_of(files)
    forged = b'{"c":"00","v":1}'
    place = Leaf.objects.get(index=1)
    tamper(
        "ledger_record", "UPDATE ledger_record SET leaf = %s, leaf_hash = %s WHERE id = %s",
        forged, leaf_hash(forged), place.record_id,
    )  # fmt: skip
    with pytest.raises(ActRefusedError) as refusal:
        check_standing(log, second)
    assert code_of(refusal.value) == "ledger.forked"
    with pytest.raises(ActRefusedError) as refusal:
        rebuild_files(log, files, progress=lambda _size: None)
    assert code_of(refusal.value) == "ledger.leaf_changed"
    assert paths_of(files) == before


def test_rebuilt_files_are_the_same(files: LogFiles, second: SecondPlace, tmp_path: Path) -> None:
    log = grown(log_of(), files, 520)
    published(log, files, second)
    anew = LogFiles(tmp_path / "anew")
    steps: list[int] = []
    assert rebuild_files(log, anew, progress=steps.append) == 520
    assert paths_of(anew) == paths_of(files)
    assert steps == [520]


def test_rebuilt_files_serve_the_published_checkpoint_too(files: LogFiles, second: SecondPlace, tmp_path: Path) -> None:
    log = grown(log_of(), files, 5)
    published(log, files, second)
    root = bytes(log.root)
    grown(log, files, 2)
    signed(log, files, second)  # and no witness has seen it yet
    grown(log, files, 1)
    anew = LogFiles(tmp_path / "anew")
    rebuild_files(log, anew, progress=lambda _size: None)
    assert parse_checkpoint(parse_note(anew.read("checkpoint")).text).size == 5
    assert check_log(anew, 5, root).sound
    assert {"tile/0/000.p/5", "tile/0/000.p/7", "tile/0/000.p/8"} <= set(paths_of(anew))


def test_staged_files_are_written_again_after_a_crash_without_harm(files: LogFiles) -> None:
    log = log_of()
    fill(200)
    sequenced(log)
    kept = list(Staged.objects.values("log_id", "path", "data"))
    write_staged(log, files)
    Staged.objects.bulk_create(Staged(**one) for one in kept)
    grown(log, files, 56)
    assert {"tile/entries/000", "tile/0/000", "tile/1/000.p/1"} <= set(paths_of(files))
    assert check_log(files, 256, bytes(log.root)).sound


def test_record_that_waits_is_in_no_file(files: LogFiles) -> None:
    grown(log_of(), files, 1)
    record(make_row("late"))
    assert Pending.objects.count() == 1
    assert set(paths_of(files)) == {"tile/entries/000.p/1", "tile/0/000.p/1"}
