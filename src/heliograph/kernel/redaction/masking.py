"""Make the text to be published: every place decided to be hidden is replaced as the profile writes it.

Two different people who would look alike are told apart by marks, in the order in which they appear; one person keeps
one name all over the text, however it is written there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, count

from heliograph.kernel.packs.redaction_rules import RedactionRule
from heliograph.kernel.redaction.folding import fold
from heliograph.kernel.redaction.kinds import Decision, Masked, RedactionError, Span, same
from heliograph.kernel.redaction.lexicon import lexicon
from heliograph.kernel.redaction.profile import Profile


def mask(text: str, decisions: Iterable[Decision], profile: Profile) -> Masked:
    """Return the text to be published and its spans. Raises RedactionError where a decision does not fit the text."""
    hidden = [decision for decision in decisions if decision.action == "mask"]
    places = sorted(
        ((start, end, decision) for decision in hidden for start, end in decision.places), key=lambda one: one[:2]
    )
    names = _names(text, [decision for _, _, decision in places], profile)
    parts: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for start, end, decision in places:
        _check(text, start, end, decision, done)
        rule = _rule(decision, profile)
        instead = names[same(decision.text, "name")] if "{first}" in rule.text else rule.text
        parts += [text[done:start], instead]
        length += start - done
        spans.append(Span(start, end, length, length + len(instead), decision.kind, rule.id))
        length += len(instead)
        done = end
    parts.append(text[done:])
    return Masked("".join(parts), tuple(spans))


def _check(text: str, start: int, end: int, decision: Decision, done: int) -> None:
    if start < done:
        raise RedactionError(f"“{decision.text}”与前一处隐去的内容重叠，请合并后再处理")
    if not start < end <= len(text) or same(text[start:end], decision.kind) != same(decision.text, decision.kind):
        raise RedactionError(f"“{decision.text}”不在原来的位置，原文可能已经改动，请重新识别")


def _rule(decision: Decision, profile: Profile) -> RedactionRule:
    """Return how a string is hidden; one that the profile would keep, as the profile hides the same of others."""
    rule = profile.rule_for(decision.kind, decision.role)
    return rule if rule.text else profile.rule_that_hides(decision.kind)


def _names(text: str, decisions: Sequence[Decision], profile: Profile) -> dict[str, str]:
    """Return what is written for each name; a mark where two would look alike, or like one that stands there."""
    named = {same(one.text, "name"): one for one in decisions if one.kind == "name"}
    rules = {name: _rule(one, profile) for name, one in named.items()}
    firsts = {name: first_of(one.text) for name, one in named.items()}
    plain = {name: rule.text.replace("{first}", firsts[name]) for name, rule in rules.items()}
    alike = Counter(plain.values())
    written: dict[str, str] = {}
    for name, rule in rules.items():
        if alike[plain[name]] == 1 and plain[name] not in text:
            written[name] = plain[name]
            continue
        marks = chain(rule.marks, (str(number) for number in count(len(rule.marks) + 1)))
        others = (rule.apart.replace("{first}", firsts[name]).replace("{mark}", mark) for mark in marks)
        written[name] = next(other for other in others if other not in text and other not in written.values())
    return written


def first_of(name: str) -> str:
    """Return what is shown of a name: the family name, of a name without one its first character."""
    folded = fold(name).text
    if "·" in folded:
        return folded[0]
    family = lexicon().family(folded, 0)
    return family if family and len(family) < len(folded) <= len(family) + 2 else folded[:1]
