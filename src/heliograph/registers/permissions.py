"""Who may do what in the registers: one table, act → roles, and the look-up of roles held on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from heliograph.kernel.verdict import Allowed, Refused, Verdict, require
from heliograph.registers.models import Account, Role, RoleGrant

CASE_ROLES = frozenset(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
OWN_STAFF = CASE_ROLES - {Role.SUPERVISOR}
COMPILERS = frozenset({Role.HANDLER, Role.CO_HANDLER, Role.UNIT_HEAD, Role.WINDOW_CLERK, Role.LEGALITY_REVIEWER})
LEGAL_OFFICE = frozenset({Role.LEGALITY_REVIEWER})
# By hand, for it stands in the way of every page and every step of a case; see `unended` for the same in words.
_ROLES = """
SELECT g.role FROM registers_rolegrant g JOIN registers_account a ON a.id = g.account_id
WHERE g.account_id = %(account)s AND g.agency_id = %(agency)s AND a.is_active
  AND g.from_on <= %(on)s AND (g.to_on IS NULL OR g.to_on >= %(on)s)
"""
# The roles and the unit of somebody in an agency, as two columns; `unit_of` says the second in words.
_PLACE = """
ARRAY(SELECT g.role FROM registers_rolegrant g JOIN registers_account a ON a.id = g.account_id
  WHERE g.account_id = %(account)s AND g.agency_id = {agency} AND a.is_active
    AND g.from_on <= %(on)s AND (g.to_on IS NULL OR g.to_on >= %(on)s)),
(SELECT p.unit_id FROM registers_post p WHERE p.agency_id = {agency} AND p.person_id = %(person)s
  AND p.to_on IS NULL ORDER BY p.from_on DESC LIMIT 1)
"""
ERASURE_BASIS = "个人信息保护法@2021:47"


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the table: what the act is called, who may do it, and the rule that says so."""

    name: str
    roles: frozenset[Role]
    basis: str


ACTS: dict[str, Act] = {
    "read_registers": Act("查看本机关清单", CASE_ROLES | {Role.AUDIT_ADMIN}, "国办发118号@2018"),
    "draft_entry": Act("编制清单条目", COMPILERS, "国办发118号@2018"),
    "revise_entry": Act("修改清单条目", COMPILERS, "国办发118号@2018"),
    "import_entries": Act("导入清单", COMPILERS, "国办发118号@2018"),
    "export_entries": Act("导出清单", OWN_STAFF, "国办发118号@2018"),
    "read_people": Act("查看人员和证件", OWN_STAFF | {Role.AUDIT_ADMIN}, "个人信息保护法@2021:6"),
    "manage_people": Act("登记人员、任职和证件", LEGAL_OFFICE, "行政处罚法@2021:42"),
    "manage_units": Act("登记内设机构", LEGAL_OFFICE, "国办发118号@2018"),
    "adopt_law": Act("导入法律文本", LEGAL_OFFICE, "国办发118号@2018"),
    "correct_article": Act("更正条文变动登记", LEGAL_OFFICE, "国办发118号@2018"),
    "manage_accounts": Act("管理账户和角色", frozenset({Role.SECURITY_ADMIN}), "GB/T 22239-2019"),
    "read_compliance": Act("查看对照表", CASE_ROLES | {Role.AUDIT_ADMIN}, "国办发118号@2018"),
    "load_calendar": Act("导入放假安排", frozenset({Role.SYSTEM_ADMIN, Role.LEGALITY_REVIEWER}), "国办发118号@2018"),
    "read_records": Act("查看存证记录", CASE_ROLES | {Role.AUDIT_ADMIN}, "行政处罚法@2021:47"),
    "read_account_records": Act(
        "查看账户存证记录", frozenset({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}), "GB/T 22239-2019"
    ),
    "export_records": Act("导出存证", OWN_STAFF | {Role.AUDIT_ADMIN}, "行政处罚法@2021:47"),
    "read_log_status": Act("查看存证状态", frozenset({Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN}), "GB/T 22239-2019"),
    "read_erasures": Act("查看存证内容删除申请", LEGAL_OFFICE | {Role.HEAD, Role.AUDIT_ADMIN}, ERASURE_BASIS),
    "request_erasure": Act("申请删除存证内容", LEGAL_OFFICE, ERASURE_BASIS),
    "confirm_erasure": Act("批准删除存证内容", frozenset({Role.HEAD}), ERASURE_BASIS),
    "install_pack": Act("安装规则包", frozenset({Role.SYSTEM_ADMIN}), "国办发118号@2018"),
}


def roles_of(account: Account, agency_id: UUID, on: date) -> frozenset[Role]:
    """Return the roles that an account holds in an agency on a day, none while it is disabled. One query.

    The database is asked whether it is: background work may act for somebody whose account was closed meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, {"account": account.pk, "agency": agency_id, "on": on})
        return frozenset(Role(role) for (role,) in cursor.fetchall())


def place_columns(agency: str) -> str:
    """Return the two columns of a statement by hand that read roles and unit in the agency of a column.

    Its values are those of `place_values`.
    """
    return _PLACE.format(agency=agency)


def place_values(account: Account, on: date) -> dict[str, Any]:
    """Return the values that `place_columns` asks for."""
    return {"account": account.pk, "person": account.person_id, "on": on}


def place_of(account: Account, agency_id: UUID, on: date) -> tuple[frozenset[Role], UUID | None]:
    """Return the roles that an account holds in an agency on a day, and the unit worked in there now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {place_columns('%(agency)s')}", {**place_values(account, on), "agency": agency_id})
        roles, unit_id = cursor.fetchone()
    return frozenset(map(Role, roles)), unit_id


def unended(on: date) -> Q:
    """Select the grants that run on a day or are still to begin; not those taken back before they began."""
    return Q(to_on__isnull=True) | (Q(to_on__gte=on) & Q(to_on__gte=F("from_on")))


def managing_agency(account_id: UUID, on: date) -> UUID | None:
    """Return the agency whose security administrator manages an account: where its oldest unended role is.

    An agency that grants a role to somebody else's account gets that role to end, and nothing more: resetting the
    password of an account is a way to become its owner in every agency.
    """
    roles = RoleGrant.objects.filter(unended(on), account_id=account_id).order_by("granted_at", "pk")
    return roles.values_list("agency_id", flat=True).first()


def may(act: Act, roles: frozenset[Role]) -> Verdict:
    """Say whether somebody with these roles may do the act; the refusal names the roles that may."""
    if roles & act.roles:
        return Allowed()
    names = "、".join(sorted(role.label for role in act.roles))
    return Refused("role.missing", f"您在本机关没有{act.name}的权限。可以办理的角色：{names}。", act.basis)


def access_agency(account: Account, agency_id: UUID, act: str, on: date) -> frozenset[Role]:
    """Authorise an act in an agency and return the roles held there. ActRefusedError with the roles that may."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return roles


def raise_outsider() -> None:
    """Refuse somebody who holds no role in the agency at all, without saying what is there."""
    require(Refused("jurisdiction.outside", "您不是本机关人员，不能查看或办理本机关事务。", "行政处罚法@2021:22"))


def same_person(one: Account, other: Account) -> bool:
    """Say whether two accounts are one, or are held by the same person: nobody confirms their own act."""
    return one.pk == other.pk or (one.person_id is not None and one.person_id == other.person_id)
