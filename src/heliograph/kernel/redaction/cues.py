"""Words that stand beside names of people: who somebody is, what people do. They lie in `data/cues.txt`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files
from typing import get_args

from heliograph.kernel.packs.redaction_rules import Role


def _lists() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    name = ""
    text = files("heliograph.kernel.redaction").joinpath("data", "cues.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
        elif not line.startswith("#"):
            found[name] += line.split()
    return found


_LISTS = _lists()
ROLE_CUES: Mapping[str, Role] = {word: role for role in get_args(Role) for word in _LISTS[role]}
KINSHIP = frozenset(_LISTS["kinship"])
LABELS = frozenset(_LISTS["labels"])
BEFORE = frozenset(_LISTS["before"])
ACTS = frozenset(_LISTS["acts"])
WEAK_ACTS = frozenset(_LISTS["weak"])
CALLINGS = tuple(_LISTS["callings"])
NO_NAMES = frozenset(_LISTS["no_names"]) | frozenset(ROLE_CUES) | KINSHIP
ORGANISATIONS = tuple(_LISTS["organisations"])
