"""What a release is made of: one canonical file with every drawing, table, fact and limit, and what is compiled of it.

Compiled bundles are kept in memory by their hash, which never lies: a case reads its release's hash, not its bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from heliograph.kernel.bpmn import BpmnRefusedError, Definition, FlowProof, compile_definition, prove_flow, read_process
from heliograph.kernel.canonical import canonical_bytes, parse_canonical
from heliograph.kernel.dmn import Table, TableRefusedError, parse_table
from heliograph.kernel.feel import FactDef, FactValue
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.procedures.rules import BASIS, decoded

KEPT: Final = 256
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """The sources of a procedure. `root` is the id of the process that a case begins with."""

    root: str
    files: Mapping[str, str]
    tables: Mapping[str, str]
    facts: Sequence[Mapping[str, Any]]
    limits: Mapping[str, Mapping[str, Any]]

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, over which the hash is made."""
        return canonical_bytes(
            {
                "v": VERSION,
                "root": self.root,
                "files": dict(self.files),
                "tables": dict(self.tables),
                "facts": [dict(fact) for fact in self.facts],
                "limits": {key: dict(limit) for key, limit in self.limits.items()},
            }
        )

    @property
    def dictionary(self) -> dict[str, FactDef]:
        """The facts by name, as expressions see them."""
        return {fact["name"]: fact_of(fact) for fact in self.facts}


def fact_of(fact: Mapping[str, Any]) -> FactDef:
    """Return a fact of a bundle as expressions see it."""
    least = fact.get("minimum")
    return FactDef(
        name=fact["name"],
        type=fact["type"],
        choices=tuple(fact.get("choices") or ()),
        unit=fact.get("unit") or "",
        minimum=None if least is None else Decimal(str(least)),
    )


def repeated_facts(facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names that a list of facts has more than once."""
    counted = Counter(fact["name"] for fact in facts)
    return [name for name, count in counted.items() if count > 1]


def differences(former: Bundle, bundle: Bundle) -> dict[str, list[str]]:
    """Return which drawings, tables, facts and limits are new, gone or changed between two bundles."""
    pairs: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
        "files": (former.files, bundle.files),
        "tables": (former.tables, bundle.tables),
        "facts": ({one["name"]: one for one in former.facts}, {one["name"]: one for one in bundle.facts}),
        "limits": (former.limits, bundle.limits),
    }
    return {part: found for part, (old, new) in pairs.items() if (found := list(_changed(old, new)))}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*old, *new}):
        if key not in old:
            yield f"新增 {key}"
        elif key not in new:
            yield f"删去 {key}"
        elif old[key] != new[key]:
            yield f"修改 {key}"


def from_bytes(data: bytes) -> Bundle:
    """Return a bundle from its canonical bytes."""
    read = parse_canonical(data)
    return Bundle(read["root"], read["files"], read["tables"], read["facts"], read["limits"])


def digest_of(data: bytes) -> str:
    """Return the hash by which a release is known."""
    return hashlib.sha256(data).hexdigest()


def used(bundle: Bundle) -> Bundle:
    """Return a bundle with the tables and limits alone that its drawings name; unreadable ones leave it as it is.

    Discretion tables stay: cases ask for them by article. So do the facts: acts set some that no condition reads.
    """
    try:
        processes = [read_process(xml.encode()) for xml in bundle.files.values()]
        benchmarks = {key for key, xml in bundle.tables.items() if parse_table(xml.encode()).articles}
    except (BpmnRefusedError, TableRefusedError):
        return bundle
    elements = [element for process in processes for element in process.elements.values()]
    decisions, limits = {one.decision for one in elements}, {one.limit for one in elements}
    return replace(
        bundle,
        tables={key: xml for key, xml in bundle.tables.items() if key in decisions | benchmarks},
        limits={key: limit for key, limit in bundle.limits.items() if key in limits},
    )


class Compiled:
    """A bundle ready to run cases by."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.dictionary = bundle.dictionary
        self.limits = bundle.limits
        self.tables: dict[str, Table] = {key: parse_table(xml.encode()) for key, xml in bundle.tables.items()}
        processes = {key: read_process(xml.encode()) for key, xml in bundle.files.items()}
        self.definition: Definition = compile_definition(bundle.root, processes, self.tables)

    @cached_property
    def proof(self) -> FlowProof:
        """Every marking that a case can be in; computed once, when it is first asked for."""
        return prove_flow(self.definition)

    @property
    def initial(self) -> dict[str, FactValue]:
        """What a case begins with, unless the one who starts it says otherwise."""
        given = {fact["name"]: fact["initial"] for fact in self.bundle.facts if fact.get("initial") is not None}
        return decoded(self.dictionary, given)

    def limit_of(self, place: str) -> Mapping[str, Any] | None:
        """Return the kept rule of a task's or timer's period, None for a place without one."""
        node = self.definition.nodes.get(place)
        return None if node is None or not node.limit else self.limits[node.limit]

    def shown(self, place: str) -> str:
        """Return what people read for a place; a join's arrival is named after the gateway it waits at."""
        node = self.definition.nodes.get(place)
        if node is not None:
            return node.shown
        waiting = (one for one in self.definition.nodes.values() if place in one.arriving)
        return next((one.shown for one in waiting), place)


_kept: dict[str, Compiled] = {}


def kept(sha256: str) -> Compiled | None:
    """Return a compiled bundle that is in memory."""
    return _kept.get(sha256)


def keep(sha256: str, data: bytes) -> Compiled:
    """Compile a bundle and keep it; ActRefusedError when it is not what was released under the hash."""
    if digest_of(data) != sha256:
        message = "该流程版本的内容与发布时的哈希值不符，已停止适用，请立即报告系统管理员核查。"
        raise ActRefusedError(Refused("procedure.altered", message, BASIS))
    compiled = Compiled(from_bytes(data))
    if len(_kept) >= KEPT:
        _kept.clear()
    _kept[sha256] = compiled
    return compiled
