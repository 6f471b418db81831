"""Who may hand in, decide, withdraw and adjust."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.kernel.verdict import require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import CASE_ROLES, COMPILERS, LEGAL_OFFICE, Act, may, raise_outsider, roles_of

APPROVERS = frozenset(
    {
        Role.UNIT_HEAD,
        Role.LEGALITY_REVIEWER,
        Role.SUPERVISOR,
        Role.RELEASE_APPROVER,
        Role.LEADER_IN_CHARGE,
        Role.HEAD,
    }
)

PUBLISHERS = frozenset({Role.RELEASE_APPROVER})

ACTS: dict[str, Act] = {
    "read_releases": Act("查看发布审批", CASE_ROLES | {Role.AUDIT_ADMIN}, "国办发118号@2018"),
    "submit_for_release": Act("送审清单条目", COMPILERS, "国办发118号@2018"),
    "decide_stage": Act("审批信息发布", APPROVERS, "国办发118号@2018"),
    "withdraw_publication": Act("撤回公开信息", PUBLISHERS, "国办发118号@2018"),
    "adjust": Act("登记动态调整", LEGAL_OFFICE, "国办发118号@2018"),
    "confirm_adjustment": Act("确认公开动态调整", PUBLISHERS, "国办发118号@2018"),
}


def access(account: Account, agency_id: UUID, act: str, on: date) -> frozenset[Role]:
    """Authorise an act of disclosure in an agency and return the roles held there."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return roles
