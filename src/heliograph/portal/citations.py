"""How a basis is written for people: an article key becomes 《…》第 58 条 with its page, a source clause stays."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from heliograph.registers.rules import BASIS_KEY

KEY = re.compile(
    r"(?P<law>(?P<name>[^@:\s]+)@(?P<year>\d{4}))(?::(?P<no>(?P<article>\d{1,3})(?:-(?P<sub>\d{1,2}))?(?P<part>.*)))?"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A basis as read; `url` is empty for a clause of a source document."""

    key: str
    label: str
    url: str = ""


def article_label(no: str) -> str:
    """Return how the number of an article is read: 58-1(2) is 第 58 条之 1（2）."""
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,2}))?(.*)", no)
    if found is None:
        return no
    number, sub, part = found.groups()
    wide = part.replace("(", "（").replace(")", "）")
    return f"第 {number} 条{f'之 {sub}' if sub else ''}{wide}"


def citation(key: str) -> Citation:
    """Return a basis with its page, if it is an article or a law of the library."""
    found = KEY.fullmatch(key) if BASIS_KEY.fullmatch(key) else None
    if found is None or "/" in found["law"]:
        return Citation(key=key, label=key)
    label = f"《{found['name']}》（{found['year']}）"
    if found["no"] is None:
        return Citation(key=key, label=label, url=reverse("portal:law", args=[found["law"]]))
    return Citation(
        key=key,
        label=f"{label}{article_label(found['no'])}",
        url=reverse("portal:article", args=[found["law"], found["no"]]),
    )


def citations(keys: Iterable[str]) -> list[Citation]:
    """Return several bases in order."""
    return [citation(key) for key in keys]
