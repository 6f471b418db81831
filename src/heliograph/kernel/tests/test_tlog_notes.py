"""Signed notes: unknown keys are passed over, a bad line by a known key refuses all, nothing known is no note."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.tlog.checkpoints import Checkpoint
from heliograph.kernel.tlog.cosignatures import Ed25519Cosigner, MlDsa44Cosigner
from heliograph.kernel.tlog.hashing import EMPTY_ROOT
from heliograph.kernel.tlog.notes import (
    MAX_NOTE,
    MAX_SIGNATURES,
    BadSignatureError,
    Ed25519Signer,
    NoKnownSignatureError,
    NoteError,
    Signature,
    SignedNote,
    format_note,
    open_note,
    parse_note,
    parse_signatures,
    parse_skey,
    parse_vkey,
    sign_note,
    skey,
)
from heliograph.kernel.tlog.signatures import Key
from heliograph.kernel.tlog.sm2 import Sm2Signer

SEED = bytes(range(32))
TEXT = Checkpoint("log.example/2026", 0, EMPTY_ROOT).text()
LOG = Ed25519Signer("log.example/2026", SEED)
OTHER = Ed25519Signer("other.example", bytes(32))

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda name: "+" not in name and not any(char.isspace() or char < " " for char in name)
)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
texts = st.text(st.characters(codec="utf-8", min_codepoint=32) | st.just("\n"), max_size=60).map(
    lambda text: text + "\n"
)
notes = st.builds(SignedNote, texts, st.lists(signatures, min_size=1, max_size=5).map(tuple))


@given(notes)
def test_a_note_is_read_as_it_was_written(note: SignedNote) -> None:
    assert parse_note(format_note(note)) == note
    assert parse_note(format_note(note).encode()) == note


@given(st.binary(max_size=80) | st.text("\n\n— aQ=+\x00é", max_size=60) | notes.map(lambda note: format_note(note)[1:]))
def test_any_text_is_a_note_or_refused(data: bytes | str) -> None:
    try:
        note = parse_note(data)
    except NoteError:
        return
    assert format_note(note) == (data if isinstance(data, str) else data.decode())


@given(st.text("abPRIVATEKY+0f=/é \n", max_size=60))
def test_any_key_is_read_or_refused(text: str) -> None:
    try:
        verifier = parse_vkey(text)
    except NoteError:
        pass
    else:
        assert verifier.vkey == text
    with pytest.raises(NoteError):
        parse_skey(text)


@given(st.binary(max_size=100), st.sampled_from([b"\x01", b"\x04", b"\x06", b"\xff", b"\xffoid:1.2.156.10197.1.501"]))
def test_keys_of_any_bytes_are_read_or_refused(material: bytes, kind: bytes) -> None:
    text = Key("a.example", kind, material).vkey
    try:
        verifier = parse_vkey(text)
        verifier.verify(TEXT, b"\0" * 72)
    except NoteError:
        return
    pytest.fail("bytes without a signature were taken for one")


@pytest.mark.parametrize("make", [Ed25519Signer, MlDsa44Cosigner, Sm2Signer])
def test_a_signed_note_opens_with_the_signer_s_key(make: Callable[[str, bytes], Ed25519Signer]) -> None:
    signer = make("log.example/2026", SEED)
    note = sign_note(TEXT, [signer])
    (line,) = open_note(note, [parse_vkey(signer.vkey)])
    assert (line.name, line.signature) == ("log.example/2026", note.signatures[0])
    assert open_note(format_note(note), [parse_vkey(signer.vkey)])[0].signature == line.signature
    other = SignedNote(TEXT.replace("2026", "2027"), note.signatures)
    with pytest.raises(BadSignatureError, match=r"log\.example/2026") as refused:
        open_note(other, [parse_vkey(signer.vkey)])
    assert refused.value.name == "log.example/2026"


@pytest.mark.parametrize("make", [Ed25519Signer, Ed25519Cosigner, MlDsa44Cosigner, Sm2Signer])
def test_a_private_key_comes_back_from_its_text(make: Callable[[str, bytes], Ed25519Signer]) -> None:
    signer = make("log.example/2026", SEED)
    assert parse_skey(skey(signer, SEED)).vkey == signer.vkey
    with pytest.raises(NoteError) as refused:
        parse_skey(skey(signer, bytes(31) + b"\1"))
    assert refused.value.code == "skey.key_id"


def test_only_plain_signatures_have_no_time() -> None:
    (line,) = open_note(sign_note(TEXT, [LOG]), [parse_vkey(LOG.vkey)])
    assert line.time is None
    sm2 = Sm2Signer("log.example/2026", SEED)
    (line,) = open_note(sign_note(TEXT, [sm2]), [parse_vkey(sm2.vkey)])
    assert line.time is None
    ml_dsa = MlDsa44Cosigner("log.example/2026", SEED)
    (line,) = open_note(sign_note(TEXT, [ml_dsa]), [parse_vkey(ml_dsa.vkey)])
    assert line.time == 0


def test_lines_by_unknown_keys_are_passed_over_even_when_broken() -> None:
    note = sign_note(TEXT, [LOG, OTHER])
    broken = Signature(OTHER.name, OTHER.key_id, b"x")
    same_name = Signature(LOG.name, OTHER.key_id, b"x")
    same_id = Signature(OTHER.name, LOG.key_id, b"x")
    mixed = SignedNote(TEXT, (broken, same_name, same_id, note.signatures[0]))
    assert [line.name for line in open_note(mixed, [parse_vkey(LOG.vkey)])] == [LOG.name]


def test_a_bad_line_by_a_known_key_refuses_the_whole_note() -> None:
    good, other = sign_note(TEXT, [LOG, OTHER]).signatures
    bad = Signature(LOG.name, LOG.key_id, good.value[:-1] + bytes([good.value[-1] ^ 1]))
    verifiers = [parse_vkey(LOG.vkey), parse_vkey(OTHER.vkey)]
    for lines in [(bad,), (bad, other), (other, bad), (good, bad), (bad, good)]:
        with pytest.raises(BadSignatureError):
            open_note(SignedNote(TEXT, lines), verifiers)


def test_a_note_without_a_known_signature_is_refused() -> None:
    for verifiers in ([], [parse_vkey(OTHER.vkey)]):
        with pytest.raises(NoKnownSignatureError) as refused:
            open_note(sign_note(TEXT, [LOG]), verifiers)
        assert refused.value.code == "note.no_known_signature"


def test_two_keys_that_share_name_and_key_id_are_refused_before_anything_is_believed() -> None:
    known = parse_vkey(LOG.vkey)
    assert open_note(sign_note(TEXT, [LOG]), [known, parse_vkey(LOG.vkey)])
    twin = parse_vkey(OTHER.vkey)
    twin.name, twin.key_id = known.name, known.key_id
    with pytest.raises(NoteError) as refused:
        open_note(sign_note(TEXT, [LOG]), [known, twin])
    assert refused.value.code == "note.ambiguous_key"


def test_sixteen_and_a_hundred_signatures_are_taken_and_no_more() -> None:
    line = sign_note(TEXT, [LOG]).signatures[0]
    for count in (16, MAX_SIGNATURES):
        note = SignedNote(TEXT, (line,) * count)
        assert len(open_note(format_note(note), [parse_vkey(LOG.vkey)])) == count
    text = f"{TEXT}\n" + line.line() * (MAX_SIGNATURES + 1)
    with pytest.raises(NoteError):
        parse_note(text)
    with pytest.raises(NoteError):
        SignedNote(TEXT, (line,) * (MAX_SIGNATURES + 1))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"text\n\n\xff", "note.text"),
        ("text\n\n\ud800", "note.text"),
        ("te\rxt\n\n— a AAAAAAA=\n", "note.text"),
        ("x" * (MAX_NOTE + 1), "note.text"),
        ("text\n— a AAAAAAA=\n", "note.border"),
        ("", "note.border"),
        ("text\n\n", "note.signatures"),
        ("text\n\n— a AAAAAAA=", "note.signatures"),
        ("text\n\n- a AAAAAAA=\n", "note.signature"),
        ("text\n\n— a\u00a0b AAAAAAA=\n", "note.name"),
        ("text\n\n— a+b AAAAAAA=\n", "note.name"),
        ("text\n\n— a AAAA\n", "note.signature"),
        ("text\n\n— a AAAAAA==\n", "note.signature"),
        ("text\n\n— a AAAAAAA\n", "note.signature"),
        ("text\n\n— a AAAAAAB=\n", "note.signature"),
        ("text\n\n— a é\n", "note.signature"),
        ("text\n\n— a  AAAAAAA=\n", "note.signature"),
        ("text\n\n— a AAAAAAA= \n", "note.signature"),
    ],
)
def test_notes_in_another_form_are_refused_by_name(data: bytes | str, code: str) -> None:
    with pytest.raises(NoteError) as refused:
        parse_note(data)
    assert refused.value.code == code


def test_an_empty_line_in_the_text_stays_in_the_text() -> None:
    note = sign_note("first\n\nsecond\n", [LOG])
    assert parse_note(format_note(note)).text == "first\n\nsecond\n"
    assert parse_note("\n\n— a AAAAAAA=\n").text == "\n"


def test_notes_that_could_not_be_written_cannot_be_made() -> None:
    line = sign_note(TEXT, [LOG]).signatures[0]
    for text, lines in [("no line end", (line,)), ("", (line,)), ("tab\t\n", (line,)), (TEXT, ())]:
        with pytest.raises(NoteError):
            SignedNote(text, lines)
    for name, key_id, value in [("", b"1234", b"x"), ("a b", b"1234", b"x"), ("a", b"123", b"x"), ("a", b"1234", b"")]:
        with pytest.raises(NoteError):
            Signature(name, key_id, value)


def test_lines_of_a_witness_are_read_without_their_note() -> None:
    lines = sign_note(TEXT, [LOG, OTHER]).signatures
    assert parse_signatures("".join(line.line() for line in lines)) == lines
    with pytest.raises(NoteError):
        parse_signatures("")
    with pytest.raises(NoteError):
        parse_signatures("\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "vkey.form"),
        ("a", "vkey.form"),
        ("a+00000000", "vkey.type"),
        ("a+0000000g+AQ==", "vkey.form"),
        ("a+C74F20A3+AQ==", "vkey.form"),
        ("a+00000000+A", "vkey.form"),
        ("a+00000000+AQ==", "vkey.length"),
        ("a+00000000+BA==", "vkey.length"),
        ("a+00000000+Bg==", "vkey.length"),
        ("+00000000+AQ==", "note.name"),
        ("a+00000000+/w==", "vkey.type"),
        (LOG.vkey.replace("log.example", "log-example"), "vkey.key_id"),
        ("a b+00000000+" + LOG.vkey.split("+", 2)[2], "note.name"),
    ],
)
def test_keys_in_another_form_are_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NoteError) as refused:
        parse_vkey(text)
    assert refused.value.code == code


@pytest.mark.parametrize("make", [Ed25519Signer, Ed25519Cosigner, MlDsa44Cosigner, Sm2Signer])
def test_private_keys_of_another_length_are_refused(make: Callable[[str, bytes], Ed25519Signer]) -> None:
    for seed in (b"", bytes(31), bytes(33)):
        with pytest.raises(NoteError) as refused:
            make("a.example", seed)
        assert refused.value.code == "key.length"


@pytest.mark.parametrize(
    "material",
    [
        "0" * 64,
        "01" + "0" * 62,
        "01" + "0" * 60 + "80",
        "ec" + "f" * 60 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ed" + "f" * 60 + "7f",
        "ee" + "f" * 60 + "7f",
        "f" * 64,
    ],
)
def test_keys_under_which_anything_is_signed_are_refused(material: str) -> None:
    for kind in (b"\x01", b"\x04"):
        with pytest.raises(NoteError) as refused:
            parse_vkey(Key("a.example", kind, bytes.fromhex(material)).vkey)
        assert refused.value.code == "vkey.weak"


def test_a_key_shows_its_public_half_only() -> None:
    assert repr(LOG) == f"Ed25519Signer({LOG.vkey})"
    assert SEED.hex() not in repr(LOG)
