"""Fixtures of the portal's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from heliograph.portal.tests.town import House, Town, build_town


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    """A county with two agencies."""
    return build_town(tmp_path)


@pytest.fixture
def house(town: Town) -> House:
    """The agency that most tests look at."""
    return town.statistics
