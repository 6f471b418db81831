"""Who may propose and approve procedures, and who may stop, send back or move a running case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from heliograph.kernel.verdict import require
from heliograph.procedures.models import Draft, Release, Run
from heliograph.registers.models import Account, Role
from heliograph.registers.permissions import CASE_ROLES, LEGAL_OFFICE, Act, may, raise_outsider, roles_of

LEADERS = frozenset({Role.LEADER_IN_CHARGE, Role.HEAD})

ACTS: dict[str, Act] = {
    "read_procedures": Act("查看办案流程", CASE_ROLES | {Role.AUDIT_ADMIN}, "国办发118号@2018"),
    "draft_procedure": Act("编辑流程草稿", LEGAL_OFFICE, "国办发118号@2018"),
    "propose_release": Act("提出流程版本", LEGAL_OFFICE, "国办发118号@2018"),
    "decide_release": Act("批准流程版本", LEADERS, "国办发118号@2018"),
    "suspend_run": Act("中止或恢复案件办理", LEADERS, "行政处罚法@2021:85"),
    "return_run": Act("退回案件", LEADERS | LEGAL_OFFICE | {Role.UNIT_HEAD}, "国办发118号@2018"),
    "migrate_run": Act("更换案件的流程版本", LEADERS, "国办发118号@2018"),
}


def access(account: Account, agency_id: UUID, act: str, on: date) -> frozenset[Role]:
    """Authorise an act in an agency and return the roles held there. ActRefusedError with the roles that may."""
    roles = roles_of(account, agency_id, on)
    if not roles:
        raise_outsider()
    require(may(ACTS[act], roles))
    return roles


def access_run(account: Account, run_id: UUID, act: str, on: date) -> Run:
    """Fetch and lock a run and authorise the act on it."""
    run = Run.objects.select_for_update(of=("self",)).select_related("release").defer("release__bundle").get(pk=run_id)
    access(account, run.agency_id, act, on)
    return run


def access_release(account: Account, release_id: UUID, act: str, on: date) -> Release:
    """Fetch and lock a release and authorise the act on it."""
    release = Release.objects.select_for_update(of=("self",)).get(pk=release_id)
    access(account, release.agency_id, act, on)
    return release


def access_draft(account: Account, draft_id: UUID, act: str, on: date) -> Draft:
    """Fetch and lock a draft and authorise the act on it."""
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    access(account, draft.agency_id, act, on)
    return draft
