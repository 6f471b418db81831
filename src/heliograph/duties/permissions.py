"""Who may move a due date, and fetching a duty with its authorisation."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.duties.models import Duty
from heliograph.kernel.verdict import require
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import CASE_ROLES, Act, may, raise_outsider, roles_of

ACTS: dict[str, Act] = {
    "read_duties": Act("查看期限", CASE_ROLES | {Role.AUDIT_ADMIN}, "行政处罚法@2021:85"),
    "extend_duty": Act("延长期限", frozenset({Role.LEADER_IN_CHARGE, Role.HEAD}), "行政处罚法@2021:85"),
    "cancel_duty": Act("取消误登的期限", frozenset({Role.LEADER_IN_CHARGE, Role.HEAD}), "行政处罚法@2021:85"),
    "suspend_duty": Act("中止或恢复期限", frozenset({Role.LEADER_IN_CHARGE, Role.HEAD}), "行政处罚法@2021:85"),
}


def access_duty(account: Account, duty_id: UUID, act: str, on: date) -> Duty:
    """Fetch and lock a duty and authorise the act on it. Duty.DoesNotExist, or ActRefusedError with the roles."""
    duty = Duty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    roles = roles_of(account, duty.agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return duty
