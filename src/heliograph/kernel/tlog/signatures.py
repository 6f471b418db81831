"""Keys and signature lines of notes (C2SP signed-note): who signed is named by key name and four bytes of key ID."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from heliograph.kernel.tlog.encoding import encode_base64
from heliograph.kernel.tlog.errors import TlogError

ED25519: Final = b"\x01"
KEY_ID_SIZE: Final = 4
ED25519_KEY_SIZE: Final = 32
DASH: Final = "\u2014"

_FIELD: Final = 2**255 - 19
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y of all points of small order (1, 2, 4 and 8): under such a key some signatures fit any message.
_WEAK: Final = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})


class NoteError(TlogError):
    """A note, signature line or key in another than its form."""


class BadSignatureError(NoteError):
    """A signature by a known key that is not one of this text: the whole note is refused."""

    def __init__(self, name: str, why: str = "the signature does not fit the text") -> None:
        super().__init__("note.bad_signature", f"{name}: {why}")
        self.name = name


class ProviderUnavailableError(TlogError):
    """The cryptographic library of this machine lacks an algorithm; nothing is said about the signature."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: the value is what the algorithm gave, without the key ID."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_SIZE or not self.value:
            raise NoteError("note.signature", "a key ID has four bytes, a signature at least one")

    def line(self) -> str:
        """Return the line as it stands under a note, with its line end."""
        return f"{DASH} {self.name} {encode_base64(self.key_id + self.value)}\n"


class Named(Protocol):
    """What signers and verifiers have in common: a public key under its name."""

    name: str
    kind: bytes
    public_key: bytes
    key_id: bytes
    vkey: str


class Signer(Named, Protocol):
    """Who signs: a key in memory, or a device behind the same lines."""

    def sign(self, text: str) -> Signature:
        """Return a signature of a note's text."""
        ...


class Cosigner(Named, Protocol):
    """Who signs checkpoints together with the time of it."""

    def cosign(self, text: str, time: int) -> Signature:
        """Return a cosignature of a checkpoint's text at a time in POSIX seconds."""
        ...


class Verifier(Named, Protocol):
    """Who can tell whether a signature is by this key."""

    def verify(self, text: str, value: bytes) -> None:
        """Return if the value signs the text; otherwise raise ``BadSignatureError``."""
        ...

    def time_of(self, value: bytes) -> int | None:
        """Return the time a verified signature names; None for signatures without one."""
        ...


class Key:
    """A public key under its name: signature type, key ID, verifier key."""

    def __init__(self, name: str, kind: bytes, public_key: bytes) -> None:
        check_name(name)
        self.name = name
        self.kind = kind
        self.public_key = public_key
        self.key_id = hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:KEY_ID_SIZE]
        self.vkey = f"{name}+{self.key_id.hex()}+{encode_base64(kind + public_key)}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.vkey})"

    def signature(self, value: bytes) -> Signature:
        """Return a value as this key's signature line."""
        return Signature(self.name, self.key_id, value)


class Ed25519Verifier(Key):
    """Type 0x01: Ed25519 over the text."""

    def __init__(self, name: str, public_key: bytes) -> None:
        super().__init__(name, ED25519, public_key)
        self._verify = ed25519_verifier(name, public_key)

    def verify(self, text: str, value: bytes) -> None:
        """Return if the value signs the text; otherwise raise ``BadSignatureError``."""
        self._verify(value, text.encode())

    def time_of(self, value: bytes) -> None:
        """Return None: such a signature names no time."""


class Ed25519Signer(Key):
    """Type 0x01, with the private key in memory."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private_key = ed25519_private_key(seed)
        super().__init__(name, ED25519, self._private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return a signature of a note's text."""
        return self.signature(self._private_key.sign(text.encode()))


def check_name(name: str) -> None:
    """Refuse a key name that could not stand in a signature line or in a verifier key."""
    if not name or "+" in name or any(char.isspace() or char < " " or "\ud800" <= char <= "\udfff" for char in name):
        raise NoteError("note.name", f"a key name is not empty, without spaces and without +: {name!r}")


def ed25519_private_key(seed: bytes) -> Ed25519PrivateKey:
    """Return the private key of a seed of 32 bytes."""
    if len(seed) != ED25519_KEY_SIZE:
        raise NoteError("key.length", f"an Ed25519 seed of {len(seed)} bytes")
    return Ed25519PrivateKey.from_private_bytes(seed)


def ed25519_verifier(name: str, public_key: bytes) -> Callable[[bytes, bytes], None]:
    """Return what verifies (signature, message) under a public key of 32 bytes."""
    if len(public_key) != ED25519_KEY_SIZE:
        raise NoteError("vkey.length", f"an Ed25519 key of {len(public_key)} bytes")
    ordinate = int.from_bytes(public_key, "little") & (2**255 - 1)
    if ordinate >= _FIELD or ordinate in _WEAK:
        raise NoteError("vkey.weak", f"{name}: a key of small order, or in another than its canonical form")
    key = Ed25519PublicKey.from_public_bytes(public_key)

    def verify(signature: bytes, message: bytes) -> None:
        try:
            key.verify(signature, message)
        except InvalidSignature as error:
            raise BadSignatureError(name) from error

    return verify
