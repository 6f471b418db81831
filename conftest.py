"""What all tests share, those beside the code and those under `tests/`. Settings: `tests/settings.py`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase
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
    unlike = [str(one) for found in guards() for one in compare_rows(found)]
    if unlike:
        pytest.fail(f"rows unlike their last record: {'; '.join(unlike)}")


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
