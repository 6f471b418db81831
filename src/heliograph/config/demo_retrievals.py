"""The retrievals of the demonstration: one dossier read under an approval, one application that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from heliograph.config.demo_task import Task
from heliograph.dossiers.actions.retrieving import ask_for_dossier, decide_retrieval, read_catalogue
from heliograph.registers.models import Account

WEEKS = 8
PURPOSE, WAITING = "办理同类案件，参考证据和裁量。", "整理年度案卷评查材料。"


def retrieve(task: Task, accounts: Mapping[str, Account]) -> None:
    """Let the staff whom a line names ask for its dossier: for one the leader approves, the other waits."""
    case, line, hours = task.case, task.line, task.hours
    if line.retrieved_by:
        reader = accounts[line.retrieved_by]
        asked = ask_for_dossier(case.agency_id, case.pk, purpose=PURPOSE, actor=reader, at=hours.next())
        at = hours.next()
        until = at.date() + timedelta(weeks=WEEKS)
        decide_retrieval(case.agency_id, asked.pk, granted=True, until_on=until, opinion="同意，限正卷。",
                         actor=task.people["leader_in_charge"], at=at)  # fmt: skip
        read_catalogue(case.agency_id, asked.pk, actor=reader, at=hours.next())
    if line.asked_for_by:
        ask_for_dossier(case.agency_id, case.pk, purpose=WAITING, actor=accounts[line.asked_for_by], at=hours.next())
