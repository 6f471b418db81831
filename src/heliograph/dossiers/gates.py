"""Gates before a decision that a higher floor keeps, e.g. legality review. What is not registered refuses.

A pack's catalogue says when a gate is required; the app that keeps the gate registers a question here in its `ready()`.
Until then a required gate blocks the decision: no case skips review because the software is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from heliograph.kernel.verdict import Allowed, Refused, Verdict

LEGALITY_REVIEW = "legality_review"  # asked for a case: may it be decided as it is proposed now?
WITHHELD = "legality_review.withheld"  # may whoever decides give none, although one was proposed and reviewed?
IN_EFFECT = "legality_review.in_effect"  # is what was decided what was reviewed: before service, seal, publication
RELEASED = "disclosure.released"  # asked for a case: was its publication decided by a second person?
ON_PORTAL = "disclosure.on_portal"  # asked for a decision: may it be said by hand that it was taken down?
PUBLISHED_ITEM = "published_item"  # asked for an entry of a register: may the public read it now?

Gate = Callable[[UUID], Verdict | bool]
_gates: dict[str, Gate] = {}


def register_gate(name: str, passed: Gate) -> None:
    """Let an app of a higher floor answer for a gate: `passed(key)` says whether a case or entry is through."""
    _gates[name] = passed


def passed(name: str, key: UUID) -> bool:
    """Say whether a case or entry is through a gate; a gate that nobody keeps is shut."""
    gate = _gates.get(name)
    return gate is not None and bool(gate(key))


def asked(name: str, key: UUID) -> Verdict:
    """Return what the keeper of a gate says against going through; allowed where nobody keeps it or it says nothing.

    Asked beside `passed`, for the keeper knows more than the flow found: a case may have to go through after all.
    """
    gate = _gates.get(name)
    said = gate(key) if gate is not None else True
    return said if isinstance(said, Refused) else Allowed()
