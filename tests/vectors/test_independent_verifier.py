"""Go's own transparency log library and `heliograph-verify` come to the same answer on the same bytes.

Without Go these tests fail; they are not skipped: the promise is that other people's tools can check the log.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from heliograph_verify.trees import file_path
from tests.vectors.small_log import LOG_KEY, POLICY, STRANGER, SmallLog, flipped, public_leaf
from tests.vectors.small_log import manifest as a_manifest
from tests.vectors.verifying import verify

SIZE = 65_536 + 256 + 44  # three levels, and a partial tile on the two lower ones
Judge = Callable[[Path], bool]


@pytest.fixture(scope="module")
def judges(go_verifier: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judge]:
    """Return both verifiers: each says whether a log holds."""
    policy = tmp_path_factory.mktemp("policy") / "policy.txt"
    policy.write_text(POLICY, encoding="utf-8")

    def go(log: Path) -> bool:
        done = subprocess.run([go_verifier, log, LOG_KEY.vkey], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        assert done.stdout.startswith("OK" if done.returncode == 0 else "FAIL"), done.stdout
        return done.returncode == 0

    def ours(log: Path) -> bool:
        answer = verify("log", log, "--policy", policy)
        return answer.code == 0

    return {"go": go, "heliograph-verify": ours}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of three levels; whoever alters it puts back what was there."""
    log = SmallLog([b'{"c":"%064x","v":1}' % number for number in range(SIZE)])
    log.entries[5] = public_leaf(a_manifest())
    return log.write(tmp_path_factory.mktemp("large"))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600, 65_536])
def test_both_accept_a_good_log(size: int, judges: dict[str, Judge], tmp_path: Path) -> None:
    log = SmallLog([b"entry %d" % number for number in range(size)]).write(tmp_path)

    assert {name: judge(log) for name, judge in judges.items()} == {"go": True, "heliograph-verify": True}


def test_both_accept_three_levels(large: Path, judges: dict[str, Judge]) -> None:
    assert {name: judge(large) for name, judge in judges.items()} == {"go": True, "heliograph-verify": True}


ALTERED = [
    file_path("entries", 0), file_path("entries", 200), f"{file_path('entries', 257)}.p/44",
    file_path("0", 0), file_path("0", 255), f"{file_path('0', 257)}.p/44",
    file_path("1", 0), f"{file_path('1', 1)}.p/1", f"{file_path('2', 0)}.p/1",
]  # fmt: skip


@pytest.mark.parametrize("name", ALTERED)
def test_both_refuse_an_altered_file(name: str, large: Path, judges: dict[str, Judge]) -> None:
    kept = (large / name).read_bytes()
    (large / name).write_bytes(flipped(kept, 8 * (len(kept) // 2) + 1))
    try:
        assert {which: judge(large) for which, judge in judges.items()} == {"go": False, "heliograph-verify": False}
    finally:
        (large / name).write_bytes(kept)


def test_both_refuse_a_forged_entry_with_its_tile(large: Path, judges: dict[str, Judge]) -> None:
    """The attack that Go's own reader of tiles let pass: entry and level 0 agree, level 1 and the root do not."""
    names = [file_path("entries", 3), file_path("0", 3)]
    kept = [(large / name).read_bytes() for name in names]
    forged = SmallLog([b'{"c":"%064x","v":1}' % (number or 1 << 200) for number in range(256)])
    try:
        (large / names[0]).write_bytes(forged.files()[file_path("entries", 0)])
        (large / names[1]).write_bytes(forged.files()[file_path("0", 0)])
        assert {which: judge(large) for which, judge in judges.items()} == {"go": False, "heliograph-verify": False}
    finally:
        for name, data in zip(names, kept, strict=True):
            (large / name).write_bytes(data)


@pytest.mark.parametrize("part", ["size", "root", "signature", "signer", "none"])
def test_both_refuse_another_checkpoint(part: str, large: Path, judges: dict[str, Judge]) -> None:
    kept = (large / "checkpoint").read_text(encoding="utf-8")
    text = kept.split("\n\n")[0] + "\n"
    smaller = SmallLog([b'{"c":"%064x","v":1}' % number for number in range(SIZE - 1)])
    altered = {
        "size": kept.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"),
        "root": kept.replace(text, smaller.text().replace(f"\n{SIZE - 1}\n", f"\n{SIZE}\n")),
        "signature": text + "\n" + LOG_KEY.line(smaller.text()),
        "signer": text + "\n" + STRANGER.line(text),
        "none": text,
    }[part]
    (large / "checkpoint").write_text(altered, encoding="utf-8")
    try:
        assert {which: judge(large) for which, judge in judges.items()} == {"go": False, "heliograph-verify": False}
    finally:
        (large / "checkpoint").write_text(kept, encoding="utf-8")


def test_both_refuse_a_signed_root_that_is_not_of_the_entries(judges: dict[str, Judge], tmp_path: Path) -> None:
    """A log that lies consistently in its signature: only deriving everything anew shows it."""
    log = SmallLog([b"entry %d" % number for number in range(300)]).write(tmp_path)
    (log / "checkpoint").write_bytes(SmallLog([b"other %d" % number for number in range(300)]).checkpoint())

    assert {which: judge(log) for which, judge in judges.items()} == {"go": False, "heliograph-verify": False}
