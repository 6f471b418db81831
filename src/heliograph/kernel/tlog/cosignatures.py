"""Cosignatures (C2SP tlog-cosignature): a witness says when it saw a checkpoint that agrees with all it saw before.

Type 0x04 is Ed25519 over the checkpoint's text with the time before it; its message does not name the cosigner, so
each cosigner needs a key of its own. Type 0x06 is ML-DSA-44 over a binary statement that names the cosigner, too; a
log may sign its own checkpoints with it, then without a time (zero).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import mldsa

from heliograph.kernel.tlog.checkpoints import CheckpointError, parse_checkpoint
from heliograph.kernel.tlog.signatures import (
    BadSignatureError,
    Key,
    NoteError,
    ProviderUnavailableError,
    Signature,
    ed25519_private_key,
    ed25519_verifier,
)

ED25519_COSIGNATURE: Final = b"\x04"
ML_DSA_44_COSIGNATURE: Final = b"\x06"
ML_DSA_44_KEY_SIZE: Final = 1312
SEED_SIZE: Final = 32

_TIME_SIZE: Final = 8
_MAX_TIME: Final = 2**63 - 1
_MAX_OPAQUE: Final = 255
_LABEL: Final = b"subtree/v1\n\0"

Made = TypeVar("Made")


def ed25519_message(text: str, time: int) -> bytes:
    """Return what a 0x04 cosigner signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def ml_dsa_44_message(name: str, text: str, time: int) -> bytes:
    """Return what a 0x06 cosigner of this name signs; the text must be a checkpoint."""
    checkpoint = parse_checkpoint(text)
    start = 0  # a checkpoint is the subtree from the first entry on
    return b"".join([
        _LABEL,
        _opaque(name),
        _time_bytes(time),
        _opaque(checkpoint.origin),
        start.to_bytes(8, "big"),
        checkpoint.size.to_bytes(8, "big"),
        checkpoint.root,
    ])  # fmt: skip


def _opaque(text: str) -> bytes:
    data = text.encode()
    if len(data) > _MAX_OPAQUE:
        raise NoteError("cosignature.name", f"names and origins have at most {_MAX_OPAQUE} bytes here")
    return bytes([len(data)]) + data


class Ed25519CosignatureVerifier(Key):
    """Type 0x04."""

    def __init__(self, name: str, public_key: bytes) -> None:
        super().__init__(name, ED25519_COSIGNATURE, public_key)
        self._verify = ed25519_verifier(name, public_key)

    def verify(self, text: str, value: bytes) -> None:
        """Return if the value cosigns the checkpoint; otherwise raise ``BadSignatureError``."""
        time, signature = _split(self.name, value)
        self._verify(signature, ed25519_message(text, time))

    def time_of(self, value: bytes) -> int:
        """Return the time in POSIX seconds."""
        return _split(self.name, value)[0]


class Ed25519Cosigner(Key):
    """Type 0x04, with the private key in memory. Never give one key to two cosigners."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private_key = ed25519_private_key(seed)
        super().__init__(name, ED25519_COSIGNATURE, self._private_key.public_key().public_bytes_raw())

    def cosign(self, text: str, time: int) -> Signature:
        """Return a cosignature of a checkpoint's text at a time in POSIX seconds."""
        parse_checkpoint(text)
        return self.signature(_time_bytes(time) + self._private_key.sign(ed25519_message(text, time)))


class MlDsa44Verifier(Key):
    """Type 0x06."""

    def __init__(self, name: str, public_key: bytes) -> None:
        if len(public_key) != ML_DSA_44_KEY_SIZE:
            raise NoteError("vkey.length", f"an ML-DSA-44 key of {len(public_key)} bytes")
        super().__init__(name, ML_DSA_44_COSIGNATURE, public_key)
        self._key = _provided(mldsa.MLDSA44PublicKey.from_public_bytes, public_key)

    def verify(self, text: str, value: bytes) -> None:
        """Return if the value cosigns the checkpoint; otherwise raise ``BadSignatureError``."""
        time, signature = _split(self.name, value)
        try:
            self._key.verify(signature, ml_dsa_44_message(self.name, text, time))
        except (InvalidSignature, CheckpointError, NoteError) as error:
            raise BadSignatureError(self.name) from error

    def time_of(self, value: bytes) -> int:
        """Return the time in POSIX seconds; zero where the cosigner did not say that it saw nothing larger."""
        return _split(self.name, value)[0]


class MlDsa44Cosigner(Key):
    """Type 0x06, with the private key in memory: a witness cosigns with a time, a log signs without one."""

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise NoteError("key.length", f"an ML-DSA-44 seed of {len(seed)} bytes")
        self._private_key = _provided(mldsa.MLDSA44PrivateKey.from_seed_bytes, seed)
        super().__init__(name, ML_DSA_44_COSIGNATURE, self._private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the log's own signature of its checkpoint."""
        return self.cosign(text, 0)

    def cosign(self, text: str, time: int) -> Signature:
        """Return a cosignature of a checkpoint's text at a time in POSIX seconds."""
        message = ml_dsa_44_message(self.name, text, time)
        return self.signature(_time_bytes(time) + self._private_key.sign(message))


def _split(name: str, value: bytes) -> tuple[int, bytes]:
    time = int.from_bytes(value[:_TIME_SIZE], "big")
    if len(value) <= _TIME_SIZE or time > _MAX_TIME:
        raise BadSignatureError(name, "not a cosignature: time and signature are asked")
    return time, value[_TIME_SIZE:]


def _time_bytes(time: int) -> bytes:
    if not 0 <= time <= _MAX_TIME:
        raise NoteError("cosignature.time", f"time {time} is out of range")
    return time.to_bytes(_TIME_SIZE, "big")


def _provided(make: Callable[[bytes], Made], data: bytes) -> Made:
    """Return a key, or say that this build of the library has no ML-DSA."""
    try:
        return make(data)
    except UnsupportedAlgorithm as error:
        raise ProviderUnavailableError("provider.ml_dsa_44", "this cryptographic library has no ML-DSA-44") from error
