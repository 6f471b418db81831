"""Find what may tell who somebody is: strings of the record, forms, addresses, names; each again all over the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from heliograph.kernel.packs.redaction_rules import Kind, RedactionKeep, Role
from heliograph.kernel.redaction.addresses import addresses_in
from heliograph.kernel.redaction.folding import Folded, fold, part_of
from heliograph.kernel.redaction.kinds import Hit, Known, Source, bare, same
from heliograph.kernel.redaction.lexicon import lexicon
from heliograph.kernel.redaction.matching import Sought
from heliograph.kernel.redaction.names import names_in
from heliograph.kernel.redaction.numbers import is_personal, numbers_in
from heliograph.kernel.redaction.profile import Profile

NEAR = 16
SURE = 0.9
_BROKEN = re.compile(r"[0-9A-Za-z@.\-] ?\n ?[0-9A-Za-z@.\-]")
_CLAUSE = re.compile(r"[，,。；;\n]")
_LINK = re.compile(r"[:：（(为是“\" ]*$")
_OF_A_PERSON = re.compile(r"身份|公民|居民|证件|护照|电话|手机|微信")
_HAN_SPACE = re.compile(r"(?<=[\u4e00-\u9fff·])[ ]{1,2}(?=[\u4e00-\u9fff·])")
_NOT_A_PERSON = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:公司|有限|集团|合作社|专卖|商行|超市|酒店|饭店|面馆|餐馆|酒馆|药店|厂|店|村|镇|乡|街道|社区|小区|路|庄|学校|医院|大厦|商会|牌)"
)


@dataclass(slots=True)
class _Found:
    """Hits that do not overlap, in the order in which they were found: what came first stays."""

    hits: list[Hit] = field(default_factory=list)
    taken: bytearray = field(default_factory=bytearray)

    def add(self, hit: Hit) -> bool:
        """Take a hit where nothing was found before, and say whether it was taken."""
        if any(self.taken[hit.start : hit.end]):
            return False
        self.taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
        self.hits.append(hit)
        return True


def find(text: str, known: Iterable[Known], profile: Profile, *, forms_only: bool = False) -> tuple[Hit, ...]:
    """Return what was found, in order of start; hits never overlap. forms_only: numbers and addresses alone."""
    folded = fold(text)
    sought = Sought.of(text)
    found = _Found(taken=bytearray(len(text)))
    for hit in _of_record(sought, known):
        found.add(hit)
    for hit in _of_forms(folded):
        found.add(hit)
    for hit in () if forms_only else _of_names(folded):
        found.add(hit)
    for hit in _again(text, sought, found.hits):
        found.add(hit)
    roles = _roles(text, found.hits)
    marked = (_kept(_with_role(hit, roles, text), text, profile.keeps) for hit in found.hits)
    return tuple(sorted(marked, key=lambda one: one.start))


def _of_record(sought: Sought, known: Iterable[Known]) -> Iterator[Hit]:
    """The exact strings of the case record, the longest first: 王小明 before 王小."""
    wanted = sorted(
        {(same(one.text, one.kind), one.kind, one.role) for one in known}, key=lambda one: (-len(one[0]), one)
    )
    for needle, kind, role in wanted:
        for place in sought.places(needle, kind):
            yield Hit(place.start, place.end, kind, role, "record")


def _of_forms(folded: Folded) -> Iterator[Hit]:
    for form in numbers_in(folded.text):
        yield Hit(*folded.span(form.start, form.end), form.kind, confidence=form.confidence, note=form.note)
    if _BROKEN.search(folded.text):
        yield from _broken(folded)
    for form in addresses_in(folded.text):
        yield Hit(*folded.span(form.start, form.end), "address", "other", "address", form.confidence)


def _broken(folded: Folded) -> Iterator[Hit]:
    """Numbers that a line break cuts in two, as a text layer does; only those that are sure."""
    kept = [index for index, char in enumerate(folded.text) if char != "\n"]
    view = part_of(folded, kept)
    for form in numbers_in(view.text):
        if form.confidence >= SURE and kept[form.end - 1] - kept[form.start] > form.end - form.start - 1:
            yield Hit(*view.span(form.start, form.end), form.kind, confidence=form.confidence, note=form.note)


def _of_names(folded: Folded) -> Iterator[Hit]:
    """Names, with spaces between their characters too."""
    view = folded
    if _HAN_SPACE.search(folded.text):
        dropped = {place for match in _HAN_SPACE.finditer(folded.text) for place in range(*match.span())}
        kept = [index for index in range(len(folded.text)) if index not in dropped]
        view = part_of(folded, kept)
    for name in names_in(view.text):
        source: Source = "cue" if name.cue else "model"
        start, end = view.span(name.start, name.end)
        yield Hit(start, end, "name", name.role, source, round(name.chance, 3))


def _again(text: str, sought: Sought, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Each string that was found, wherever else it stands; a name not as a part of a firm or a place."""
    seen: dict[tuple[str, Kind], Hit] = {}
    for hit in hits:
        seen.setdefault((same(text[hit.start : hit.end], hit.kind), hit.kind), hit)
    for (needle, kind), hit in sorted(seen.items(), key=lambda one: -len(one[0][0])):
        for place in sought.places(needle, kind):
            if hit.source != "record" and is_elsewhere(place.view, needle, place.at, kind):
                continue
            yield replace(hit, start=place.start, end=place.end, source="repeat", note="")


def is_elsewhere(text: str, needle: str, start: int, kind: Kind) -> bool:
    """Say whether a name stands at a place as something else: a word (马上), a part of a firm (李宁体育用品公司)."""
    return kind == "name" and (needle in lexicon().words or bool(_NOT_A_PERSON.match(text, start + len(needle))))


def _roles(text: str, hits: Iterable[Hit]) -> dict[str, Role]:
    """Return who somebody is, by name: as the record says, else as the surest cue does."""
    told = [hit for hit in hits if hit.kind == "name" and hit.role != "other"]
    told.sort(key=lambda hit: (hit.source == "record", hit.confidence))
    return {same(text[hit.start : hit.end], "name"): hit.role for hit in told}


def _with_role(hit: Hit, roles: dict[str, Role], text: str) -> Hit:
    if hit.kind != "name" or hit.role != "other":
        return hit
    return replace(hit, role=roles.get(same(text[hit.start : hit.end], "name"), "other"))


def _kept(hit: Hit, text: str, keeps: Sequence[RedactionKeep]) -> Hit:
    """Return a hit with the entry of the keep-list that says it is public; what the record holds is never kept so."""
    if hit.source == "record":
        return hit
    before = fold(text[max(0, hit.start - 2 * NEAR) : hit.start]).text
    string = bare(text[hit.start : hit.end])
    for entry in keeps:
        if hit.kind in entry.kinds and _says(entry, string, before):
            return replace(hit, kept_by=entry.id)
    return hit


def _says(entry: RedactionKeep, string: str, before: str) -> bool:
    """Say whether an entry of the keep-list speaks of a string with what stands before it."""
    if any(string == bare(one) for one in entry.strings):
        return True
    linked = _LINK.sub("", before)
    if is_personal(string):
        return _is_called(entry, linked)
    if string.endswith(tuple(entry.ends)) or linked.endswith(tuple(entry.before)):
        return True
    clause = _CLAUSE.split(before)[-1][-NEAR:]
    return any(word in clause for word in entry.near)


def _is_called(entry: RedactionKeep, linked: str) -> bool:
    """Say whether a cue stands directly before a number that looks like a person's, and nothing there says it is one.

    Being near a word is not enough for these: 执业证电话, 人民政府反映的周某.
    """
    cue = max((word for word in entry.before if linked.endswith(word)), key=len, default="")
    clause = _CLAUSE.split(linked.removesuffix(cue))[-1][-NEAR:]
    return bool(cue) and not _OF_A_PERSON.search(clause)
