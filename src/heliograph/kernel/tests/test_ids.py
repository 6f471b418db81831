"""Keys, unified social credit codes and residents' numbers; every number here is made up."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from heliograph.kernel.ids import (
    check_resident_id,
    check_uscc,
    normalise_number,
    resident_id_warnings,
    uuid7,
)
from heliograph.kernel.verdict import Allowed, Refused, Verdict

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [2**power % 11 for power in range(17, 0, -1)]


def refusal(verdict: Verdict) -> Refused:
    assert isinstance(verdict, Refused)
    return verdict


def with_uscc_check(first: str) -> str:
    return first + uscc.calc_check_digit(first)


def with_resident_check(first: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


GOOD_USCC = with_uscc_check("91371311MA3C0K2X1")
GOOD_RESIDENT = with_resident_check("37131119850612001")


def test_keys_are_plain_uuids_of_version_7_in_order_of_time() -> None:
    keys = [uuid7() for _ in range(200)]
    assert all(type(key) is uuid.UUID and key.version == 7 for key in keys)
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_typed_numbers_are_brought_into_one_form() -> None:
    assert normalise_number(" ９１３７-1311 ma3c　0k ") == "91371311MA3C0K"


def test_a_right_code_is_allowed_however_it_is_typed() -> None:
    assert check_uscc(GOOD_USCC) == Allowed()
    assert check_uscc(f" {GOOD_USCC[:8].lower()}-{GOOD_USCC[8:].lower()} ") == Allowed()


@pytest.mark.parametrize("first", ["N2371311MF0000000", "Y1371311MB0000000", "11371311004470000", "52371311500000000"])
def test_codes_of_rural_collectives_and_other_registrars_are_allowed(first: str) -> None:
    assert check_uscc(with_uscc_check(first)) == Allowed()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "uscc.missing", "统一社会信用代码未填写"),
        (GOOD_USCC[:-1], "uscc.length", "统一社会信用代码应为 18 位，现为 17 位"),
        (
            GOOD_USCC[:9] + "O" + GOOD_USCC[10:],
            "uscc.character",
            "统一社会信用代码第 10 位「O」不在可用字符内（数字和除 I、O、S、V、Z 外的大写字母）",
        ),
        ("9137A" + GOOD_USCC[5:], "uscc.division", "统一社会信用代码第 3 至 8 位为行政区划码，应全为数字"),
        (
            GOOD_USCC[:-1] + ("0" if GOOD_USCC[-1] != "0" else "1"),
            "uscc.check_digit",
            "统一社会信用代码末位校验码不符，请逐位核对",
        ),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong(text: str, code: str, message: str) -> None:
    assert check_uscc(text) == Refused(code, message, "GB 32100-2015")


@given(st.integers(0, 17), st.sampled_from(USCC_LETTERS))
def test_no_single_mistyped_character_of_a_code_passes(place: int, char: str) -> None:
    typed = GOOD_USCC[:place] + char + GOOD_USCC[place + 1 :]
    assert bool(check_uscc(typed)) == (typed == GOOD_USCC)


@given(st.text(max_size=25))
def test_no_text_makes_the_checks_fail(text: str) -> None:
    assert isinstance(check_uscc(text), Allowed | Refused)
    assert isinstance(check_resident_id(text), Allowed | Refused)


@pytest.mark.parametrize(
    "first",
    [
        "37131119850612001",  # a district set up after this person's birth, which python-stdnum's cn.ric refuses
        "81000019900101001",  # residence permit of a Hong Kong resident
        "44190019900229001",
        "00000019900101001",
    ],
)
def test_numbers_with_a_right_check_digit_are_allowed_whatever_the_division(first: str) -> None:
    verdict = check_resident_id(with_resident_check(first))
    assert bool(verdict) == (first[6:14] != "19900229")


def test_a_check_digit_x_may_be_typed_small() -> None:
    ending_in_x = next(
        number
        for number in (with_resident_check(f"37131119850612{serial:03}") for serial in range(1, 100))
        if number.endswith("X")
    )
    assert check_resident_id(ending_in_x.lower()) == Allowed()


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", "resident_id.missing", "公民身份号码未填写"),
        ("371311850612001", "resident_id.length", "公民身份号码应为 18 位，现为 15 位"),
        ("3713111985061200A1", "resident_id.character", "公民身份号码前 17 位应为数字，末位应为数字或 X"),
        ("37131119850612001A", "resident_id.character", "公民身份号码前 17 位应为数字，末位应为数字或 X"),
        (
            with_resident_check("37131119850230001"),
            "resident_id.birth_date",
            "公民身份号码第 7 至 14 位不是真实的出生日期",
        ),
        (
            GOOD_RESIDENT[:-1] + ("1" if GOOD_RESIDENT[-1] != "1" else "2"),
            "resident_id.check_digit",
            "公民身份号码末位校验码不符，请逐位核对",
        ),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(text: str, code: str, message: str) -> None:
    assert check_resident_id(text) == Refused(code, message, "GB 11643-1999")


def test_a_birth_after_the_day_of_the_check_is_refused() -> None:
    assert check_resident_id(GOOD_RESIDENT, on=date(1985, 6, 12)) == Allowed()
    verdict = refusal(check_resident_id(GOOD_RESIDENT, on=date(1985, 6, 11)))
    assert verdict.code == "resident_id.birth_date_future"
    assert "1985-06-11" in verdict.message


def test_a_refusal_never_repeats_the_number() -> None:
    wrong = GOOD_RESIDENT[:-1] + ("1" if GOOD_RESIDENT[-1] != "1" else "2")
    assert wrong[:6] not in str(refusal(check_resident_id(wrong)))


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_mistyped_digit_of_a_number_passes(place: int, char: str) -> None:
    typed = GOOD_RESIDENT[:place] + char + GOOD_RESIDENT[place + 1 :]
    assert bool(check_resident_id(typed)) == (typed == GOOD_RESIDENT)


def test_an_unknown_division_is_a_warning_and_no_refusal() -> None:
    assert resident_id_warnings(GOOD_RESIDENT, divisions=("11", "37")) == ()
    assert resident_id_warnings(GOOD_RESIDENT, divisions=("371311",)) == ()
    assert resident_id_warnings(GOOD_RESIDENT, divisions=()) == ()
    (warning,) = resident_id_warnings(GOOD_RESIDENT, divisions=("11", "12"))
    assert "行政区划代码未收录" in warning
