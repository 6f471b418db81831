"""How a basis is shown to the public: an article with its page, a source clause with the document it is of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse

from heliograph.kernel.packs.schema import Source
from heliograph.registers.citations import in_title_marks, law_key

SOURCES_ANCHOR = "source-"


@dataclass(frozen=True, slots=True)
class Citation:
    """A basis as read. A clause of a source document has `source`, the document's name, once its agency is known.

    `names` says that the name stands beside the clause: at the first one of a document only.
    """

    key: str
    label: str
    url: str = ""
    source: str = ""
    code: str = ""
    names: bool = False


def citation(key: str) -> Citation:
    """Return a basis with its page, if it is an article or a law of the library."""
    found = law_key(key)
    if found is None:
        return Citation(key=key, label=key)
    if not found.no:
        return Citation(key=key, label=found.label, url=reverse("portal:law", args=[found.law]))
    return Citation(key=key, label=found.label, url=reverse("portal:article", args=[found.law, found.no]))


def citations(keys: Iterable[str]) -> list[Citation]:
    """Return several bases in order."""
    return [citation(key) for key in keys]


def explained(bases: Iterable[Citation], sources: Iterable[Source], policy_url: str) -> list[Citation]:
    """Return bases with the clauses of an agency's documents named and led to where the page explains them."""
    known = sorted(sources, key=lambda source: -len(source.code))
    named: set[str] = set()
    found = []
    for one in bases:
        source = next((each for each in known if not one.url and is_clause_of(one.key, each.code)), None)
        if source is None:
            found.append(one)
            continue
        url = f"{policy_url}#{SOURCES_ANCHOR}{source.code}"
        first = source.code not in named
        named.add(source.code)
        found.append(replace(one, url=url, source=in_title_marks(source.title), code=source.code, names=first))
    return found


def is_clause_of(key: str, code: str) -> bool:
    """Whether a key is a clause of the document of this code: RZ一(一)2 is of RZ, not of R."""
    rest = key.removeprefix(code)
    return rest != key and not (rest[:1].isascii() and rest[:1].isalpha())
