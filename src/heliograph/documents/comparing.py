"""A scan held against its document: names, numbers, dates and amounts strictly, prose by likeness. Pure.

Readers of scans take a character for a similar one now and then, so prose may differ a little; what a decision turns on
may not. People add to paper, too: a name, a day, a stamp. Short additions are noted and decide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import Any, Final

from heliograph.documents.composing import Composed, Data, Part, Sheet, shown
from heliograph.kernel.packs.document_rules import SLOT

STRICT, PROSE, NOTE = "strict", "prose", "note"
LIKE_ENOUGH: Final = 0.9  # of the characters of a paragraph; readers get about one in fifty wrong
LEAST_PROSE: Final = 8  # characters: shorter lines are held strictly or not at all
NOTED: Final = 6  # characters in a row that only the paper has
MUCH: Final = 30  # of them are no signature any more
AROUND: Final = 4
NEGATIONS: Final = "不未无免非"
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
DATE: Final = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
PROOF: Final = re.compile(r"^指?纹?[0-9a-fA-F]{16,}$|^指纹")
DASH: Final = "一"  # as which a dash beside a page's number is read now and then
FOOT: Final = 5  # last lines of a page among which numbers of its foot are looked for
ALIKE: Final = str.maketrans({"○": "〇", "Ｏ": "〇", "，": ",", "．": "."})
NAMES, NUMBERS = (".name", ".representative"), (".number", ".certificate", ".phone")


@dataclass(frozen=True, slots=True)
class Strict:
    """A value that the paper must show exactly: what it is called, how the document prints it, how often."""

    label: str
    text: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: how much it weighs, where, what the document says and what the paper does."""

    weight: str
    label: str
    document: str
    paper: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison came to. likeness: of the document's characters, how many the paper has in their order."""

    read: list[list[str]]
    found: Sequence[Difference]
    likeness: float
    code: str
    pages: int = field(default=0)

    @property
    def differences(self) -> list[Difference]:
        """Those that decide: all but what is only noted."""
        return [one for one in self.found if one.weight != NOTE]

    def as_json(self) -> list[dict[str, str]]:
        """Return all that was found as it is kept."""
        return [asdict(one) for one in self.found]


def lines_of(composed: Composed) -> list[str]:
    """Return a document as lines of text: title, number, then its parts as they are read."""
    found = [composed.title, composed.number, *(line for part in composed.parts for line in _lines(part))]
    return [line for line in found if line.strip()]


def _lines(part: Part) -> Iterator[str]:
    kind = part["part"]
    if kind == "grid":
        yield from (f"{cell['label']}　{cell['text']}　{cell['sign']}" for row in part["rows"] for cell in row)
    elif kind == "table":
        yield part["text"]
        yield from (one["label"] for one in part["head"])
        yield from (value for row in part["rows"] for value in row)
    elif kind == "signatures":
        yield from (f"{who}：年月日" for who in part["who"])
    elif kind == "seal":
        yield from (part["agency"], part["day"])
    else:
        yield part["text"]


def strict_of(sheet: Sheet, data: Data, lines: Sequence[str], number: str) -> list[Strict]:
    """Return what must stand on the paper exactly: names, numbers, days and amounts of the fields that are shown."""
    whole = plain("".join(lines))
    said = {one.id: (one.label, shown(one, data.get(one.id))) for one in sheet.form.fields if _is_strict(one)}
    words = [("文号", number), *said.values(), *_in_capitals(sheet, data)]
    found = {text: Strict(label, text, whole.count(plain(text))) for label, text in words if len(plain(text)) > 1}
    return [one for one in found.values() if one.times]


def _is_strict(one: Any) -> bool:
    return one.kind in {"date", "time", "amount"} or (one.source or "").endswith((*NAMES, *NUMBERS))


def _in_capitals(sheet: Sheet, data: Data) -> Iterator[tuple[str, str]]:
    """Yield the amounts that some block shows in capitals."""
    texts = [*(block.text for block in sheet.form.blocks), *(one.text for one in sheet.statements.values())]
    for name in {match[1] for text in texts for match in SLOT.finditer(text) if match[2]}:
        one = sheet.field(name)
        if one is not None:
            yield f"{one.label}（大写）", shown(one, data.get(name), capitals=True)


def plain(text: str) -> str:
    """Return a text as it is compared: one width, no blanks, only letters, figures and the points inside figures."""
    flat = unicodedata.normalize("NFKC", text).translate(ALIKE)
    return "".join(one for one in flat if one.isalnum() or one in ".,").replace("O", "0")


def compare(
    lines: Sequence[str], strict: Iterable[Strict], read: Sequence[Sequence[str]], *, code: str, said: Sequence[str]
) -> Outcome:
    """Return what differs between a document and the pages read from a scan.

    code: what the code on each page says; said: what the codes found on the scan say.
    """
    number = plain(code.partition("\n")[0])
    paper = [line for place, page in enumerate(read, 1) for line in _body(page, {number, str(place)})]
    own, other = [plain(line) for line in lines], _Paper([plain(line) for line in paper])
    prose, likeness = _prose(lines, own, other.whole)
    found = [*_codes(code, said), *_exactly(strict, other.whole), *_numbers("".join(own), own, other)]
    found += [*_negations("".join(own), other.whole), *prose]
    found.sort(key=lambda one: (STRICT, PROSE, NOTE).index(one.weight))
    told = "没有识别到" if not said else "一致" if all(one == code for one in said) else "不一致"
    return Outcome([list(page) for page in read], found, round(likeness, 4), told, len(read))


def _body(page: Sequence[str], foot: Collection[str]) -> Iterator[str]:
    """Yield the lines of a page without what stands at its foot: its number, that of the document, the fingerprint."""
    for place, line in enumerate(page):
        text = plain(line)
        low = place >= len(page) - FOOT and text.strip(DASH) in foot
        if text and not low and not PROOF.match(text):
            yield line


def _codes(code: str, said: Sequence[str]) -> Iterator[Difference]:
    for one in dict.fromkeys(said):
        if one != code:
            yield Difference(STRICT, "页面二维码", code.replace("\n", " "), one.replace("\n", " ")[:200])


def _exactly(strict: Iterable[Strict], paper: str) -> Iterator[Difference]:
    for one in strict:
        if paper.count(plain(one.text)) < one.times:
            yield Difference(STRICT, one.label, one.text, _nearest(plain(one.text), paper))


def _nearest(text: str, paper: str) -> str:
    """Return what the paper says where a value should stand: around the longest part of it that is there."""
    match = SequenceMatcher(None, text, paper, autojunk=False).find_longest_match()
    if match.size < min(2, len(text)):
        return ""
    first = max(0, match.b - match.a)
    return paper[first : first + len(text) + AROUND]


class _Paper:
    """The lines of a paper run together, and the figures in them: whole, and in pieces where a line breaks them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.whole = "".join(lines)
        breaks, place = set(), 0
        for line in lines:
            place += len(line)
            breaks.add(place)
        self.numbers: list[tuple[str, ...]] = []  # of each run of figures the run itself and, if broken, its pieces
        for match in NUMBER.finditer(self.whole):
            cuts = [match.start(), *sorted(cut for cut in breaks if match.start() < cut < match.end()), match.end()]
            pieces = [self.whole[one:two].strip(".,") for one, two in pairwise(cuts)]
            self.numbers.append((match[0], *(pieces if len(pieces) > 1 else ())))


def _numbers(whole: str, lines: Sequence[str], paper: _Paper) -> Iterator[Difference]:
    """Hold every figure of a document against the paper; a figure that only the paper has counts unless it is a day."""
    own = Counter(match[0] for line in lines for match in NUMBER.finditer(line))
    there: Counter[str] = Counter(one for run in paper.numbers for one in run)
    for text, times in own.items():
        if there[text] < times:
            yield Difference(STRICT, "数字", f"{text}（{times} 处）", f"{there[text]} 处" if there[text] else "没有")
    by_hand = {figure for day in DATE.findall(paper.whole) if day not in whole for figure in NUMBER.findall(day)}
    for run in paper.numbers:
        if len(run) == 1 and run[0] not in own and run[0] not in by_hand:
            yield Difference(STRICT, "纸质上多出的数字", "", run[0])


def _negations(own: str, paper: str) -> Iterator[Difference]:
    """Hold the words that turn a sentence round: one character among a hundred would pass for likeness."""
    for word in NEGATIONS:
        if own.count(word) != paper.count(word):
            yield Difference(STRICT, "否定词", f"“{word}”{own.count(word)} 处", f"“{word}”{paper.count(word)} 处")


def _prose(shown_lines: Sequence[str], own: Sequence[str], paper: str) -> tuple[list[Difference], float]:
    """Return the paragraphs that the paper says otherwise, what it adds, and how much of the whole it has."""
    whole = "".join(own)
    matcher = SequenceMatcher(None, whole, paper, autojunk=False)
    same = [match for match in matcher.get_matching_blocks() if match.size]
    found: list[Difference] = []
    first = 0
    for line, text in zip(shown_lines, own, strict=True):
        last = first + len(text)
        kept, at = _overlap(same, first, last)
        if len(text) >= LEAST_PROSE and kept < LIKE_ENOUGH * len(text):
            found.append(Difference(PROSE, "正文", line, paper[at[0] : at[1]]))
        first = last
    found += _added(same, paper, ends={sum(len(text) for text in own[:place]) for place in range(len(own) + 1)})
    return found, sum(match.size for match in same) / max(1, len(whole))


def _overlap(same: Sequence[Any], first: int, last: int) -> tuple[int, tuple[int, int]]:
    """Return how many characters of a stretch the paper has, and between which of its own they stand."""
    kept, low, high = 0, None, 0
    for match in same:
        begin, end = max(first, match.a), min(last, match.a + match.size)
        if begin < end:
            kept += end - begin
            low = match.b + begin - match.a if low is None else low
            high = match.b + end - match.a
    return kept, (low or 0, high)


def _added(same: Sequence[Any], paper: str, *, ends: Collection[int]) -> Iterator[Difference]:
    """Yield what only the paper says: within a paragraph it counts, between two a little is a signature or a stamp."""
    own = place = 0
    for match in [*same, Match(max(ends), len(paper), 0)]:
        extra = paper[place : match.b]
        if len(extra) >= NOTED:
            between = any(own <= end <= match.a for end in ends)
            yield Difference(NOTE if between and len(extra) < MUCH else PROSE, "纸质上多出的文字", "", extra)
        own, place = match.a + match.size, match.b + match.size
