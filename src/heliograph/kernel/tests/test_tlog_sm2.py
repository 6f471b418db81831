"""SM2 through the system's libcrypto: what it signs it verifies, and a machine without it is told so."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from heliograph.kernel.tlog import sm2
from heliograph.kernel.tlog.notes import BadSignatureError, NoteError, ProviderUnavailableError, parse_vkey
from heliograph.kernel.tlog.sm2 import Sm2Signer, Sm2Verifier

SEED = bytes(range(32))
SIGNER = Sm2Signer("log.example", SEED)


def test_a_signature_verifies_and_a_changed_one_does_not() -> None:
    value = SIGNER.sign("text\n").value
    verifier = parse_vkey(SIGNER.vkey)
    verifier.verify("text\n", value)
    for text, changed in [("text", value), ("text\n", value[:-1]), ("text\n", value + b"\0"), ("text\n", b"")]:
        with pytest.raises(BadSignatureError):
            verifier.verify(text, changed)
    with pytest.raises(BadSignatureError):
        Sm2Verifier("log.example", Sm2Signer("log.example", SEED[::-1]).public_key).verify("text\n", value)


def test_every_signature_of_many_verifies_though_their_lengths_differ() -> None:
    verifier = parse_vkey(SIGNER.vkey)
    lengths = set()
    for number in range(200):
        value = SIGNER.sign(f"{number}\n").value
        verifier.verify(f"{number}\n", value)
        lengths.add(len(value))
    assert len(lengths) > 1


def test_numbers_that_are_no_private_key_are_refused() -> None:
    order = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    for number in (0, order - 1, order, 2**256 - 1):
        with pytest.raises(NoteError) as refused:
            Sm2Signer("log.example", number.to_bytes(32, "big"))
        assert refused.value.code == "key.length"
    Sm2Signer("log.example", (order - 2).to_bytes(32, "big"))


def test_points_that_are_no_public_key_are_refused() -> None:
    for point in (b"", SIGNER.public_key[:-1], b"\2" + SIGNER.public_key[1:]):
        with pytest.raises(NoteError) as refused:
            Sm2Verifier("log.example", point)
        assert refused.value.code == "vkey.length"
    off_the_curve = Sm2Verifier("log.example", SIGNER.public_key[:-1] + bytes([SIGNER.public_key[-1] ^ 1]))
    with pytest.raises(NoteError) as refused:
        off_the_curve.verify("text\n", SIGNER.sign("text\n").value)
    assert refused.value.code == "key.sm2"


@contextmanager
def without_library(monkeypatch: pytest.MonkeyPatch, found: str | None) -> Iterator[None]:
    """A machine without libcrypto; afterwards the real one is looked for again."""

    def missing(_name: str) -> NoReturn:
        raise OSError("no such library")

    sm2.library.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(ctypes, "CDLL", missing)
        patch.setattr(ctypes.util, "find_library", lambda _name: found)
        yield
    sm2.library.cache_clear()


@pytest.mark.parametrize("found", [None, "libcrypto.so.1.1"])
def test_a_machine_without_the_library_says_so_only_when_it_is_needed(
    found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = SIGNER.sign("text\n").value
    with without_library(monkeypatch, found):
        verifier = parse_vkey(SIGNER.vkey)
        with pytest.raises(ProviderUnavailableError) as refused:
            verifier.verify("text\n", value)
        assert refused.value.code == "provider.sm2"
        with pytest.raises(ProviderUnavailableError):
            Sm2Signer("log.example", SEED)
    verifier.verify("text\n", value)


class Failing:
    """The real library, with one function that fails."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._library = sm2.library()

    def __getattr__(self, name: str) -> object:
        return (lambda *_arguments: 0) if name == self._name else getattr(self._library, name)


@pytest.mark.parametrize("function", ["EVP_DigestSignInit", "EVP_DigestSign"])
def test_a_library_that_refuses_to_sign_is_reported(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SIGNER._key, "_library", Failing(function))
    with pytest.raises(ProviderUnavailableError):
        SIGNER.sign("text\n")


def test_a_library_built_without_sm2_is_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Failing("EVP_PKEY_CTX_new_from_name")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: failing)
    sm2.library.cache_clear()
    with pytest.raises(ProviderUnavailableError) as refused:
        Sm2Signer("log.example", SEED)
    assert refused.value.code == "provider.sm2"
    monkeypatch.undo()
    sm2.library.cache_clear()
    Sm2Signer("log.example", SEED)
