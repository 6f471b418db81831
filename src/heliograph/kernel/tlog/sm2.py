"""SM2 with SM3 (GB/T 32918) as a signature line of notes, through the system's libcrypto.

The C2SP has no type byte for SM2: the line is of type 0xff with the algorithm's object identifier after it. The
signature is the DER pair of GM/T 0009, made with that standard's default identity, as signature servers give it. In
production the private key lies in such a server or card: anything with ``Signer``'s lines can stand in its place.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any, Final

from heliograph.kernel.tlog.signatures import BadSignatureError, Key, NoteError, ProviderUnavailableError, Signature

SM2_SM3: Final = b"\xff" + b"oid:1.2.156.10197.1.501"
SM2_KEY_SIZE: Final = 65
SM2_SIGNER_ID: Final = b"1234567812345678"

_LIBRARIES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll")
_CURVE: Final = bytes.fromhex("06082a811ccf5501822d")
# SubjectPublicKeyInfo (RFC 5480) up to the uncompressed point, ECPrivateKey (RFC 5915) around the private number.
_PUBLIC_DER: Final = bytes.fromhex("3059301306072a8648ce3d0201") + _CURVE + bytes.fromhex("034200")
_PRIVATE_DER: Final = bytes.fromhex("30310201010420"), bytes.fromhex("a00a") + _CURVE
_ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_POINT: Final = b"\x04"
_SEED_SIZE: Final = 32
_MAX_SIGNATURE: Final = 80
_DONE: Final = 1

_Pointer = ctypes.c_void_p
_FUNCTIONS: Final[dict[str, tuple[Any, list[Any]]]] = {
    "ERR_clear_error": (None, []),
    "EVP_sm3": (_Pointer, []),
    "EVP_PKEY_free": (None, [_Pointer]),
    "EVP_PKEY_CTX_new_from_name": (_Pointer, [_Pointer, ctypes.c_char_p, ctypes.c_char_p]),
    "EVP_PKEY_CTX_new": (_Pointer, [_Pointer, _Pointer]),
    "EVP_PKEY_CTX_free": (None, [_Pointer]),
    "EVP_PKEY_CTX_set1_id": (ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_int]),
    "EVP_MD_CTX_new": (_Pointer, []),
    "EVP_MD_CTX_free": (None, [_Pointer]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [_Pointer, _Pointer]),
    "EVP_DigestSignInit": (ctypes.c_int, [_Pointer] * 5),
    "EVP_DigestSign": (ctypes.c_int, [_Pointer, _Pointer, _Pointer, ctypes.c_char_p, ctypes.c_size_t]),
    "EVP_DigestVerifyInit": (ctypes.c_int, [_Pointer] * 5),
    "EVP_DigestVerify": (ctypes.c_int, [_Pointer, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]),
    "d2i_PUBKEY": (_Pointer, [_Pointer, _Pointer, ctypes.c_long]),
    "d2i_AutoPrivateKey": (_Pointer, [_Pointer, _Pointer, ctypes.c_long]),
    "i2d_PUBKEY": (ctypes.c_int, [_Pointer, _Pointer]),
}


def _names() -> Iterator[str]:
    """Yield where libcrypto may be; the search by the linker's tools is slow and comes last."""
    yield from _LIBRARIES
    found = ctypes.util.find_library("crypto")
    if found is not None:
        yield found


@cache
def library() -> ctypes.CDLL:
    """Return the system's libcrypto; refused when there is none, or one that was built without SM2 and SM3."""
    for name in _names():
        try:
            found = ctypes.CDLL(name)
            for function, (result, arguments) in _FUNCTIONS.items():
                entry = getattr(found, function)
                entry.restype, entry.argtypes = result, arguments
            probe = found.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        except (OSError, AttributeError):
            continue
        if probe:
            found.EVP_PKEY_CTX_free(probe)
            return found
    raise ProviderUnavailableError("provider.sm2", "no libcrypto of OpenSSL 3 with SM2 and SM3 on this machine")


class _EvpKey:
    """A key inside libcrypto, freed with this object."""

    def __init__(self, load: str, der: bytes) -> None:
        self._library = library()
        buffer = ctypes.create_string_buffer(der, len(der))
        position = _Pointer(ctypes.addressof(buffer))
        self._key = getattr(self._library, load)(None, ctypes.byref(position), len(der))
        self._library.ERR_clear_error()
        if not self._key:
            raise NoteError("key.sm2", "not a key on the SM2 curve")
        weakref.finalize(self, self._library.EVP_PKEY_free, self._key)

    def public_point(self) -> bytes:
        """Return the uncompressed point."""
        buffer = ctypes.create_string_buffer(len(_PUBLIC_DER) + SM2_KEY_SIZE)
        position = _Pointer(ctypes.addressof(buffer))
        self._library.i2d_PUBKEY(self._key, ctypes.byref(position))
        return buffer.raw[-SM2_KEY_SIZE:]

    @contextmanager
    def _context(self, begin: str) -> Iterator[int]:
        """Give a digest context for SM3 with the standard's default identity."""
        crypto = self._library
        digest, context = crypto.EVP_MD_CTX_new(), crypto.EVP_PKEY_CTX_new(self._key, None)
        try:
            crypto.EVP_PKEY_CTX_set1_id(context, SM2_SIGNER_ID, len(SM2_SIGNER_ID))
            crypto.EVP_MD_CTX_set_pkey_ctx(digest, context)
            if getattr(crypto, begin)(digest, None, crypto.EVP_sm3(), None, self._key) != _DONE:
                raise ProviderUnavailableError("provider.sm2", "this libcrypto refuses SM2 with SM3")
            yield digest
        finally:
            crypto.EVP_MD_CTX_free(digest)
            crypto.EVP_PKEY_CTX_free(context)
            crypto.ERR_clear_error()

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature."""
        buffer, length = ctypes.create_string_buffer(_MAX_SIGNATURE), ctypes.c_size_t(_MAX_SIGNATURE)
        with self._context("EVP_DigestSignInit") as digest:
            done = self._library.EVP_DigestSign(digest, buffer, ctypes.byref(length), message, len(message))
        if done != _DONE:
            raise ProviderUnavailableError("provider.sm2", "this libcrypto could not sign")
        return buffer.raw[: length.value]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Say whether the DER signature is one of the message."""
        with self._context("EVP_DigestVerifyInit") as digest:
            done = self._library.EVP_DigestVerify(digest, signature, len(signature), message, len(message))
        return bool(done == _DONE)


class Sm2Verifier(Key):
    """SM2 with SM3 over the text."""

    def __init__(self, name: str, public_key: bytes) -> None:
        if len(public_key) != SM2_KEY_SIZE or not public_key.startswith(_POINT):
            raise NoteError("vkey.length", f"an SM2 key is an uncompressed point of {SM2_KEY_SIZE} bytes")
        super().__init__(name, SM2_SM3, public_key)

    @cached_property
    def _key(self) -> _EvpKey:
        return _EvpKey("d2i_PUBKEY", _PUBLIC_DER + self.public_key)

    def verify(self, text: str, value: bytes) -> None:
        """Return if the value signs the text; otherwise raise ``BadSignatureError``."""
        if not self._key.verifies(value, text.encode()):
            raise BadSignatureError(self.name)

    def time_of(self, value: bytes) -> None:
        """Return None: such a signature names no time."""


class Sm2Signer(Key):
    """SM2 with SM3, the private key in memory: 32 bytes, a number from 1 to the order of the curve less two."""

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != _SEED_SIZE or not 0 < int.from_bytes(seed, "big") < _ORDER - 1:
            raise NoteError("key.length", "an SM2 private key is 32 bytes, within the order of the curve")
        before, after = _PRIVATE_DER
        self._key = _EvpKey("d2i_AutoPrivateKey", before + seed + after)
        super().__init__(name, SM2_SM3, self._key.public_point())

    def sign(self, text: str) -> Signature:
        """Return a signature of a note's text."""
        return self.signature(self._key.sign(text.encode()))
