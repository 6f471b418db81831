"""Random walks through the procedures of the national pack, side by side with SpiffWorkflow."""

from __future__ import annotations

from functools import cache
from typing import Any

from heliograph.kernel.bpmn import Definition
from heliograph.kernel.packs.compiling import definition_of, dictionary_of
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.kernel.tests.bpmn_oracle import walk_side_by_side

RULES = load_pack(shipped(), "cn-national@2026.11").rules
SOURCES = {one.id: one.source.encode() for one in RULES.procedures}
PROCEDURES = [one.id for one in RULES.procedures if one.kind != "called"]
DICTIONARY = dictionary_of(RULES)
LONGEST = 60


@cache
def compiled(procedure: str) -> tuple[Definition, dict[str, bytes]]:
    """Return a procedure's definition, and the files of it and of all it calls."""
    definition = definition_of(RULES, procedure)
    return definition, {name: SOURCES[name] for name in {node.process for node in definition.nodes.values()}}


def walk(procedure: str, chance: Any) -> None:
    """Walk once, to the end or for as long as a case may reasonably take."""
    definition, files = compiled(procedure)
    walk_side_by_side(definition, files, DICTIONARY, chance, LONGEST)
