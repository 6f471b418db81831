"""Where a register's field set comes from: the agency's pack, which lives on a higher floor and registers itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from heliograph.kernel.packs.schema import Category, Register, Unit
from heliograph.kernel.verdict import ActRefusedError, Refused


@dataclass(frozen=True, slots=True)
class FieldSet:
    """What an agency's pack says of one register on a day: its definition, the agency's categories, units and laws."""

    register: Register
    categories: tuple[Category, ...]
    units: tuple[Unit, ...]
    articles: frozenset[str]  # article keys that the pack knows
    pack: str  # lineage and version, kept with every version of an entry


FieldSetSource = Callable[[UUID, str, date], FieldSet | None]
_sources: list[FieldSetSource] = []


def register_source(source: FieldSetSource) -> None:
    """Name the one source of field sets. RuntimeError on a second: two laws for one form is a fault at start."""
    if _sources and _sources[0] is not source:
        raise RuntimeError("a source of field sets is already registered")
    _sources[:] = [source]


def field_set(agency_id: UUID, register: str, on: date) -> FieldSet:
    """Return the field set in force, or refuse with the way out when the agency has no pack or no such register."""
    found = _sources[0](agency_id, register, on) if _sources else None
    if found is None:
        raise ActRefusedError(
            Refused(
                "register.unknown",
                "本机关在该日没有适用的规则包，或规则包没有这份清单。请先安装规则包，或在规则包中增加清单。",
                "国办发118号@2018",
            )
        )
    return found
