"""Accounts and roles: three kinds of administrators exclude each other and do no case work, even through SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import (
    appoint_first_security_admin,
    close_account,
    create_account,
    end_role,
    grant_role,
    grant_role_by_name,
    link_person,
)
from heliograph.registers.models import Account, AccountChange, Agency, Person, Role, RoleGrant, Unit
from heliograph.registers.permissions import roles_of
from heliograph.registers.queries import agencies_of
from tests.cast import NOON, PASSWORD, TODAY, Office, Staffing, grant, new_account


def give(agency: Agency, account: Account, role: str, actor: Account) -> RoleGrant:
    return grant_role(account.pk, agency_id=agency.pk, role=role, from_on=TODAY, actor=actor, at=NOON)


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# -- accounts
def test_a_user_name_is_taken_once(handler: Account, agency: Agency) -> None:
    with pytest.raises(ActRefusedError, match="用户名“承办”已被使用"):
        new_account("承办", "case", agency)


@pytest.mark.parametrize("weak", ["short-pass", "123456789012345", "passwordpassword"[:8]])
def test_a_weak_password_is_refused(db: None, weak: str) -> None:
    with pytest.raises(ValidationError):
        create_account(
            username="新人", display_name="新人", organisation="某局", password=weak, duty_class="case", at=NOON
        )
    assert not Account.objects.exists()


def test_the_password_is_kept_only_as_a_hash(handler: Account) -> None:
    assert PASSWORD not in handler.password
    assert handler.check_password(PASSWORD)


@pytest.mark.parametrize("name", ["ZHANG.WEI", "Zhang.Wei", " zhang.wei", "ｚｈａｎｇ.wei"])
def test_names_that_differ_in_case_or_width_are_one_name(agency: Agency, name: str) -> None:
    assert new_account("Zhang.Wei", "case", agency).username == "zhang.wei"
    with pytest.raises(ActRefusedError, match=r"用户名“zhang.wei”已被使用"):
        new_account(name, "case", agency)


def test_sql_cannot_keep_a_name_in_two_cases(agency: Agency) -> None:
    new_account("zhang.wei", "case", agency)
    other = new_account("other", "case", agency)
    with pytest.raises(IntegrityError, match="account_username_in_any_case"):
        sql("UPDATE registers_account SET username = 'ZHANG.WEI' WHERE id = %s", other.pk)


# -- the first security administrator
def test_an_agency_gets_its_first_security_administrator_once(office: Office) -> None:
    second = new_account("第二安全", "security_admin", office.agency)
    with pytest.raises(ActRefusedError, match="已有安全管理员"):
        appoint_first_security_admin(second.pk, agency_id=office.agency.pk, from_on=TODAY, at=NOON)


@pytest.mark.by_hand
def test_a_case_officer_is_not_made_the_first_security_administrator(next_door: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(agency=next_door.agency, role=Role.SECURITY_ADMIN)
    RoleGrant.objects.filter(pk=held.pk).update(to_on=TODAY)
    with pytest.raises(ActRefusedError, match="互不兼任"):
        appoint_first_security_admin(handler.pk, agency_id=next_door.agency.pk, from_on=TODAY, at=NOON)


# -- granting
def test_the_security_administrator_grants_a_role(office: Office, handler: Account) -> None:
    given = give(office.agency, handler, "archivist", office.security_admin)
    assert given.granted_by == office.security_admin
    assert roles_of(handler, office.agency.pk, TODAY) == {Role.HANDLER, Role.ARCHIVIST}


def test_a_role_is_granted_once(office: Office, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="已有“承办人”角色"):
        give(office.agency, handler, "handler", office.security_admin)


def test_nobody_grants_themself_a_role(office: Office) -> None:
    with pytest.raises(ActRefusedError, match="不能给自己授予角色"):
        give(office.agency, office.security_admin, "security_admin", office.security_admin)


@pytest.mark.parametrize("actor", ["handler", "system_admin", "audit_admin", "outsider", "head"])
def test_nobody_but_the_security_administrator_grants(
    request: pytest.FixtureRequest, actor: str, agency: Agency, co_handler: Account
) -> None:
    with pytest.raises(ActRefusedError, match=r"没有管理账户和角色的权限|不是本机关人员"):
        give(agency, co_handler, "archivist", request.getfixturevalue(actor))


@pytest.mark.parametrize("role", ["handler", "head", "system_admin", "audit_admin"])
def test_a_security_administrator_holds_no_other_office(office: Office, role: str) -> None:
    second = grant(office, new_account("第二安全", "security_admin", office.agency), "security_admin")
    with pytest.raises(ActRefusedError, match="互不兼任，也不承担执法业务"):
        give(office.agency, second, role, office.security_admin)


@pytest.mark.parametrize("role", ["security_admin", "system_admin", "audit_admin"])
def test_a_handler_is_no_administrator(office: Office, handler: Account, role: str) -> None:
    with pytest.raises(ActRefusedError, match="职责类别是执法业务"):
        give(office.agency, handler, role, office.security_admin)


def test_somebody_who_works_elsewhere_is_granted_a_role_by_the_whole_name_only(
    office: Office, outsider: Account
) -> None:
    with pytest.raises(Account.DoesNotExist):
        give(office.agency, outsider, "supervisor", office.security_admin)

    def by_name(name: str, role: str = "supervisor") -> RoleGrant:
        return grant_role_by_name(
            name, agency_id=office.agency.pk, role=role, from_on=TODAY, actor=office.security_admin, at=NOON
        )

    refusals = []
    for name, role in (("外", "supervisor"), ("没有", "supervisor"), (outsider.username, "audit_admin")):
        with pytest.raises(ActRefusedError) as refused:
            by_name(name, role)
        refusals.append(refused.value.verdict)
    assert len(set(refusals)) == 1
    assert by_name(f" {outsider.username} ").account == outsider
    with pytest.raises(ActRefusedError, match="已有“监督机构人员”角色"):
        by_name(outsider.username)


def test_a_closed_account_is_granted_nothing(office: Office, handler: Account) -> None:
    close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)
    with pytest.raises(ActRefusedError, match="已经停用"):
        give(office.agency, handler, "archivist", office.security_admin)
    with pytest.raises(ActRefusedError, match="没有可以授予该角色的账户"):
        grant_role_by_name(
            "承办", agency_id=office.agency.pk, role="archivist", from_on=TODAY, actor=office.security_admin, at=NOON
        )


def test_one_person_does_not_get_a_second_account(office: Office, staffing: Staffing, legal_unit: Unit) -> None:
    def another(username: str, person: Person | None = None) -> Account:
        return create_account(
            username=username,
            display_name="法审",
            organisation=office.agency.name,
            password=PASSWORD,
            duty_class="case",
            person=person,
            at=NOON,
        )

    with pytest.raises(ActRefusedError, match="一人只用一个账户"):
        give(office.agency, another("法审二"), "release_approver", office.security_admin)
    namesake = another("法审三", staffing.register("法审", legal_unit))
    give(office.agency, namesake, "release_approver", office.security_admin)


# -- separation of duties in the database
INSERT = (
    "INSERT INTO registers_rolegrant (id, account_id, duty_class, agency_id, role, from_on, granted_at) "
    "VALUES (%s, %s, %s, %s, %s, '2026-11-20', now())"
)


def test_sql_cannot_make_a_security_administrator_a_handler(office: Office) -> None:
    with pytest.raises(IntegrityError, match="role_fits_duty_class"):
        sql(INSERT, uuid7(), office.security_admin.pk, "security_admin", office.agency.pk, "handler")


def test_sql_cannot_claim_another_class_for_the_grant_than_the_account_has(office: Office) -> None:
    with pytest.raises(IntegrityError, match="grant_duty_class_of_account"):
        sql(INSERT, uuid7(), office.security_admin.pk, "case", office.agency.pk, "handler")


def test_sql_cannot_change_the_class_of_an_account_that_holds_a_role(office: Office) -> None:
    with pytest.raises(IntegrityError, match="grant_duty_class_of_account"):
        sql("UPDATE registers_account SET duty_class = 'case' WHERE id = %s", office.security_admin.pk)


def test_sql_cannot_grant_the_same_role_twice(office: Office, handler: Account) -> None:
    with pytest.raises(IntegrityError, match="role_granted_once"):
        sql(INSERT, uuid7(), handler.pk, "case", office.agency.pk, "handler")


def test_sql_cannot_end_a_role_before_it_began(handler: Account) -> None:
    with pytest.raises(IntegrityError, match="grant_ends_after_start"):
        sql("UPDATE registers_rolegrant SET to_on = '2020-01-01' WHERE account_id = %s", handler.pk)


# -- ending
def test_a_role_ends_on_its_day_and_stays_as_history(office: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(account=handler)
    end_role(held.pk, to_on=TODAY, actor=office.security_admin, at=NOON)
    assert roles_of(handler, office.agency.pk, TODAY) == {Role.HANDLER}
    assert roles_of(handler, office.agency.pk, TODAY + timedelta(days=1)) == frozenset()
    assert RoleGrant.objects.filter(pk=held.pk).exists()
    with pytest.raises(ActRefusedError, match="已登记于 2026-11-20 终止"):
        end_role(held.pk, to_on=TODAY, actor=office.security_admin, at=NOON)
    with pytest.raises(ActRefusedError, match="已于 2026-11-20 终止"):
        end_role(held.pk, to_on=None, actor=office.security_admin, at=NOON + timedelta(days=1))


def test_a_role_does_not_end_before_it_began(office: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(account=handler)
    with pytest.raises(ActRefusedError, match="终止日不能早于起始日"):
        end_role(held.pk, to_on=held.from_on - timedelta(days=1), actor=office.security_admin, at=NOON)


def test_the_past_is_not_rewritten_by_ending_a_role(office: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(account=handler)
    with pytest.raises(ActRefusedError, match="不能早于昨天"):
        end_role(held.pk, to_on=TODAY - timedelta(days=2), actor=office.security_admin, at=NOON)


def test_a_role_ended_at_once_is_gone_today(office: Office, handler: Account) -> None:
    ended = end_role(RoleGrant.objects.get(account=handler).pk, to_on=None, actor=office.security_admin, at=NOON)
    assert ended.to_on == TODAY - timedelta(days=1)
    assert roles_of(handler, office.agency.pk, TODAY) == frozenset()


@pytest.mark.parametrize("days", [0, 10])
def test_a_role_is_taken_back_on_its_day_or_before_it(office: Office, handler: Account, days: int) -> None:
    begins = TODAY + timedelta(days=days)
    given = grant_role(
        handler.pk,
        agency_id=office.agency.pk,
        role="archivist",
        from_on=begins,
        actor=office.security_admin,
        at=NOON,
    )
    end_role(given.pk, to_on=None, actor=office.security_admin, at=NOON)
    for day in (TODAY, begins, begins + timedelta(days=1)):
        assert Role.ARCHIVIST not in roles_of(handler, office.agency.pk, day)
    give(office.agency, handler, "archivist", office.security_admin)


def test_a_role_with_a_last_day_is_ended_earlier(office: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(account=handler)
    end_role(held.pk, to_on=TODAY + timedelta(days=30), actor=office.security_admin, at=NOON)
    end_role(held.pk, to_on=None, actor=office.security_admin, at=NOON)
    assert roles_of(handler, office.agency.pk, TODAY) == frozenset()


def test_only_the_security_administrator_of_the_agency_ends_a_role(
    office: Office, handler: Account, next_door: Office
) -> None:
    held = RoleGrant.objects.get(account=handler)
    for actor in (handler, office.system_admin, next_door.security_admin):
        with pytest.raises(ActRefusedError, match=r"没有管理账户和角色的权限|不是本机关人员"):
            end_role(held.pk, to_on=TODAY, actor=actor, at=NOON)


# -- closing
def test_a_closed_account_is_closed_once_and_never_ones_own(office: Office, handler: Account) -> None:
    def close(account: Account) -> Account:
        return close_account(account.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)

    assert not close(handler).is_active
    with pytest.raises(ActRefusedError, match="已经停用"):
        close(handler)
    with pytest.raises(ActRefusedError, match="不能停用自己"):
        close(office.security_admin)


def test_an_account_of_another_agency_is_not_closed(office: Office, outsider: Account) -> None:
    with pytest.raises(Account.DoesNotExist):
        close_account(outsider.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)


def test_an_account_with_several_roles_is_closed_too(office: Office, handler: Account) -> None:
    grant(office, handler, "archivist")
    assert not close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON).is_active


def test_a_closed_account_holds_no_role_even_for_work_in_the_background(office: Office, handler: Account) -> None:
    close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)
    assert handler.is_active  # read before it was closed
    assert roles_of(handler, office.agency.pk, TODAY) == frozenset()


def test_an_account_that_has_left_is_not_closed(office: Office, handler: Account) -> None:
    held = RoleGrant.objects.get(account=handler)
    end_role(held.pk, to_on=None, actor=office.security_admin, at=NOON)
    with pytest.raises(Account.DoesNotExist):
        close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)


def test_an_account_that_also_works_elsewhere_only_loses_its_roles_here(
    office: Office, next_door: Office, outsider: Account
) -> None:
    grant(office, outsider, "supervisor")
    left = close_account(outsider.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)
    assert left.is_active
    assert roles_of(outsider, office.agency.pk, TODAY) == frozenset()
    assert Role.HANDLER in roles_of(outsider, next_door.agency.pk, TODAY)
    assert AccountChange.objects.get(account=outsider).act == "left"


def test_a_handler_closes_nobody(office: Office, handler: Account, co_handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有管理账户和角色的权限"):
        close_account(co_handler.pk, agency_id=office.agency.pk, actor=handler, at=NOON)


# -- whose account it is
def test_an_account_is_linked_to_its_person_once(
    office: Office, staffing: Staffing, release_approver: Account, legal_unit: Unit
) -> None:
    grant(office, release_approver, "archivist")
    person = staffing.register("审批", legal_unit)
    linked = link_person(release_approver.pk, person=person, actor=office.security_admin, at=NOON)
    assert linked.person == person
    with pytest.raises(ActRefusedError, match="已关联人员"):
        link_person(release_approver.pk, person=person, actor=office.security_admin, at=NOON)


def test_one_person_has_one_account(
    office: Office, staffing: Staffing, handler: Account, release_approver: Account
) -> None:
    assert handler.person is not None
    with pytest.raises(ActRefusedError, match="已有账户"):
        link_person(release_approver.pk, person=handler.person, actor=office.security_admin, at=NOON)


def test_only_the_security_administrator_links(
    staffing: Staffing, legal_unit: Unit, release_approver: Account, handler: Account
) -> None:
    person = staffing.register("审批", legal_unit)
    with pytest.raises(ActRefusedError, match="没有管理账户和角色的权限"):
        link_person(release_approver.pk, person=person, actor=handler, at=NOON)


def test_an_account_sees_the_agencies_in_which_it_holds_a_role(
    office: Office, next_door: Office, handler: Account
) -> None:
    assert list(agencies_of(handler, TODAY)) == [office.agency]
    grant(next_door, handler, "supervisor")
    assert set(agencies_of(handler, TODAY)) == {office.agency, next_door.agency}
