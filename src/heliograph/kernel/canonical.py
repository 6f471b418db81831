"""Canonical bytes: one value, one encoding (RFC 8785), so that a hash of it means the value and nothing else.

Narrower than the RFC on purpose: no floats (two languages rarely print one alike), keys in ASCII (the RFC sorts by
UTF-16 units, others by code points; in ASCII both agree, so the records can be checked with a plain JSON library).
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 64
"""Deeper values are refused before Python's own recursion limit could decide it differently on another machine."""
# What RFC 8785 prescribes for values that pass the check below: keys in ASCII, no floats. A test holds it against an
# implementation of the whole RFC, which takes many times as long.
_ENCODED: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


class NotCanonicalError(ValueError):
    """A value without canonical bytes, or bytes that are not the canonical ones of their value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def canonical_bytes(value: Any) -> bytes:
    """Return the only encoding of a value made of dicts, lists, tuples, strings, whole numbers, booleans and None."""
    _check(value, 0)
    return _ENCODED(value).encode()


def parse_canonical(data: bytes) -> Any:
    """Return the value; bytes that are not exactly its canonical ones are refused (spaces, order, twice a key …)."""
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )
    except UnicodeDecodeError as error:
        raise NotCanonicalError("canonical.utf8", "not UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotCanonicalError("canonical.json", f"not JSON: {error}") from error
    except RecursionError as error:
        raise NotCanonicalError("canonical.depth", f"nested deeper than {MAX_DEPTH} levels") from error
    except NotCanonicalError:
        raise
    except ValueError as error:  # a whole number of thousands of digits, refused by the interpreter itself
        raise NotCanonicalError("canonical.integer", f"a whole number beyond ±{MAX_INTEGER}") from error
    if canonical_bytes(value) != data:
        raise NotCanonicalError("canonical.form", "JSON, but not in its canonical form")
    return value


def _check(value: object, depth: int) -> None:
    """Refuse what has no canonical bytes here, floats and keys beyond ASCII among it."""
    if depth > MAX_DEPTH:
        raise NotCanonicalError("canonical.depth", f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        for key, item in value.items():
            _check_key(key)
            _check(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, depth + 1)
    else:
        _check_scalar(value)


def _check_key(key: object) -> None:
    if not (isinstance(key, str) and key.isascii()):
        raise NotCanonicalError("canonical.key", f"keys are ASCII strings, not {key!r}")


def _check_scalar(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonicalError("canonical.integer", f"a whole number beyond ±{MAX_INTEGER}")
    elif isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise NotCanonicalError("canonical.surrogate", "half of a character (lone surrogate)")
    elif isinstance(value, float):
        raise NotCanonicalError("canonical.float", "floats have no place in records: use whole numbers or strings")
    else:
        raise NotCanonicalError("canonical.type", f"no canonical form for {type(value).__name__}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonicalError("canonical.duplicate", "a key is there twice")
    return found


def _no_float(text: str) -> NoReturn:
    raise NotCanonicalError("canonical.float", f"{text}: floats have no place in records")
