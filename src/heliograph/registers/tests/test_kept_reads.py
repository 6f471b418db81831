"""Kept reads and statements made once: they say what Django's own would say, and refuse what they could not keep."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account, Agency, RoleGrant, Unit
from heliograph.registers.new_rows import insert, update
from heliograph.registers.permissions import place_of, roles_of
from heliograph.registers.queries import unit_of
from tests.cast import TODAY, Office

GRANTS = Kept(
    lambda account, on: (
        RoleGrant.objects.filter(account_id=account, from_on__lte=on)
        .select_related("agency__government", "granted_by")
        .order_by("role")
    ),
    account=UUID,
    on=date,
)


def test_rows_come_with_what_is_joined_by_one_query(handler: Account, head: Account) -> None:
    for account in (handler, head):
        own = RoleGrant.objects.filter(account=account).order_by("role")
        with CaptureQueriesContext(connection) as asked:
            found = GRANTS(account=account.pk, on=TODAY)
            joined = [(one.agency.government.name, one.granted_by) for one in found]
        assert len(asked) == 1
        assert found == list(own)
        assert joined == [(one.agency.government.name, one.granted_by) for one in own]
        assert not any(one._state.adding for one in found)
    assert GRANTS(account=head.pk, on=date(2020, 1, 1)) == []


def test_values_tuples_and_what_is_not_there(agency: Agency, handling_unit: Unit) -> None:
    names = Kept(lambda agency: Unit.objects.filter(agency_id=agency).values_list("name", flat=True), agency=UUID)
    pairs = Kept(lambda agency: Unit.objects.filter(agency_id=agency).values_list("name", "functions"), agency=UUID)
    one = Kept(lambda key: Unit.objects.filter(pk=key), key=UUID)
    assert handling_unit.name in names(agency=agency.pk)
    assert (handling_unit.name, handling_unit.functions) in pairs(agency=agency.pk)
    assert one.first(key=uuid4()) is None
    with pytest.raises(Unit.DoesNotExist):
        one.get(key=uuid4())


def test_rows_are_locked_in_a_transaction_only(agency: Agency, handling_unit: Unit) -> None:
    locked = Kept(lambda key: Unit.objects.select_for_update(of=("self",)).filter(pk=key), key=UUID)
    with CaptureQueriesContext(connection) as asked:
        assert locked.get(key=handling_unit.pk) == handling_unit
    assert "FOR UPDATE" in asked.captured_queries[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused() -> None:
    locked = Kept(lambda key: Unit.objects.select_for_update(of=("self",)).filter(pk=key), key=UUID)
    with transaction.atomic():
        assert locked(key=uuid4()) == []
    with pytest.raises(TransactionManagementError):
        locked(key=uuid4())


@pytest.mark.parametrize("values", [{}, {"account": uuid4()}, {"account": uuid4(), "on": None},
                                    {"account": uuid4(), "on": TODAY, "more": 1}])  # fmt: skip
def test_every_value_is_asked_for_and_none_is_nothing(db: None, values: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        GRANTS(**values)


@pytest.mark.parametrize(
    "read",
    [
        Kept(lambda word: Unit.objects.filter(name__contains=word), word=str),  # is changed on its way
        Kept(lambda key: Unit.objects.all(), key=UUID),  # is not in the statement
        Kept(lambda key: Unit.objects.filter(pk=key).prefetch_related("duties"), key=UUID),
    ],
)
def test_what_cannot_be_kept_is_refused(db: None, read: Kept[Unit]) -> None:
    with pytest.raises(ValueError, match=r"statement|kept read"):
        read(**dict.fromkeys(read._types, uuid4()))


def test_what_is_counted_comes_with_the_row(agency: Agency, handling_unit: Unit) -> None:
    counted = Kept(lambda key: Agency.objects.filter(pk=key).annotate(counted=Count("units")), key=UUID)
    found: Any = counted.get(key=agency.pk)
    assert found.counted == Unit.objects.filter(agency=agency).count()


@pytest.mark.by_hand
def test_roles_and_unit_by_one_query_are_those_asked_for_apart(
    office: Office, handler: Account, head: Account, outsider: Account
) -> None:
    for account in (handler, head, outsider):
        for on in (TODAY, date(2020, 1, 1)):
            apart = (roles_of(account, office.agency.pk, on), unit_of(account, office.agency.pk))
            with CaptureQueriesContext(connection) as asked:
                assert place_of(account, office.agency.pk, on) == apart
            assert len(asked) == 1
    Account.objects.filter(pk=handler.pk).update(is_active=False)
    assert place_of(handler, office.agency.pk, TODAY)[0] == frozenset()


@pytest.mark.by_hand
def test_a_row_is_written_as_django_writes_it(agency: Agency) -> None:
    unit = insert(Unit(agency=agency, name="测试三科", functions=["handling", "window"]))
    assert not unit._state.adding
    assert Unit.objects.get(pk=unit.pk).functions == ["handling", "window"]
    unit.name, unit.functions, unit.closed_on = "测试四科", [], TODAY
    update(unit, ["name", "closed_on"])
    kept = Unit.objects.get(pk=unit.pk)
    assert (kept.name, kept.functions, kept.closed_on) == ("测试四科", ["handling", "window"], TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(unit)


def test_tables_that_number_their_rows_and_unknown_columns_are_refused(agency: Agency) -> None:
    with pytest.raises(TypeError):
        insert(ContentType(app_label="a", model="b"))
    with pytest.raises(TypeError):
        update(agency, ["no_such_column"])
