"""Who may do what in legality review beside the steps of a case, whose roles its flowchart names."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.dossiers.models import Case
from heliograph.dossiers.permissions import HANDLERS, LEADERS, Reader, access_case
from heliograph.dossiers.queries import recused_from
from heliograph.dossiers.rules.people import may_act_unrecused
from heliograph.kernel.verdict import require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import LEGAL_OFFICE, OWN_STAFF, Act, may, raise_outsider, roles_of

ACTS: dict[str, Act] = {
    "read_reviews": Act("查看法制审核", OWN_STAFF, "国办发118号@2018:13"),
    "call_in": Act("调取审核", LEGAL_OFFICE, "国办发118号@2018:13"),
    "ask_supplement": Act("要求补充送审材料", LEGAL_OFFICE, "国办发118号@2018:13"),
    "answer_supplement": Act("补充送审材料", HANDLERS, "国办发118号@2018:14"),
    "extend_review": Act("延长审核期限", LEADERS, "国办发118号@2018:13"),
    "export_package": Act("导出送审材料", LEGAL_OFFICE | LEADERS | HANDLERS, "国办发118号@2018:14"),
    "read_reviewers": Act("查看审核人员", OWN_STAFF, "国办发118号@2018:11"),
    "manage_reviewers": Act("登记审核人员、合同和培训", LEGAL_OFFICE | {Role.HEAD}, "国办发118号@2018:11"),
}


def access_review(account: Account, case_id: UUID, act: str, on: date, *, lock: bool = True) -> tuple[Case, Reader]:
    """Fetch a case in sight, locked unless only read, and authorise an act of review on it; nobody recused acts."""
    case, who = access_case(account, case_id, "read_cases", on, lock=lock)
    require(may(ACTS[act], who.roles))
    require(may_act_unrecused(account.pk, recused=recused_from(case)))
    return case, who


def access(account: Account, agency_id: UUID, act: str, on: date) -> frozenset[Role]:
    """Authorise an act of review in an agency and return the roles held there."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return roles
