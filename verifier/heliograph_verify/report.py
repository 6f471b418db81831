"""What a check found, line by line, and the exit code that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from heliograph_verify.formats import Unreadable

OK, FORGED, UNREADABLE, SKIPPED, NOTE = "ok", "forged", "unreadable", "skipped", "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report: what kind of line, which text, its values."""

    status: str
    code: str
    values: dict[str, object]


@dataclass(slots=True)
class Report:
    """What was found, in order."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, status: str, code: str, **values: object) -> None:
        """Add a line."""
        self.findings.append(Finding(status, code, values))

    def unreadable(self, error: Unreadable, name: str = "") -> None:
        """Add a line for an input that cannot be judged."""
        if name:
            self.add(UNREADABLE, "at_file", name=name, reason=Finding(UNREADABLE, error.code, error.values))
        else:
            self.add(UNREADABLE, error.code, **error.values)

    def has(self, status: str) -> bool:
        """Say whether there is a line of this kind."""
        return any(finding.status == status for finding in self.findings)

    def exit_code(self) -> int:
        """Return 1 if anything is forged, else 2 if anything could not be read, else 0."""
        return 1 if self.has(FORGED) else 2 if self.has(UNREADABLE) else 0
