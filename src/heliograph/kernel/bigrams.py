"""Search tokens: a text as a set of signed 32-bit numbers for an ``int[]`` column with a GIN index.

Two neighbouring Chinese characters make one token, so any part of a name of two characters or more is found;
dictionary segmentation finds trade names badly. Latin and digit words are whole words. A match of all tokens is
nearly, not quite, a phrase match: the caller tests the phrase on the rows of the page it shows.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Final

_BASE: Final = 0x4E00
_BLOCK: Final = 0x5200
_BITS: Final = 15
_HASH_MASK: Final = 0x7FFFFFFF
# The zero of years written in characters and the rarer blocks (names of people and places) are hashed.
_RARE_HAN: Final = "\u3007\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003ffff"
_HAN: Final = "\u4e00-\u9fff" + _RARE_HAN
_RARE = re.compile(f"[{_RARE_HAN}]")
_HAN_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(rf"[^\W_{_HAN}]+")


def _hashed(word: str) -> int:
    """Hash to a negative number, so that words never meet the packed pairs, which are positive."""
    return -(zlib.crc32(word.encode("utf-8", "surrogatepass")) & _HASH_MASK) - 1


def fold(text: str) -> str:
    """Fold width, compatibility forms and case, the same for texts and queries."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _pairs_and_words(folded: str, runs: Iterable[str]) -> set[int]:
    codes = [ord(char) - _BASE for char in folded]
    found = {
        first << _BITS | second for first, second in pairwise(codes) if 0 <= first < _BLOCK and 0 <= second < _BLOCK
    }
    if _RARE.search(folded):
        pairs = {first + second for run in runs for first, second in pairwise(run)}
        found.update(_hashed(pair) for pair in pairs if _RARE.search(pair))
    found.update(_hashed(word) for word in set(_WORD.findall(folded)))
    return found


@lru_cache(maxsize=32_768)
def _single(char: str) -> int:
    return _hashed(char)


def tokens(text: str, *, singles: bool = True) -> list[int]:
    """Return the distinct tokens of a text, sorted.

    ``singles`` adds every Chinese character by itself, which a query of one character (a surname) needs. Titles
    and names keep it; long bodies may leave it out to save about two fifths of the tokens.
    """
    folded = fold(text)
    runs = _HAN_RUN.findall(folded)
    found = _pairs_and_words(folded, runs)
    lone = "".join(runs) if singles else [run for run in runs if len(run) == 1]
    found.update(map(_single, set(lone)))
    return sorted(found)


def query_tokens(text: str) -> list[int]:
    """Return the tokens a document must all hold to match the query, sorted; empty means nothing to search for.

    A character that stands alone beside other terms (「东方A股」 has 「股」) is left out: in the document it may be
    part of a longer run whose body was indexed without single characters, and the phrase test settles it.
    """
    folded = fold(text)
    runs = _HAN_RUN.findall(folded)
    found = _pairs_and_words(folded, runs)
    if not found:
        found.update(map(_single, set("".join(runs))))
    return sorted(found)
