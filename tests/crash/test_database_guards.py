"""What the ledger keeps cannot be changed in the database: by the application, by the owner, in replica mode."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.db.models import Model
from psycopg import sql

from heliograph.config.database_roles import APP, OWNER
from heliograph.config.embedded_postgres import SUPERUSER
from heliograph.ledger import guards
from heliograph.ledger.actions.erasing import erase_content
from heliograph.ledger.actions.keys import make_key, retire_key, signers_of
from heliograph.ledger.actions.publishing import publish_checkpoint, sign_state, write_staged
from heliograph.ledger.actions.reconciling import note_shapes
from heliograph.ledger.actions.sequencing import sequence
from heliograph.ledger.files import LogFiles
from heliograph.ledger.keystore import KeyStore
from heliograph.ledger.models import (
    Alarm,
    Checkpoint,
    Erasure,
    LapsedLeaf,
    Leaf,
    LogKey,
    LogKeyRetirement,
    Publication,
    Record,
    RecordContent,
    RecordedRow,
    RecordSalt,
    RowShape,
    Tree,
)
from heliograph.ledger.second_place import SecondPlace
from heliograph.ledger.tests.making import AT, log_of, make_row, record
from tests.database import link_as

APPEND_ONLY: list[type[Model]] = [
    Record, RecordedRow, RowShape, Leaf, LapsedLeaf, LogKey, LogKeyRetirement, Checkpoint, Publication, Erasure,
]  # fmt: skip
ERASABLE: list[type[Model]] = [RecordContent, RecordSalt]
CHANGES = ("UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Fill every guarded table, and return a record that was not erased."""
    monkeypatch.setattr(guards, "_GUARDS", {})
    guards.guard(Alarm)
    home = tmp_path_factory.mktemp("ledger")
    note_shapes()
    log, keys, files, second = (
        log_of(Tree.PROCESS),
        KeyStore(home),
        LogFiles(home / "log"),
        SecondPlace(home / "second.sqlite3"),
    )
    row = make_row()
    erased, held = record(row), record(row)
    for _ in range(2):
        key = make_key(log, algorithm="ed25519", keys=keys, at=AT)
    retire_key(key, at=AT)
    sequence(log.pk)
    log.refresh_from_db()
    write_staged(log, files)
    checkpoint = sign_state(log, files, signers=signers_of(log, keys), second=second, at=AT)
    assert checkpoint is not None
    publish_checkpoint(checkpoint, files, cosignatures=(), at=AT)
    erase_content(erased.pk, ground="当事人申请", basis="个人信息保护法@2021:47", by_id=uuid4(), at=AT)
    LapsedLeaf.objects.create(record=held, log=log, index=1)  # says so of a leaf that is published in an open log
    return held


def statement(change: str, model: type[Model]) -> sql.Composed:
    """Return a change of all rows of a table."""
    names = {"table": sql.Identifier(model._meta.db_table), "key": sql.Identifier(str(model._meta.pk.column))}
    return sql.SQL(change).format(**names)


def assert_all_refused(role: str, *, first: str = "SELECT 1") -> None:
    """Try every change of every table as a role."""
    with link_as(role) as link:
        link.execute(first.encode())
        for model in (*APPEND_ONLY, *ERASABLE):
            before = model._default_manager.count()
            assert before > 0, model
            for change in CHANGES:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    link.execute(statement(change, model))
            assert model._default_manager.count() == before


def test_application_can_change_nothing_that_is_kept() -> None:
    assert_all_refused(APP)


def test_owner_of_the_tables_is_refused_by_the_triggers() -> None:
    assert_all_refused(OWNER)


def test_superuser_in_replica_mode_is_refused_by_the_triggers() -> None:
    assert_all_refused(SUPERUSER, first="SET session_replication_role = replica")


@pytest.mark.parametrize("model", ERASABLE)
def test_content_and_salt_can_go_only_once_an_erasure_is_written_down(model: type[Model], kept: Record) -> None:
    table = sql.Identifier(model._meta.db_table)
    delete = sql.SQL("DELETE FROM {} WHERE record_id = %s").format(table)
    with link_as(APP) as link:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only: DELETE"):
            link.execute(delete, [kept.pk])
        Erasure.objects.create(record=kept, ground="当事人申请", basis="个人信息保护法@2021:47", by_id=uuid4(), at=AT)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(statement("UPDATE {table} SET {key} = {key}", model))
        assert link.execute(delete, [kept.pk]).rowcount == 1


@pytest.mark.parametrize("model", ERASABLE)
def test_temporary_table_cannot_pose_as_the_erasures(model: type[Model], kept: Record) -> None:
    delete = sql.SQL("DELETE FROM {} WHERE record_id = %s").format(sql.Identifier("public", model._meta.db_table))
    with link_as(APP) as link:
        link.execute("CREATE TEMPORARY TABLE ledger_erasure (record_id uuid)")
        link.execute("INSERT INTO ledger_erasure VALUES (%s)", [kept.pk])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(delete, [kept.pk])
    assert model._default_manager.filter(pk=kept.pk).exists()


def test_application_owns_no_table_and_cannot_switch_a_trigger_off() -> None:
    with link_as(APP) as link:
        for model in (*APPEND_ONLY, *ERASABLE):
            alter = sql.SQL("ALTER TABLE {} DISABLE TRIGGER keep_rows").format(sql.Identifier(model._meta.db_table))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(alter)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("SET session_replication_role = replica")
