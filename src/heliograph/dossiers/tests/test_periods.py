"""A period as documents write it is read back, or left alone where it is not one."""

from __future__ import annotations

import pytest

from heliograph.dossiers.periods import period_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10个工作日", (10, "working_days")),
        ("五个工作日", (5, "working_days")),
        ("十五日", (15, "calendar_days")),
        ("两个月", (2, "months")),
        ("3 天内", (3, "calendar_days")),
        ("0日", None),
        ("零十零日", None),
        ("十日，听证五日", None),
        ("另行通知", None),
        ("", None),
    ],
)
def test_a_period_is_read_as_it_is_written(text: str, expected: tuple[int, str] | None) -> None:
    assert period_in(text) == expected
