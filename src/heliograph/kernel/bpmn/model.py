"""A procedure as it was drawn: lanes, elements and flows of one file, checked and without any XML left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from heliograph.kernel.bpmn.notation import Kind


@dataclass(frozen=True, slots=True)
class Lane:
    """A swimlane: who works in it, by name and by role."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Flow:
    """An arrow; `condition` is the FEEL text as written, empty when there is none."""

    id: str
    source: str
    target: str
    name: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an element says about itself; shared by the drawn element and the compiled node."""

    id: str
    kind: Kind
    name: str
    role: str = ""
    act: str = ""
    limit: str = ""
    documents: tuple[str, ...] = ()
    officers: int = 1
    exclude: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    onsite: bool = False
    basis: str = ""
    unit: str = ""
    decision: str = ""
    called: str = ""
    default: str = ""
    host: str = ""
    interrupting: bool = True
    terminate: bool = False

    @property
    def shown(self) -> str:
        """What people read: the name, else the id."""
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Element(Step):
    """A node of the drawing and the lane it stands in."""

    lane: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """One file: a process with its lanes, elements and flows, in the order they were written."""

    id: str
    name: str
    basis: str
    lanes: tuple[Lane, ...]
    elements: Mapping[str, Element]
    flows: tuple[Flow, ...]
    start: str
