"""Which documents may be printed together."""

from __future__ import annotations

import pytest

from heliograph.dossiers.rules.printing import MOST, may_print
from heliograph.kernel.verdict import Refused


@pytest.mark.parametrize(
    ("state", "chosen", "said"),
    [
        ("handling", ["issued"], ""),
        ("closed", ["issued"] * MOST, ""),
        ("handling", [], "printing.none"),
        ("handling", ["issued"] * (MOST + 1), "printing.too_many"),
        ("handling", ["issued", "voided"], "printing.not_issued"),
        ("handling", ["draft"], "printing.not_issued"),
        ("archived", ["issued"], "retrieval.no_copy"),
    ],
)
def test_what_may_be_printed(state: str, chosen: list[str], said: str) -> None:
    verdict = may_print(state, chosen)
    assert (verdict.code if isinstance(verdict, Refused) else "") == said
