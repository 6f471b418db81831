"""Identifiers: keys of rows, and check digits of organisations' and residents' numbers.

Messages never repeat a number in full: refusals are logged, and a resident's number is personal information.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection
from datetime import date
from typing import Final

import uuid6
from stdnum.cn import uscc

from heliograph.kernel.verdict import Allowed, Refused, Verdict

NUMBER_LENGTH: Final = 18
USCC_BASIS: Final = "GB 32100-2015"
RESIDENT_ID_BASIS: Final = "GB 11643-1999"

_USCC_NAME: Final = "统一社会信用代码"
_RESIDENT_NAME: Final = "公民身份号码"
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS: Final = "10X98765432"
_USCC_ALPHABET: Final = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_USCC_DIVISION: Final = slice(2, 8)
_DIGITS: Final = frozenset("0123456789")


def uuid7() -> uuid.UUID:
    """Return a time-ordered key (RFC 9562 version 7) as a plain ``uuid.UUID``."""
    return uuid.UUID(int=uuid6.uuid7().int)


def normalise_number(text: str) -> str:
    """Bring a typed number into its stored form: half-width, capitals, no spaces, no hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(char for char in folded if char != "-" and not char.isspace())


def _length_refusal(number: str, *, name: str, code: str, basis: str) -> Refused | None:
    if not number:
        return Refused(f"{code}.missing", f"{name}未填写", basis)
    if len(number) != NUMBER_LENGTH:
        return Refused(f"{code}.length", f"{name}应为 {NUMBER_LENGTH} 位，现为 {len(number)} 位", basis)
    return None


def check_uscc(text: str) -> Verdict:
    """Check a unified social credit code: length, characters, division and check character (GB 32100-2015).

    Only the check character comes from python-stdnum: its ``validate`` wants digits in the first two places and so
    refuses whole classes of bodies, such as rural collectives (N2…).
    """
    number = normalise_number(text)
    refusal = _length_refusal(number, name=_USCC_NAME, code="uscc", basis=USCC_BASIS)
    if refusal is not None:
        return refusal
    for place, char in enumerate(number, start=1):
        if char not in _USCC_ALPHABET:
            message = f"{_USCC_NAME}第 {place} 位「{char}」不在可用字符内（数字和除 I、O、S、V、Z 外的大写字母）"
            return Refused("uscc.character", message, USCC_BASIS)
    if not _DIGITS.issuperset(number[_USCC_DIVISION]):
        return Refused("uscc.division", f"{_USCC_NAME}第 3 至 8 位为行政区划码，应全为数字", USCC_BASIS)
    if uscc.calc_check_digit(number[:-1]) != number[-1]:
        return Refused("uscc.check_digit", f"{_USCC_NAME}末位校验码不符，请逐位核对", USCC_BASIS)
    return Allowed()


def check_resident_id(text: str, *, on: date | None = None) -> Verdict:
    """Check a resident's number: length, digits, a real date of birth (not after ``on``), MOD 11-2 check digit.

    The division code is not tested here: divisions are renamed and abolished while the number stays valid, see
    ``resident_id_warnings``.
    """
    number = normalise_number(text)
    refusal = _length_refusal(number, name=_RESIDENT_NAME, code="resident_id", basis=RESIDENT_ID_BASIS)
    if refusal is not None:
        return refusal
    if not _DIGITS.issuperset(number[:-1]) or number[-1] not in _RESIDENT_CHECKS:
        message = f"{_RESIDENT_NAME}前 17 位应为数字，末位应为数字或 X"
        return Refused("resident_id.character", message, RESIDENT_ID_BASIS)
    born = _birth_date(number)
    if born is None:
        message = f"{_RESIDENT_NAME}第 7 至 14 位不是真实的出生日期"
        return Refused("resident_id.birth_date", message, RESIDENT_ID_BASIS)
    if on is not None and born > on:
        message = f"{_RESIDENT_NAME}中的出生日期晚于 {on.isoformat()}"
        return Refused("resident_id.birth_date_future", message, RESIDENT_ID_BASIS)
    total = sum(int(digit) * weight for digit, weight in zip(number[:-1], _RESIDENT_WEIGHTS, strict=True))
    if _RESIDENT_CHECKS[total % len(_RESIDENT_CHECKS)] != number[-1]:
        return Refused("resident_id.check_digit", f"{_RESIDENT_NAME}末位校验码不符，请逐位核对", RESIDENT_ID_BASIS)
    return Allowed()


def resident_id_warnings(text: str, *, divisions: Collection[str]) -> tuple[str, ...]:
    """Say what is unusual but no reason to refuse: a division code that starts with none of ``divisions``.

    ``divisions`` are codes of any length from data (``"37"``, ``"371311"``); an empty collection warns of nothing.
    """
    number = normalise_number(text)
    if not divisions or any(number.startswith(code) for code in divisions):
        return ()
    return (f"{_RESIDENT_NAME}前 6 位的行政区划代码未收录，请核对证件原件",)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
