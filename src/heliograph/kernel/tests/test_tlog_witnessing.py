"""A witness cosigns a log that only grew, and answers everything else with the status of the specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner, MlDsa44Cosigner
from heliograph.kernel.tlog.hashing import EMPTY_ROOT, leaf_hash
from heliograph.kernel.tlog.notes import (
    Cosigner,
    Ed25519Signer,
    Signature,
    SignedNote,
    open_note,
    parse_signatures,
    parse_vkey,
)
from heliograph.kernel.tlog.proofs import consistency_proof
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, grow
from heliograph.kernel.tlog.witnessing import (
    MAX_PROOF_LINES,
    PLAIN,
    AddCheckpoint,
    Answer,
    Held,
    WitnessRequestError,
    add_checkpoint,
    format_request,
    origin_of,
    parse_request,
)

ORIGIN = "log.example/2026"
NOON = 1_795_320_000
LOG = Ed25519Signer(ORIGIN, bytes(range(32)))
STRANGER = Ed25519Signer(ORIGIN, bytes(32))
WITNESS_SEED = bytes([7]) * 32
COSIGNERS: list[Cosigner] = [Ed25519Cosigner("w.example", WITNESS_SEED), MlDsa44Cosigner("w.example", WITNESS_SEED)]
ENTRIES = [b"entry %d" % number for number in range(600)]


def reader(entries: list[bytes]) -> TileReader:
    return TileReader(MemoryStore(grow(Edge(), b"", entries).resources), len(entries))


HONEST = reader(ENTRIES)
FORKED = reader([*ENTRIES[:100], b"another", *ENTRIES[101:]])


def request(old: int, new: int, log: TileReader = HONEST, signer: Ed25519Signer = LOG) -> str:
    text = Checkpoint(ORIGIN, new, log.root(new)).text()
    proof = tuple(consistency_proof(log, old, new)) if old <= new else ()
    return format_request(AddCheckpoint(old, proof, SignedNote(text, (signer.sign(text),))))


def held(size: int) -> Held | None:
    return Held(size, HONEST.root(size), "") if size else None


def answer(body: str | bytes, size: int) -> Answer:
    return add_checkpoint(body, held(size), [parse_vkey(LOG.vkey)], COSIGNERS, time=NOON)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 600), (1, 2), (100, 600), (256, 512), (600, 600)])
def test_a_log_that_grew_is_cosigned(old: int, new: int) -> None:
    given_answer = answer(request(old, new), old)
    assert (given_answer.status, given_answer.content_type) == (200, PLAIN)
    text = Checkpoint(ORIGIN, new, HONEST.root(new)).text()
    note = SignedNote(text, parse_signatures(given_answer.body))
    verified = open_note(note, [parse_vkey(cosigner.vkey) for cosigner in COSIGNERS])
    assert [line.time for line in verified] == [NOON, NOON]
    assert given_answer.new_held is not None
    assert (given_answer.new_held.size, given_answer.new_held.root) == (new, HONEST.root(new))
    everybody = [parse_vkey(key.vkey) for key in (LOG, *COSIGNERS)]
    assert len(open_note(given_answer.new_held.note, everybody)) == 3


def test_what_the_witness_holds_names_only_those_it_checked() -> None:
    text = Checkpoint(ORIGIN, 5, HONEST.root(5)).text()
    unknown = Signature("stranger.example", b"1234", b"x")
    body = format_request(AddCheckpoint(0, (), SignedNote(text, (unknown, LOG.sign(text)))))
    kept = answer(body, 0).new_held
    assert kept is not None
    assert "stranger" not in kept.note
    assert kept.note.startswith(text)


@pytest.mark.parametrize(
    ("body", "size", "status", "says"),
    [
        (request(100, 600, FORKED), 100, 200, ""),
        (request(200, 600, FORKED), 200, 422, "old log"),
        (request(300, 300, FORKED), 300, 422, "same size"),
        (request(100, 200), 300, 409, "300\n"),
        (request(0, 200), 300, 409, "300\n"),
        (request(300, 300), 200, 409, "200\n"),
        (request(100, 200), 0, 409, "0\n"),
        (request(300, 200), 300, 400, "larger"),
        (request(0, 200, signer=STRANGER), 0, 403, "known key"),
        (request(100, 200).replace("old 100", "old 101"), 101, 422, ""),
        (request(0, 200).replace("old 0\n", f"old 0\n{'A' * 43}=\n"), 0, 422, "nothing to prove"),
        (request(100, 200).replace(request(100, 200).split("\n")[1], "A" * 43 + "="), 100, 422, ""),
    ],
)
def test_forks_rewrites_rollbacks_and_strangers_are_refused(body: str, size: int, status: int, says: str) -> None:
    given_answer = answer(body, size)
    assert given_answer.status == status
    assert says in given_answer.body
    assert (given_answer.new_held is not None) == (status == 200)
    assert given_answer.content_type == ("text/x.tlog.size" if status == 409 else PLAIN)


def test_the_signature_is_asked_before_the_size_held_is_told() -> None:
    assert answer(request(100, 200, signer=STRANGER), 300).status == 403


def test_a_bad_signature_by_the_log_s_key_is_refused() -> None:
    body = request(0, 200)
    assert answer(body.replace("\n200\n", "\n201\n"), 0).status == 403


def test_an_unknown_log_is_not_found() -> None:
    assert add_checkpoint(request(0, 1), None, [], COSIGNERS, time=NOON).status == 404


def test_an_empty_log_with_another_root_is_refused() -> None:
    text = Checkpoint(ORIGIN, 0, leaf_hash(b"")).text()
    body = format_request(AddCheckpoint(0, (), SignedNote(text, (LOG.sign(text),))))
    assert answer(body, 0).status == 422
    assert Held(0, EMPTY_ROOT, "") == Held(0, HONEST.root(0), "")


HEAD, _, NOTE = request(0, 1).partition("\n\n")


@pytest.mark.parametrize(
    "body",
    [
        "", "old 0", "old 0\n", "old 0\n\n", NOTE, f"old 00\n\n{NOTE}", f"old -1\n\n{NOTE}", f"old  0\n\n{NOTE}",
        f"old 0 \n\n{NOTE}", f"OLD 0\n\n{NOTE}", f"old 0\nAAAA\n\n{NOTE}", f"old 0\r\n\n{NOTE}",
        f"old {2**63}\n\n{NOTE}",
        "old 0\n" + f"{'A' * 43}=\n" * (MAX_PROOF_LINES + 1) + f"\n{NOTE}", f"old 0\n\n{NOTE}\n",
        f"old 0\n\nhello\n\n{LOG.sign('hello').line()}", b"old 0\n\n\xff",
    ],
)  # fmt: skip
def test_requests_in_another_form_are_bad_requests(body: str | bytes) -> None:
    with pytest.raises(WitnessRequestError):
        parse_request(body)
    assert origin_of(body) is None
    assert answer(body, 0).status == 400


def test_the_origin_is_told_before_anything_is_verified() -> None:
    assert origin_of(request(0, 1, signer=STRANGER)) == ORIGIN


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple))
def test_a_request_is_read_as_it_was_written(old: int, proof: tuple[bytes, ...]) -> None:
    text = Checkpoint(ORIGIN, 1, HONEST.root(1)).text()
    made = AddCheckpoint(old, proof, SignedNote(text, (LOG.sign(text),)))
    assert parse_request(format_request(made)) == made
    assert parse_request(format_request(made).encode()) == made


@given(st.binary(max_size=80) | st.text("old 012\n—A=", max_size=60), st.sampled_from([0, 300]))
def test_anything_gets_an_answer(body: bytes | str, size: int) -> None:
    assert answer(body, size).status == 400


@given(st.data())
def test_a_changed_letter_never_gets_a_cosignature_of_something_else(data: st.DataObject) -> None:
    body = request(100, 600)
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + data.draw(st.sampled_from("\n A=9é")) + body[at + 1 :]
    given_answer = answer(changed, 100)
    if given_answer.new_held is not None:
        assert given_answer.new_held.root == HONEST.root(600)


def test_requests_that_could_not_be_written_cannot_be_made() -> None:
    note = parse_request(request(0, 1)).note
    for old, proof in [(-1, ()), (2**63, ()), (0, (b"short",)), (0, (EMPTY_ROOT,) * 64)]:
        with pytest.raises(WitnessRequestError):
            AddCheckpoint(old, proof, note)
