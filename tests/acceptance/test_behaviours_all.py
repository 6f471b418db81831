"""Every agency has at least eight behaviours that are its own, each tied to a clause of its document."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.acceptance import (
    test_behaviours_jinghai,
    test_behaviours_luozhuang,
    test_behaviours_rizhao,
    test_behaviours_wenshang,
    test_behaviours_xinglongtai,
)

AT_LEAST = 8
AGENCIES = [
    test_behaviours_jinghai,
    test_behaviours_luozhuang,
    test_behaviours_rizhao,
    test_behaviours_wenshang,
    test_behaviours_xinglongtai,
]


@pytest.mark.parametrize("module", AGENCIES, ids=lambda module: module.__name__.rpartition("_")[2])
def test_every_agency_has_eight_behaviours_of_its_own(module: ModuleType) -> None:
    found = [name for name in vars(module) if name.startswith("test_")]
    assert len(found) >= AT_LEAST
