"""A released procedure and a case on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from heliograph.kernel.ids import uuid7
from heliograph.ledger.actions import append
from heliograph.procedures.actions import Moved, complete_task, start
from heliograph.procedures.models import Release
from heliograph.procedures.tests.flows import release_of
from heliograph.registers.models import Account, Agency, Unit
from tests.cast import NOON


@pytest.fixture
def release(agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    return release_of(agency, legality_reviewer, leader_in_charge)


def begin(agency: Agency, actor: Account, unit: Unit | None = None, **facts: Any) -> Moved:
    """Start a case and record it, as the case file does."""
    key = unit.pk if unit else None
    moved = start(uuid7(), agency_id=agency.pk, procedure="penalty", facts=facts, actor=actor, at=NOON, unit_id=key)
    run = moved.run
    append("run.begun", subject=run, agency_id=agency.pk, actor_id=actor.pk, at=NOON, rows=moved.rows)
    return moved


@pytest.fixture
def case(release: Release, agency: Agency, handler: Account, handling_unit: Unit) -> UUID:
    """A case that waits for its filing form."""
    return begin(agency, handler, handling_unit).run.pk


@pytest.fixture
def filed(case: UUID, handler: Account, leader_in_charge: Account) -> UUID:
    """A case under investigation."""
    complete_task(case, "t_file", actor=handler, at=NOON)
    complete_task(case, "t_approve", facts={"准予立案": True}, actor=leader_in_charge, at=NOON)
    return case


@pytest.fixture
def investigated(filed: UUID, handler: Account) -> Callable[..., Moved]:
    """Ends the investigation with a fine."""

    def end(amount: Any, **more: Any) -> Moved:
        return complete_task(filed, "t_investigate", facts={"罚款金额": amount}, actor=handler, at=NOON, **more)

    return end
