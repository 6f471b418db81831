"""Lists of open tasks by due day, page by page; the drawing of a case; what the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from heliograph.kernel.ids import uuid7
from heliograph.procedures.actions import Moved, complete_task
from heliograph.procedures.models import Release, Run, Token
from heliograph.procedures.pictures import picture
from heliograph.procedures.queries import next_key, open_tasks, standing
from heliograph.procedures.tests.conftest import begin
from heliograph.registers.models import Account, Agency, Unit
from tests.cast import NOON, TODAY, Office
from tests.database import superuser_link

guards = import_module("heliograph.procedures.migrations.0002_append_only")


# -- open tasks
@pytest.fixture
def several(release: Release, agency: Agency, handler: Account, handling_unit: Unit) -> list[UUID]:
    return [begin(agency, handler, handling_unit).run.pk for _ in range(5)]


def test_tasks_are_listed_by_role_those_due_first(
    several: list[UUID], filed: UUID, agency: Agency, handling_unit: Unit
) -> None:
    found = open_tasks(agency.pk, ["handler"])
    assert [token.name for token in found] == ["调查取证", *["填报立案审批表"] * 5]
    assert found[0].due_on == TODAY + timedelta(days=90)
    assert {token.unit for token in found} == {handling_unit}
    assert open_tasks(agency.pk, ["leader_in_charge"]) == []


def test_pages_follow_each_other_without_loss(several: list[UUID], filed: UUID, agency: Agency) -> None:
    every, after = [], None
    while page := open_tasks(agency.pk, ["handler", "unit_head"], after=after, most=2):
        every += page
        after = next_key(page[-1])
    assert [token.pk for token in every] == [token.pk for token in open_tasks(agency.pk, ["handler"])]


def test_a_list_is_of_one_agency_and_of_some_units(
    several: list[UUID], agency: Agency, next_door: Office, handling_unit: Unit, legal_unit: Unit
) -> None:
    assert open_tasks(next_door.agency.pk, ["handler"]) == []
    assert open_tasks(agency.pk, ["handler"], unit_ids=[legal_unit.pk]) == []
    assert len(open_tasks(agency.pk, ["handler"], unit_ids=[handling_unit.pk])) == 5


@pytest.mark.by_hand
def test_a_page_is_one_query_on_the_index(several: list[UUID], agency: Agency) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        open_tasks(agency.pk, ["handler"])
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "token_task_by_due" in plan


def test_a_step_is_few_statements(investigated: Callable[..., Moved], filed: UUID, handler: Account) -> None:
    investigated(100)
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        complete_task(filed, "t_serve", actor=handler, at=NOON)
    own = [one["sql"] for one in queries if "ledger_" not in one["sql"] and "procedures_" in one["sql"]]
    assert len(own) == 2 + 1  # read and write; the digests of run, step and token, which the record makes at once


def test_a_run_that_is_not_there_is_not_found(db: None) -> None:
    with pytest.raises(Run.DoesNotExist):
        standing(uuid7())


# -- the drawing
def test_the_drawing_of_a_case_shows_what_is_done_and_what_is_open(
    investigated: Callable[..., Moved], filed: UUID, legality_reviewer: Account
) -> None:
    assert "正在办理" in picture(filed)
    investigated(20_000)
    drawing = picture(filed)
    assert "立案审批" in drawing
    assert drawing.count("c_review") >= 1
    inner = picture(filed, "c_review")
    assert "出具审核意见" in inner
    assert "立案审批" not in inner
    with pytest.raises(KeyError):
        picture(filed, "c_nothing")


def test_an_ended_case_shows_what_was_not_needed(case: UUID, handler: Account, leader_in_charge: Account) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    complete_task(case, "t_approve", facts={"准予立案": False}, actor=leader_in_charge, at=NOON)
    assert "未经过" in picture(case)


# -- the database
def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("table", [*guards.NEVER_UPDATED, *guards.NEVER_DELETED])
def test_the_server_deletes_nothing_that_is_kept(case: UUID, table: str) -> None:
    with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
        sql(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", guards.NEVER_UPDATED)
def test_the_server_rewrites_no_step(case: UUID, table: str) -> None:
    with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
        sql(f"UPDATE {table} SET at = at")


@pytest.mark.parametrize("column", ["bundle", "sha256", "effective_from", "number"])
def test_what_a_release_is_made_of_stays(release: Release, column: str) -> None:
    with pytest.raises(ProgrammingError, match="append-only: UPDATE on procedures_release"):
        sql(f"UPDATE procedures_release SET {column} = {column}")


def test_two_releases_are_never_in_force_on_one_day(release: Release) -> None:
    columns = [str(field.column) for field in Release._meta.concrete_fields]
    copied = [{"id": "%s", "number": "number + 1"}.get(name, name) for name in columns]
    statement = (
        f"INSERT INTO procedures_release ({', '.join(columns)}) SELECT {', '.join(copied)} FROM procedures_release"
    )
    with pytest.raises(IntegrityError, match="one_procedure_release_per_day"):
        sql(statement, uuid7())


def test_a_run_has_one_token_in_a_place(case: UUID) -> None:
    columns = [str(field.column) for field in Token._meta.concrete_fields]
    copied = [{"id": "%s"}.get(name, name) for name in columns]
    statement = f"INSERT INTO procedures_token ({', '.join(columns)}) SELECT {', '.join(copied)} FROM procedures_token"
    with pytest.raises(IntegrityError, match="token_once_per_place"):
        sql(statement, uuid7())


@pytest.mark.django_db(transaction=True)
def test_not_even_the_superuser_deletes_a_step(case: UUID) -> None:
    with superuser_link() as link, pytest.raises(Exception, match="append-only: DELETE on procedures_step"):
        link.execute("DELETE FROM procedures_step")
