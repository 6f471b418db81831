"""Text forms shared by notes, checkpoints, proofs and policies: each value has exactly one spelling."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from heliograph.kernel.tlog.errors import TlogError
from heliograph.kernel.tlog.hashing import HASH_SIZE

_DECIMAL: Final = re.compile("0|[1-9][0-9]{0,18}")
_MAX_NUMBER: Final = 2**63 - 1


class EncodingError(TlogError):
    """A number, hash or base64 text in another than its one spelling."""


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes; spaces, missing padding and stray last bits are refused."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise EncodingError("encoding.base64", "not base64") from error
    if encode_base64(data) != text:
        raise EncodingError("encoding.base64", "base64 in another than its canonical spelling")
    return data


def decode_hash(text: str) -> bytes:
    """Return a hash of 32 bytes."""
    data = decode_base64(text)
    if len(data) != HASH_SIZE:
        raise EncodingError("encoding.hash", f"a hash of {len(data)} bytes instead of {HASH_SIZE}")
    return data


def decode_number(text: str) -> int:
    """Return a whole number from 0 up to 2^63 - 1, written in ASCII digits without leading zeros."""
    if not _DECIMAL.fullmatch(text) or int(text) > _MAX_NUMBER:
        raise EncodingError("encoding.number", f"not a whole number in its canonical spelling: {text[:32]!r}")
    return int(text)


def decode_text(data: bytes | str, limit: int) -> str:
    """Return text of the size allowed, of valid UTF-8 and without control characters but the newline."""
    if len(data) > limit:
        raise EncodingError("encoding.size", f"longer than {limit} bytes")
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        text.encode("utf-8")  # a str may hold lone surrogates, which have no UTF-8
    except UnicodeError as error:
        raise EncodingError("encoding.utf8", "not UTF-8") from error
    if any(char < " " and char != "\n" for char in text):
        raise EncodingError("encoding.control", "a control character")
    return text
