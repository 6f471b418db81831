"""Signed notes (C2SP signed-note): a text, an empty line, signature lines.

The text counts for nothing until a signature by a known key holds. Lines by unknown keys are passed over, which lets
keys rotate and witnesses add theirs; one bad line by a known key refuses the whole note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from heliograph.kernel.tlog.cosignatures import (
    ED25519_COSIGNATURE,
    ML_DSA_44_COSIGNATURE,
    Ed25519CosignatureVerifier,
    Ed25519Cosigner,
    MlDsa44Cosigner,
    MlDsa44Verifier,
)
from heliograph.kernel.tlog.encoding import EncodingError, decode_base64, decode_text, encode_base64
from heliograph.kernel.tlog.signatures import (
    DASH,
    ED25519,
    KEY_ID_SIZE,
    BadSignatureError,
    Cosigner,
    Ed25519Signer,
    Ed25519Verifier,
    Key,
    NoteError,
    ProviderUnavailableError,
    Signature,
    Signer,
    Verifier,
)
from heliograph.kernel.tlog.sm2 import SM2_SM3, Sm2Signer, Sm2Verifier

__all__ = [
    "BadSignatureError",
    "Cosigner",
    "Ed25519Signer",
    "Ed25519Verifier",
    "NoKnownSignatureError",
    "NoteError",
    "ProviderUnavailableError",
    "Signature",
    "SignedNote",
    "Signer",
    "VerifiedSignature",
    "Verifier",
    "format_note",
    "open_note",
    "parse_note",
    "parse_signatures",
    "parse_skey",
    "parse_vkey",
    "sign_note",
    "skey",
]

MAX_NOTE: Final = 1_000_000
MAX_SIGNATURES: Final = 100

_SIGNATURE: Final = re.compile(f"{DASH} ([^ ]+) ([^ ]+)")
_KEY_ID: Final = re.compile("[0-9a-f]{8}")
_SKEY_MARK: Final = "PRIVATE+KEY+"  # as Go writes its keys
_VERIFIERS: Final[Mapping[bytes, Callable[[str, bytes], Verifier]]] = {
    ED25519: Ed25519Verifier,
    ED25519_COSIGNATURE: Ed25519CosignatureVerifier,
    ML_DSA_44_COSIGNATURE: MlDsa44Verifier,
    SM2_SM3: Sm2Verifier,
}
SigningKey = Ed25519Signer | Ed25519Cosigner | MlDsa44Cosigner | Sm2Signer
_SIGNERS: Final[Mapping[bytes, Callable[[str, bytes], SigningKey]]] = {
    ED25519: Ed25519Signer,
    ED25519_COSIGNATURE: Ed25519Cosigner,
    ML_DSA_44_COSIGNATURE: MlDsa44Cosigner,
    SM2_SM3: Sm2Signer,
}


class NoKnownSignatureError(NoteError):
    """No key that we know signed this: nobody known says what it says."""


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text and the signature lines under it; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        _read_text(self.text)
        if not self.text.endswith("\n"):
            raise NoteError("note.text", "the text of a note ends with a line end")
        if not 0 < len(self.signatures) <= MAX_SIGNATURES:
            raise NoteError("note.signatures", f"{len(self.signatures)} signatures; 1 to {MAX_SIGNATURES} are taken")


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A signature line that holds, and the known key it is by."""

    signature: Signature
    verifier: Verifier

    @property
    def name(self) -> str:
        """Return the key name."""
        return self.verifier.name

    @property
    def time(self) -> int | None:
        """Return the time a cosigner named, in POSIX seconds; None for plain signatures."""
        return self.verifier.time_of(self.signature.value)


def parse_note(data: bytes | str) -> SignedNote:
    """Return the text and the signature lines of a note."""
    note = _read_text(data)
    # The text may have empty lines: the last one of the note is the border.
    text, border, lines = note.rpartition("\n\n")
    if not border:
        raise NoteError("note.border", "no empty line between text and signatures")
    return SignedNote(text + "\n", parse_signatures(lines))


def parse_signatures(data: bytes | str) -> tuple[Signature, ...]:
    """Return signature lines, as they stand under a note or in a witness's answer."""
    *lines, end = _read_text(data).split("\n")
    if end or not lines:
        raise NoteError("note.signatures", "signature lines end with a line end")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("note.signatures", f"{len(lines)} signatures; at most {MAX_SIGNATURES} are taken")
    return tuple(_parse_signature(line) for line in lines)


def _parse_signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise NoteError("note.signature", f"not a signature line: {line[:64]!r}")
    try:
        data = decode_base64(found[2])
    except EncodingError as error:
        raise NoteError("note.signature", f"a signature of {found[1][:64]!r} is not base64") from error
    return Signature(found[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])


def format_note(note: SignedNote) -> str:
    """Return the note as it is stored and served (in UTF-8)."""
    return note.text + "\n" + "".join(signature.line() for signature in note.signatures)


def sign_note(text: str, signers: Iterable[Signer]) -> SignedNote:
    """Return the text with a signature of each signer."""
    return SignedNote(text, tuple(signer.sign(text) for signer in signers))


def open_note(note: SignedNote | bytes | str, verifiers: Iterable[Verifier]) -> tuple[VerifiedSignature, ...]:
    """Return the signatures that hold; refused when one by a known key does not, or when none is by a known key."""
    if not isinstance(note, SignedNote):
        note = parse_note(note)
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier).vkey != verifier.vkey:
            raise NoteError("note.ambiguous_key", f"two known keys share the name {verifier.name} and its key ID")
    verified = []
    for signature in note.signatures:
        match = known.get((signature.name, signature.key_id))
        if match is not None:
            match.verify(note.text, signature.value)
            verified.append(VerifiedSignature(signature, match))
    if not verified:
        raise NoKnownSignatureError("note.no_known_signature", "no signature by a known key")
    return tuple(verified)


def parse_vkey(vkey: str) -> Verifier:
    """Return the verifier of a verifier key's text."""
    name, key_id, kind, material = _parse_key(vkey)
    verifier = _VERIFIERS[kind](name, material)
    if verifier.key_id.hex() != key_id:
        raise NoteError("vkey.key_id", f"the key ID of {name} does not fit its key")
    return verifier


def skey(signer: Key, seed: bytes) -> str:
    """Return a private key as text, for a file that only its owner reads."""
    return f"{_SKEY_MARK}{signer.name}+{signer.key_id.hex()}+{encode_base64(signer.kind + seed)}"


def parse_skey(text: str) -> SigningKey:
    """Return the signer or cosigner of a private key's text."""
    if not text.startswith(_SKEY_MARK):
        raise NoteError("skey.form", "not the text of a private key")
    name, key_id, kind, seed = _parse_key(text.removeprefix(_SKEY_MARK))
    signer = _SIGNERS[kind](name, seed)
    if signer.key_id.hex() != key_id:
        raise NoteError("skey.key_id", f"the key ID of {name} does not fit its key")
    return signer


def _parse_key(text: str) -> tuple[str, str, bytes, bytes]:
    """Return name, key ID, type and key of a verifier or private key."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    if not _KEY_ID.fullmatch(key_id):
        raise NoteError("vkey.form", "a key is written name+key ID+base64")
    try:
        data = decode_base64(encoded)
    except EncodingError as error:
        raise NoteError("vkey.form", "the key is not base64") from error
    for kind in _VERIFIERS:
        if data.startswith(kind):
            return name, key_id, kind, data[len(kind) :]
    raise NoteError("vkey.type", "a signature type that is not known here")


def _read_text(data: bytes | str) -> str:
    try:
        return decode_text(data, MAX_NOTE)
    except EncodingError as error:
        raise NoteError("note.text", f"not the text of a note: {error}") from error
