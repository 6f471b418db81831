"""Where a string stands in a text, in whatever way it is written there: with or without dots, in groups of digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from heliograph.kernel.packs.redaction_rules import Kind
from heliograph.kernel.redaction.folding import Folded, fold, lowered, squeezed, unjoined
from heliograph.kernel.redaction.kinds import DIGITED, JOINED

LEAST_DIGITS = 7  # of a number that is sought in groups: 1、2、3 is a list
_NUMBER = re.compile(r"[0-9a-z]*[0-9][0-9a-z]*")
_APART = r"[^0-9a-z\u4e00-\u9fff]{0,2}"
_APART_SHORT = r"[^0-9a-z\u4e00-\u9fff,.]{0,2}"  # 8,280,017 is an amount


@dataclass(frozen=True, slots=True)
class Place:
    """Where a string stands in the text as given; view, at: the same in the text as it was read."""

    start: int
    end: int
    view: str
    at: int


@dataclass(frozen=True, slots=True)
class Sought:
    """A text made ready to seek many strings in it: without spaces and line breaks, and without dots too."""

    tight: Folded
    unjoined: Folded

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text once."""
        tight = squeezed(fold(text))
        tight = replace(tight, text=lowered(tight.text))
        return cls(tight, unjoined(tight))

    def places(self, needle: str, kind: Kind) -> Iterator[Place]:
        """Yield where a string (as `same` writes it) stands; one that is too short to tell anybody stands nowhere."""
        if len(needle) < 2:
            return
        view = self.unjoined if kind in JOINED else self.tight
        for match in _pattern(needle, kind).finditer(view.text):
            yield Place(*view.span(*match.span()), view.text, match.start())


@lru_cache(maxsize=1 << 10)
def _pattern(needle: str, kind: Kind) -> re.Pattern[str]:
    """Return what finds a string: as it is; a number in groups too, however they are kept apart."""
    if kind not in DIGITED or len(needle) < LEAST_DIGITS or not _NUMBER.fullmatch(needle):
        return re.compile(re.escape(needle))
    return re.compile((_APART if len(needle) > 10 else _APART_SHORT).join(needle))
