"""Facts and their types: what a variable may hold, and the bounds within which values are reckoned with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final, Literal, cast

from heliograph.kernel.feel.errors import FeelError

Scalar = bool | int | Decimal | str | date
FactValue = Scalar | list[str]
Value = Scalar | Sequence[Scalar]
Facts = Mapping[str, FactValue]
FactType = Literal["boolean", "integer", "number", "text", "date", "choice", "choices"]
Kind = Literal["boolean", "number", "text", "date", "list"]
Reckoned = Callable[[Facts], Value]

LARGEST: Final = 10**18
# Precision of IEEE decimal128, as FEEL has it; what does not fit is an error and never a silent infinity.
DECIMALS: Final = Context(prec=34, traps=[DivisionByZero, InvalidOperation, Overflow])
KIND_OF_TYPE: Final[Mapping[FactType, Kind]] = {
    "boolean": "boolean",
    "integer": "number",
    "number": "number",
    "text": "text",
    "choice": "text",
    "date": "date",
    "choices": "list",
}
KIND_NAMES: Final[Mapping[Kind, str]] = {
    "boolean": "“是或否”",
    "number": "“数”",
    "text": "“文字”",
    "date": "“日期”",
    "list": "“清单”",
}
_KINDS: Final[Mapping[type, Kind]] = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "text",
    date: "date",
    list: "list",
}


@dataclass(frozen=True, slots=True)
class FactDef:
    """One fact of the dictionary: the name is the variable, the key in JSON and what a lawyer reads."""

    name: str
    type: FactType
    choices: tuple[str, ...] = ()
    unit: str = ""
    minimum: Decimal | None = None

    @property
    def kind(self) -> Kind:
        """Return what an expression sees of the type."""
        return KIND_OF_TYPE[self.type]


def kind_of(value: object, position: int = 0) -> Kind:
    """Return the kind of a value; a bool is no number here, and an instant is no date."""
    kind = _KINDS.get(type(value))
    if kind is None:
        if not isinstance(value, str):  # a str of a framework is still text
            raise FeelError("这种值不能用于表达式", position)
        kind = "text"
    return kind


def bounded(value: int | Decimal, position: int = 0) -> int | Decimal:
    """Return a number that may be reckoned with; refuse what is not finite or too large to be meant."""
    if isinstance(value, Decimal) and not value.is_finite():
        raise FeelError("不是有效的数", position)
    if not -LARGEST <= value <= LARGEST:
        raise FeelError("数超出范围（绝对值不得超过 10 的 18 次方）", position)
    return value


def checked(value: object, position: int = 0) -> Kind:
    """Return the kind of a value from outside, after looking into it."""
    kind = kind_of(value, position)
    if kind == "number":
        bounded(cast("int | Decimal", value), position)
    elif kind == "list" and any(kind_of(item, position) == "list" for item in cast("list[object]", value)):
        raise FeelError("清单里不能再有清单", position)
    return kind


def shown(value: Value) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value.normalize(DECIMALS), "f")
    if isinstance(value, (str, int, date)):
        return str(value)
    return "、".join(shown(item) for item in value) or "（空）"
