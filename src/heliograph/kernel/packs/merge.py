"""Merge a chain of pack files into one pack: parents first, each child adding, replacing and removing by name.

Nothing is overridden in silence. An id that a parent has cannot be added, one that it lacks cannot be replaced or
removed, and replacing or removing needs a reason. Laws and sources accumulate. The result is bound by a hash over its
canonical form, so that an installed pack can be shown to be the one it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.schema import Article, Clause, DrawnRule, Law, Pack, Removal, Rule, Sections, Source
from heliograph.kernel.packs.validation import PackSource
from heliograph.kernel.packs.yaml_source import Path

SECTIONS = tuple(Sections.model_fields)
_LAW_HEAD = tuple(name for name in Law.model_fields if name not in {"key", "aliases", "articles"})


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of plain JSON content: sorted keys, UTF-8, no spaces."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the sha256 (hex) that binds the content of a pack; the stated hash itself is left out."""
    return hashlib.sha256(canonical_json({key: content[key] for key in content if key != "content_hash"})).hexdigest()


def to_content(pack: Pack) -> dict[str, Any]:
    """Return a pack as plain JSON content, for keeping. `from_content` reads it back."""
    return pack.model_dump(mode="json")


def from_content(content: Mapping[str, Any]) -> Pack:
    """Return the pack kept as plain JSON content. Raises ValueError when its hash does not bind it."""
    if content_hash(content) != content.get("content_hash"):
        raise ValueError("规则包内容与其哈希值不符")
    return Pack.model_validate(content)


@dataclass(slots=True)
class _Merge:
    """The state of a merge: rules by section in order, and the faults met."""

    rules: dict[str, dict[str, Rule]] = field(default_factory=lambda: {section: {} for section in SECTIONS})
    origins: dict[str, str] = field(default_factory=dict)
    laws: dict[str, Law] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    removed: list[Removal] = field(default_factory=list)
    faults: list[PackFault] = field(default_factory=list)

    def take(self, pack: PackSource) -> None:
        """Lay one pack file over what its parents left."""
        self._refuse_twice(pack)
        for index, removal in enumerate(pack.file.remove):
            self._remove(pack, ("remove", index), removal)
        for part in ("replace", "add"):
            for path, section, rule in written_rules(pack, part):
                self._put(pack, path, section, rule)
        for index, law in enumerate(pack.file.laws):
            self._law(pack, ("laws", index), law)
        for index, source in enumerate(pack.file.sources):
            if self.sources.setdefault(source.code, source) != source:
                self.faults.append(pack.fault(("sources", index), f"上级包已有来源 {source.code}，写法不同"))

    def _refuse_twice(self, pack: PackSource) -> None:
        """One file speaks of one rule once; removing and adding the same id would be a silent override."""
        seen: set[tuple[str, str]] = set()
        named: list[tuple[Path, str, str]] = [
            (("remove", index), item.section, item.id) for index, item in enumerate(pack.file.remove)
        ]
        for part in ("replace", "add"):
            named += [(path, section, rule.id) for path, section, rule in written_rules(pack, part)]
        for path, section, rule_id in named:
            if (section, rule_id) in seen:
                self.faults.append(pack.fault((*path, "id"), f"{section}/{rule_id} 在本文件里出现两次"))
            seen.add((section, rule_id))

    def _remove(self, pack: PackSource, path: Path, removal: Removal) -> None:
        if removal.section not in self.rules:
            self.faults.append(pack.fault((*path, "section"), f"没有「{removal.section}」这一类规则"))
        elif removal.id not in self.rules[removal.section]:
            self.faults.append(pack.fault((*path, "id"), f"上级包没有 {removal.section}/{removal.id}，不能去掉"))
        else:
            del self.rules[removal.section][removal.id]
            del self.origins[f"{removal.section}/{removal.id}"]
            self.removed.append(removal)

    def _put(self, pack: PackSource, path: Path, section: str, rule: Rule) -> None:
        known = rule.id in self.rules[section]
        if path[0] == "add" and known:
            self.faults.append(pack.fault(path, f"上级包已有 {section}/{rule.id}，要改请写在 replace"))
        elif path[0] == "replace" and not known:
            self.faults.append(pack.fault(path, f"上级包没有 {section}/{rule.id}，新增请写在 add"))
        elif path[0] == "replace" and not rule.why.strip():
            self.faults.append(pack.fault((*path, "why"), "替换上级包的规则须写 why，说明以何者为准及理由"))
        elif isinstance(rule, DrawnRule) and not rule.file and not known:
            self.faults.append(pack.fault((*path, "file"), "新增的流程或者表须写 file"))
        else:
            self.rules[section][rule.id] = _drawn_as(rule, self.rules[section].get(rule.id))
            self.origins[f"{section}/{rule.id}"] = pack.name

    def _law(self, pack: PackSource, path: Path, law: Law) -> None:
        """Take a law, or more articles for one that is known."""
        known = self.laws.get(law.key)
        head = law.model_copy(update={"articles": []}) if known is None else known
        for name in _LAW_HEAD:
            if name in law.model_fields_set and getattr(law, name) != getattr(head, name):
                self.faults.append(pack.fault((*path, name), f"{law.key} 已写过，两处的 {name} 不同"))
        articles = {article.no: article for article in head.articles}
        for index, article in enumerate(law.articles):
            self._article(pack, (*path, "articles", index), articles, article)
        aliases = [*head.aliases, *(alias for alias in law.aliases if alias not in head.aliases)]
        self.laws[law.key] = head.model_copy(update={"aliases": aliases, "articles": list(articles.values())})

    def _article(self, pack: PackSource, path: Path, known: dict[str, Article], article: Article) -> None:
        if article.no in known:
            self.faults.append(pack.fault((*path, "no"), f"第 {article.no} 条重复"))
        else:
            known[article.no] = article


def _drawn_as(rule: Rule, former: Rule | None) -> Rule:
    """Return the rule, with its parent's flowchart or table where it brings none of its own."""
    if not isinstance(rule, DrawnRule) or not isinstance(former, DrawnRule) or rule.file:
        return rule
    return rule.model_copy(update={"file": former.file, "source": former.source})


def written_rules(pack: PackSource, part: str) -> Iterator[tuple[Path, str, Rule]]:
    """Yield each rule under `add` or `replace` with its place in the file and its section."""
    sections: Sections = getattr(pack.file, part)
    for section in SECTIONS:
        for index, rule in enumerate(getattr(sections, section)):
            yield (part, section, index), section, rule


def _clauses(chain: Sequence[PackSource]) -> list[Clause]:
    return [clause for pack in chain for clause in pack.file.clauses]


def resolve(chain: Sequence[PackSource]) -> Pack:
    """Return the pack at the end of the chain with its parents merged in, parents first.

    Raises PackFaultsError with every fault of the merge.
    """
    merge = _Merge()
    for file in chain:
        merge.take(file)
    if merge.faults:
        raise PackFaultsError(merge.faults)
    leaf = chain[-1].file
    pack = Pack(
        pack=leaf.pack,
        version=leaf.version,
        kind=leaf.kind,
        title=leaf.title,
        lineage=[file.name for file in chain],
        content_hash="",
        effective_from=leaf.effective_from,
        effective_to=leaf.effective_to,
        sources=list(merge.sources.values()),
        laws=list(merge.laws.values()),
        government=leaf.government,
        agency=leaf.agency,
        rules=Sections.model_validate({section: list(rules.values()) for section, rules in merge.rules.items()}),
        removed=merge.removed,
        clauses=_clauses(chain),
        origins=merge.origins,
    )
    return pack.model_copy(update={"content_hash": content_hash(to_content(pack))})
