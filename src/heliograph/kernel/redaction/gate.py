"""The gate before publication: reads the final text as a stranger would and stops what should have been hidden.

A text layer of a PDF breaks lines and puts spaces anywhere; so strings are sought with all of these left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction.finding import find, is_elsewhere
from heliograph.kernel.redaction.kinds import KIND_NAMES, NUMBERS, Decision, Known, Leak, LeakCode, Span, bare, same
from heliograph.kernel.redaction.matching import Sought
from heliograph.kernel.redaction.profile import Profile

Places = list[tuple[int, int]]
Needles = dict[tuple[str, Kind], LeakCode]


def gate(
    original: str,
    masked: str,
    spans: Sequence[Span],
    known: Iterable[Known],
    profile: Profile,
    *,
    decisions: Sequence[Decision] = (),
    final: str | None = None,
) -> tuple[Leak, ...]:
    """Return everything that must not be published as it stands; nothing when the text may go out.

    decisions: as they were carried out; what an officer kept, place by place, does not block, except what a rule calls
    `always` of somebody the record knows. final: the text layer of the rendered document, held against `masked`.
    """
    record = list(known)
    leaks = [*_changed(original, masked, spans)]
    needles = _needles(original, spans, record, profile)
    kept = _kept_places(spans, decisions, record, profile)
    leaks += _strings(masked, needles, kept)
    leaks += _numbers(masked, profile, kept)
    if final is not None:
        leaks += _final(final, masked, needles, profile)
    return tuple(sorted(dict.fromkeys(leaks), key=lambda leak: (leak.start, leak.end, leak.code)))


def _changed(original: str, masked: str, spans: Sequence[Span]) -> Iterator[Leak]:
    """Outside the approved spans both texts are the same, character by character."""
    before = after = 0
    ends = Span(len(original), len(original), len(masked), len(masked), "other", "")
    for span in (*spans, ends):
        in_order = before <= span.start <= span.end and after <= span.masked_start <= span.masked_end
        if not in_order or original[before : span.start] != masked[after : span.masked_start]:
            end = max(after, span.masked_start)
            yield Leak("changed", "other", masked[after:end], after, end, "公示文本在批准的隐去之处以外与原文不一致")
        before, after = span.end, span.masked_end


def _needles(original: str, spans: Sequence[Span], record: Sequence[Known], profile: Profile) -> Needles:
    """Return the strings that must not stand anywhere: what was hidden, and what the record says is to be hidden."""
    found: Needles = {}
    for span in spans:
        found[same(original[span.start : span.end], span.kind), span.kind] = "hidden"
    for one in record:
        if profile.rule_for(one.kind, one.role).action == "mask":
            found[same(one.text, one.kind), one.kind] = "known"
    return found


def _kept_places(
    spans: Sequence[Span], decisions: Sequence[Decision], record: Sequence[Known], profile: Profile
) -> Places:
    """Return the places of the masked text that an officer kept and was allowed to keep."""
    never = {(same(one.text, one.kind), one.kind) for one in record if profile.rule_for(one.kind, one.role).always}
    kept = sorted(
        place
        for decision in decisions
        if decision.action == "keep" and (same(decision.text, decision.kind), decision.kind) not in never
        for place in decision.places
    )
    shifted: Places = []
    shift = index = 0
    for start, end in kept:
        while index < len(spans) and spans[index].end <= start:
            shift = spans[index].masked_end - spans[index].end
            index += 1
        shifted.append((start + shift, end + shift))
    return shifted


def _strings(masked: str, needles: Needles, kept: Places) -> Iterator[Leak]:
    sought = Sought.of(masked)
    for (needle, kind), code in needles.items():
        for found in sought.places(needle, kind):
            place = (found.start, found.end)
            ours = code == "hidden" and is_elsewhere(found.view, needle, found.at, kind)
            if not ours and not _within(place, kept):
                yield Leak(code, kind, masked[slice(*place)], *place, f"应当隐去的{KIND_NAMES[kind]}仍在公示文本中")


def _within(place: tuple[int, int], kept: Places) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in kept)


def _numbers(masked: str, profile: Profile, kept: Places) -> Iterator[Leak]:
    for hit in find(masked, (), profile, forms_only=True):
        if hit.kind in NUMBERS and not hit.kept_by and not _within((hit.start, hit.end), kept):
            message = f"发现未处理的{KIND_NAMES[hit.kind]}"
            yield Leak("number", hit.kind, masked[hit.start : hit.end], hit.start, hit.end, message)


def _final(final: str, masked: str, needles: Needles, profile: Profile) -> Iterator[Leak]:
    """What the rendered document shows more than the text it was made of: hidden text, metadata, an older version."""
    here, there = Sought.of(final), Sought.of(masked)
    for (needle, kind), code in needles.items():
        places = list(here.places(needle, kind))
        if len(places) > len(list(there.places(needle, kind))):
            start, end = places[-1].start, places[-1].end
            yield Leak(code, kind, final[start:end], start, end, f"应当隐去的{KIND_NAMES[kind]}出现在成文的文字层中")
    for hit in find(final, (), profile, forms_only=True):
        if hit.kind in NUMBERS and not hit.kept_by and bare(final[hit.start : hit.end]) not in there.tight.text:
            message = f"成文的文字层中发现未处理的{KIND_NAMES[hit.kind]}"
            yield Leak("number", hit.kind, final[hit.start : hit.end], hit.start, hit.end, message)
