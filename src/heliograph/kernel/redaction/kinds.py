"""The words of redaction (去隐私): what is looked for, what was found, what was decided, what became of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

from heliograph.kernel.packs.redaction_rules import Action, Kind, Role
from heliograph.kernel.redaction.folding import fold, lowered, unjoined

Source = Literal["record", "pattern", "cue", "address", "model", "repeat"]
LeakCode = Literal["known", "hidden", "number", "changed"]

KINDS: tuple[Kind, ...] = get_args(Kind)
NUMBERS: frozenset[Kind] = frozenset(KINDS) - {"name", "address", "birth_date", "other"}
"""Kinds whose strings have a form of their own: one left in a text to be published blocks it."""

JOINED: frozenset[Kind] = frozenset({"name", "plate"})
DIGITED: frozenset[Kind] = frozenset({"id_number", "phone", "bank_account"})
_HAN = re.compile(r"[\u4e00-\u9fff]")
_GROUPING = re.compile(r"[^0-9a-z]")

KIND_NAMES: Mapping[Kind, str] = {
    "name": "姓名",
    "id_number": "证件号码",
    "phone": "电话号码",
    "bank_account": "银行账号",
    "address": "住址",
    "plate": "车牌号",
    "email": "电子邮箱",
    "wechat": "微信或者QQ号",
    "birth_date": "出生日期",
    "other_number": "其他证号",
    "other": "其他内容",
}
ROLE_NAMES: Mapping[Role, str] = {
    "party": "当事人",
    "representative": "法定代表人或者负责人",
    "witness": "证人或者被询问人",
    "agent": "代理人",
    "officer": "执法人员",
    "minor": "未成年人及其监护人",
    "other": "其他人员",
}


class RedactionError(ValueError):
    """A profile, a decision or a place that does not fit; the text says in Chinese what is wrong."""


@dataclass(frozen=True, slots=True)
class Known:
    """An exact string of the case record, or one that an officer added by hand."""

    text: str
    kind: Kind
    role: Role = "other"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of the text that may tell who somebody is. Offsets are those of the text as given.

    kept_by: the entry of the keep-list that says it is public, empty when none does.
    """

    start: int
    end: int
    kind: Kind
    role: Role = "other"
    source: Source = "pattern"
    confidence: float = 1.0
    kept_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All places of one string of one kind, with what the profile suggests for it and why."""

    key: str
    text: str
    kind: Kind
    role: Role
    places: tuple[tuple[int, int], ...]
    action: Action
    rule: str
    reason: str
    basis: tuple[str, ...]
    rank: float
    sources: tuple[Source, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decided for a group, place by place."""

    text: str
    kind: Kind
    role: Role
    action: Action
    places: tuple[tuple[int, int], ...]
    reason: str = ""

    @classmethod
    def of(cls, group: Group, action: Action | None = None, reason: str = "") -> Self:
        """Return the decision on a group; without an action, the one that is suggested."""
        return cls(group.text, group.kind, group.role, action or group.action, group.places, reason or group.reason)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for keeping."""
        return {**asdict(self), "places": [list(place) for place in self.places]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the decision kept as plain data."""
        return cls(**{**data, "places": tuple((start, end) for start, end in data["places"])})


@dataclass(frozen=True, slots=True)
class Span:
    """One replaced place, with its offsets in both texts, and the rule that says how."""

    start: int
    end: int
    masked_start: int
    masked_end: int
    kind: Kind
    rule: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for keeping."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the span kept as plain data."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Masked:
    """The text to be published (公示文本) and where it differs from the original."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that must not be published, and where it stands in the text looked at."""

    code: LeakCode
    kind: Kind
    text: str
    start: int
    end: int
    message: str


def bare(text: str) -> str:
    """Return a string as it is compared: folded, without spaces, small letters."""
    return lowered(fold(text).text.replace(" ", "").replace("\n", ""))


def same(text: str, kind: Kind) -> str:
    """Return what is equal for two ways to write one string: a name without dots, a number without what groups it."""
    plain = bare(text)
    if kind in DIGITED and not _HAN.search(plain):
        return _GROUPING.sub("", plain)
    return unjoined(fold(plain)).text if kind in JOINED else plain


def key_of(text: str, kind: Kind, kept_by: str = "") -> str:
    """Return the name of a group: the same for the same string and kind in every text."""
    return hashlib.sha256(f"{kind}\0{same(text, kind)}\0{kept_by}".encode()).hexdigest()[:24]
