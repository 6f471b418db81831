"""`heliograph-verify case`: the process log of a case is held against its anchor in the witnessed public log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.small_log import (
    LOG_KEY,
    POLICY,
    STRANGER,
    WITNESS_KEY,
    Signer,
    SmallLog,
    b64,
    case_files,
    chain,
    consistency,
    flipped,
    manifest,
    private_leaf,
    public_leaf,
    tree_hash,
)
from tests.vectors.verifying import Saved, answer_for

PROCESS_KEY = Signer("ledger.example/process/2026", 9)
ELSEWHERE = Signer("other.example/public/2026", 10)
LOG_NAMES = f"log {PROCESS_KEY.vkey}\nlog {ELSEWHERE.vkey}\n"
PROOF, GROWTH = "anchors/000001.tlog-proof", "anchors/000001.consistency"
RECORDS, ANCHORED = 5, 7  # ten entries; the fifth record is the last of them and later than the anchor
WHOLE = 2 * RECORDS


@dataclass
class Case:
    """A chain in a process log, and the public log with an anchor of that log."""

    size: int = WHOLE
    told: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    public: SmallLog = field(default_factory=SmallLog)

    def files(self) -> dict[str, bytes]:
        """Return the files of the export."""
        log, records = chain(RECORDS)
        log.origin, log.signers = PROCESS_KEY.name, (PROCESS_KEY,)
        published = {"log": log.origin, "size": self.size, "root": tree_hash(log.leaves[: self.size]).hex()}
        anchor = anchor_of(published | self.told, **self.changes)
        self.public.entries = [public_leaf(manifest(70)), public_leaf(anchor), public_leaf(manifest(71))]
        growth = [f"old {self.size}", *map(b64, consistency(self.size, log.leaves)), ""]
        return case_files(log, records) | {
            PROOF: self.public.proof(1, anchor),
            GROWTH: "\n".join(growth).encode(),
        }


def anchor_of(published: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the manifest of an anchor."""
    subject = {"kind": "ledger.log", "id": "1"}
    told = {"agency": None, "kind": "ledger.anchor", "subject": subject, "rows": [], "facts": {}, **changes}
    return manifest(60, b"\5".hex() * 32, **told, published=published)


@pytest.fixture
def policy(saved: Saved) -> Path:
    return saved("policy.txt", (LOG_NAMES + POLICY).encode())


def test_a_case_is_anchored_in_the_public_log_that_witnesses_saw(saved: Saved, policy: Path) -> None:
    answer = answer_for(saved, Case().files(), "--policy", policy)
    chinese = answer_for(saved, Case().files(), "--policy", policy, "--lang", "zh")

    assert answer.code == 0, answer.text
    assert "the first 10 entries of process log ledger.example/process/2026 are anchored by entry 1" in answer.text
    assert "[ok] witnesses as the policy demands: court" in answer.text
    assert "[ok] records that are anchored in the public log: 5" in answer.text
    assert answer.text.count("[not checked]") == 1  # what came after the export
    assert chinese.code == 0


def test_a_record_later_than_the_anchor_is_named_as_not_yet_anchored(saved: Saved, policy: Path) -> None:
    answer = answer_for(saved, Case(ANCHORED).files(), "--policy", policy)

    assert answer.code == 0, answer.text
    assert "records that are anchored in the public log: 3" in answer.text
    late = [line for line in answer.text.split("\n") if "not yet anchored" in line]
    assert late == [
        f"[not checked] records/{number:06d}.tlog-proof: later than the last anchor, not yet anchored"
        for number in (4, 5)
    ]


@pytest.mark.parametrize("size", range(1, WHOLE + 1))
def test_every_anchored_size_leads_to_the_checkpoint(size: int, saved: Saved, policy: Path) -> None:
    answer = answer_for(saved, Case(size).files(), "--policy", policy)

    assert answer.code == 0, answer.text
    assert answer.text.count("not yet anchored") == RECORDS - size // 2


def test_without_an_anchor_nothing_is_claimed(saved: Saved, policy: Path) -> None:
    files = {name: data for name, data in Case().files().items() if not name.startswith("anchors/")}

    answer = answer_for(saved, files, "--policy", policy)

    assert (answer.code, "[not checked] the case has no anchor of process log" in answer.text) == (0, True)
    assert "records that are anchored" not in answer.text


@pytest.mark.parametrize("left", [PROOF, GROWTH])
def test_half_an_anchor_is_unreadable(left: str, saved: Saved, policy: Path) -> None:
    files = Case().files()
    del files[left]

    assert answer_for(saved, files, "--policy", policy).code == 2


# what may be altered


FORGERIES: dict[str, tuple[Case, str]] = {
    "another size": (Case(told={"size": ANCHORED}), "does not lead to the checkpoint"),
    "another root": (Case(told={"root": bytes(32).hex()}), "does not lead to the checkpoint"),
    "a larger size": (Case(told={"size": 99}), "does not lead to the checkpoint"),
    "another log": (Case(told={"log": "ledger.example/process/2025"}), "where no record of the case is"),
    "another kind": (Case(changes={"kind": "entry.published"}), "is no anchor of a public log"),
    "an agency": (Case(changes={"agency": "rizhao-rsj"}), "is no anchor of a public log"),
    "another house": (
        Case(public=SmallLog(origin=ELSEWHERE.name, signers=(ELSEWHERE, WITNESS_KEY))),
        "is not the public log that goes with",
    ),
    "no witness": (Case(public=SmallLog(signers=(LOG_KEY,))), "too few witnesses for the policy"),
    "a stranger": (Case(public=SmallLog(signers=(STRANGER, WITNESS_KEY))), "no valid signature of a log"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_an_anchor_that_is_not_of_this_log_is_refused(name: str, saved: Saved, policy: Path) -> None:
    case, words = FORGERIES[name]

    answer = answer_for(saved, case.files(), "--policy", policy)

    assert (answer.code, words in answer.text) == (1, True), answer.text
    assert "records that are anchored" not in answer.text


@pytest.mark.parametrize("told", [{"size": 0}, {"size": True}, {"size": "10"}, {"root": "00"}, {"log": 7}, {"more": 1}])
def test_an_anchor_that_tells_no_state_is_unreadable(told: dict[str, Any], saved: Saved, policy: Path) -> None:
    assert answer_for(saved, Case(told=told).files(), "--policy", policy).code == 2


def test_an_anchor_whose_contents_were_left_out_is_unreadable(saved: Saved, policy: Path) -> None:
    case = Case()
    files = case.files() | {PROOF: case.public.proof(1, None)}

    assert answer_for(saved, files, "--policy", policy).code == 2


def test_an_entry_of_another_place_is_no_anchor(saved: Saved, policy: Path) -> None:
    files = Case().files()
    moved = files | {PROOF: files[PROOF].replace(b"\nindex 1\n", b"\nindex 2\n")}

    answer = answer_for(saved, moved, "--policy", policy)

    assert (answer.code, "inclusion proof of the anchor does not hold" in answer.text) == (1, True)


def test_other_contents_than_those_committed_are_no_anchor(saved: Saved, policy: Path) -> None:
    case = Case(ANCHORED)
    files = case.files()
    files[PROOF] = case.public.proof(1, anchor_of({"log": PROCESS_KEY.name, "size": WHOLE, "root": bytes(32).hex()}))

    answer = answer_for(saved, files, "--policy", policy)

    assert (answer.code, "contents of the anchor do not agree" in answer.text) == (1, True)


def test_a_forked_process_log_is_found(saved: Saved, policy: Path) -> None:
    """The agency signs another history for the case than the one it had anchored."""
    files = Case(ANCHORED).files()
    log, records = chain(RECORDS)
    log.origin, log.signers = PROCESS_KEY.name, (PROCESS_KEY,)
    log.entries[0] = private_leaf(manifest(999))

    answer = answer_for(saved, files | case_files(log, records), "--policy", policy)

    assert (answer.code, "does not lead to the checkpoint" in answer.text) == (1, True)


def test_every_turned_bit_of_an_anchor_is_noticed(saved: Saved, policy: Path) -> None:
    files = Case(ANCHORED).files()
    codes = {
        (name, bit): answer_for(saved, files | {name: flipped(files[name], bit)}, "--policy", policy).code
        for name in (PROOF, GROWTH)
        for bit in range(0, 8 * len(files[name]), 11)
    }

    assert [place for place, code in codes.items() if code not in (1, 2)] == []
    assert {1, 2} == set(codes.values())


def part(data: bytes, wanted: str) -> list[tuple[int, int]]:
    """Return where the lines stand that hold this part of a proof file or of a consistency proof."""
    spans, at = [], 0
    lines = data.decode().split("\n")
    after = lines.index("") if "" in lines[:-1] else len(lines)
    kinds: dict[str, Callable[[int, str], bool]] = {
        "record": lambda n, line: line.startswith("extra "),
        "proof": lambda n, line: 2 < n < after,
        "root": lambda n, line: n == after + 3,
        "log signature": lambda n, line: line.startswith(f"— {LOG_KEY.name} "),
        "cosignature": lambda n, line: line.startswith(f"— {WITNESS_KEY.name} "),
        "hashes": lambda n, line: n >= 1 and bool(line),
    }
    for number, line in enumerate(lines):
        if kinds[wanted](number, line):
            spans.append((at, at + len(line.encode())))
        at += len(line.encode()) + 1
    return spans


@pytest.mark.parametrize(
    ("name", "wanted"),
    [(PROOF, "record"), (PROOF, "proof"), (PROOF, "root"), (PROOF, "log signature"), (PROOF, "cosignature"),
     (GROWTH, "hashes")],
)  # fmt: skip
def test_a_well_formed_change_of_each_part_is_called_forged(name: str, wanted: str, saved: Saved, policy: Path) -> None:
    """A letter of the base64 is another letter: the form is whole, the content is not."""
    files = Case(ANCHORED).files()
    spans = part(files[name], wanted)
    assert spans, wanted
    codes = set()
    for begin, end in spans:
        forged = bytearray(files[name])
        at = end - 10 if end - begin > 20 else begin
        forged[at] = ord("A") if forged[at] != ord("A") else ord("B")
        codes.add(answer_for(saved, files | {name: bytes(forged)}, "--policy", policy).code)

    # Where the letter breaks the JSON of the record, nothing can be read, and nothing is believed.
    assert codes <= ({1, 2} if wanted == "record" else {1})
