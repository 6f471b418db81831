"""Verdicts: the answer of a rule, either allowed or refused with a reason and the provision it rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowed:
    """The act may go ahead."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The act may not go ahead; the message is shown to people as it is, so it is Chinese."""

    code: str
    message: str
    basis: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"{self.message}（{self.basis}）" if self.basis else self.message


Verdict = Allowed | Refused


class ActRefusedError(Exception):
    """An act was tried that a rule refuses; carries the refusal for the page, the log and the tests."""

    def __init__(self, verdict: Refused) -> None:
        super().__init__(verdict)
        self.verdict = verdict

    def __str__(self) -> str:
        return str(self.verdict)


def require(verdict: Verdict) -> None:
    """Raise ``ActRefusedError`` unless the verdict allows the act."""
    if isinstance(verdict, Refused):
        raise ActRefusedError(verdict)


def first_refusal(*verdicts: Verdict) -> Verdict:
    """Return the first refusal in the order given, or ``Allowed`` when there is none."""
    return next((verdict for verdict in verdicts if isinstance(verdict, Refused)), Allowed())
