"""The profile of the national pack, read once for all tests of redaction."""

from __future__ import annotations

from functools import lru_cache

from heliograph.kernel.packs.load import available, load_pack, shipped
from heliograph.kernel.redaction import Hit, Known, Profile, find, profile_of


@lru_cache(maxsize=1)
def national() -> Profile:
    root = shipped()
    pack = load_pack(root, [name for name in available(root) if name.startswith("cn-national@")][-1])
    return profile_of(pack.rules.redaction_rules, pack.rules.redaction_keeps)


def seen(text: str, *known: Known) -> list[tuple[str, str]]:
    """Return kinds and strings found, those that the keep-list calls public left out."""
    return [(hit.kind, text[hit.start : hit.end]) for hit in hits(text, *known) if not hit.kept_by]


def hits(text: str, *known: Known) -> tuple[Hit, ...]:
    return find(text, known, national())
