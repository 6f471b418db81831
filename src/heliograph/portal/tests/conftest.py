"""Fixtures of the portal's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from heliograph.portal.tests.logs import Logs, make_logs
from heliograph.portal.tests.town import House, Town, build_town


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    """A county with two agencies."""
    return build_town(tmp_path)


@pytest.fixture
def house(town: Town) -> House:
    """The agency that most tests look at."""
    return town.statistics


@pytest.fixture
def logs(settings: Settings, tmp_path: Path) -> Logs:
    """Logs that ask for no witness, as a demonstration's may."""
    return make_logs(tmp_path, settings)
