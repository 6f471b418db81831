"""Words and family names: how likely a stretch of text is ordinary words, and whether it begins like a name.

Words with their frequencies are an extract of the dictionary of cutword 0.1.1, see `data/NOTICE`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LONGEST = 4
_UNKNOWN = -14.0  # as a word that was hardly ever seen
_WORDS_IN_ALL = 14_000_000


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Logarithms of the frequencies of words, and characters with which names begin."""

    words: dict[str, float]
    families: dict[str, int]  # a family name: 0 frequent, 1 known, 2 rare, 3 of two characters
    foreign: frozenset[str]

    def cost(self, word: str) -> float:
        """Return how likely a word is; one character alone is always a word, if a rare one."""
        return self.words.get(word, _UNKNOWN)

    def forward(self, text: str) -> list[float]:
        """Return for each place the likelihood of the best way to read what stands before it as words."""
        best = [0.0]
        get = self.words.get
        for end in range(1, len(text) + 1):
            found = best[end - 1] + get(text[end - 1], _UNKNOWN)
            for start in range(max(0, end - LONGEST), end - 1):
                known = get(text[start:end])
                if known is not None and best[start] + known > found:
                    found = best[start] + known
            best.append(found)
        return best

    def backward(self, text: str) -> list[float]:
        """Return for each place the likelihood of the best way to read what follows it as words."""
        best = [0.0] * (len(text) + 1)
        get = self.words.get
        for start in range(len(text) - 1, -1, -1):
            found = best[start + 1] + get(text[start], _UNKNOWN)
            for end in range(start + 2, min(len(text), start + LONGEST) + 1):
                known = get(text[start:end])
                if known is not None and best[end] + known > found:
                    found = best[end] + known
            best[start] = found
        return best

    def family(self, text: str, start: int) -> str:
        """Return the family name at a place, the longest, empty when there is none."""
        for length in (4, 3, 2, 1):
            if text[start : start + length] in self.families and start + length <= len(text):
                return text[start : start + length]
        return ""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the words and names, read once."""
    data = files("heliograph.kernel.redaction").joinpath("data")
    words = {}
    for line in data.joinpath("words.txt").read_text(encoding="utf-8").splitlines():
        word, _, count = line.partition(" ")
        words[word] = math.log(int(count) / _WORDS_IN_ALL)
    lines = [line for line in data.joinpath("surnames.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    families = dict.fromkeys(lines[3].split(), 3)
    for rank in (2, 1, 0):
        families.update(dict.fromkeys(lines[rank], rank))
    return Lexicon(words, families, frozenset(lines[4]))
