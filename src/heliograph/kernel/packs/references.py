"""What a merged pack offers to be referred to, and how a name that leads nowhere is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from heliograph.kernel.packs.schema import CITED_WHOLE, Law, Pack
from heliograph.kernel.packs.yaml_source import Path

Finding = tuple[Path, str]


@dataclass
class References:
    """What a merged pack offers to be referred to."""

    pack: Pack
    requirements: frozenset[str]

    @cached_property
    def laws(self) -> dict[str, Law]:
        """Laws by key and by every alias with the same version year."""
        found: dict[str, Law] = {}
        for law in self.pack.laws:
            found[law.key] = law
            year = law.key.partition("@")[2]
            found.update({alias if "@" in alias else f"{alias}@{year}": law for alias in law.aliases})
        return found

    @cached_property
    def clauses(self) -> frozenset[str]:
        """Citations of the source documents in the chain."""
        return frozenset(clause.id for clause in self.pack.clauses)

    def ids(self, section: str) -> frozenset[str]:
        """Ids of a section, as merged."""
        return frozenset(rule.id for rule in getattr(self.pack.rules, section))

    def names(self, section: str) -> frozenset[str]:
        """Names of a section, as merged."""
        return frozenset(rule.name for rule in getattr(self.pack.rules, section))

    @cached_property
    def categories(self) -> frozenset[str]:
        """Category ids, those that a child took away included: a parent's rule may speak of them."""
        removed = {removal.id for removal in self.pack.removed if removal.section == "categories"}
        return self.ids("categories") | removed

    def has_rule(self, key: str) -> bool:
        """Say whether `<section>/<id>` is a rule of the pack."""
        return key in self.pack.origins

    def citation_fault(self, citation: str) -> str | None:
        """Return what is wrong with a citation, None when it reaches a clause or an article."""
        return self._law_fault(citation) if "@" in citation else self._clause_fault(citation)

    def _law_fault(self, citation: str) -> str | None:
        key, _, article = citation.partition(":")
        law = self.laws.get(key)
        if law is None:
            return f"依据「{citation}」：laws 里没有 {key}"
        if not article:
            return None if law.level in CITED_WHOLE else f"依据「{citation}」须写到条，如 {key}:1"
        known = {item.no for item in law.articles}
        if article in known or article.partition("(")[0] in known:
            return None
        return f"依据「{citation}」：{law.key} 没有列出第 {article} 条"

    def _clause_fault(self, citation: str) -> str | None:
        """An article may be cited that is listed by its items only: WS公7 for WS公7(一)."""
        if citation in self.clauses:
            return None
        if any(re.match(re.escape(citation) + r"\D", clause) for clause in self.clauses):
            return None
        return f"依据「{citation}」：clauses 里没有这一条款"


def citations(path: Path, basis: Sequence[str], refs: References) -> Iterator[Finding]:
    """Yield the citations that reach nothing; `path` is where the `basis` stands."""
    for index, citation in enumerate(basis):
        fault = refs.citation_fault(citation)
        if fault:
            yield (*path, "basis", index), fault


def known(key: str, ids: Iterable[str], names: frozenset[str], what: str) -> Iterator[Finding]:
    """Yield the names in the list under `key` that are not among `names`."""
    for index, name in enumerate(ids):
        if name not in names:
            yield (key, index), f"没有{what}「{name}」"
