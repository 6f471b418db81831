"""Cosignatures: the time is signed, the cosigner of an ML-DSA line is named in what it signs."""

from __future__ import annotations

from typing import NoReturn

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.checkpoints import Checkpoint, CheckpointError, parse_checkpoint
from heliograph.kernel.tlog.cosignatures import (
    Ed25519CosignatureVerifier,
    Ed25519Cosigner,
    MlDsa44Cosigner,
    MlDsa44Verifier,
)
from heliograph.kernel.tlog.hashing import EMPTY_ROOT
from heliograph.kernel.tlog.notes import (
    BadSignatureError,
    NoteError,
    ProviderUnavailableError,
    SignedNote,
    Verifier,
    open_note,
    parse_vkey,
)

SEED = bytes(range(32))
TEXT = Checkpoint("log.example/2026", 0, EMPTY_ROOT).text()
NOON = 1_795_320_000
Cosigner = Ed25519Cosigner | MlDsa44Cosigner
COSIGNERS: list[Cosigner] = [Ed25519Cosigner("w.example/1", SEED), MlDsa44Cosigner("w.example/1", SEED)]


def verifier(cosigner: Cosigner) -> Verifier:
    return parse_vkey(cosigner.vkey)


@pytest.mark.parametrize("cosigner", COSIGNERS)
def test_a_cosignature_opens_and_names_its_time(cosigner: Cosigner) -> None:
    note = SignedNote(TEXT, (cosigner.cosign(TEXT, NOON),))
    (line,) = open_note(note, [verifier(cosigner)])
    assert (line.name, line.time) == ("w.example/1", NOON)


@pytest.mark.parametrize("cosigner", COSIGNERS)
def test_another_time_text_or_length_is_refused(cosigner: Cosigner) -> None:
    value = cosigner.cosign(TEXT, NOON).value
    check = verifier(cosigner)
    check.verify(TEXT, value)
    later = (NOON + 1).to_bytes(8, "big") + value[8:]
    for changed in (later, value[:-1], value + b"\0", value[:8], value[:7], b"", b"\xff" + value[1:]):
        with pytest.raises(BadSignatureError):
            check.verify(TEXT, changed)
    with pytest.raises(BadSignatureError):
        check.verify(TEXT.replace("2026", "2027"), value)
    with pytest.raises(BadSignatureError):
        check.time_of(b"")


@pytest.mark.parametrize("cosigner", COSIGNERS)
def test_only_checkpoints_and_only_times_are_cosigned(cosigner: Cosigner) -> None:
    for text in ("", "hello\n", TEXT + "extension\n"):
        with pytest.raises(CheckpointError):
            cosigner.cosign(text, NOON)
    for time in (-1, 2**63):
        with pytest.raises(NoteError) as refused:
            cosigner.cosign(TEXT, time)
        assert refused.value.code == "cosignature.time"
    assert open_note(SignedNote(TEXT, (cosigner.cosign(TEXT, 2**63 - 1),)), [verifier(cosigner)])[0].time == 2**63 - 1


def test_an_ml_dsa_line_binds_the_cosigner_s_name_and_an_ed25519_line_does_not() -> None:
    """The reason why every Ed25519 cosigner needs a key of its own."""
    ml_dsa, ed25519 = MlDsa44Cosigner("w.example/1", SEED), Ed25519Cosigner("w.example/1", SEED)
    with pytest.raises(BadSignatureError):
        MlDsa44Verifier("w.example/2", ml_dsa.public_key).verify(TEXT, ml_dsa.cosign(TEXT, NOON).value)
    Ed25519CosignatureVerifier("w.example/2", ed25519.public_key).verify(TEXT, ed25519.cosign(TEXT, NOON).value)


def test_an_ml_dsa_line_under_a_text_that_is_no_checkpoint_is_bad() -> None:
    cosigner = MlDsa44Cosigner("w.example/1", SEED)
    with pytest.raises(BadSignatureError):
        verifier(cosigner).verify("hello\n", cosigner.cosign(TEXT, NOON).value)


def test_names_too_long_for_an_ml_dsa_statement_are_refused() -> None:
    with pytest.raises(NoteError) as refused:
        MlDsa44Cosigner("w" * 256, SEED).cosign(TEXT, NOON)
    assert refused.value.code == "cosignature.name"
    long = Checkpoint("o" * 256, 0, EMPTY_ROOT).text()
    with pytest.raises(BadSignatureError):
        verifier(COSIGNERS[1]).verify(long, COSIGNERS[1].cosign(TEXT, NOON).value)
    MlDsa44Cosigner("w" * 255, SEED).cosign(TEXT, NOON)


def test_a_library_without_ml_dsa_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_data: bytes) -> NoReturn:
        raise UnsupportedAlgorithm("no ML-DSA")

    class Without:
        from_public_bytes = staticmethod(unsupported)
        from_seed_bytes = staticmethod(unsupported)

    public_key = COSIGNERS[1].public_key
    monkeypatch.setattr(mldsa, "MLDSA44PrivateKey", Without)
    monkeypatch.setattr(mldsa, "MLDSA44PublicKey", Without)
    with pytest.raises(ProviderUnavailableError):
        MlDsa44Cosigner("w.example/1", SEED)
    with pytest.raises(ProviderUnavailableError):
        MlDsa44Verifier("w.example/1", public_key)


origins = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=20)


@given(st.builds(Checkpoint, origins, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32)))
def test_a_checkpoint_is_read_as_it_was_written(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(checkpoint.text()) == checkpoint
    assert parse_checkpoint(checkpoint.text().encode()) == checkpoint


@given(st.binary(max_size=90) | st.text("a\n01=A", max_size=60))
def test_any_text_is_a_checkpoint_or_refused(data: bytes | str) -> None:
    try:
        checkpoint = parse_checkpoint(data)
    except CheckpointError:
        return
    assert checkpoint.text() == (data if isinstance(data, str) else data.decode())


ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", f"o\n0\n{ROOT}", f"\n0\n{ROOT}\n", f"o\n00\n{ROOT}\n", f"o\n-1\n{ROOT}\n", f"o\n+1\n{ROOT}\n",
        f"o\n 1\n{ROOT}\n", f"o\n٣\n{ROOT}\n", f"o\n{2**63}\n{ROOT}\n", f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n1_0\n{ROOT}\n",
        f"o\n0\n{ROOT[:-1]}\n", f"o\n0\n{ROOT[:-2]}V=\n", "o\n0\nAAAA\n", f"o\n0\n{ROOT}\nextension\n",
        f"o\n0\n{ROOT}\n\n", f"o\r\n0\n{ROOT}\n", "o" * 20_000, f"o\n0\n {ROOT}\n",
    ],
)  # fmt: skip
def test_checkpoints_in_another_form_are_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_checkpoints_that_could_not_be_written_cannot_be_made() -> None:
    for origin, size, root in [("", 0, EMPTY_ROOT), ("a\nb", 0, EMPTY_ROOT), ("a", -1, EMPTY_ROOT), ("a", 0, b"")]:
        with pytest.raises(CheckpointError):
            Checkpoint(origin, size, root)
    with pytest.raises(CheckpointError):
        Checkpoint("a", 2**63, EMPTY_ROOT)
