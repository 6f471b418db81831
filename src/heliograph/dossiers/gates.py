"""Gates before a decision that a higher floor keeps, e.g. legality review. What is not registered refuses.

A pack's catalogue says when a gate is required; the app that keeps the gate registers a question here in its `ready()`.
Until then a required gate blocks the decision: no case skips review because the software is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

LEGALITY_REVIEW = "legality_review"
PUBLISHED_ITEM = "published_item"  # asked for an entry of a register: may the public read it now?

Gate = Callable[[UUID], bool]
_gates: dict[str, Gate] = {}


def register_gate(name: str, passed: Gate) -> None:
    """Let an app of a higher floor answer for a gate: `passed(key)` says whether a case or entry is through."""
    _gates[name] = passed


def passed(name: str, key: UUID) -> bool:
    """Say whether a case or entry is through a gate; a gate that nobody keeps is shut."""
    gate = _gates.get(name)
    return gate is not None and gate(key)
