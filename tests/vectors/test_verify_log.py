"""`heliograph-verify log` and `between` on logs made by the recursive definitions."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from heliograph_verify.messages import TEXTS
from heliograph_verify.trees import Tiles, consistency_holds, inclusion_holds, open_source
from tests.vectors.small_log import (
    LOG_KEY,
    POLICY,
    STRANGER,
    WITNESS_KEY,
    PostQuantumSigner,
    Signer,
    SmallLog,
    consistency,
    flipped,
    inclusion,
    manifest,
    private_leaf,
    public_leaf,
    tree_hash,
    zipped,
)
from tests.vectors.verifying import verify


def entries(count: int) -> list[bytes]:
    return [b'{"c":"%064x","v":1}' % number for number in range(count)]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.txt"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1100, 65_535, 65_536, 65_537, 66_050])
def test_a_good_log_passes(size: int, tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(size)).write(tmp_path / "log")

    answer = verify("log", log, "--policy", policy)

    assert answer.code == 0, answer.text
    assert "signed by the log" in answer.text
    assert "witnesses as the policy demands: court" in answer.text
    assert "the root derived from the entries is that of the checkpoint" in answer.text


def test_without_a_policy_it_says_what_was_not_checked(tmp_path: Path) -> None:
    log = SmallLog(entries(3)).write(tmp_path / "log")

    english, chinese = verify("log", log), verify("log", log, lang="zh")

    assert (english.code, chinese.code) == (0, 0)
    assert "[not checked] no policy was given" in english.text
    assert "[未核验] 未提供策略文件" in chinese.text
    assert chinese.text.endswith("结论：已核验的各项全部通过；另有 2 项未核验，见上。\n")


@pytest.mark.parametrize("top", ["", "2026/"])
def test_a_zip_serves_as_well_as_a_directory(top: str, tmp_path: Path, policy: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(zipped({top + name: data for name, data in SmallLog(entries(300)).files().items()}))

    assert verify("log", path, "--policy", policy).code == 0


def test_one_turned_bit_in_any_file_is_found(tmp_path: Path, policy: Path) -> None:
    files = SmallLog(entries(600)).files()
    log = SmallLog(entries(600)).write(tmp_path / "log")
    for name, data in files.items():
        for bit in {0, 8 * len(data) // 2 + 3, 8 * len(data) - 1}:
            (log / name).write_bytes(flipped(data, bit))
            answer = verify("log", log, "--policy", policy)
            assert answer.code != 0, (name, bit)
            if name.startswith("tile/"):
                assert answer.code == 1, (name, bit)
        (log / name).write_bytes(data)
    assert verify("log", log, "--policy", policy).code == 0


def test_the_differing_file_is_named(tmp_path: Path) -> None:
    log = SmallLog(entries(600)).write(tmp_path / "log")
    (log / "tile/0/001").write_bytes(bytes(8192))

    answer = verify("log", log)

    assert answer.code == 1
    assert "tile/0/001" in answer.text
    assert "root derived from the entries is that of the checkpoint" in answer.text  # the entries are as signed


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/001", "tile/entries/002.p/88", "tile/1/000.p/2"])
def test_a_missing_file_is_not_a_forgery(name: str, tmp_path: Path) -> None:
    log = SmallLog(entries(600)).write(tmp_path / "log")
    (log / name).unlink()

    answer = verify("log", log)

    assert (answer.code, name in answer.text) == (2, True)


def test_partial_files_of_earlier_sizes_must_agree(tmp_path: Path, policy: Path) -> None:
    folder = tmp_path / "log"
    for size in (100, 300):
        SmallLog(entries(size)).write(folder)
    assert "partial files of earlier sizes agree: 2" in verify("log", folder, "--policy", policy).text

    (folder / "tile/entries/000.p/100").write_bytes(SmallLog(entries(101)[1:]).files()["tile/entries/000.p/100"])
    answer = verify("log", folder, "--policy", policy)

    assert answer.code == 1
    assert "tile/entries/000.p/100" in answer.text


def test_a_checkpoint_signed_by_another_key_is_refused(tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(3), signers=(STRANGER, WITNESS_KEY)).write(tmp_path / "log")

    answer = verify("log", log, "--policy", policy)

    assert answer.code == 1
    assert "no valid signature of a log of the policy" in answer.text


def test_a_known_log_may_not_speak_for_another_origin(tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(3), origin="other.example/log").write(tmp_path / "log")

    assert verify("log", log, "--policy", policy).code == 1


def test_too_few_witnesses_are_refused(tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(3), signers=(LOG_KEY,)).write(tmp_path / "log")

    answer = verify("log", log, "--policy", policy)

    assert answer.code == 1
    assert "too few witnesses" in answer.text


def test_a_process_log_is_not_held_to_the_quorum_and_says_so(tmp_path: Path) -> None:
    """Witnesses see a process log as anchors in the public one."""
    key = Signer("ledger.example/process/2026", 9)
    log = SmallLog(entries(3), origin=key.name, signers=(key,)).write(tmp_path / "log")
    policy = tmp_path / "policy.txt"
    policy.write_text(f"log {key.vkey}\nwitness court {WITNESS_KEY.vkey}\nquorum court\n", encoding="utf-8")

    answer = verify("log", log, "--policy", policy)

    assert answer.code == 0
    assert "export the case and check it with case" in answer.text


def test_a_bad_signature_of_a_known_key_spoils_the_whole_note(tmp_path: Path, policy: Path) -> None:
    """Even beside a good signature by the same key."""
    log = SmallLog(entries(3)).write(tmp_path / "log")
    other = SmallLog(entries(4))
    with (log / "checkpoint").open("ab") as stream:
        stream.write(LOG_KEY.line(other.text()).encode())

    answer = verify("log", log, "--policy", policy)

    assert answer.code == 1
    assert "invalid signature by a known key" in answer.text


def test_signatures_of_strangers_are_passed_over(tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(3), signers=(STRANGER, LOG_KEY, WITNESS_KEY)).write(tmp_path / "log")

    assert verify("log", log, "--policy", policy).code == 0


def test_ml_dsa_signs_and_cosigns(tmp_path: Path) -> None:
    signer, witness = PostQuantumSigner(LOG_KEY.name, 4), PostQuantumSigner("archive.example", 5)
    log = SmallLog(entries(3), signers=(LOG_KEY, signer, witness)).write(tmp_path / "log")
    policy = tmp_path / "policy"
    policy.write_text(f"log {signer.vkey}\nwitness archive {witness.vkey}\nquorum archive\n", encoding="utf-8")
    assert verify("log", log, "--policy", policy).code == 0

    forged = (
        SmallLog(entries(3), signers=(LOG_KEY, signer)).checkpoint()
        + witness.line(SmallLog(entries(2)).text()).encode()
    )
    (log / "checkpoint").write_bytes(forged)
    assert verify("log", log, "--policy", policy).code == 1


def test_a_later_correction_is_told(tmp_path: Path) -> None:
    published, withdrawn = manifest(1), manifest(2, kind="entry.withdrawn")
    log = SmallLog([private_leaf(manifest(9)), public_leaf(published)])
    log.entries += entries(300)
    log.entries.append(public_leaf(withdrawn, {"hash": log.leaves[1].hex(), "index": 1}))
    folder = log.write(tmp_path / "log")

    answer = verify("log", folder)

    assert answer.code == 0
    assert "entry 1 is referred to by entry 302: entry.withdrawn, 2026-11-22T04:02:00Z" in answer.text


@pytest.mark.parametrize("index", [0, 2, 400, 10**15])
def test_a_reference_to_another_place_is_refused(index: int, tmp_path: Path) -> None:
    log = SmallLog(entries(2))
    log.entries.append(public_leaf(manifest(), {"hash": log.leaves[1].hex(), "index": index}))

    answer = verify("log", log.write(tmp_path / "log"))

    assert answer.code == 1
    assert "entry 2 refers to an entry that is not where it says" in answer.text


def test_a_reference_forward_is_refused(tmp_path: Path) -> None:
    later = entries(1)[0]
    log = SmallLog([public_leaf(manifest(), {"hash": SmallLog([later]).leaves[0].hex(), "index": None}), later])

    assert verify("log", log.write(tmp_path / "log")).code == 1


def test_a_reference_without_an_index_is_found_by_its_hash(tmp_path: Path) -> None:
    """The entry referred to had no place yet when the one that refers to it was written."""
    log = SmallLog([*entries(300), public_leaf(manifest())])
    withdrawn = manifest(2, kind="entry.withdrawn")
    log.entries.append(public_leaf(withdrawn, {"hash": log.leaves[300].hex(), "index": None}))

    answer = verify("log", log.write(tmp_path / "log"))

    assert (answer.code, "entry 300 is referred to by entry 301: entry.withdrawn" in answer.text) == (0, True)


def test_a_reference_to_a_former_log_is_told_not_judged(tmp_path: Path) -> None:
    log = SmallLog([public_leaf(manifest(), {"hash": "0" * 64, "index": 7})])

    answer = verify("log", log.write(tmp_path / "log"))

    assert (answer.code, "1 reference(s) are to entries that are not in this log" in answer.text) == (0, True)


def test_entries_of_an_unknown_format_are_told(tmp_path: Path) -> None:
    answer = verify("log", SmallLog([b"", b"\xff" * 65_535, b"[" * 5000]).write(tmp_path / "log"))

    assert answer.code == 0
    assert "3 entries have a format unknown" in answer.text


# between


@pytest.mark.parametrize(
    ("old", "new"), [(1, 2), (3, 7), (255, 256), (256, 600), (257, 600), (512, 1100), (65_536, 66_050)]
)
def test_a_grown_log_is_consistent(old: int, new: int, tmp_path: Path, policy: Path) -> None:
    log = SmallLog(entries(new)).write(tmp_path / "log")
    before = tmp_path / "before"
    before.write_bytes(SmallLog(entries(old)).checkpoint())

    answer = verify("between", before, log / "checkpoint", "--log", log, "--policy", policy)
    assert (answer.code, f"the log grew from {old} to {new}" in answer.text) == (0, True), answer.text

    before.write_bytes(SmallLog(entries(old + 1)[1:]).checkpoint())
    assert verify("between", before, log / "checkpoint", "--log", log, "--policy", policy).code == 1


def test_forks_rollbacks_and_other_logs(tmp_path: Path) -> None:
    def saved(name: str, log: SmallLog) -> Path:
        (tmp_path / name).write_bytes(log.checkpoint())
        return tmp_path / name

    three, fork = saved("three", SmallLog(entries(3))), saved("fork", SmallLog(entries(4)[1:]))
    four, none = saved("four", SmallLog(entries(4))), saved("none", SmallLog())
    other = saved("other", SmallLog(entries(3), origin="other.example"))

    assert verify("between", three, three).code == 0
    assert verify("between", none, three).code == 0
    forked, shrunk = verify("between", three, fork), verify("between", four, three)
    assert (forked.code, "the log was forked" in forked.text) == (1, True)
    assert (shrunk.code, "rolled back" in shrunk.text) == (1, True)
    assert verify("between", three, other).code == 2
    assert verify("between", three, four).code == 2  # cannot be told without the log


def test_consistency_with_altered_tiles_is_refused(tmp_path: Path) -> None:
    log = SmallLog(entries(600)).write(tmp_path / "log")
    before = tmp_path / "before"
    before.write_bytes(SmallLog(entries(300)).checkpoint())
    name = log / "tile/0/002.p/88"
    name.write_bytes(flipped(name.read_bytes(), 99))

    assert verify("between", before, log / "checkpoint", "--log", log).code == 1
    shutil.rmtree(log / "tile")
    assert verify("between", before, log / "checkpoint", "--log", log).code == 2


# proofs against the recursive definition


def test_inclusion_and_consistency_for_all_small_sizes(tmp_path: Path) -> None:
    leaves = SmallLog(entries(70)).leaves
    roots = [tree_hash(leaves[:size]) for size in range(71)]
    for size in range(1, 71):
        for index in range(size):
            proof = inclusion(index, leaves[:size])
            assert inclusion_holds(index, size, leaves[index], proof, roots[size])
            assert not inclusion_holds(index, size, leaves[index], [*proof, leaves[0]], roots[size])
            assert not inclusion_holds(index, size, leaves[index], proof[:-1], roots[size]) or not proof
            assert not inclusion_holds(index + 1, size, leaves[index], proof, roots[size])
        for old in range(1, size):
            steps = consistency(old, leaves[:size])
            assert consistency_holds(old, size, roots[old], roots[size], steps)
            assert not consistency_holds(old, size, roots[old], roots[size], [*steps, leaves[0]])
            assert not consistency_holds(old, size, roots[old], roots[size], steps[:-1])
            assert not consistency_holds(old, size, roots[old - 1], roots[size], steps)


def test_the_edges_of_proofs() -> None:
    root, empty = tree_hash([b"x" * 32, b"y" * 32]), hashlib.sha256().digest()

    assert not inclusion_holds(0, 0, empty, [], empty)
    assert not inclusion_holds(-1, 2, b"x" * 32, [b"y" * 32], root)
    assert consistency_holds(0, 2, empty, root, [])
    assert not consistency_holds(0, 2, root, root, [])
    assert not consistency_holds(0, 2, empty, root, [root])
    assert consistency_holds(2, 2, root, root, [])
    assert not consistency_holds(2, 2, root, empty, [])
    assert not consistency_holds(2, 2, root, root, [root])
    assert not consistency_holds(3, 2, root, root, [])
    assert not consistency_holds(-1, 2, root, root, [])


@pytest.mark.parametrize("size", [1, 5, 256, 300, 1100])
def test_proofs_from_tiles_are_those_of_the_definition(size: int, tmp_path: Path) -> None:
    log = SmallLog(entries(size))
    tiles = Tiles(open_source(log.write(tmp_path / "log")), size)
    for old in {1, 2, 3, size // 2, size - 1, size} - {0}:
        if old <= size:
            assert tiles.consistency(old) == (consistency(old, log.leaves) if old < size else [])


# files that are no files


def test_pipes_and_folders_do_not_hang(tmp_path: Path) -> None:
    log = SmallLog(entries(3)).write(tmp_path / "log")
    (log / "tile/entries/000.p/3").unlink()
    os.mkfifo(log / "tile/entries/000.p/3")

    assert verify("log", log).code == 2
    assert "missing file" in verify("log", tmp_path / "nothing").text
    assert verify("case", tmp_path / "nothing").code == 2
    assert verify("case", tmp_path).code == 2
    assert verify("proof", tmp_path).code == 2


def test_every_text_is_there_in_both_languages() -> None:
    for code, (chinese, english) in TEXTS.items():
        marks = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in (chinese, english)]
        assert marks[0] == marks[1], code
        assert "!" not in english
        assert "！" not in chinese
