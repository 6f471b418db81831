"""Names of people: every stretch that may be one is weighed by what stands in it, before it and behind it.

A stretch is a candidate when it begins with a family name, or when the name model sees the beginning and the end of a
name there. What speaks for it: the model, a cue, what people do; against it: words of the language, an organisation.
How much each counts was fitted to the sentences for tuning (`scripts/fit_redaction.py`): `data/weights.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from heliograph.kernel.packs.redaction_rules import Role
from heliograph.kernel.redaction.cues import (
    ACTS,
    BEFORE,
    CALLINGS,
    KINSHIP,
    LABELS,
    NO_NAMES,
    ORGANISATIONS,
    ROLE_CUES,
    WEAK_ACTS,
)
from heliograph.kernel.redaction.lexicon import Lexicon, lexicon
from heliograph.kernel.redaction.namemodel import Matrix, name_model

LONGEST_CUE = 8
LONGEST_NAME = 6
SEEN = 0.003  # the least that the model must see where no family name stands
_PUNCTUATION = frozenset('，。；：、（）(),;:“”"‘’《》〈〉—-？！?!\n /|[]【】·')
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DOTTED = re.compile(r"(?<=[\u4e00-\u9fff])·(?=[\u4e00-\u9fff])")
_SEX = re.compile(r"[，,（( ](?:男|女|汉族|[\u4e00-\u9fff]{1,4}族|身份证|公民身份|曾用名|外号|绰号|系)")
_ORGANISATION = re.compile(rf"[\u4e00-\u9fff]{{0,4}}?(?:{'|'.join(ORGANISATIONS)})")
_PLACE = re.compile("|".join(word for word in ORGANISATIONS if len(word) == 1))
_ROLE_END = re.compile(r"[（(][^（）()\n]{0,24}[）)]$|[：:是为即“\"‘ ]+$")
_LEFTS = ("cue", "kin", "label", "before", "opens", "joins", "bare")
_RIGHTS = ("act", "weak_act", "closes", "joined", "person_follows", "more")
FEATURES = (
    "one", "model", "model_seen", "inside", "crossing", "word", "frequent", "known", "rare", "double", "no_family",
    "two", "three", "four", "five", "dotted", "cue", "kin", "label", "before", "opens", "joins", "act",
    "weak_act", "closes",
    "joined", "person_follows", "model_other", "organisation", "place", "again", "first_is_word",
    "last_is_word", "number_follows", "calling", "foreign", "foreign_goes_on", "of",
    *(f"{left}+{right}" for left in _LEFTS for right in _RIGHTS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch that may be a name, with how far each feature holds."""

    start: int
    end: int
    features: tuple[float, ...]
    cue: bool
    role: Role


@dataclass(frozen=True, slots=True)
class NameHit:
    """A name that was found: its place, how sure, and who it is where a cue says so."""

    start: int
    end: int
    chance: float
    cue: bool
    role: Role


class Reader:
    """One text, with what is read of it once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: Lexicon = lexicon()
        self.seen: Matrix = name_model().scores(text)
        self.ahead = self.words.forward(text)
        self.behind = self.words.backward(text)
        self.best = self.ahead[-1]
        self.often: Counter[str] = Counter()

    def candidates(self) -> Iterator[Candidate]:
        """Yield every stretch that may be a name."""
        begins, ends = self.seen[0].tolist(), self.seen[1].tolist()
        ways = (self._by_family(), self._by_model(begins, ends), self._dotted(), self._foreign())
        stretches = sorted({stretch for way in ways for stretch in way if not self._is_no_name(*stretch)})
        self.often = Counter(self.text[start:end] for start, end in stretches)
        for start, end in stretches:
            least, most = sorted((begins[start], ends[end - 1]))
            yield self._weigh(start, end, most if "·" in self.text[start:end] else least)  # the dot says enough itself

    def _is_no_name(self, start: int, end: int) -> bool:
        """Say whether a stretch cannot be a name: what people are called, a part of a longer name, 张某."""
        text = self.text
        piece = text[start:end]
        if "·" not in piece and (text[end : end + 1] == "·" or text[start - 1 : start] == "·"):
            return True
        return piece in NO_NAMES or piece[-1] in "某族" or piece[1] == "某" or piece.endswith(CALLINGS)

    def _by_family(self) -> Iterator[tuple[int, int]]:
        text = self.text
        for start in range(len(text)):
            family = self.words.family(text, start)
            if not family:
                continue
            longest = len(family) + 2
            for end in range(start + max(2, len(family) + (len(family) > 1)), start + longest + 1):
                if end > len(text) or not _HAN.match(text[end - 1]):
                    break
                yield start, end

    def _by_model(self, begins: list[float], ends: list[float]) -> Iterator[tuple[int, int]]:
        text = self.text
        for start, chance in enumerate(begins):
            if chance < SEEN or not _HAN.match(text[start]):
                continue
            for end in range(start + 1, min(len(text), start + LONGEST_NAME) + 1):
                if not _HAN.match(text[end - 1]):
                    break
                if end > start + 1 and ends[end - 1] >= SEEN:
                    yield start, end

    def _foreign(self) -> Iterator[tuple[int, int]]:
        text, foreign = self.text, self.words.foreign
        for start, char in enumerate(text):
            end = start
            while char in foreign and end < len(text) and end < start + LONGEST_NAME and text[end] in foreign:
                end += 1
                if end > start + 2:
                    yield start, end

    def _dotted(self) -> Iterator[tuple[int, int]]:
        text = self.text
        for match in _DOTTED.finditer(text):
            first, last = match.start(), match.end()
            starts = [start for start in range(max(0, first - 7), first) if _all_han(text, start, first)]
            stops = [stop for stop in range(last + 1, min(len(text), last + 7) + 1) if _all_han(text, last, stop)]
            short = [stop for stop in stops if stop < last + 3 or self.words.foreign.issuperset(text[last:stop])]
            yield from ((start, stop) for start in starts for stop in short)

    def _weigh(self, start: int, end: int, chance: float) -> Candidate:
        text, words = self.text, self.words
        piece = text[start:end]
        family = words.family(text, start)
        rank = words.families.get(family, 4) if family else 4
        inside = words.forward(piece)[-1]
        crossing = self.best - (self.ahead[start] + inside + self.behind[end])
        left, role, cue = self._left(start)
        right = self._right(end)
        length = len(piece)
        as_if = length - max(0, len(family) - 1) if rank == 3 else length  # 淳于琼芳 is as long a name as 于琼芳
        found = {
            "one": 1.0,
            "model": math.log(max(chance, 1e-5) / max(1 - chance, 1e-3)) / 4,
            "model_seen": float(chance > 0.3),
            "inside": -inside / length / 8,
            "crossing": min(crossing, 24.0) / 8,
            "word": max(0.0, words.words.get(piece, -16.0) + 16) / 8,
            "frequent": float(rank == 0), "known": float(rank == 1), "rare": float(rank == 2),
            "double": float(rank == 3), "no_family": float(rank == 4),
            "two": float(as_if == 2), "three": float(as_if == 3), "four": float(as_if == 4), "five": float(as_if > 4),
            "dotted": float("·" in piece),
            "again": float(self.often[piece] > 1),
            "first_is_word": max(0.0, words.cost(piece[0]) + 10) / 4,
            "last_is_word": max(0.0, words.cost(piece[-1]) + 10) / 4,
            "calling": float(piece[-1] in "人者员长县镇乡村局路市区街省所厂店院"),
            "foreign": sum(char in words.foreign for char in piece) / length if rank > 1 or "·" in piece else 0.0,
            "foreign_goes_on": float((rank == 4 or "·" in piece) and text[end : end + 1] in words.foreign),
            "of": float(text[end : end + 1] == "的"),
            "model_other": (float(self.seen[2, start]) + float(self.seen[2, end - 1])) / 2,
            **left,
            **right,
            **_pair(left, right),
        }  # fmt: skip
        return Candidate(start, end, tuple(found.get(name, 0.0) for name in FEATURES), cue, role)

    def _left(self, start: int) -> tuple[dict[str, float], Role, bool]:
        """Return what stands before a stretch: a cue for a role, a label, a preposition, a boundary."""
        text = self.text
        before = text[max(0, start - 40) : start]
        stripped = _ROLE_END.sub("", before)
        kin, word = _ending(stripped, KINSHIP), _ending(stripped, ROLE_CUES)
        if len(word) > len(kin):
            return {"cue": 1.0}, ROLE_CUES[word], True
        if kin:
            return {"kin": 1.0}, "other", False
        if _ending(before, LABELS):
            return {"label": 1.0}, "other", True
        if not before or before[-1] in _PUNCTUATION:
            joins = before.endswith(("、", "，"))
            return {"joins" if joins else "opens": 1.0}, "other", False
        return {"before": float(bool(_ending(before, BEFORE)))}, "other", False

    def _right(self, end: int) -> dict[str, float]:
        """Return what stands behind a stretch: what people do, an organisation, a boundary."""
        text = self.text
        found: dict[str, float] = {}
        act = _beginning(text, end, ACTS)
        if act:
            found["weak_act" if act in WEAK_ACTS else "act"] = 1.0
        if end >= len(text) or text[end] in _PUNCTUATION:
            found["joined" if text[end : end + 1] == "、" else "closes"] = 1.0
        if _SEX.match(text, end):
            found["person_follows"] = 1.0
        if _PLACE.match(text, end):
            found["place"] = 1.0
        elif _ORGANISATION.match(text, end):
            found["organisation"] = 1.0
        if text[end : end + 1].isdigit():
            found["number_follows"] = 1.0
        return found


def _pair(left: dict[str, float], right: dict[str, float]) -> dict[str, float]:
    """What stands before and behind a name says more together than apart."""
    before = next((name for name in _LEFTS if left.get(name)), "bare")
    behind = next((name for name in _RIGHTS if right.get(name)), "more")
    return {f"{before}+{behind}": 1.0}


def _all_han(text: str, start: int, end: int) -> bool:
    return all(_HAN.match(char) or char == "·" for char in text[start:end])


def _ending(text: str, words: Container[str]) -> str:
    """Return the longest of some words that a text ends with."""
    for length in range(min(LONGEST_CUE, len(text)), 0, -1):
        if text[-length:] in words:
            return text[-length:]
    return ""


def _beginning(text: str, start: int, words: frozenset[str]) -> str:
    for length in range(6, 0, -1):
        if text[start : start + length] in words:
            return text[start : start + length]
    return ""


@lru_cache(maxsize=1)
def _weights() -> tuple[float, tuple[float, ...]]:
    data = json.loads(files("heliograph.kernel.redaction").joinpath("data", "weights.json").read_text(encoding="utf-8"))
    return data["least"], tuple(data["weights"].get(name, 0.0) for name in FEATURES)


def names_in(text: str) -> list[NameHit]:
    """Return the names of people in a folded text, those that are surer first to take their place."""
    least, weights = _weights()
    weighed = []
    for candidate in Reader(text).candidates():
        sum_ = sum(value * weight for value, weight in zip(candidate.features, weights, strict=True) if value)
        chance = 1 / (1 + math.exp(-sum_))
        if chance >= least:
            weighed.append(NameHit(candidate.start, candidate.end, chance, candidate.cue, candidate.role))
    return _apart(weighed)


def _apart(weighed: list[NameHit]) -> list[NameHit]:
    """Keep of names that overlap the surest."""
    covered: set[int] = set()
    taken = []
    for hit in sorted(weighed, key=lambda one: (-one.chance, one.start)):
        places = range(hit.start, hit.end)
        if covered.isdisjoint(places):
            covered.update(places)
            taken.append(hit)
    return sorted(taken, key=lambda one: one.start)
