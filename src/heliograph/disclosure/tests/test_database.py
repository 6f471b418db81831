"""What the database itself refuses, whoever writes and however."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from heliograph.disclosure.models import PublicVersion, Release
from heliograph.kernel.ids import uuid7
from heliograph.registers.actions import Content, revise_entry
from heliograph.registers.models import Account
from tests.cast import ITEM, NOON, publish

append_only = import_module("heliograph.disclosure.migrations.0002_append_only")


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def second(
    published: PublicVersion, handler: Account, legality_reviewer: Account, release_approver: Account
) -> PublicVersion:
    version = revise_entry(published.entry_id, content=Content(ITEM, "核对条文"), actor=handler, at=NOON)
    return publish(version, handler, legality_reviewer, release_approver)


def again(published: PublicVersion, stage: str, decision: str) -> None:
    """Write the first step of a release once more, under another number or decision."""
    sql(
        "INSERT INTO disclosure_releasestep (id, agency_id, release_id, stage_index, stage, stage_label, decision, "
        f"opinion, acknowledged, basis, by_id, at) SELECT %s, agency_id, release_id, {stage}, stage, stage_label, "
        f"'{decision}', '', '[]', basis, by_id, at FROM disclosure_releasestep WHERE release_id = %s LIMIT 1",
        uuid7(),
        published.version.release.pk,
    )


@pytest.mark.parametrize("table", append_only.NEVER_DELETED)
def test_the_server_deletes_nothing_that_is_kept(published: PublicVersion, table: str) -> None:
    with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
        sql(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", append_only.NEVER_UPDATED)
def test_the_server_rewrites_nothing_that_is_only_added_to(published: PublicVersion, table: str) -> None:
    with pytest.raises(ProgrammingError, match=f"permission denied for table {table}"):
        sql(f"UPDATE {table} SET id = id")


def test_the_role_that_loses_the_rights_is_the_servers() -> None:
    assert append_only.APP == import_module("heliograph.config.database_roles").APP


def test_an_entry_has_at_most_one_current_version(published: PublicVersion, second: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="one_current_version"):
        sql("UPDATE disclosure_publicversion SET is_current = true WHERE id = %s", published.pk)


def test_what_is_withdrawn_is_not_current(published: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="withdrawn_is_not_current"):
        sql("UPDATE disclosure_publicversion SET withdrawn_at = now() WHERE id = %s", published.pk)


def test_a_withdrawal_states_a_reason(published: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="withdrawn_is_not_current"):
        sql("UPDATE disclosure_publicversion SET withdrawn_at = now(), is_current = false WHERE id = %s", published.pk)


def test_a_version_is_superseded_after_it_was_published(published: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="superseded_after_published"):
        sql("UPDATE disclosure_publicversion SET superseded_at = '2020-01-01' WHERE id = %s", published.pk)


def test_one_release_of_an_entry_is_under_approval_at_a_time(published: PublicVersion, second: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="release_one_at_a_time"):
        sql("UPDATE disclosure_release SET state = 'in_review' WHERE entry_id = %s", published.entry_id)


def test_a_stage_is_decided_once(published: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="stage_decided_once"):
        again(published, "0", "pass")


def test_a_return_states_its_reason(published: PublicVersion) -> None:
    with pytest.raises(IntegrityError, match="return_states_reason"):
        again(published, "9", "return")


def test_a_version_has_one_release(handed_in: Release) -> None:
    with pytest.raises(IntegrityError, match="version"):
        sql(
            "INSERT INTO disclosure_release (id, agency_id, register, entry_id, version_id, stages, stage_index, "
            "stage_role, state, unfounded, adjusted, submitted_by_id, submitted_at) SELECT %s, agency_id, register, "
            "entry_id, version_id, stages, 0, '', 'returned', '[]', false, submitted_by_id, now() "
            "FROM disclosure_release WHERE id = %s",
            uuid7(),
            handed_in.pk,
        )
