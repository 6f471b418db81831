"""What is wrong with a table, cell by cell in plain Chinese, and why a decision could not be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.kernel.feel.errors import FeelError


@dataclass(frozen=True, slots=True, order=True)
class TableFault:
    """One fault. ``row`` counts from 1, 0 for the table as a whole; ``column`` is its name, empty for the whole row."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = (f"第 {self.row} 行" if self.row else "") + (f"“{self.column}”" if self.column else "")
        return f"{place}：{self.message}" if place else self.message


class TableRefusedError(ValueError):
    """A table cannot be used; carries every fault found."""

    def __init__(self, faults: Sequence[TableFault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NoRule(FeelError):  # noqa: N818 - named for the answer: no row fits
    """No row of a table fits the facts, though one has to."""

    def __init__(self, table: str, facts: str) -> None:
        self.table = table
        super().__init__(f"表“{table}”没有适用的行（{facts}）")


class Overlap(FeelError):  # noqa: N818 - named for the answer: several rows fit
    """Several rows of a table fit, though only one may; ``rows`` are their places, counted from 1."""

    def __init__(self, table: str, facts: str, rows: Sequence[int]) -> None:
        self.table, self.rows = table, tuple(rows)
        super().__init__(f"表“{table}”的{rows_named(rows)}同时适用（{facts}）")


def rows_named(rows: Sequence[int]) -> str:
    """Return places as people say them: 第 2 行与第 3 行."""
    return "与".join(f"第 {row} 行" for row in rows)
