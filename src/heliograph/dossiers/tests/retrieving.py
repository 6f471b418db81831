"""A case in the archive with both volumes, and retrievals of it, for the tests of reading and of destroying."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from heliograph.dossiers.actions import archive_terminated, terminate_case
from heliograph.dossiers.actions.retrieving import ask_for_dossier, decide_retrieval, open_dossier
from heliograph.dossiers.models import Case, Retrieval
from heliograph.dossiers.tests.bureau import Bureau
from heliograph.dossiers.tests.stages import ORDINARY
from heliograph.registers.models import Account
from tests.cast import Office, grant, new_account


def archived_case(bureau: Bureau, case: Case) -> Case:
    """Walk a case through every stage into the archive."""
    for stage in ORDINARY:
        stage.do(bureau, case)
    case.refresh_from_db()
    assert case.state == Case.State.ARCHIVED
    return case


def archived_early(bureau: Bureau, case: Case) -> Case:
    """End a case without a result and file it."""
    terminate_case(case.pk, reason="当事人注销", basis="行政处罚法@2021:57", actor=bureau["leader_in_charge"],
                   at=bureau.later())  # fmt: skip
    archive_terminated(case.pk, note="一案一卷", missing_reason="没有制作", actor=bureau["handler"], at=bureau.later())
    case.refresh_from_db()
    return case


def colleague(bureau: Bureau, name: str = "承办辛", role: str = "handler") -> Account:
    """Somebody of the agency who works in no unit: sees no case but their own."""
    office = Office(bureau.agency, Account.objects.get(username="安全"), Account.objects.get(username="系统"))
    return grant(office, new_account(name, "case", bureau.agency), role)


def soon(bureau: Bureau, days: int = 5) -> date:
    """Some days from now."""
    return bureau.today + timedelta(days=days)


def asked(bureau: Bureau, case: Case, by: Account, purpose: str = "办理类似案件参考") -> Retrieval:
    """Ask for the dossier."""
    return ask_for_dossier(bureau.agency.pk, case.pk, purpose=purpose, actor=by, at=bureau.later())


def granted(bureau: Bureau, case: Case, by: Account, **covers: Any) -> Retrieval:
    """Ask for the dossier and have it approved by the leader in charge."""
    found = asked(bureau, case, by)
    given = {"until_on": soon(bureau), "opinion": "同意", **covers}
    return decide_retrieval(bureau.agency.pk, found.pk, granted=True, actor=bureau["leader_in_charge"],
                            at=bureau.later(), **given)  # fmt: skip


def opened_at_once(bureau: Bureau, case: Case, by: str = "legality_reviewer") -> Retrieval:
    """Let the legal office open the dossier."""
    return open_dossier(bureau.agency.pk, case.pk, purpose="案卷评查", until_on=soon(bureau), actor=bureau[by],
                        at=bureau.later())  # fmt: skip
