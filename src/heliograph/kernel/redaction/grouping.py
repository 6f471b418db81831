"""Gather hits into groups that an officer decides on: one string of one kind, with what is suggested and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from heliograph.kernel.redaction.kinds import Group, Hit, Source, bare, key_of
from heliograph.kernel.redaction.profile import Profile

_CERTAINTY: dict[Source, float] = {
    "record": 1.0,
    "pattern": 0.9,
    "address": 0.8,
    "cue": 0.7,
    "model": 0.4,
    "repeat": 0.0,
}
_SOURCE_NOTES: dict[Source, str] = {
    "record": "案卷登记的内容",
    "pattern": "符合号码格式",
    "address": "符合住址写法",
    "cue": "按称谓识别的姓名",
    "model": "按上下文识别的姓名，请核对",
    "repeat": "同一内容在文中再次出现",
}


def groups(text: str, hits: Iterable[Hit], profile: Profile) -> tuple[Group, ...]:
    """Return one group per string and kind, the surest first; what the keep-list names apart from what it does not."""
    gathered: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        gathered[key_of(text[hit.start : hit.end], hit.kind, hit.kept_by)].append(hit)
    made = (_group(key, text, sorted(found, key=lambda one: one.start), profile) for key, found in gathered.items())
    return tuple(sorted(made, key=lambda group: (-group.rank, group.places[0])))


def _group(key: str, text: str, hits: list[Hit], profile: Profile) -> Group:
    surest = max(hits, key=lambda hit: (_CERTAINTY[hit.source], hit.confidence))
    sources = tuple(dict.fromkeys(sorted((hit.source for hit in hits), key=lambda one: -_CERTAINTY[one])))
    notes = [_SOURCE_NOTES[source] for source in sources] + [hit.note for hit in hits if hit.note]
    string = text[surest.start : surest.end]
    if len({text[hit.start : hit.end] for hit in hits}) > 1 or bare(string) != string.lower():
        notes.append("写法不一（空格、全角或者不可见字符）")
    if surest.kept_by:
        entry = profile.keep(surest.kept_by)
        action, rule, reason, basis = "keep", entry.id, entry.name, entry.basis
    else:
        found = profile.rule_for(surest.kind, surest.role)
        action, rule, reason, basis = found.action, found.id, found.reason, found.basis
    return Group(
        key=key,
        text=string,
        kind=surest.kind,
        role=surest.role,
        places=tuple((hit.start, hit.end) for hit in hits),
        action="keep" if action == "keep" else "mask",
        rule=rule,
        reason=reason,
        basis=tuple(basis),
        rank=round(_CERTAINTY[surest.source] + surest.confidence / 10, 3),
        sources=sources,
        notes=tuple(dict.fromkeys(notes)),
    )
