"""The facts and time limits of a bundle as somebody typed them: what cannot be meant is told before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from heliograph.kernel.feel import FactDef
from heliograph.kernel.feel.parser import RESERVED
from heliograph.kernel.feel.values import KIND_OF_TYPE
from heliograph.kernel.timelimits import LEGAL_TIME, Unit
from heliograph.kernel.workdays import WorkCalendar
from heliograph.procedures import rules
from heliograph.procedures.bundles import Bundle, fact_of

LONGEST_PERIOD: Final = 36_500
UNITS: Final = frozenset(get_args(Unit))
_NAME: Final = re.compile(r"[^\W\d]\w{0,59}")
_SOME_DAY: Final = datetime(2026, 1, 5, 12, tzinfo=LEGAL_TIME)
_CALENDAR: Final = WorkCalendar([], announced_years=[_SOME_DAY.year])
_UNREADABLE: Final = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


def shape_faults(bundle: Bundle) -> Iterator[str]:
    """Yield the facts and limits of a bundle that no case could keep or count."""
    for fact in bundle.facts:
        if fault := fact_fault(fact):
            yield fault
    for key, limit in sorted(bundle.limits.items()):
        if not _counts(key, limit):
            yield f"期限“{key}”写得不完整，单位、长度或依据有误"


def fact_fault(fact: Mapping[str, Any]) -> str:
    """Return why no case could keep a fact, empty where every case can."""
    name = fact.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in RESERVED:
        return f"事实的名称“{name}”不能用：须以文字开头，不含空格和符号，不超过 60 字"
    try:
        definition = fact_of(fact)
        initial = fact.get("initial")
        known = {} if initial is None else {name: rules.decode(definition, initial)}
        sound = _sound(definition) and bool(rules.may_set({name: definition}, known))
    except _UNREADABLE:
        sound = False
    return "" if sound else f"事实“{name}”写得不完整，类型、选项、最小值或初始值有误"


def _sound(definition: FactDef) -> bool:
    """Say whether a fact has a type, and choices where the type needs them and nowhere else."""
    chosen = definition.type in {"choice", "choices"}
    words = all(isinstance(one, str) and one.strip() for one in definition.choices)
    once = len(definition.choices) == len(set(definition.choices))
    return definition.type in KIND_OF_TYPE and chosen == bool(definition.choices) and words and once


def _counts(key: str, limit: Mapping[str, Any]) -> bool:
    """Say whether a due day follows from a kept rule."""
    try:
        length, basis = limit["length"], limit["basis"]
        whole = length is None or (type(length) is int and 0 <= length <= LONGEST_PERIOD)
        said = isinstance(basis, list) and bool(basis) and all(isinstance(one, str) for one in basis)
        if limit["id"] != key or not limit["name"] or limit["unit"] not in UNITS or not whole or not said:
            return False
        rules.due_at(limit, _SOME_DAY, _CALENDAR)
    except _UNREADABLE:
        return False
    return limit["extension"] is None or type(limit["extension"]) is int
