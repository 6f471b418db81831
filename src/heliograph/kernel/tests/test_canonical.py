"""Canonical bytes: one value has one encoding, and only that encoding is read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kernel.canonical import MAX_DEPTH, MAX_INTEGER, NotCanonicalError, canonical_bytes, parse_canonical

characters = st.characters(codec="utf-8")
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(characters, max_size=20)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_a_value_comes_back_from_its_bytes(value: Any) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(values)
def test_bytes_are_those_of_the_whole_rfc(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


def test_every_character_below_256_is_written_as_the_rfc_says() -> None:
    value = {chr(code): chr(code + 128) for code in range(128)} | {"all": "".join(map(chr, range(256)))}
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), min_size=2))
def test_order_of_insertion_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.0, "canonical.float"),
        ({"a": [0.5]}, "canonical.float"),
        (float("nan"), "canonical.float"),
        (MAX_INTEGER + 1, "canonical.integer"),
        (-MAX_INTEGER - 1, "canonical.integer"),
        ("\ud800", "canonical.surrogate"),
        ("三\udfff", "canonical.surrogate"),
        ({"键": 1}, "canonical.key"),
        ({1: 1}, "canonical.key"),
        ({None: 1}, "canonical.key"),
        (b"bytes", "canonical.type"),
        ({1, 2}, "canonical.type"),
        (nested(MAX_DEPTH + 1), "canonical.depth"),
    ],
)
def test_values_without_canonical_bytes_are_refused_by_name(value: object, code: str) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        canonical_bytes(value)
    assert refused.value.code == code


def test_the_deepest_value_allowed_has_bytes() -> None:
    assert parse_canonical(canonical_bytes(nested(MAX_DEPTH))) == nested(MAX_DEPTH)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff", "canonical.utf8"),
        (b"{", "canonical.json"),
        (b"", "canonical.json"),
        (b'{"a":1,"a":1}', "canonical.duplicate"),
        (b'{"b":1,"a":1}', "canonical.form"),
        (b'{"a": 1}', "canonical.form"),
        (b" 1", "canonical.form"),
        (b"1\n", "canonical.form"),
        (b'"\\u0041"', "canonical.form"),
        (b"-0", "canonical.form"),
        (b"1.0", "canonical.float"),
        (b"1e3", "canonical.float"),
        (b"NaN", "canonical.float"),
        (b"9007199254740992", "canonical.integer"),
        (b"9" * 5000, "canonical.integer"),
        (b'"\\ud800"', "canonical.surrogate"),
        ('{"键":1}'.encode(), "canonical.key"),
        (b"[" * 100_000, "canonical.depth"),
        (b"[" * 70 + b"]" * 70, "canonical.depth"),
    ],
)
def test_bytes_in_another_form_are_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(NotCanonicalError) as refused:
        parse_canonical(data)
    assert refused.value.code == code


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = parse_canonical(data)
    except NotCanonicalError:
        return
    assert canonical_bytes(value) == data
