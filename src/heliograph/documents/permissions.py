"""Who may change the form of a kind of document: the legal office proposes, somebody else of it or a leader decides."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.documents.rules import FORMS
from heliograph.kernel.verdict import require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import CASE_ROLES, LEGAL_OFFICE, Act, may, raise_outsider, roles_of

DECIDERS = LEGAL_OFFICE | {Role.LEADER_IN_CHARGE, Role.HEAD}

ACTS: dict[str, Act] = {
    "read_templates": Act("查看文书模板", CASE_ROLES | {Role.AUDIT_ADMIN}, FORMS),
    "propose_template": Act("提出文书模板", LEGAL_OFFICE, FORMS),
    "decide_template": Act("批准文书模板", DECIDERS, FORMS),
}


def access(account: Account, agency_id: UUID, act: str, on: date) -> None:
    """Authorise an act in an agency. ActRefusedError with the roles that may."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
