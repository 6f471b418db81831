"""Break short Chinese texts into even lines: no lone last character, no line that begins with a closing mark."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

NARROW: Final = 0.58  # of the height, for digits and Latin letters; a little more than common fonts need
_UNIT = re.compile(r"[0-9A-Za-z.%]+[\u4e00-\u9fff]?|.", re.DOTALL)
_CLOSING: Final = frozenset("，。、；：？！）》」』】〕”’％…,.;:?!)]}")
_OPENING: Final = frozenset("（《「『【〔“‘([{")
_LONE: Final = 30.0
_UGLY: Final = 1.5


def width(text: str) -> float:
    """Return the width of a text in character heights."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else NARROW for char in text)


@lru_cache(maxsize=2_048)
def wrap(text: str, limit: float) -> tuple[str, ...]:
    """Return the lines of a text, each at most `limit` character heights wide unless one word is wider.

    As few lines as possible, and among those the most even ones; breaks before an opening bracket are preferred.
    """
    units = _units(" ".join(text.split()))
    # best[end] is the cost of the units before `end` and where their last line begins.
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        options = []
        for begin in range(end):
            line = "".join(units[begin:end]).strip()
            if width(line) <= limit or begin == end - 1:
                options.append((best[begin][0] + _cost(line, limit, last=end == len(units)), begin))
        best.append(min(options))
    lines: list[str] = []
    end = len(units)
    while end:
        begin = best[end][1]
        lines.append("".join(units[begin:end]).strip())
        end = begin
    return tuple(reversed(lines))


def _units(text: str) -> list[str]:
    """Return what may not be broken: words, numbers with their unit, marks with the character they belong to."""
    units: list[str] = []
    for found in _UNIT.findall(text):
        held = bool(units) and (found[0] in _CLOSING or units[-1][-1] in _OPENING)
        if held:
            units[-1] += found
        else:
            units.append(found)
    return units


def _cost(line: str, limit: float, *, last: bool) -> float:
    """Return how bad a line is: each line costs, then its emptiness, then what looks odd."""
    cost = 100.0 + (max(limit - width(line), 0.0) / limit) ** 2 * 10
    if len(line) == 1:
        cost += _LONE
    if not last and line[-1] not in _CLOSING:
        cost += _UGLY
    if line[0] in _OPENING:
        cost -= _UGLY
    return cost
