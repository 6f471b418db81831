"""Citations on the desk: their keys as people write them, and what the articles say, on demand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from heliograph.desk.scope import Scope
from heliograph.documents.wording import article_in_words, in_numerals
from heliograph.kernel.packs.schema import Source
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.citations import in_title_marks, key_label, law_key
from heliograph.registers.models import Article

NUMERALS = "一二三四五六七八九十"
_LAW = re.compile(r"[^\s@:：，。、；,;（）《》“”|｜]+@\d{4}(?::\d{1,4}(?:-\d{1,2})?(?:\([^()\s]{1,6}\))*)?")
_HEAD = rf"引言|表\d{{1,3}}(?!\d)|\d{{1,4}}(?!\d)|[{NUMERALS}]+"
_PLACE = rf"(?P<head>{_HEAD})(?P<rest>(?:\([{NUMERALS}\d]+\)|第\d+句|\d{{1,3}}(?!\d))*)"
LONG, HEAD, TAIL = 24, 10, 4  # letters of a title: when it is shortened, and what stays of it


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article as people read it, with its text or what a pack says of it."""

    key: str
    label: str
    text: str
    is_gist: bool  # whether the text is only a pack's paraphrase


def in_words(text: str, sources: Sequence[Source] = ()) -> str:
    """Return a text in which every key of an article or clause of a source is written for people.

    sources: only where rules wrote the text. In what somebody typed LZ20261130001 is a receipt, no clause of LZ.
    """
    told = _LAW.sub(lambda found: _law_label(found[0]), text)
    for source in sorted(sources, key=lambda one: len(one.code), reverse=True):
        clause = re.compile(rf"(?<![A-Za-z]){re.escape(source.code)}{_PLACE}")
        told = clause.sub(lambda found, source=source: _clause_label(source, found), told)  # type: ignore[misc]
    return told


def _law_label(key: str) -> str:
    """Return a key as people cite it: 统计法@2024:44 is 《统计法》（2024）第四十四条."""
    found = law_key(key)
    if found is None:
        return key
    return key_label(found.law) + (article_in_words(found.no) if found.no else "")


def _clause_label(source: Source, found: re.Match[str]) -> str:
    """Return a clause: LZ二(一)8 is 《……实施方案》第二部分（一）第8项, WS公7(一) 第七条（一）, RZ表26 任务表第26项."""
    head = found["head"]
    if head == "引言":
        place = head
    elif head.startswith("表"):
        place = f"任务表第{head[1:]}项"
    elif head.isdigit():
        place = f"第{in_numerals(int(head))}条"
    else:
        place = f"第{head}部分"
    rest = re.sub(r"(?<![\d第(])(\d+)(?![\d句)])", r"第\1项", found["rest"])
    return short_title(source.title) + place + rest.replace("(", "（").replace(")", "）")


def short_title(title: str) -> str:
    """Return a title in its marks: of a notice what it issues, a long one without its middle."""
    inner = re.search(r"印发《(.+)》", title)
    name = inner[1] if inner else title
    return in_title_marks(name if len(name) <= LONG else f"{name[:HEAD]}……{name[-TAIL:]}")


def sources_of(scope: Scope) -> Sequence[Source]:
    """Return the sources whose clauses the agency's rules cite, none before any rules are installed."""
    try:
        return scope.pack.sources
    except ActRefusedError:
        return ()


def articles_of(scope: Scope, keys: Iterable[str]) -> dict[str, CitedArticle]:
    """Return what some keys name, by key; a key that the library does not hold has no text. One query."""
    wanted = list(dict.fromkeys(keys))
    rows = Article.objects.filter(key__in=wanted).values_list("key", "text", "summary") if wanted else []
    told = {key: (text or summary, not text) for key, text, summary in rows}
    sources = sources_of(scope)
    return {key: CitedArticle(key, in_words(key, sources), *told.get(key, ("", False))) for key in wanted}


def named(scope: Scope, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Return keys of articles as the choices of a form: each with its words. No query."""
    sources = sources_of(scope)
    return [(key, in_words(key, sources)) for key in keys]


def keys_in(texts: Iterable[str]) -> Iterator[str]:
    """Return the keys of articles that some texts name."""
    for text in texts:
        yield from _LAW.findall(text)
