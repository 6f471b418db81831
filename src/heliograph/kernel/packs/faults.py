"""Faults of packs: what is wrong, in which file, on which line and at which key, in plain Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PackFault:
    """One fault. `line` counts from 1; `key` is the place inside the file, empty for the file as a whole."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.file}:{self.line}", self.key, self.message) if part)


class PackFaultsError(Exception):
    """A pack cannot be used; carries every fault found, in the order of file and line."""

    def __init__(self, faults: Sequence[PackFault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
