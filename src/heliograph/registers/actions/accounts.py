"""Accounts and role grants. Administrators of the three kinds exclude each other and do no case work (三权分立)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import Refused, require
from heliograph.registers.models import Account, Agency, Person, Role, RoleGrant
from heliograph.registers.permissions import access_agency

SEPARATION_BASIS = "GB/T 22239-2019"


@transaction.atomic
def create_account(
    *,
    username: str,
    display_name: str,
    organisation: str,
    password: str,
    duty_class: str,
    at: datetime,
    person: Person | None = None,
) -> Account:
    """Create an account without any role. ActRefusedError for a taken name, ValidationError for a weak password."""
    if Account.objects.filter(username=username).exists():
        require(Refused("account.exists", f"用户名“{username}”已被使用，请换一个。", SEPARATION_BASIS))
    account = Account(
        username=username,
        display_name=display_name,
        organisation=organisation,
        duty_class=duty_class,
        person=person,
        created_at=at,
    )
    validate_password(password, account)
    account.set_password(password)
    account.save()
    return account


@transaction.atomic
def link_person(account_id: UUID, *, person: Person, actor: Account, at: datetime) -> Account:
    """Say which registered person an account belongs to; once, by the agency's security administrator.

    The first legal officer's account comes before anybody is registered, that officer included.
    """
    access_agency(actor, person.agency_id, "manage_accounts", localdate(at))
    account = _account_of(person.agency_id, account_id)
    if account.person_id is not None:
        require(Refused("account.linked", f"账户“{account.username}”已关联人员，不能改为他人。", SEPARATION_BASIS))
    if Account.objects.filter(person=person).exists():
        require(Refused("person.linked", f"“{person.name}”已有账户，一人只用一个账户。", SEPARATION_BASIS))
    account.person = person
    account.save(update_fields=["person"])
    return account


@transaction.atomic
def appoint_first_security_admin(account_id: UUID, *, agency_id: UUID, from_on: date, at: datetime) -> RoleGrant:
    """Give an agency its first security administrator. The operator's command; refused once there is one."""
    agency = Agency.objects.select_for_update().get(pk=agency_id)
    if RoleGrant.objects.filter(agency=agency, role=Role.SECURITY_ADMIN, to_on__isnull=True).exists():
        require(Refused("role.first_exists", "本机关已有安全管理员，新的授权由其办理。", SEPARATION_BASIS))
    return _grant(Account.objects.get(pk=account_id), agency_id, Role.SECURITY_ADMIN, from_on, None, at)


@transaction.atomic
def grant_role(
    account_id: UUID, *, agency_id: UUID, role: str, from_on: date, actor: Account, at: datetime
) -> RoleGrant:
    """Give an account a role in an agency. Refused for oneself, twice, and across the classes of duty."""
    access_agency(actor, agency_id, "manage_accounts", localdate(at))
    account = Account.objects.select_for_update().get(pk=account_id)
    if account.pk == actor.pk:
        require(Refused("role.own", "不能给自己授予角色，请由另一名安全管理员办理。", SEPARATION_BASIS))
    return _grant(account, agency_id, Role(role), from_on, actor, at)


def _grant(
    account: Account, agency_id: UUID, role: Role, from_on: date, actor: Account | None, at: datetime
) -> RoleGrant:
    admin = role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    if account.duty_class != (role.value if admin else Account.DutyClass.CASE):
        message = (
            f"账户“{account.username}”的职责类别是{account.get_duty_class_display()}，不能授予“{role.label}”；"
            "管理员互不兼任，也不承担执法业务。"
        )
        require(Refused("role.duty_class", message, SEPARATION_BASIS))
    if RoleGrant.objects.filter(agency_id=agency_id, account=account, role=role, to_on__isnull=True).exists():
        require(Refused("role.held", f"该账户已有“{role.label}”角色。", SEPARATION_BASIS))
    return RoleGrant.objects.create(
        account=account,
        duty_class=account.duty_class,
        agency_id=agency_id,
        role=role,
        from_on=from_on,
        granted_by=actor,
        granted_at=at,
    )


@transaction.atomic
def end_role(grant_id: UUID, *, to_on: date, actor: Account, at: datetime) -> RoleGrant:
    """End a role on a day; the grant stays as history. Refused when it has ended already."""
    grant = RoleGrant.objects.select_for_update().get(pk=grant_id)
    access_agency(actor, grant.agency_id, "manage_accounts", localdate(at))
    if grant.to_on is not None:
        require(Refused("role.ended", f"该角色已于 {grant.to_on.isoformat()} 终止。", SEPARATION_BASIS))
    if to_on < grant.from_on:
        require(Refused("role.dates", f"终止日不能早于起始日 {grant.from_on.isoformat()}。", SEPARATION_BASIS))
    grant.to_on = to_on
    grant.save(update_fields=["to_on"])
    return grant


def _account_of(agency_id: UUID, account_id: UUID) -> Account:
    """Fetch and lock an account that holds, or held, a role in the agency. Account.DoesNotExist for any other."""
    theirs = RoleGrant.objects.filter(agency_id=agency_id).values("account_id")
    return Account.objects.select_for_update(of=("self",)).get(pk=account_id, pk__in=theirs)


@transaction.atomic
def close_account(account_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Disable an account of the agency: its next request fails. Refused for one's own."""
    access_agency(actor, agency_id, "manage_accounts", localdate(at))
    account = _account_of(agency_id, account_id)
    if account.pk == actor.pk:
        require(Refused("account.own", "不能停用自己的账户。", SEPARATION_BASIS))
    if not account.is_active:
        require(Refused("account.closed", "该账户已经停用。", SEPARATION_BASIS))
    account.is_active = False
    account.save(update_fields=["is_active"])
    return account
