"""What all tests share, those beside the code and those under `tests/`. Settings: `tests/settings.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import TransactionTestCase
from psycopg import sql
from pytest_django import DjangoDbBlocker

from heliograph.ledger.actions.reconciling import compare_rows
from heliograph.ledger.guards import guards
from tests.database import Clone, ensure_template
from tests.settings import CLUSTER

pytest_plugins = ["tests.cast", "tests.logs", "tests.product"]
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
}
BROWSER_FIXTURES = {"product", "playwright", "browser", "page"}
LOOPBACK = ["127.0.0.1", "::1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that touch the database, and let browser tests talk to this machine."""
    for item in items:
        uses = set(getattr(item, "fixturenames", ()))
        if uses & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("database")
        if uses & BROWSER_FIXTURES:
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_unconfigure() -> None:
    """Leave the cluster; the last process of the last run stops it."""
    CLUSTER.stop_if_unused()


@pytest.fixture(autouse=True, scope="session")
def _joins_are_named() -> Iterator[None]:
    """Refuse `select_related()` without a name: it follows every key, and so many joins may take hours to run."""
    joined = QuerySet.select_related

    def named(rows: QuerySet[Any], *names: Any) -> QuerySet[Any]:
        if not names:
            pytest.fail(f"{rows.model.__name__}: select_related() names no key and would follow all of them")
        return joined(rows, *names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_related", named)
        yield


@pytest.fixture(autouse=True)
def _recounted(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test, hold every row against its last record: an act that writes without one is found here.

    Tests that write rows by hand are marked `by_hand`; transactional ones leave nothing to count.
    """
    marked = request.node.get_closest_marker
    own = marked("django_db")
    transactional = {"transactional_db", "live_server"} & set(request.fixturenames) or (own and own.kwargs)
    if marked("database") is None or transactional or marked("by_hand"):
        yield
        return
    request.getfixturevalue("db")  # so that it is still there afterwards
    yield
    used = _tables_in_use()
    unlike = [str(one) for found in guards() if found.table in used for one in compare_rows(found)]
    if unlike:
        pytest.fail(f"rows unlike their last record: {'; '.join(unlike)}")


def _tables_in_use() -> set[str]:
    """Return the guarded tables that have rows, or records of rows: of the others there is nothing to recount."""
    one = sql.SQL("SELECT {name} WHERE EXISTS (SELECT FROM {table})")
    each = [one.format(name=sql.Literal(found.table), table=sql.Identifier(found.table)) for found in guards()]
    told = sql.SQL("SELECT DISTINCT table_name FROM ledger_recordedrow")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ").join([told, *each]))
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this process a clone of the migrated template."""
    clone = Clone(ensure_template())
    with django_db_blocker.unblock():
        clone.create()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: clone.renew())
        yield
    with django_db_blocker.unblock():
        clone.drop()
