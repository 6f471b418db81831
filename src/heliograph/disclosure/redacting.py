"""Redaction of a publication: suggestions of the kernel under the agency's profile, and what was decided of each."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heliograph.disclosure.rules.deciding import PRIVACY, Handled
from heliograph.disclosure.rules.showing import Pair, Replaced, Shown, joined_text, shown_of
from heliograph.kernel.packs.redaction_rules import Action
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.redaction import (
    Decision,
    Group,
    Known,
    Masked,
    Profile,
    RedactionError,
    find,
    gate,
    groups,
    mask,
    profile_of,
)
from heliograph.kernel.redaction.kinds import KIND_NAMES
from heliograph.kernel.verdict import ActRefusedError, Refused

Kept = dict[str, Any]
KEPT_TEXTS = 32
ACTIONS: dict[str, Action] = {"mask": "mask", "keep": "keep"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What an officer decided of a group: to hide it or to keep it, and why."""

    action: str
    reason: str = ""


def profile_under(pack: Pack) -> Profile:
    """Return the agency's rules of redaction. ActRefusedError where its pack has none for some kind of data."""
    try:
        return profile_of(pack.rules.redaction_rules, pack.rules.redaction_keeps)
    except RedactionError as error:
        message = f"本机关的规则包没有写全去隐私规则，不能拟制公示：{error}。请联系系统管理员更新规则包。"
        raise ActRefusedError(Refused("redaction.no_rules", message, PRIVACY)) from error


def with_added(known: Sequence[Known], added: Sequence[str]) -> tuple[Known, ...]:
    """Return the strings of the case record and those that the officer added by hand."""
    return (*known, *(Known(text, "other", "other") for text in added))


def decided(
    text: str, known: Sequence[Known], profile: Profile, former: Sequence[Kept], choices: Mapping[str, Choice]
) -> list[Kept]:
    """Return every group of a text with what was decided of it: now, before, or not yet (the suggestion)."""
    before = {one["key"]: one for one in former if one["confirmed"]}
    found = _groups(text, tuple(known), _Policy(profile))
    return [_kept(one, choices.get(one.key), before.get(one.key)) for one in found]


class _Policy:
    """A profile that is known by its version, so that what was found under it can be kept."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Policy) and self.profile.version == other.profile.version

    def __hash__(self) -> int:
        return hash(self.profile.version)


@functools.lru_cache(maxsize=KEPT_TEXTS)
def _groups(text: str, known: tuple[Known, ...], policy: _Policy) -> tuple[Group, ...]:
    """Return the groups of a text. Reading it for names takes a second, and a page is opened, saved and shown again."""
    return groups(text, find(text, known, policy.profile), policy.profile)


def _kept(group: Group, choice: Choice | None, before: Kept | None) -> Kept:
    action: Action = group.action
    reason, confirmed = "", False
    if choice is not None and choice.action in ACTIONS:
        action, reason, confirmed = ACTIONS[choice.action], choice.reason.strip(), True
    elif before is not None:
        action, reason, confirmed = before["action"], before["reason"], True
    decision = Decision.of(group, action, reason)
    return {
        **decision.to_dict(),
        "key": group.key,
        "reason": reason,
        "suggested": group.action,
        "why": group.reason,
        "basis": list(group.basis),
        "notes": list(group.notes),
        "kind_name": KIND_NAMES[group.kind],
        "confirmed": confirmed,
    }


def handled(kept: Sequence[Kept]) -> list[Handled]:
    """Return the groups as the rules judge them."""
    return [Handled(one["text"], one["suggested"], one["action"], one["reason"], one["confirmed"]) for one in kept]


def _decisions(kept: Sequence[Kept]) -> list[Decision]:
    names = ("text", "kind", "role", "action", "places", "reason")
    return [Decision.from_dict({name: one[name] for name in names}) for one in kept]


@dataclass(frozen=True, slots=True)
class Treated:
    """A publication after redaction: the whole text before and after, and what the public would read."""

    original: str
    masked: Masked
    shown: Shown


def treated(lines: Sequence[Pair], text: str, kept: Sequence[Kept], profile: Profile) -> Treated:
    """Return what the public would read. ValueError, in Chinese, where the decisions do not fit the text."""
    original = joined_text(lines, text)
    result = mask(original, _decisions(kept), profile)
    replaced = [
        Replaced(one.start, one.end, one.masked_start, one.masked_end, KIND_NAMES[one.kind]) for one in result.spans
    ]
    return Treated(original, result, shown_of(lines, text, result.text, replaced))


def leaks(done: Treated, kept: Sequence[Kept], known: Sequence[Known], profile: Profile) -> list[str]:
    """Return what would leak, in words: the last look, and that nothing but the masked text is laid before the public.

    Pages show it as text, never as a drawn file, so that there is no other text layer to look at.
    """
    if joined_text(done.shown.lines, done.shown.text) != done.masked.text:
        return ["公示页的内容与隐去后的文本不一致"]
    found = gate(done.original, done.masked.text, done.masked.spans, known, profile, decisions=_decisions(kept))
    return list(dict.fromkeys(one.message for one in found))
