"""What a reader may ask of a list: words to find and a place to go on from. Everything else is refused clearly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest

from heliograph.kernel.bigrams import fold, query_tokens
from heliograph.portal.site import BadInputError

QUERY_LIMIT = 100
PAGE_SIZE = 50
BATCHES = 4  # a page of phrase matches is filled from at most so many pages of candidates
LARGEST_NUMBER = 2_147_483_647
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = TypeVar("Row")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked: as typed, as terms that must each occur, and as tokens for the index."""

    text: str
    terms: tuple[str, ...]
    tokens: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def query(self) -> str:
        """The same words as part of an address."""
        return urlencode({"q": self.text}) if self.text else ""

    def occur_in(self, text: str) -> bool:
        """Whether every term occurs as written: all tokens of a phrase may occur without the phrase."""
        folded = fold(text)
        return all(term in folded for term in self.terms)


def asked(request: HttpRequest, name: str = "q") -> Words:
    """Read a query. BadInputError when it is too long or holds characters that no text has."""
    text = parameter(request, name, QUERY_LIMIT)
    terms = tuple(fold(text).split())
    return Words(text=text, terms=terms, tokens=tuple(query_tokens(text)))


def parameter(request: HttpRequest, name: str, limit: int = QUERY_LIMIT) -> str:
    """Read one parameter as a line of text."""
    text = request.GET.get(name, "").strip()
    if len(text) > limit:
        raise BadInputError(f"查询内容最多 {limit} 字，现为 {len(text)} 字。请缩短后再查。")
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise BadInputError("查询内容含有不能识别的控制字符。请重新输入。")
    return text


def page_number(request: HttpRequest, name: str) -> int | None:
    """Read the entry number from which a list goes on."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > LARGEST_NUMBER:
        raise BadInputError("翻页位置不正确。请回到列表第一页重新翻页。")
    return int(text)


def page_moment(request: HttpRequest, name: str) -> tuple[datetime, UUID] | None:
    """Read the line of a log from which it goes on: microseconds since 1970 and the line's id."""
    text = request.GET.get(name)
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,17})-([0-9a-f]{32})", text)
    if found is None:
        raise BadInputError("翻页位置不正确。请回到记录第一页重新翻页。")
    return EPOCH + timedelta(microseconds=int(found[1])), UUID(hex=found[2])


def moment_key(at: datetime, row_id: UUID) -> str:
    """Return the place of a line in a log, as `page_moment` reads it."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{row_id.hex}"


def fill(
    fetch: Callable[[Row | None], Sequence[Row]], keep: Callable[[Row], bool], size: int = PAGE_SIZE
) -> tuple[list[Row], Row | None]:
    """Fill a page with rows that pass `keep`, asking for further candidates where some fell out.

    `fetch(last)` returns at most size + 1 rows after `last`. Returns the rows and the row after which the next page
    begins, None at the end.
    """
    kept: list[Row] = []
    last: Row | None = None
    for _ in range(BATCHES):
        batch = fetch(last)
        for row in batch[:size]:
            if keep(row):
                if len(kept) == size:
                    return kept, last
                kept.append(row)
            last = row
        if len(batch) <= size:
            return kept, None
        if len(kept) == size:
            break
    return kept, last


@dataclass(frozen=True, slots=True)
class Turn(Generic[Key]):
    """Where a reader goes on: after a place, or back to what stands before it; neither on the first page."""

    after: Key | None = None
    before: Key | None = None

    def __bool__(self) -> bool:
        return self.after is not None or self.before is not None


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Row]):
    """One page of a list: its rows, the row before which the former page ends, the one after which the next begins."""

    rows: list[Row]
    previous: Row | None
    following: Row | None


def leaf(
    turn: Turn[Key],
    fetch: Callable[[Row | None], Sequence[Row]],
    keep: Callable[[Row], bool] = lambda _: True,
) -> Leaf[Row]:
    """Return the page of a turn. `fetch` goes the turn's way: from the place, or from the last row it gave."""
    found, edge = fill(fetch, keep)
    if turn.before is None:
        return Leaf(found, found[0] if found and turn.after is not None else None, edge)
    found.reverse()
    return Leaf(found, edge, found[-1] if found else None)


def joined(texts: Iterable[str]) -> str:
    """Return texts as one, each on its line, so that no phrase reaches across two fields."""
    return "\n".join(texts)
