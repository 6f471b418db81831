"""What the agency that manages an account may do to it: help its owner back in, and say who that is.

Each act is recorded and refused for one's own account: nobody weakens their own sign-in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.registers.actions.accounts import SEPARATION_BASIS, record
from heliograph.registers.models import Account, AccountChange, Person, Role, RoleGrant
from heliograph.registers.permissions import access_agency, managing_agency, unended


@transaction.atomic
def link_person(account_id: UUID, *, person: Person, actor: Account, at: datetime) -> Account:
    """Say which registered person an account belongs to; once, by the agency's security administrator.

    The first legal officer's account comes before anybody is registered, that officer included.
    """
    account = _managed(account_id, person.agency_id, actor, at)
    if account.person_id is not None:
        require(Refused("account.linked", f"账户“{account.username}”已关联人员，不能改为他人。", SEPARATION_BASIS))
    if Account.objects.filter(person=person).exists():
        require(Refused("person.linked", f"“{person.name}”已有账户，一人只用一个账户。", SEPARATION_BASIS))
    account.person = person
    account.save(update_fields=["person"])
    record(account, person.agency_id, AccountChange.Act.LINKED, actor, at)
    return account


@transaction.atomic
def reset_password(account_id: UUID, *, agency_id: UUID, password: str, actor: Account, at: datetime) -> Account:
    """Give an account a new initial password, which ends its sessions and is changed at the next sign-in."""
    account = _managed(account_id, agency_id, actor, at)
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    record(account, agency_id, AccountChange.Act.PASSWORD, actor, at)
    return account


@transaction.atomic
def reset_second_factor(account_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Remove the authenticator app and the recovery codes: the desk is closed until a new app is activated."""
    account = _managed(account_id, agency_id, actor, at)
    Authenticator.objects.filter(user_id=account.pk).delete()
    record(account, agency_id, AccountChange.Act.SECOND_FACTOR, actor, at)
    return account


@transaction.atomic
def release_lock(account_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Forget the wrong passwords counted against a name. Refused when none are."""
    account = _managed(account_id, agency_id, actor, at)
    if not reset(username=account.username):
        require(Refused("account.not_locked", "该账户没有被锁定，也没有输错密码的记录。", SEPARATION_BASIS))
    record(account, agency_id, AccountChange.Act.UNLOCKED, actor, at)
    return account


@transaction.atomic
def reopen_account(account_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Enable an account that was disabled; the roles that have not ended hold again."""
    account = _managed(account_id, agency_id, actor, at)
    if account.is_active:
        require(Refused("account.open", "该账户没有停用。", SEPARATION_BASIS))
    account.is_active = True
    account.save(update_fields=["is_active"])
    record(account, agency_id, AccountChange.Act.REOPENED, actor, at)
    return account


@transaction.atomic
def recover_security_admin(username: str, *, password: str, at: datetime) -> Account:
    """Reset both factors and the lock of a security administrator. The operator's command, for the last one's sake."""
    account = Account.objects.select_for_update().filter(username=Account.normalize_username(username)).first()
    grants = RoleGrant.objects.filter(unended(localdate(at)), role=Role.SECURITY_ADMIN)
    if account is None or not account.is_active or not grants.filter(account=account).exists():
        message = f"“{username}”不是在任的安全管理员。其他人员由本机关安全管理员办理。"
        raise ActRefusedError(Refused("account.not_security_admin", message, SEPARATION_BASIS))
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user_id=account.pk).delete()
    reset(username=account.username)
    for agency_id in set(grants.filter(account=account).values_list("agency_id", flat=True)):
        for act in (AccountChange.Act.PASSWORD, AccountChange.Act.SECOND_FACTOR):
            record(account, agency_id, act, None, at)
    return account


def _managed(account_id: UUID, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Authorise, fetch and lock an account that the agency manages; Account.DoesNotExist where it works elsewhere only.

    One whose roles have all ended is managed where it held one: it could not be enabled again otherwise.
    """
    on = localdate(at)
    access_agency(actor, agency_id, "manage_accounts", on)
    manager = managing_agency(account_id, on)
    theirs = RoleGrant.objects.filter(agency_id=agency_id)
    if manager is not None:
        theirs = theirs.filter(unended(on))
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id, pk__in=theirs.values("account_id"))
    if account.pk == actor.pk:
        require(Refused("account.own", "不能办理自己的账户，请由另一名安全管理员办理。", SEPARATION_BASIS))
    if manager not in {agency_id, None}:
        message = "该账户由其先任职的机关管理，请由该机关的安全管理员办理。本机关可以终止其在本机关的角色。"
        require(Refused("account.elsewhere", message, SEPARATION_BASIS))
    return account
