"""Rules of redaction (去隐私) as a pack carries them: what is hidden from the public, how, and what is public anyway.

A profile is the rules of a pack in order: the first that fits a string's kind and a person's role is taken. An agency
replaces a rule by its id, with the clause that says so.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from heliograph.kernel.packs.rule import Label, Rule, Text

Kind = Literal[
    "name", "id_number", "phone", "bank_account", "address", "plate", "email", "wechat", "birth_date", "other_number",
    "other",
]  # fmt: skip
Role = Literal["party", "representative", "witness", "agent", "officer", "minor", "other"]
Action = Literal["mask", "keep"]
SLOT = re.compile(r"\{([a-z]*)\}")
_SLOTS = frozenset({"first", "mark"})

Word = Annotated[str, StringConstraints(min_length=1, max_length=20, strip_whitespace=True)]


class RedactionRule(Rule):
    """What becomes of strings of some kinds, for people of some roles (empty: of all).

    text: what stands in the place; in a name `{first}` is the surname, or the first character of a name without one.
    apart: where two people would look alike, the same with `{mark}`; marks: the marks in order.
    always: when the case record says whose it is, nobody may keep it.
    """

    kinds: list[Kind] = Field(min_length=1)
    roles: list[Role] = []
    action: Action
    reason: Text
    text: Annotated[str, StringConstraints(max_length=60)] = ""
    apart: Annotated[str, StringConstraints(max_length=60)] = ""
    marks: list[Word] = []
    always: bool = False

    @model_validator(mode="after")
    def can_be_written(self) -> Self:
        """What is hidden leaves a trace; people who look alike can be told apart; nothing else is slotted in."""
        if (self.action == "mask") != bool(self.text):
            raise ValueError("action 为 mask 的须写 text，keep 的不写")
        if bool(self.apart) != bool(self.marks) or len(self.marks) != len(set(self.marks)):
            raise ValueError("apart 与 marks 须一起写，marks 不重复")
        if self.apart and "{mark}" not in self.apart:
            raise ValueError("apart 须含 {mark}")
        if {name for text in (self.text, self.apart) for name in SLOT.findall(text)} - _SLOTS:
            raise ValueError("text 和 apart 只能用 {first}、{mark}")
        if "name" in self.kinds and self.action == "mask" and not self.apart:
            raise ValueError("隐去姓名的规则须写 apart 和 marks")
        return self


class RedactionKeep(Rule):
    """An entry of the keep-list (保留名单): what looks like somebody's data and is public.

    strings: exact, e.g. a hotline. before: words that stand directly before it, an opening bracket or a colon between.
    near: words that stand in the same part of the sentence before it. ends: how the string ends, e.g. `gov.cn`.
    """

    name: Label
    kinds: list[Kind] = Field(min_length=1)
    strings: list[Label] = []
    before: list[Word] = []
    near: list[Word] = []
    ends: list[Word] = []

    @model_validator(mode="after")
    def says_what(self) -> Self:
        """An entry without any condition would keep everything."""
        if not (self.strings or self.before or self.near or self.ends):
            raise ValueError("须写 strings、before、near 或者 ends")
        return self
