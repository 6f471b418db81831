"""Pure rules of the registers: does an entry fit its register, who compiles it, is a certificate good.

Values in, verdicts or faults out. Limits of text are those of the form, not of law.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from heliograph.kernel.ids import check_uscc
from heliograph.kernel.packs.schema import FieldDef, Register
from heliograph.kernel.verdict import Allowed, Refused, Verdict

TEXT_LIMIT = 300
LONG_TEXT_LIMIT = 4000
LINES_LIMIT = 100
ITEMS_LIMIT = 100
NUMBER_TEXT_LIMIT = 30
NUMBER_DIGITS = 20  # before or after the point: a larger exponent only fills memory when written out
PHONE = re.compile(r"[0-9０-９+\-—() （）转、，,;；]{3,60}")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII)
BASIS_KEY = re.compile(r"[^@:\s]{2,80}@\d{4}(:\d{1,4}(-\d{1,2})?(\(\d{1,2}\)){0,2})?")
FILE_KEYS = {"sha256", "name", "size"}
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
NAMED_KEY = re.compile(r"[^\s@:|｜,，;；、]{2,80}@\d{4}:\d{1,4}(?:-\d{1,2})?(?:\(\d{1,2}\)){0,2}")

Clean = Any
Choices = Mapping[str, Collection[str]]  # "categories" and "units" of the agency


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field, and how to put it right."""

    field: str
    message: str


class FieldError(ValueError):
    """A value that does not fit its field; the text is the fault's message."""


def check_entry(
    register: Register, raw: Mapping[str, Any], choices: Choices, articles: Collection[str]
) -> tuple[dict[str, Clean], list[FieldFault]]:
    """Return the cleaned content of an entry and every fault in it; content is usable only when no fault remains."""
    clean: dict[str, Clean] = {}
    faults = [
        FieldFault(key, f"本清单没有“{key}”这一项，请删去，或先在规则包中增加该项。")
        for key in raw
        if key not in {field.id for field in register.fields}
    ]
    for field in register.fields:
        try:
            value = clean_field(field, raw.get(field.id), choices, articles)
        except FieldError as error:
            faults.append(FieldFault(field.id, str(error)))
        else:
            if value not in ("", [], None):
                clean[field.id] = value
            elif field.required:
                faults.append(FieldFault(field.id, f"“{field.label}”必须填写（{_why(field, register)}）。"))
    return clean, faults + _demanded_faults(register, clean) + _range_faults(register, clean)


def _demanded_faults(register: Register, clean: Mapping[str, Clean]) -> list[FieldFault]:
    """Name the empty fields that the values of others make required, e.g. the letter of an entrusted body (D4)."""
    labels = {field.id: field.label for field in register.fields}
    faults: list[FieldFault] = []
    for field in register.fields:
        wanted = field.required_when
        if not wanted or field.id in clean or not all(_has(clean.get(name), wanted[name]) for name in wanted):
            continue
        cause = "、".join(f"“{labels[name]}”为“{'或'.join(values)}”" for name, values in wanted.items())
        verb = "上传" if field.type == "file" else "填写"
        faults.append(FieldFault(field.id, f"{cause}的，须{verb}“{field.label}”（{_why(field, register)}）。"))
    return faults


def _has(value: Clean, wanted: Collection[str]) -> bool:
    if isinstance(value, bool):
        return ("是" if value else "否") in wanted
    return any(item in wanted for item in value) if isinstance(value, list) else value in wanted


def _range_faults(register: Register, clean: Mapping[str, Clean]) -> list[FieldFault]:
    """Say where a grade's lower bound lies above its upper bound (裁量基准, D7)."""
    bounds = {field.id: field for field in register.fields if field.id in {"min", "max"} and field.type == "number"}
    if not all(bound in bounds and bound in clean for bound in ("min", "max")):
        return []
    low, high = clean["min"], clean["max"]
    if Decimal(low) <= Decimal(high):
        return []
    message = f"“{bounds['max'].label}”应不小于“{bounds['min'].label}”，现为 {low} 和 {high}。"
    return [FieldFault("max", message)]


def _why(field: FieldDef, register: Register) -> str:
    return "、".join(field.basis or register.basis)


def clean_field(field: FieldDef, value: Any, choices: Choices, articles: Collection[str]) -> Clean:
    """Return the stored form of one value. FieldError with what is wrong and the limit."""
    if value is None:
        return None
    if field.type in _LISTS:
        return _LISTS[field.type](field, _as_list(value), choices, articles)
    if field.type == "file":
        return _file(field, value)
    text = str(value).strip()
    if not text:
        return ""
    return _SCALARS[field.type](field, text, choices)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(field: FieldDef, text: str, _choices: Choices) -> str:
    limit = LONG_TEXT_LIMIT if field.type == "longtext" else TEXT_LIMIT
    if len(text) > limit:
        raise FieldError(f"“{field.label}”最多 {limit} 字，现为 {len(text)} 字。")
    if field.id == "uscc":
        verdict = check_uscc(text)
        if isinstance(verdict, Refused):
            raise FieldError(str(verdict))
    return text


def _date(field: FieldDef, text: str, _choices: Choices) -> str:
    found = DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in (found.groups() if found else ()) if part)).isoformat()
    except (TypeError, ValueError):
        raise FieldError(f"“{field.label}”应为日期，如 2026-11-20，现为“{text[:20]}”。") from None


def _number(field: FieldDef, text: str, _choices: Choices) -> str:
    if len(text) > NUMBER_TEXT_LIMIT:
        raise FieldError(f"“{field.label}”最多 {NUMBER_TEXT_LIMIT} 个字符，现为 {len(text)} 个。")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise FieldError(f"“{field.label}”应为数字，现为“{text[:20]}”。") from None
    if not number.is_finite():
        raise FieldError(f"“{field.label}”应为有限的数字，现为“{text[:20]}”。")
    if abs(number.adjusted()) > NUMBER_DIGITS:
        raise FieldError(f"“{field.label}”小数点前后各最多 {NUMBER_DIGITS} 位，现为“{text}”。")
    return format(number, "f")


def _file(field: FieldDef, value: Any) -> dict[str, Any] | str:
    """Return the reference to a stored file; whether the agency has it is asked of the database by the act."""
    if not value:
        return ""
    if isinstance(value, Mapping) and set(value) == FILE_KEYS and SHA256.fullmatch(str(value["sha256"])):
        return {"sha256": str(value["sha256"]), "name": str(value["name"]), "size": int(value["size"])}
    raise FieldError(f"“{field.label}”是文件，请在条目页面上传，不能用文字填写。")


def _phone(field: FieldDef, text: str, _choices: Choices) -> str:
    if not PHONE.fullmatch(text):
        raise FieldError(f"“{field.label}”应为电话号码，只含数字和 + - ( )，现为“{text[:30]}”。")
    return text


def _yesno(field: FieldDef, text: str, _choices: Choices) -> bool:
    if text in {"是", "True", "true", "1", "on"}:
        return True
    if text in {"否", "False", "false", "0"}:
        return False
    raise FieldError(f"“{field.label}”应填“是”或“否”，现为“{text[:20]}”。")


def options(field: FieldDef, choices: Choices) -> list[str]:
    """Return what may be chosen: the pack's own list, or the agency's categories or units."""
    return list(field.choices or choices.get(field.choices_from, []))


def _choice(field: FieldDef, text: str, choices: Choices) -> str:
    allowed = options(field, choices)
    if allowed and text not in allowed:
        raise FieldError(f"“{field.label}”应为：{'、'.join(allowed)}；现为“{text[:30]}”。")
    return _text(field, text, choices)


def _many(field: FieldDef, items: list[Any], choices: Choices, _articles: Collection[str]) -> list[str]:
    allowed = options(field, choices)
    texts = dict.fromkeys(part for item in items for part in _split(str(item), allowed))
    _require_few(field, texts)
    return [_choice(field, text, choices) for text in texts]


def _split(text: str, allowed: Collection[str]) -> list[str]:
    """Split what names several, the longest known name first: a name may itself hold the mark between names."""
    pieces = re.split(r"([、；;])", text)  # names at even places, marks between them
    found: list[str] = []
    start = 0
    while start < len(pieces):
        ends = range(len(pieces), start, -2)
        end = next((end for end in ends if "".join(pieces[start:end]).strip() in allowed), start + 1)
        found.append("".join(pieces[start:end]).strip())
        start = end + 1
    return [name for name in found if name]


def _require_few(field: FieldDef, items: Collection[Any]) -> None:
    if len(items) > ITEMS_LIMIT:
        raise FieldError(f"“{field.label}”最多 {ITEMS_LIMIT} 项，现为 {len(items)} 项。")


def _basis(field: FieldDef, items: list[Any], _choices: Choices, articles: Collection[str]) -> list[str]:
    keys = list(dict.fromkeys(str(item).strip() for item in items if str(item).strip()))
    _require_few(field, keys)
    for key in keys:
        if not BASIS_KEY.fullmatch(key):
            raise FieldError(f"“{field.label}”每行写一条，形如 行政处罚法@2021:58；“{key[:40]}”不合格式。")
        if key not in articles:
            raise FieldError(f"“{field.label}”中的“{key}”不在执法依据库里。请先导入该法律版本，或核对条号。")
    return keys


def _lines(field: FieldDef, items: list[Any], _choices: Choices, articles: Collection[str]) -> list[dict[str, str]]:
    if len(items) > LINES_LIMIT:
        raise FieldError(f"“{field.label}”最多 {LINES_LIMIT} 行，现为 {len(items)} 行。")
    return [_line(field, item, articles) for item in items]


def _line(field: FieldDef, item: Any, articles: Collection[str]) -> dict[str, str]:
    """Read `内容 | 依据`; the basis is optional here and asked about at release (S24)."""
    if isinstance(item, Mapping):
        text, basis = str(item.get("text", "")).strip(), str(item.get("basis", "")).strip()
    else:
        text, _, basis = (part.strip() for part in str(item).replace("｜", "|").partition("|"))
    if not text:
        raise FieldError(f"“{field.label}”有一行只有依据，没有内容；请补写内容，或删去这一行。")
    if len(text) > TEXT_LIMIT:
        raise FieldError(f"“{field.label}”每行最多 {TEXT_LIMIT} 字，有一行为 {len(text)} 字。")
    if basis and basis not in articles:
        raise FieldError(f"“{field.label}”一行所注依据“{basis[:60]}”不在执法依据库里，格式如 行政许可法@2019:31。")
    return {"text": text, "basis": basis}


_SCALARS: dict[str, Callable[[FieldDef, str, Choices], Clean]] = {
    "text": _text,
    "longtext": _text,
    "date": _date,
    "number": _number,
    "phone": _phone,
    "yesno": _yesno,
    "choice": _choice,
}
_LISTS: dict[str, Callable[[FieldDef, list[Any], Choices, Collection[str]], Clean]] = {
    "choices": _many,
    "basis": _basis,
    "lines": _lines,
}


def named_keys(values: Iterable[Any]) -> set[str]:
    """Return every article key written anywhere in an entry's raw content, to be looked up in the law library."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            found |= set(NAMED_KEY.findall(value))
        elif isinstance(value, Mapping):
            found |= named_keys(value.values())
        elif isinstance(value, list | tuple):
            found |= named_keys(value)
    return found


def bases_of(register: Register, data: Mapping[str, Clean]) -> list[str]:
    """Return every article key that an entry rests on, in order, once each."""
    keys: list[str] = []
    for field in register.fields:
        value = data.get(field.id) or []
        if field.type == "basis":
            keys += value
        elif field.type == "lines":
            keys += [line["basis"] for line in value if line["basis"]]
    return list(dict.fromkeys(keys))


def may_compile(register: Register, actor_unit: str | None) -> Verdict:
    """Say whether somebody of this unit may compile the register, where the source names units for it (WS公5, RZ表4).

    A source may name several, or say who compiles and who merges; each of them may.
    """
    if not register.compiled_by_units or actor_unit in register.compiled_by_units:
        return Allowed()
    return Refused(
        "register.compiled_elsewhere",
        f"《{register.name}》由{register.compiled_by}编制，请把材料交该科室办理。",
        "、".join(register.basis),
    )


def may_write_by_hand(register: Register) -> Verdict:
    """Say whether entries of the register are written or imported by people: not where certificates make them (D5)."""
    if register.derived_from == "certificates":
        message = f"《{register.name}》由执法证件登记生成，不能手工编制或导入。请在“人员与证件”中由证件起草。"
        return Refused("entry.derived", message, "、".join(register.basis))
    return Allowed()


def may_own(*, present: bool, kept: bool) -> Verdict:
    """Say whether a unit may answer for an entry: open and of the agency, or the one that does already."""
    if present or kept:
        return Allowed()
    return Refused("unit.elsewhere", "责任科室不属于本机关或已撤并，请重新选择。", "国办发118号@2018")


def may_revise(*, in_review: bool) -> Verdict:
    """Say whether an entry may be rewritten or get a new version: not while one is under approval."""
    if in_review:
        return Refused("entry.in_review", "这一条目正在审批，审批结束或退回后才能修改。", "国办发118号@2018")
    return Allowed()


@dataclass(frozen=True, slots=True)
class CertificateState:
    """What decides whether a certificate is good on a day."""

    issued_on: date
    valid_to: date
    suspended_from: date | None = None
    revoked_on: date | None = None


def certificate_status(state: CertificateState, on: date) -> str:
    """Return `valid`, `expired`, `suspended`, `revoked` or `not_yet`."""
    if state.revoked_on is not None and state.revoked_on <= on:
        return "revoked"
    if state.suspended_from is not None and state.suspended_from <= on:
        return "suspended"
    if on < state.issued_on:
        return "not_yet"
    return "expired" if on > state.valid_to else "valid"


_CERTIFICATE_TROUBLE = {
    "revoked": "执法证件已收回",
    "suspended": "执法证件已暂扣",
    "expired": "执法证件已过有效期",
    "not_yet": "执法证件尚未生效",
}


def may_act_with(states: Collection[CertificateState], on: date) -> Verdict:
    """Say whether an officer with these certificates may enforce on a day: one good certificate is enough."""
    if not states:
        return Refused("certificate.none", "没有行政执法证件，不得从事行政执法活动。", "行政处罚法@2021:42")
    found = [certificate_status(state, on) for state in states]
    if "valid" in found:
        return Allowed()
    trouble = "、".join(dict.fromkeys(_CERTIFICATE_TROUBLE[status] for status in found))
    return Refused(
        "certificate.invalid", f"{trouble}，不得从事行政执法活动；请先办理换证或审核。", "行政处罚法@2021:42"
    )
