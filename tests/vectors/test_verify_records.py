"""`heliograph-verify proof` and `case`: what a record says, where it stands, what was erased, what was altered."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.vectors.small_log import (
    POLICY,
    SALT,
    STRANGER,
    WITNESS_KEY,
    Signer,
    SmallLog,
    b64,
    canonical,
    case_files,
    chain,
    flipped,
    manifest,
    private_leaf,
    public_leaf,
)
from tests.vectors.verifying import Saved, answer_for, log_of, verify

DOCUMENT = "行政处罚决定书\n".encode()


@pytest.fixture
def policy(saved: Saved) -> Path:
    return saved("policy.txt", POLICY.encode())


# proof


def test_a_record_and_its_document(saved: Saved, policy: Path) -> None:
    record = manifest(facts={"files": [{"sha256": hashlib.sha256(DOCUMENT).hexdigest(), "size": len(DOCUMENT)}]})
    proof = saved("a.tlog-proof", log_of(manifest(8), record, manifest(9)).proof(1, record))

    answer = verify("proof", proof, "--policy", policy, "--document", saved("d", DOCUMENT))

    assert answer.code == 0, answer.text
    assert "digest of the document is in the record: facts.files[0].sha256" in answer.text
    assert answer.text.endswith("Result: everything that was checked holds.\n")
    altered = verify("proof", proof, "--policy", policy, "--document", saved("e", DOCUMENT + b" "))
    assert (altered.code, "has no digest of this document" in altered.text) == (1, True)


def test_an_sm3_digest_serves_as_well(saved: Saved) -> None:
    record = manifest(facts={"sm3": hashlib.new("sm3", DOCUMENT).hexdigest()})

    answer = verify("proof", saved("p", log_of(record).proof(0, record)), "--document", saved("d", DOCUMENT))

    assert (answer.code, "SM3 digest" in answer.text) == (0, True)


def test_an_altered_record_is_refused(saved: Saved) -> None:
    record = manifest()
    proof = saved("p", log_of(record).proof(0, manifest(facts={"title": "另一标题"})))

    answer = verify("proof", proof)

    assert (answer.code, "does not agree with the log entry" in answer.text) == (1, True)
    assert verify("proof", saved("q", log_of(record).proof(0, record, bytes(32)))).code == 1


def test_a_record_of_another_place_is_refused(saved: Saved) -> None:
    log = log_of(manifest(1), manifest(2))
    moved = log.proof(1, manifest(2)).replace(b"\nindex 1\n", b"\nindex 0\n")
    beyond = log.proof(1, manifest(2)).replace(b"\nindex 1\n", b"\nindex 2\n")

    assert verify("proof", saved("p", moved)).code == 1
    assert verify("proof", saved("q", beyond)).code == 1


def test_an_erased_record_is_still_in_the_log(saved: Saved, policy: Path) -> None:
    proof = saved("p", log_of(manifest(), manifest(2)).proof(0, None))

    answer = verify("proof", proof, "--policy", policy, "--document", saved("d", DOCUMENT))

    assert answer.code == 0
    assert "were erased" in answer.text
    assert "the document was not checked" in answer.text


@pytest.mark.parametrize("left", [{"manifest"}, {"salt"}])
def test_half_a_record_proves_nothing(left: set[str], saved: Saved) -> None:
    record = manifest()
    log = log_of(record)
    extra = {"leaf": b64(log.entries[0]), "manifest": record, "salt": b64(SALT)}
    half = canonical({key: value for key, value in extra.items() if key in left | {"leaf"}})

    assert verify("proof", saved("p", log.proof_with(0, half))).code == 2


def test_a_public_leaf_must_say_what_the_record_says(saved: Saved) -> None:
    record = manifest()
    good = SmallLog([public_leaf(record)])
    assert "the public entry agrees with the record" in verify("proof", saved("p", good.proof(0, record))).text

    leaf = json.loads(public_leaf(record)) | {"agency": "rizhao-rsj"}
    answer = verify("proof", saved("q", SmallLog([canonical(leaf)]).proof(0, record)))
    assert (answer.code, "agency of the public entry" in answer.text) == (1, True)


def test_a_record_may_be_more_exact_than_its_public_leaf(saved: Saved) -> None:
    """The record has microseconds, another zone and an internal number of the agency; the leaf seconds and a code."""
    shown = manifest()
    agency = "0192f3c4-2222-7000-8000-000000000001"
    record = manifest(at="2026-11-22T12:01:00.123456+08:00", agency=agency, rows=[["entry", "7", ""]])
    leaf = json.loads(public_leaf(shown)) | {"c": json.loads(public_leaf(record))["c"]}
    assert verify("proof", saved("p", SmallLog([canonical(leaf)]).proof(0, record))).code == 0

    for at in ("2026-11-22T12:01:01+08:00", "2026-11-22T04:01:00", "yesterday", "9999-12-31T23:59:59-23:00"):
        record["at"] = at
        leaf["c"] = json.loads(public_leaf(record))["c"]
        assert verify("proof", saved("q", SmallLog([canonical(leaf)]).proof(0, record))).code == 1, at


def test_a_later_year_may_withdraw(saved: Saved, tmp_path: Path) -> None:
    old = SmallLog([public_leaf(manifest())])
    proof = saved("p", old.proof(0, manifest()))
    new = SmallLog([public_leaf(manifest(2))], origin="ledger.example/process/2027")
    kept = verify("proof", proof, "--log", new.write(tmp_path / "before"))
    new.entries.append(public_leaf(manifest(3, kind="entry.withdrawn"), {"hash": old.leaves[0].hex(), "index": 0}))

    told = verify("proof", proof, "--log", new.write(tmp_path / "after"))

    assert (kept.code, "[not checked] no entry of log ledger.example/process/2027" in kept.text) == (0, True)
    assert (told.code, "referred to by entry 1: entry.withdrawn" in told.text) == (0, True)


def test_a_withdrawn_record_is_said_to_be_withdrawn(saved: Saved, policy: Path, tmp_path: Path) -> None:
    record = manifest()
    log = SmallLog([public_leaf(record), public_leaf(manifest(2))])
    proof = saved("p", log.proof(0, record))
    kept = verify("proof", proof, "--policy", policy, "--log", log.write(tmp_path / "before"))
    log.entries.append(public_leaf(manifest(3, kind="entry.withdrawn"), {"hash": log.leaves[0].hex(), "index": 0}))

    told = verify("proof", proof, "--policy", policy, "--log", log.write(tmp_path / "after"))

    assert (kept.code, "no later entry corrects or withdraws entry 0" in kept.text) == (0, True)
    assert (told.code, "referred to by entry 2: entry.withdrawn" in told.text) == (0, True)
    assert "whether a later entry" in verify("proof", proof).text


def test_a_log_with_another_entry_in_that_place_is_a_forgery(saved: Saved, tmp_path: Path) -> None:
    proof = saved("p", SmallLog([public_leaf(manifest())]).proof(0, manifest()))

    answer = verify("proof", proof, "--log", SmallLog([public_leaf(manifest(2))]).write(tmp_path / "log"))

    assert (answer.code, "is another one" in answer.text) == (1, True)


def test_every_turned_bit_of_a_proof_file_is_noticed_or_harmless(saved: Saved, policy: Path) -> None:
    record = manifest()
    data = log_of(record, manifest(2), manifest(3)).proof(0, record)
    assert verify("proof", saved("p", data), "--policy", policy).code == 0
    for bit in range(0, 8 * len(data), 7):
        answer = verify("proof", saved("p", flipped(data, bit)), "--policy", policy)
        assert answer.code in (1, 2), bit


def test_names_in_a_record_cannot_drive_the_terminal(saved: Saved) -> None:
    record = manifest(kind="\x1b[2J\u202etxt" + "x" * 10_000)

    answer = verify("proof", saved("p", log_of(record).proof(0, record)))

    assert answer.code == 0
    assert "\x1b" not in answer.text
    assert "\u202e" not in answer.text
    assert max(map(len, answer.text.split("\n"))) < 1000


# case


def test_a_whole_case(saved: Saved, policy: Path) -> None:
    log, records = chain(12)

    own = answer_for(saved, case_files(log, records))
    given = answer_for(saved, case_files(log, records), "--policy", policy)

    assert own.code == 0, own.text
    assert "12 records, numbered without gaps" in own.text
    assert "does not prove who signed" in own.text
    assert given.code == 0
    assert "does not prove who signed" not in given.text


def test_a_missing_record_is_noticed(saved: Saved) -> None:
    log, records = chain(4)
    files = case_files(log, records)
    del files["records/000002.tlog-proof"]
    assert answer_for(saved, files).code == 1

    for step in (2, 3):  # and when the others are renamed to hide it
        files[f"records/{step:06d}.tlog-proof"] = case_files(log, records)[f"records/{step + 1:06d}.tlog-proof"]
    del files["records/000004.tlog-proof"]
    answer = answer_for(saved, files)
    assert (answer.code, "is number 3, not 2" in answer.text) == (1, True)
    assert "does not follow from the record before it" in answer.text


def test_two_records_cannot_change_places(saved: Saved) -> None:
    log, records = chain(3)
    files = case_files(log, records)
    one, two = "records/000001.tlog-proof", "records/000002.tlog-proof"
    files[one], files[two] = files[two], files[one]

    assert answer_for(saved, files).code == 1


def test_an_erased_record_is_named_and_the_chain_still_holds(saved: Saved) -> None:
    log, records = chain(4)

    middle = answer_for(saved, case_files(log, [records[0], None, *records[2:]]))
    end = answer_for(saved, case_files(log, [*records[:2], None, None]))

    assert (middle.code, "records/000002.tlog-proof: contents were erased" in middle.text) == (0, True)
    assert (end.code, "the last 2 record(s) were erased" in end.text) == (0, True)


def test_a_record_of_another_entry_cannot_stand_in_for_an_erased_one(saved: Saved) -> None:
    log, records = chain(3)
    files = case_files(log, [records[0], None, records[2]])
    files["records/000002.tlog-proof"] = log.proof(2, None)

    answer = answer_for(saved, files)

    assert (answer.code, "000003.tlog-proof: does not follow" in answer.text) == (1, True)


def test_records_of_two_subjects_are_no_case(saved: Saved) -> None:
    log, records = chain(2)
    stranger = manifest(2, log.leaves[1].hex(), subject={"kind": "entry", "id": "another"})
    log.entries[3] = private_leaf(stranger)

    answer = answer_for(saved, case_files(log, [records[0], stranger]))

    assert (answer.code, "is of another subject, entry/another" in answer.text) == (1, True)


def test_records_under_another_checkpoint_are_no_case(saved: Saved) -> None:
    log, records = chain(2)
    files = case_files(log, records)
    log.entries.append(private_leaf(manifest(99)))
    files["checkpoint"] = log.checkpoint()

    assert answer_for(saved, files).code == 1


def test_a_case_goes_on_in_the_log_of_the_next_year(saved: Saved) -> None:
    log, records = chain(2)
    files = case_files(log, records)
    third = manifest(3, log.leaves[3].hex())
    next_key = Signer("ledger.example/process/2027", 6)
    new = SmallLog([private_leaf(third)], origin=next_key.name, signers=(next_key, WITNESS_KEY))
    files["records/000003.tlog-proof"] = new.proof(0, third)
    policy = saved("both", POLICY.replace("witness", f"log {next_key.vkey}\nwitness", 1).encode())

    both = answer_for(saved, files, "--policy", policy)
    assert (both.code, "3 records, numbered without gaps" in both.text) == (0, True)
    assert answer_for(saved, files).code == 1  # the policy in the zip does not know that log


def test_the_same_entry_twice_is_no_case(saved: Saved) -> None:
    log, records = chain(2)
    files = case_files(log, [None, records[1]])
    files["records/000001.tlog-proof"] = log.proof(3, None)

    assert answer_for(saved, files).code == 1


def test_an_unreadable_record_is_not_called_forged(saved: Saved) -> None:
    log, records = chain(3)
    files = case_files(log, records)
    files["records/000002.tlog-proof"] = b"garbage"

    answer = answer_for(saved, files)

    assert (answer.code, "records/000002.tlog-proof: the proof file is malformed" in answer.text) == (2, True)


def test_a_case_signed_by_strangers_fails_the_policy_of_the_reader(saved: Saved) -> None:
    log, records = chain(2)
    log.signers = (STRANGER,)
    files = case_files(log, records)
    files["policy.txt"] = f"log {STRANGER.vkey}\nquorum none\n".encode()

    assert answer_for(saved, files, "--policy", saved("mine", POLICY.encode())).code == 1


@pytest.mark.parametrize("missing", ["checkpoint", "records"])
def test_an_incomplete_case_is_unreadable(missing: str, saved: Saved) -> None:
    files = case_files(*chain(2))
    assert answer_for(saved, {name: data for name, data in files.items() if not name.startswith(missing)}).code == 2
