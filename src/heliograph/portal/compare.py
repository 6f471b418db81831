"""What changed between two versions of an entry, field by field, as pieces kept, put in and taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from heliograph.disclosure.models import PublicVersion
from heliograph.kernel.packs.schema import Register
from heliograph.portal.values import Shown, fields_of

# A word, a number, or one Chinese character at a time; sentences where the texts are long, which keeps it quick.
FINE = re.compile(r"[A-Za-z0-9_@.:\-]+|\s+|.", re.DOTALL)
COARSE = re.compile(r"[^。；\n]*[。；\n]?")
FINE_LIMIT = 1_200


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `same`, `ins` or `del`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field in both versions."""

    label: str
    changed: bool
    pieces: list[Piece]


def pieces(old: str, new: str) -> list[Piece]:
    """Return the text of both versions as kept, removed and added pieces in reading order."""
    split = FINE if max(len(old), len(new)) <= FINE_LIMIT else COARSE
    before, after = [x for x in split.findall(old) if x], [x for x in split.findall(new) if x]
    found: list[Piece] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(before[a1:a2])))
            continue
        if a2 > a1:
            found.append(Piece("del", "".join(before[a1:a2])))
        if b2 > b1:
            found.append(Piece("ins", "".join(after[b1:b2])))
    return found


def compare(register: Register, old: PublicVersion, new: PublicVersion) -> list[FieldChange]:
    """Return every public field of either version with what changed in it: the new one's first, then those dropped."""
    before = {one.id: one for one in fields_of(old, register)}
    after = {one.id: one for one in fields_of(new, register)}
    return [_change(before.get(one), after.get(one)) for one in dict.fromkeys([*after, *before])]


def _change(before: Shown | None, after: Shown | None) -> FieldChange:
    old, new = before.text if before else "", after.text if after else ""
    label = next(one.label for one in (after, before) if one)
    return FieldChange(label=label, changed=old != new, pieces=pieces(old, new))
