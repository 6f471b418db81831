"""Who may hand in, decide, withdraw and adjust, and who prepares and releases the publication of a decision."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import HANDLERS, Reader, access_case
from heliograph.kernel.verdict import require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import (
    CASE_ROLES,
    COMPILERS,
    LEGAL_OFFICE,
    OWN_STAFF,
    Act,
    may,
    raise_outsider,
    roles_of,
)

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
# who may end the publication of a decision that stands; its own officers may once it was annulled
DECIDING = LEGAL_OFFICE | PUBLISHERS

ACTS: dict[str, Act] = {
    "read_releases": Act("查看发布审批", CASE_ROLES | {Role.AUDIT_ADMIN}, "国办发118号@2018"),
    "submit_for_release": Act("送审清单条目", COMPILERS, "国办发118号@2018"),
    "decide_stage": Act("审批信息发布", APPROVERS, "国办发118号@2018"),
    "withdraw_publication": Act("撤回公开信息", PUBLISHERS, "国办发118号@2018"),
    "adjust": Act("登记动态调整", LEGAL_OFFICE, "国办发118号@2018"),
    "confirm_adjustment": Act("确认公开动态调整", PUBLISHERS, "国办发118号@2018"),
    "read_publications": Act("查看决定公示", OWN_STAFF, "国办发118号@2018:6"),
    "prepare_publication": Act("拟制公示", HANDLERS, "国办发118号@2018:6"),
    "answer_publication": Act("审批公示", APPROVERS - {Role.SUPERVISOR}, "政府信息公开条例@2019:17"),
    "withdraw_decision": Act("撤回决定公示", HANDLERS | DECIDING, "行政处罚法@2021:48"),
}


def access(account: Account, agency_id: UUID, act: str, on: date) -> frozenset[Role]:
    """Authorise an act of disclosure in an agency and return the roles held there."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return roles


def access_publication(account: Account, case_id: UUID, act: str, on: date) -> tuple[Case, Reader]:
    """Fetch the locked case of a publication and authorise an act on it; Case.DoesNotExist for one out of sight."""
    case, who = access_case(account, case_id, "read_cases", on)
    require(may(ACTS[act], who.roles))
    return case, who
