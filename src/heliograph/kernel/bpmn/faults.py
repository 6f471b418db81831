"""Faults of procedures: which element, what it is called and what is wrong, in plain Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault. `element` is an id or a place, empty for the file as a whole; `name` is what people read."""

    element: str
    name: str
    message: str

    def __str__(self) -> str:
        shown = f"「{self.name}」" if self.name else ""
        shown += f"（{self.element}）" if self.element else ""
        return f"{shown}：{self.message}" if shown else self.message


class BpmnRefusedError(ValueError):
    """A file or a set of files is refused; carries every fault found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class StuckError(ValueError):
    """A case cannot take this step; the message is Chinese and `place` says where."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(message)
        self.place = place
