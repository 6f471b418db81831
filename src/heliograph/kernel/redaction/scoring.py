"""How well redaction finds what an agency's own texts hold: recall and precision by kind, with what was missed.

The file holds one JSON object a line: `text`, and `spans` with `start`, `end`, `kind`; of names also whether a cue for
a role stands beside (`cue`). A text belongs to the held-out half when its SHA-256 begins with 8 to f: rules are worked
on with the other half, figures are given for this one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction.finding import find
from heliograph.kernel.redaction.kinds import KINDS, NUMBERS, Hit, RedactionError
from heliograph.kernel.redaction.profile import Profile

Half = Literal["all", "tune", "held-out"]
CONTEXT = 8


@dataclass(frozen=True, slots=True)
class Marked:
    """What somebody marked in a text."""

    start: int
    end: int
    kind: Kind
    cue: bool | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with all that should be found in it."""

    text: str
    spans: tuple[Marked, ...]


@dataclass(slots=True)
class Tally:
    """Counts of one kind. found: marked places that were covered; right: hits that are one."""

    marked: int = 0
    found: int = 0
    hits: int = 0
    right: int = 0

    @property
    def recall(self) -> float | None:
        """Share of what was marked that is covered; None when nothing was marked."""
        return self.found / self.marked if self.marked else None

    @property
    def precision(self) -> float | None:
        """Share of what was found that was marked; None when nothing was found."""
        return self.right / self.hits if self.hits else None

    def add(self, other: Tally) -> None:
        """Count another kind in."""
        self.marked += other.marked
        self.found += other.found
        self.hits += other.hits
        self.right += other.right


@dataclass(slots=True)
class Score:
    """What was measured."""

    sentences: int = 0
    clean: int = 0
    kinds: dict[Kind, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    cued: Tally = field(default_factory=Tally)
    bare: Tally = field(default_factory=Tally)
    misses: list[tuple[Kind, str]] = field(default_factory=list)
    false: list[tuple[Kind, str]] = field(default_factory=list)

    @property
    def numbers(self) -> Tally:
        """All kinds that are numbers, plates or addresses of mail, and dates of birth."""
        total = Tally()
        for kind in (one for one in KINDS if one in NUMBERS or one == "birth_date"):
            total.add(self.kinds[kind])
        return total


def read_sentences(text: str) -> list[Sentence]:
    """Return the sentences of a file. Raises RedactionError with the line that cannot be read."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_sentence(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError):
            asked = "每行一个对象，含 text 和 spans，spans 逐项写 start、end、kind"
            raise RedactionError(f"第 {number} 行不是要求的格式：{asked}") from None
    if not found:
        raise RedactionError("文件里没有句子")
    return found


def _sentence(data: dict[str, Any]) -> Sentence:
    text = data["text"]
    spans = tuple(Marked(one["start"], one["end"], one["kind"], one.get("cue")) for one in data["spans"])
    if not isinstance(text, str) or any(
        one.kind not in KINDS or not 0 <= one.start < one.end <= len(text) for one in spans
    ):
        raise ValueError(text)
    return Sentence(text, spans)


def half_of(text: str) -> Half:
    """Say which half a text belongs to."""
    return "tune" if hashlib.sha256(text.encode()).hexdigest()[0] < "8" else "held-out"


def score(sentences: Iterable[Sentence], profile: Profile) -> Score:
    """Measure; what the keep-list calls public counts as not found."""
    total = Score()
    for sentence in sentences:
        hits = [hit for hit in find(sentence.text, (), profile) if not hit.kept_by]
        total.sentences += 1
        total.clean += _count(sentence, hits, total)
    return total


def _count(sentence: Sentence, hits: Sequence[Hit], total: Score) -> bool:
    """Count one sentence in, and say whether nothing of it would have been left standing."""
    clean = True
    for span in sentence.spans:
        covered = any(hit.kind == span.kind and hit.start <= span.start and span.end <= hit.end for hit in hits)
        for tally in (total.kinds[span.kind], *_by_cue(span, total)):
            tally.marked += 1
            tally.found += covered
        if not covered:
            total.misses.append((span.kind, _shown(sentence.text, span.start, span.end)))
        clean &= any(hit.start <= span.start and span.end <= hit.end for hit in hits)
    for hit in hits:
        tally = total.kinds[hit.kind]
        tally.hits += 1
        right = any(_same(hit, span) for span in sentence.spans)
        tally.right += right
        if not right:
            total.false.append((hit.kind, _shown(sentence.text, hit.start, hit.end)))
    return clean


def _by_cue(span: Marked, total: Score) -> tuple[Tally, ...]:
    if span.kind != "name" or span.cue is None:
        return ()
    return (total.cued if span.cue else total.bare,)


def _same(hit: Hit, span: Marked) -> bool:
    """A name must be cut as marked; of the rest, an address begins where the writer thought, so a part is enough."""
    if hit.kind != span.kind:
        return False
    if hit.kind == "name":
        return (hit.start, hit.end) == (span.start, span.end)
    return hit.start < span.end and span.start < hit.end


def _shown(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return f"{before}【{text[start:end]}】{after}".replace("\n", " ")
