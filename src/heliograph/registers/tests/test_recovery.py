"""Helping people back in: by the agency that manages the account, never for oneself, each time on record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.core.exceptions import ValidationError

from heliograph.kernel.verdict import ActRefusedError
from heliograph.registers.actions import (
    close_account,
    end_role,
    link_person,
    release_lock,
    reopen_account,
    reset_password,
    reset_second_factor,
)
from heliograph.registers.models import Account, AccountChange, Role, RoleGrant, Unit
from heliograph.registers.permissions import roles_of
from tests.cast import NOON, PASSWORD, TODAY, Office, Staffing, grant

NEW_PASSWORD = "换过的-口令-2026-bb"


def renew(office: Office, account: Account, actor: Account) -> Account:
    return reset_password(account.pk, agency_id=office.agency.pk, password=NEW_PASSWORD, actor=actor, at=NOON)


def reset_app(office: Office, account: Account, actor: Account) -> Account:
    return reset_second_factor(account.pk, agency_id=office.agency.pk, actor=actor, at=NOON)


def unlock(office: Office, account: Account, actor: Account) -> Account:
    return release_lock(account.pk, agency_id=office.agency.pk, actor=actor, at=NOON)


def reopen(office: Office, account: Account, actor: Account) -> Account:
    return reopen_account(account.pk, agency_id=office.agency.pk, actor=actor, at=NOON)


Act = Callable[[Office, Account, Account], Account]
every_act = pytest.mark.parametrize("act", [renew, reset_app, unlock, reopen])


@every_act
def test_nobody_recovers_their_own_account(office: Office, act: Act) -> None:
    with pytest.raises(ActRefusedError, match="不能办理自己的账户"):
        act(office, office.security_admin, office.security_admin)


@every_act
def test_only_a_security_administrator_recovers_accounts(
    office: Office, handler: Account, co_handler: Account, act: Act
) -> None:
    for actor in (co_handler, office.system_admin):
        with pytest.raises(ActRefusedError, match="没有管理账户和角色的权限"):
            act(office, handler, actor)


@every_act
def test_an_account_of_another_agency_is_out_of_reach(office: Office, outsider: Account, act: Act) -> None:
    with pytest.raises(Account.DoesNotExist):
        act(office, outsider, office.security_admin)


@every_act
def test_a_role_granted_to_a_strangers_account_is_no_way_to_take_it_over(
    office: Office, next_door: Office, handler: Account, act: Act
) -> None:
    grant(next_door, handler, "supervisor")
    with pytest.raises(ActRefusedError, match="由其先任职的机关管理"):
        act(next_door, handler, next_door.security_admin)
    handler.refresh_from_db()
    assert handler.check_password(PASSWORD)
    assert not AccountChange.objects.filter(agency=next_door.agency).exists()


def test_who_left_for_another_agency_is_managed_there(office: Office, next_door: Office, handler: Account) -> None:
    grant(next_door, handler, "handler")
    end_role(
        RoleGrant.objects.get(account=handler, agency=office.agency).pk,
        to_on=None,
        actor=office.security_admin,
        at=NOON,
    )
    with pytest.raises(Account.DoesNotExist):
        renew(office, handler, office.security_admin)
    assert renew(next_door, handler, next_door.security_admin).check_password(NEW_PASSWORD)


def test_a_new_password_is_to_be_changed_by_its_owner(office: Office, handler: Account) -> None:
    with pytest.raises(ValidationError):
        reset_password(handler.pk, agency_id=office.agency.pk, password="1234", actor=office.security_admin, at=NOON)
    renew(office, handler, office.security_admin)
    handler.refresh_from_db()
    assert handler.check_password(NEW_PASSWORD)
    assert handler.must_change_password
    change = AccountChange.objects.get(account=handler)
    assert (change.act, change.made_by, change.made_at) == ("password", office.security_admin, NOON)


def test_a_reset_second_factor_takes_the_recovery_codes_with_it(office: Office, handler: Account) -> None:
    TOTP.activate(handler, generate_totp_secret())
    RecoveryCodes.activate(handler)
    assert Authenticator.objects.filter(user=handler).count() == 2
    reset_app(office, handler, office.security_admin)
    assert not Authenticator.objects.filter(user=handler).exists()
    assert AccountChange.objects.get(account=handler).act == "second_factor"


def test_a_lock_is_released_once(office: Office, handler: Account) -> None:
    AccessAttempt.objects.create(username=handler.username, ip_address="192.0.2.1", failures_since_start=5)
    AccessAttempt.objects.create(username="别人", ip_address="192.0.2.1", failures_since_start=5)
    unlock(office, handler, office.security_admin)
    assert AccessAttempt.objects.get().username == "别人"
    with pytest.raises(ActRefusedError, match="没有被锁定"):
        unlock(office, handler, office.security_admin)


def test_a_closed_account_is_opened_again_with_what_it_held(office: Office, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有停用"):
        reopen(office, handler, office.security_admin)
    close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)
    assert reopen(office, handler, office.security_admin).is_active
    assert roles_of(handler, office.agency.pk, TODAY) == {Role.HANDLER}
    assert {change.act for change in AccountChange.objects.all()} == {"linked", "closed", "reopened"}


def test_a_closed_account_whose_roles_have_ended_is_opened_where_it_was(office: Office, handler: Account) -> None:
    close_account(handler.pk, agency_id=office.agency.pk, actor=office.security_admin, at=NOON)
    end_role(RoleGrant.objects.get(account=handler).pk, to_on=None, actor=office.security_admin, at=NOON)
    assert reopen(office, handler, office.security_admin).is_active


def test_a_stranger_is_not_linked_to_a_person_here(
    office: Office, staffing: Staffing, legal_unit: Unit, outsider: Account
) -> None:
    grant(office, outsider, "supervisor")
    person = staffing.register("外人", legal_unit)
    with pytest.raises(ActRefusedError, match="由其先任职的机关管理"):
        link_person(outsider.pk, person=person, actor=office.security_admin, at=NOON)
