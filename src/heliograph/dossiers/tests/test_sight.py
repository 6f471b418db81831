"""One case in sight, by a kept read, is one of the cases that lists and counts start from, for everybody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import Reader, access_case, case_in_sight, reader, seen_by
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.registers.actions import add_unit
from heliograph.registers.models import Role
from tests.cast import NOON, TODAY


@pytest.fixture
def bureau(db: None) -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.mark.by_hand
def test_it_is_seen_exactly_when_it_is_among_those_in_sight(bureau: Bureau) -> None:
    case, other = opened(bureau), opened(bureau, title="另一案件")
    unit = add_unit(
        bureau.agency.pk, name="测试二科", functions=["handling"], actor=bureau["legality_reviewer"], at=NOON
    )
    Case.objects.filter(pk=other.pk).update(unit=unit, handler=bureau["unit_head"], co_handler=None,
                                            source="application")  # fmt: skip
    seen = 0
    for account in bureau.people.values():
        for role in Role:
            for unit_id in (None, case.unit_id, unit.pk):
                who = Reader(account, bureau.agency.pk, frozenset({role}), unit_id)
                in_sight = set(seen_by(who).values_list("pk", flat=True))
                for one in (case, other):
                    assert _found(who, one) == (one.pk in in_sight), (account, role, unit_id)
                    seen += one.pk in in_sight
    assert seen


def _found(who: Reader, case: Case) -> bool:
    try:
        return case_in_sight(who, case.pk, "unit").pk == case.pk
    except Case.DoesNotExist:
        return False


def test_an_act_asks_who_it_is_by_one_statement_and_locks_by_the_next(bureau: Bureau) -> None:
    case = opened(bureau)
    access_case(bureau["handler"], case.pk, "take_step", TODAY)
    with CaptureQueriesContext(connection) as asked:
        found, who = access_case(bureau["handler"], case.pk, "take_step", TODAY)
        named = (found.unit.name, found.handler.display_name)
    assert len(asked) == 2
    assert [("FOR UPDATE" in one["sql"]) for one in asked.captured_queries] == [False, True]
    assert named == (case.unit.name, case.handler.display_name)
    assert who == reader(bureau["handler"], bureau.agency.pk, TODAY)
