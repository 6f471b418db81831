"""Proof files: read as written, believed only with the leaf at its place under a checkpoint of a known log."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner
from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import leaf_hash
from heliograph.kernel.tlog.notes import Ed25519Signer, NoKnownSignatureError, SignedNote
from heliograph.kernel.tlog.policy import parse_policy
from heliograph.kernel.tlog.proof_file import HEADER, ProofFileError, TlogProof, format_proof, parse_proof, verify_proof
from heliograph.kernel.tlog.proofs import ProofError, inclusion_proof
from heliograph.kernel.tlog.tiles import Edge, MemoryStore, TileReader, grow

SIZE, INDEX = 300, 123
NOON = 1_795_320_000
ENTRIES = [b"entry %d" % number for number in range(SIZE)]
GROWTH = grow(Edge(), b"", ENTRIES)
LOG = Ed25519Signer("log.example/2026", bytes(range(32)))
WITNESS = Ed25519Cosigner("w.example", bytes(32))
TEXT = Checkpoint(LOG.name, SIZE, GROWTH.edge.root()).text()
NOTE = SignedNote(TEXT, (LOG.sign(TEXT), WITNESS.cosign(TEXT, NOON)))
HASHES = tuple(inclusion_proof(TileReader(MemoryStore(GROWTH.resources), SIZE), INDEX, SIZE))
PROOF = TlogProof(b"salt", INDEX, HASHES, NOTE)
LEAF = leaf_hash(ENTRIES[INDEX])
POLICY = parse_policy(f"log {LOG.vkey}\nwitness W {WITNESS.vkey}\nquorum W\n")

proofs = st.builds(
    TlogProof,
    st.none() | st.binary(min_size=1, max_size=40),
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=8).map(tuple),
    st.just(NOTE),
)


@given(proofs)
def test_a_proof_file_is_read_as_it_was_written(proof: TlogProof) -> None:
    assert parse_proof(format_proof(proof)) == proof
    assert parse_proof(format_proof(proof).encode()) == proof


@given(proofs, st.data())
def test_a_proof_file_with_a_changed_letter_is_read_or_refused(proof: TlogProof, data: st.DataObject) -> None:
    text = format_proof(proof)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.text("\nA=0 é", max_size=2)) + text[at + 1 :]
    try:
        parsed = parse_proof(changed)
    except ProofFileError:
        return
    assert format_proof(parsed) == changed


@given(st.binary(max_size=80) | st.text(max_size=60))
def test_anything_else_is_refused(data: bytes | str) -> None:
    with pytest.raises(ProofFileError):
        parse_proof(data)


def test_the_entry_is_proved_and_nothing_else_is() -> None:
    result = verify_proof(PROOF, LEAF, POLICY)
    assert result.satisfied
    assert result.checkpoint.size == SIZE
    assert result.cosignatures["W"].time == NOON
    assert not verify_proof(PROOF, LEAF, POLICY, not_after=NOON - 1)
    assert not verify_proof(replace(PROOF, note=SignedNote(TEXT, NOTE.signatures[:1])), LEAF, POLICY)
    for proof, leaf in [
        (PROOF, leaf_hash(b"other")),
        (replace(PROOF, index=INDEX + 1), LEAF),
        (replace(PROOF, index=SIZE), LEAF),
        (replace(PROOF, hashes=HASHES[:-1]), LEAF),
    ]:
        with pytest.raises(ProofError):
            verify_proof(proof, leaf, POLICY)


def test_every_flipped_bit_of_the_file_is_noticed_except_in_what_nobody_signed() -> None:
    text = format_proof(replace(PROOF, extra=None)).encode()
    for at in range(len(text)):
        for bit in (1, 64):
            changed = text[:at] + bytes([text[at] ^ bit]) + text[at + 1 :]
            try:
                result = verify_proof(parse_proof(changed), LEAF, POLICY)
            except TlogError:
                continue
            # A changed witness name or key ID makes an unknown line of it: fewer witnesses, never another answer.
            assert not result.satisfied


def test_a_checkpoint_of_an_unknown_log_proves_nothing() -> None:
    other = Ed25519Signer(LOG.name, bytes([7]) * 32)
    with pytest.raises(NoKnownSignatureError):
        verify_proof(replace(PROOF, note=SignedNote(TEXT, (other.sign(TEXT),))), LEAF, POLICY)


BODY = format_proof(PROOF)
HEAD, _, CHECKPOINT = BODY.partition("\n\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BODY.replace(HEADER, "c2sp.org/tlog-proof@v2"), "proof_file.header"),
        (HEADER, "proof_file.border"),
        (f"{HEADER}\n\n{CHECKPOINT}", "proof_file.index"),
        (f"{HEADER}\nextra c2FsdA==\n\n{CHECKPOINT}", "proof_file.index"),
        (f"{HEADER}\nindex 1\nextra c2FsdA==\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nextra \nindex 1\n\n{CHECKPOINT}", "proof_file.extra"),
        (f"{HEADER}\nextra c2FsdA\nindex 1\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nindex 01\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nindex -1\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nindex 1\nAAAA\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nindex 1\n" + f"{'A' * 43}=\n" * 64 + f"\n{CHECKPOINT}", "proof_file.hashes"),
        (f"{HEADER}\r\nindex 1\n\n{CHECKPOINT}", "proof_file.form"),
        (f"{HEADER}\nindex 1\n\nno note", "proof_file.form"),
    ],
)
def test_proof_files_in_another_form_are_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(ProofFileError) as refused:
        parse_proof(text)
    assert refused.value.code == code


def test_proofs_that_could_not_be_written_cannot_be_made() -> None:
    for changed in ({"extra": b""}, {"index": -1}, {"index": 2**63}, {"hashes": (b"short",)}, {"hashes": HASHES * 8}):
        with pytest.raises(ProofFileError):
            replace(PROOF, **changed)
