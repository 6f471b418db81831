"""Accounts and role grants. Administrators of the three kinds exclude each other and do no case work (三权分立)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.timezone import localdate

from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.ledger.actions import append
from heliograph.registers.models import Account, AccountChange, Agency, Person, Role, RoleGrant
from heliograph.registers.permissions import access_agency, unended

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
    must_change_password: bool = True,
    actor: Account | None = None,
) -> Account:
    """Create an account without any role. ActRefusedError for a taken name, ValidationError for a weak password.

    `actor` is None for the operator's command. The password is known to whoever chose it, so its owner changes it
    before anything else.
    """
    username = Account.normalize_username(username)
    if Account.objects.filter(username=username).exists():
        require(Refused("account.exists", f"用户名“{username}”已被使用，请换一个。", SEPARATION_BASIS))
    account = Account(
        username=username,
        display_name=display_name,
        organisation=organisation,
        duty_class=duty_class,
        person=person,
        must_change_password=must_change_password,
        created_at=at,
    )
    validate_password(password, account)
    account.set_password(password)
    account.save()
    actor_id = actor.pk if actor else None
    append("account.created", subject=account, agency_id=None, actor_id=actor_id, at=at, rows=[account])
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
    """Give an account of the agency, or a new one, a role. Refused for oneself, twice, and across classes of duty.

    Account.DoesNotExist for one that has only worked elsewhere: see `grant_role_by_name`.
    """
    access_agency(actor, agency_id, "manage_accounts", localdate(at))
    account = Account.objects.select_for_update().get(pk=account_id)
    if not _is_known(account, agency_id) and RoleGrant.objects.filter(account=account).exists():
        raise Account.DoesNotExist
    return _grant(account, agency_id, Role(role), from_on, actor, at)


@transaction.atomic
def grant_role_by_name(
    username: str, *, agency_id: UUID, role: str, from_on: date, actor: Account, at: datetime
) -> RoleGrant:
    """Give a role to an account that another body uses, such as the overseer's reviewer, by its whole user name.

    One refusal for every reason, so that names of other agencies cannot be found out by trying.
    """
    access_agency(actor, agency_id, "manage_accounts", localdate(at))
    named = Account.objects.select_for_update().filter(username=Account.normalize_username(username))
    account = named.filter(is_active=True).first()
    if account is None or not (_is_known(account, agency_id) or account.duty_class == _duty_class(Role(role))):
        message = "没有可以授予该角色的账户。请核对完整的用户名，以及账户的职责类别和状态。"
        raise ActRefusedError(Refused("account.unknown", message, SEPARATION_BASIS))
    return _grant(account, agency_id, Role(role), from_on, actor, at)


def _is_known(account: Account, agency_id: UUID) -> bool:
    return RoleGrant.objects.filter(account=account, agency_id=agency_id).exists()


def _duty_class(role: Role) -> str:
    admin = role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    return role.value if admin else Account.DutyClass.CASE


def _grant(
    account: Account, agency_id: UUID, role: Role, from_on: date, actor: Account | None, at: datetime
) -> RoleGrant:
    if actor is not None and account.pk == actor.pk:
        require(Refused("role.own", "不能给自己授予角色，请由另一名安全管理员办理。", SEPARATION_BASIS))
    if not account.is_active:
        require(Refused("account.closed", "该账户已经停用，请先重新启用。", SEPARATION_BASIS))
    if account.duty_class != _duty_class(role):
        message = (
            f"账户“{account.username}”的职责类别是{account.get_duty_class_display()}，不能授予“{role.label}”；"
            "管理员互不兼任，也不承担执法业务。"
        )
        require(Refused("role.duty_class", message, SEPARATION_BASIS))
    if RoleGrant.objects.filter(agency_id=agency_id, account=account, role=role, to_on__isnull=True).exists():
        require(Refused("role.held", f"该账户已有“{role.label}”角色。", SEPARATION_BASIS))
    _refuse_second_account(account, agency_id, localdate(at))
    grant = RoleGrant.objects.create(
        account=account,
        duty_class=account.duty_class,
        agency_id=agency_id,
        role=role,
        from_on=from_on,
        granted_by=actor,
        granted_at=at,
    )
    return _append("role.granted", grant, actor, at)


def _append(kind: str, grant: RoleGrant, actor: Account | None, at: datetime) -> RoleGrant:
    actor_id = actor.pk if actor else None
    append(kind, subject=grant, agency_id=grant.agency_id, actor_id=actor_id, at=at, rows=[grant])
    return grant


def _refuse_second_account(account: Account, agency_id: UUID, on: date) -> None:
    """Refuse what looks like a second account of one person: with two, one could approve what the other drafted.

    Two people of one name each have their own record in the register of people, which tells them apart.
    """
    if account.duty_class != Account.DutyClass.CASE or account.person_id is not None:
        return
    here = RoleGrant.objects.filter(unended(on), agency_id=agency_id).values("account_id")
    same = Account.objects.filter(
        pk__in=here, is_active=True, display_name=account.display_name, organisation=account.organisation
    )
    if same.exclude(pk=account.pk).exists():
        message = f"“{account.display_name}”在本机关已有账户，一人只用一个账户。同名的另一人须关联其人员记录。"
        require(Refused("account.second", message, SEPARATION_BASIS))


@transaction.atomic
def end_role(grant_id: UUID, *, to_on: date | None, actor: Account, at: datetime) -> RoleGrant:
    """End a role on a day, or at once without one; the grant stays as history. Refused when it has ended already.

    A role ended at once held through yesterday; one that began today or later never held.
    """
    grant = RoleGrant.objects.select_for_update().get(pk=grant_id)
    on = localdate(at)
    access_agency(actor, grant.agency_id, "manage_accounts", on)
    if grant.to_on is not None and grant.to_on < on:
        require(Refused("role.ended", f"该角色已于 {grant.to_on.isoformat()} 终止。", SEPARATION_BASIS))
    if to_on is None:
        return _append("role.ended", _end(grant, on), actor, at)
    if grant.to_on is not None:
        message = f"该角色已登记于 {grant.to_on.isoformat()} 终止；需要提前的，请立即终止。"
        require(Refused("role.ended", message, SEPARATION_BASIS))
    if to_on < grant.from_on:
        require(Refused("role.dates", f"终止日不能早于起始日 {grant.from_on.isoformat()}。", SEPARATION_BASIS))
    if to_on < on - timedelta(days=1):
        require(Refused("role.dates", "终止日不能早于昨天，已经办过的事项不受影响。", SEPARATION_BASIS))
    grant.to_on = to_on
    grant.save(update_fields=["to_on"])
    return _append("role.ended", grant, actor, at)


def _end(grant: RoleGrant, on: date) -> RoleGrant:
    """End a grant before today."""
    grant.to_on = max(grant.from_on, on) - timedelta(days=1)
    grant.save(update_fields=["to_on"])
    return grant


@transaction.atomic
def close_account(account_id: UUID, *, agency_id: UUID, actor: Account, at: datetime) -> Account:
    """Disable an account of the agency: its next request fails. Refused for one's own.

    An account that also works in another agency stays enabled and loses its roles here, all at once.
    Account.DoesNotExist for one without an unended role here.
    """
    on = localdate(at)
    access_agency(actor, agency_id, "manage_accounts", on)
    held = RoleGrant.objects.filter(unended(on), account_id=account_id)
    here = held.filter(agency_id=agency_id)
    account = Account.objects.select_for_update(of=("self",)).get(pk=account_id, pk__in=here.values("account_id"))
    if account.pk == actor.pk:
        require(Refused("account.own", "不能停用自己的账户。", SEPARATION_BASIS))
    if not account.is_active:
        require(Refused("account.closed", "该账户已经停用。", SEPARATION_BASIS))
    if held.exclude(agency_id=agency_id).exists():
        for grant in here.select_for_update():
            _append("role.ended", _end(grant, on), actor, at)
        record(account, agency_id, AccountChange.Act.LEFT, actor, at)
        return account
    account.is_active = False
    account.save(update_fields=["is_active"])
    record(account, agency_id, AccountChange.Act.CLOSED, actor, at)
    return account


def record(account: Account, agency_id: UUID, act: str, actor: Account | None, at: datetime) -> None:
    """Note who did what to an account, inside the act's own transaction; None is the operator."""
    change = AccountChange.objects.create(account=account, agency_id=agency_id, act=act, made_by=actor, made_at=at)
    actor_id = actor.pk if actor else None
    rows = [account, change]
    append(f"account.{act}", subject=account, agency_id=agency_id, actor_id=actor_id, at=at, rows=rows)
