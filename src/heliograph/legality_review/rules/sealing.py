"""What an opinion is bound to: each field of the proposed decision under a hash of its own.

A later change is found by comparing hashes, and the field that changed can be named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from heliograph.kernel.canonical import canonical_bytes

VERSION: Final = 1
LABELS: Final[Mapping[str, str]] = {
    "outcome": "处理结果",
    "kinds": "处罚种类",
    "fine": "罚款金额",
    "confiscated": "没收金额",
    "levied": "征收或者收费金额",
    "other": "其他内容",
    "correction": "责令改正",
    "facts": "认定的事实",
    "reasons": "理由",
    "basis": "处理依据",
    "cited": "案卷引用的条文",
    "discretion": "裁量基准和裁量理由",
    "parties": "当事人",
    "evidence": "证据",
    "measure": "强制措施的种类和财物",
    "grounds": "审核事由",
}

OF_DECISION: Final = frozenset(
    {"outcome", "kinds", "fine", "confiscated", "levied", "other", "correction", "facts", "reasons", "basis"}
)  # what a decision says itself; the rest is of its case and may grow after it
OF_COERCION: Final = frozenset({"outcome"})  # the manner; what was taken is in the inventory made on the spot


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision as proposed, in plain text: what a reviewer looks at and what nobody may change afterwards."""

    outcome: str
    kinds: Sequence[str]
    fine: str
    confiscated: str
    levied: str
    other: str
    correction: Sequence[str]
    facts: str
    reasons: str
    basis: Sequence[str]
    cited: Sequence[str]
    discretion: Sequence[str]
    parties: Sequence[str]
    evidence: Sequence[str]
    measure: Sequence[str]
    grounds: Sequence[str]


def seals_of(proposed: Proposed) -> dict[str, str]:
    """Return the hash of every field. Order does not count in lists: they are sorted."""
    return {one.name: _seal(one.name, getattr(proposed, one.name)) for one in fields(proposed)}


def _seal(name: str, value: str | Sequence[str]) -> str:
    plain = value if isinstance(value, str) else sorted(value)
    return hashlib.sha256(canonical_bytes({"v": VERSION, "field": name, "value": plain})).hexdigest()


def seal_of(seals: Mapping[str, str]) -> str:
    """Return one hash over the hashes of all fields."""
    return hashlib.sha256(canonical_bytes({"v": VERSION, "seals": dict(seals)})).hexdigest()


def changed(
    reviewed: Mapping[str, str], now: Mapping[str, str], *, only: Collection[str] = frozenset(LABELS)
) -> list[str]:
    """Return the names of the fields that are not what was reviewed, in the order of a decision."""
    return [label for name, label in LABELS.items() if name in only and reviewed.get(name) != now.get(name)]
