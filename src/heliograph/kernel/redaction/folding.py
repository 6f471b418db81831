"""A text folded for looking: full-width, compatibility and foreign digits made plain, invisible characters left out.

Every character of the folded text knows the character it came from, so what is found is cut out of the text as given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_DASHES = frozenset("‐‑‒–—―−﹘﹣－⁃~～")
_DOTS = frozenset("·•・‧∙⋅●・•．")
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cs", "Co", "Cn"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")  # letters and symbols that show nothing
_JOINTS = frozenset("·.・-ꞏ⸱")
# What the text layer of a PDF often has in the place of a character: Unicode's EquivalentUnifiedIdeograph of U+2E81 to
# U+2EF3 (those from U+2F00 on are compatibility characters, all but the form of 户 written here).
_RADICALS = str.maketrans(
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺"
    "⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳⼾戶",
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀"
    "聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟户户",
)
_NUMERALS = str.maketrans("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00012345678911" + "23456789")


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text, and for each of its characters the place in the text as given."""

    text: str
    places: tuple[int, ...] | range
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the text as given of a place in the folded text that is not empty."""
        return self.places[start], self.places[end - 1] + 1


@lru_cache(maxsize=1 << 14)
def _folded(char: str) -> str:
    """Return what one character looks like to the detectors; empty when a reader does not see it."""
    if char in _FILLERS:
        return ""
    if char in _DASHES:
        return "-"
    if char in _DOTS:
        return "·"
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    if char.isspace() or category == "Cc":
        return "\n" if char in "\n\v\f\x85\u2028\u2029" else " "
    return unicodedata.normalize("NFKC", char.translate(_RADICALS)).replace("\u3000", " ")


def fold(text: str) -> Folded:
    """Fold a text, in one pass."""
    table = {char: _folded(char) for char in set(text)}
    if all(char == seen for char, seen in table.items()):
        return Folded(text, range(len(text)), len(text))
    parts: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        seen = table[char]
        parts.append(seen)
        places.extend([place] * len(seen))
    return Folded("".join(parts), tuple(places), len(text))


def squeezed(folded: Folded) -> Folded:
    """Return the folded text without spaces and line breaks, as a text layer must be read that breaks anywhere."""
    return part_of(folded, [index for index, char in enumerate(folded.text) if char not in " \n"])


def unjoined(folded: Folded) -> Folded:
    """Return the folded text without dots and strokes: 买买提·艾力, 买买提.艾力 and 买买提艾力 are one name."""
    return part_of(folded, [index for index, char in enumerate(folded.text) if char not in _JOINTS])


def part_of(folded: Folded, kept: Sequence[int]) -> Folded:
    """Return the folded text with some of its characters only."""
    text = "".join([folded.text[index] for index in kept])
    return Folded(text, tuple(folded.places[index] for index in kept), folded.length)


def lowered(text: str) -> str:
    """Return a text in small letters, as long as it was: the small letter of İ has two characters."""
    return "".join([char.lower()[:1] for char in text])


def numerals(text: str) -> str:
    """Return a folded text with Chinese numerals as digits; places stay the same."""
    return text.translate(_NUMERALS)
