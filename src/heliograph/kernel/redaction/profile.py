"""A profile of redaction: the rules and the keep-list of a pack, and how a string is written when it is hidden."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from heliograph.kernel.packs.redaction_rules import Kind, RedactionKeep, RedactionRule, Role
from heliograph.kernel.redaction.kinds import KIND_NAMES, KINDS, ROLE_NAMES, RedactionError

_RULES = TypeAdapter(list[RedactionRule])
_KEEPS = TypeAdapter(list[RedactionKeep])


@dataclass(frozen=True)
class Profile:
    """What is hidden from the public, how, and what is public anyway, as data of a pack."""

    rules: tuple[RedactionRule, ...]
    keeps: tuple[RedactionKeep, ...]

    @cached_property
    def version(self) -> str:
        """The sha256 (hex) over the canonical form: which policy a publication was treated by."""
        content = {"rules": [rule.model_dump(mode="json") for rule in self.rules]}
        content["keeps"] = [keep.model_dump(mode="json") for keep in self.keeps]
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def rule_for(self, kind: Kind, role: Role) -> RedactionRule:
        """Return the first rule that speaks of a kind and a role."""
        return next(rule for rule in self.rules if kind in rule.kinds and (not rule.roles or role in rule.roles))

    def rule_that_hides(self, kind: Kind) -> RedactionRule:
        """Return the last rule that hides strings of a kind, else the one for other content."""
        hiding = [rule for rule in self.rules if kind in rule.kinds and rule.action == "mask"]
        return hiding[-1] if hiding else self.rule_for("other", "other")

    def keep(self, entry: str) -> RedactionKeep:
        """Return an entry of the keep-list. KeyError when there is none such."""
        for keep in self.keeps:
            if keep.id == entry:
                return keep
        raise KeyError(entry)


def profile_of(rules: Sequence[RedactionRule], keeps: Sequence[RedactionKeep]) -> Profile:
    """Return the profile that a pack's rules make. Raises RedactionError when something is left without a rule."""
    for kind in KINDS:
        for role, name in ROLE_NAMES.items():
            if not any(kind in rule.kinds and (not rule.roles or role in rule.roles) for rule in rules):
                raise RedactionError(f"没有规则说明如何处理{name}的{KIND_NAMES[kind]}")
    if any(rule.action == "keep" for rule in rules if "other" in rule.kinds):
        raise RedactionError("处理其他内容的规则只能是隐去")
    return Profile(tuple(rules), tuple(keeps))


def load_profile(data: Mapping[str, Any]) -> Profile:
    """Return the profile written as plain data, `rules` and `keeps`. Raises RedactionError."""
    if set(data) - {"rules", "keeps"}:
        raise RedactionError("去隐私规则只写 rules 和 keeps")
    try:
        return profile_of(_RULES.validate_python(data.get("rules")), _KEEPS.validate_python(data.get("keeps", [])))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RedactionError(f"{place}：{first.get('ctx', {}).get('error') or first['msg']}") from None
