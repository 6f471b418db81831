"""Places to crash in, for a module or for one test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.crash.site import Parent, Site, parent, site

NUMBERS = count(9_000, 2)


@pytest.fixture(scope="session")
def forking() -> Iterator[Parent]:
    """The process that forks."""
    with parent() as process:
        yield process


@pytest.fixture(scope="module")
def crash_site(forking: Parent, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One place for all tests of a module: what one leaves behind is where the next begins."""
    with site(forking, tmp_path_factory.mktemp("crash") / "home", next(NUMBERS)) as made:
        yield made


@pytest.fixture
def fresh_site(forking: Parent, tmp_path: Path) -> Iterator[Site]:
    """A place that nobody was in before."""
    with site(forking, tmp_path / "home", next(NUMBERS)) as made:
        yield made
