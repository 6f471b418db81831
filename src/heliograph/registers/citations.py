"""How the key of an article is written for people: 统计法@2024:47 is 《统计法》（2024）第 47 条. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from heliograph.registers.rules import BASIS_KEY

_KEY = re.compile(
    r"(?P<law>(?P<name>[^@:\s]+)@(?P<year>\d{4}))(?::(?P<no>(?P<article>\d{1,4})(?:-(?P<sub>\d{1,2}))?(?P<part>.*)))?"
)


@dataclass(frozen=True, slots=True)
class LawKey:
    """The parts of a key: the law's version, the number of the article (empty for the whole law), how it is read."""

    law: str
    no: str
    label: str


def article_label(no: str) -> str:
    """Return how the number of an article is read: 58-1(2) is 第 58 条之 1（2）."""
    found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,2}))?(.*)", no)
    if found is None:
        return no
    number, sub, part = found.groups()
    wide = part.replace("(", "（").replace(")", "）")
    return f"第 {number} 条{f'之 {sub}' if sub else ''}{wide}"


def law_key(key: str) -> LawKey | None:
    """Return the parts of a key, None for what names no law of the library: a clause of a source, a document."""
    found = _KEY.fullmatch(key) if BASIS_KEY.fullmatch(key) else None
    if found is None or "/" in found["law"]:
        return None
    label = _law_label(found["name"], found["year"]) + (article_label(found["no"]) if found["no"] else "")
    return LawKey(found["law"], found["no"] or "", label)


def _law_label(name: str, year: str) -> str:
    """Return a law as people cite it: by its title and the year of the version, a document by its number."""
    numbered = re.fullmatch(r"(\D+)(\d+)号", name)
    return f"{numbered[1]}〔{year}〕{numbered[2]} 号" if numbered else f"{in_title_marks(name)}（{year}）"


def key_label(key: str) -> str:
    """Return a key as people read it; what is no key of a law stays as it is."""
    found = law_key(key)
    return found.label if found else key


def in_title_marks(title: str) -> str:
    """Return a title in 《》; titles inside it take 〈〉, as GB/T 15834 writes them."""
    inner = title.removeprefix("《").removesuffix("》") if _is_one_title(title) else title
    return f"《{inner.replace('《', '〈').replace('》', '〉')}》"


def _is_one_title(title: str) -> bool:
    """Whether the outer marks of a title belong together: 《甲》和《乙》 begins and ends with marks of two."""
    return title.startswith("《") and title.find("》") == len(title) - 1
