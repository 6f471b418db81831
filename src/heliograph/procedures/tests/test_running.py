"""Acts on a whole case: suspended, resumed, sent back, moved to another release; each with reason, basis and record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.actions import Moved, complete_task, migrate_run, resume_run, return_run, suspend_run
from heliograph.procedures.models import Release, Run, RunChange, Token
from heliograph.procedures.queries import history
from heliograph.procedures.tests.conftest import begin
from heliograph.procedures.tests.flows import flows, penalty, release_of, task
from heliograph.procedures.tests.test_moving import places
from heliograph.registers.models import Account, Agency
from tests.cast import NOON, TODAY

WHY: dict[str, Any] = {"reason": "当事人下落不明", "basis": "行政处罚法@2021:85", "at": NOON}
TEN = timedelta(days=10)
LATER = WHY | {"at": NOON + TEN}  # when the successor is in force


def due(run_id: UUID, place: str) -> Any:
    return Token.objects.get(run_id=run_id, place=place).due_on


# -- suspended and resumed
def test_a_suspended_case_has_no_due_days_and_no_timers(filed: UUID, leader_in_charge: Account) -> None:
    change = suspend_run(filed, from_on=TODAY, actor=leader_in_charge, **WHY)
    assert Run.objects.get(pk=filed).state == "suspended"
    assert set(Token.objects.filter(run_id=filed).values_list("due_on", "alarm_on", "timer_at")) == {(None, None, None)}
    assert (change.kind, change.number, change.from_on, change.by) == ("suspended", 4, TODAY, leader_in_charge)
    assert places(filed) == {"t_investigate", "b_late"}


def test_a_resumed_case_is_due_later_by_the_days_it_was_suspended(filed: UUID, leader_in_charge: Account) -> None:
    before = due(filed, "t_investigate")
    suspend_run(filed, from_on=TODAY + TEN, actor=leader_in_charge, **WHY)
    resume_run(filed, on=TODAY + 2 * TEN, actor=leader_in_charge, **WHY)
    assert due(filed, "t_investigate") == before + TEN
    suspend_run(filed, from_on=TODAY + 3 * TEN, actor=leader_in_charge, **WHY)
    resume_run(filed, on=TODAY + 4 * TEN, actor=leader_in_charge, **WHY)
    timer = Token.objects.get(run_id=filed, place="b_late")
    assert timer.due_on == due(filed, "t_investigate") == before + 2 * TEN
    assert timer.timer_at is not None
    assert timer.timer_at.astimezone(NOON.tzinfo).date() == before + 2 * TEN + timedelta(days=1)
    agency_id = Run.objects.get(pk=filed).agency_id
    told = history(agency_id, filed)
    assert [one.number for one in told] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.kind for one in told if isinstance(one, RunChange)] == ["suspended", "resumed"] * 2


def test_a_suspended_case_does_not_move(filed: UUID, handler: Account, leader_in_charge: Account) -> None:
    suspend_run(filed, from_on=TODAY, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="已中止，恢复后才能继续办理"):
        complete_task(filed, "t_investigate", facts={"罚款金额": 1}, actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="已中止"):
        suspend_run(filed, from_on=TODAY, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="已中止"):
        return_run(filed, place="t_file", actor=leader_in_charge, **WHY)


def test_only_leaders_suspend_and_resume(filed: UUID, handler: Account, outsider: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有中止或恢复案件办理的权限"):
        suspend_run(filed, from_on=TODAY, actor=handler, **WHY)
    with pytest.raises(ActRefusedError, match="没有中止或恢复案件办理的权限"):
        resume_run(filed, on=TODAY, actor=handler, **WHY)
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        suspend_run(filed, from_on=TODAY, actor=outsider, **WHY)


def test_what_was_not_suspended_is_not_resumed_and_days_do_not_run_backwards(
    filed: UUID, leader_in_charge: Account
) -> None:
    with pytest.raises(ActRefusedError, match="没有中止，无需恢复"):
        resume_run(filed, on=TODAY, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="中止日不能早于 2026-11-20"):
        suspend_run(filed, from_on=TODAY - TEN, actor=leader_in_charge, **WHY)
    suspend_run(filed, from_on=TODAY + TEN, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="恢复日不能早于中止日 2026-11-30"):
        resume_run(filed, on=TODAY, actor=leader_in_charge, **WHY)
    resume_run(filed, on=TODAY + 2 * TEN, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="中止日不能早于 2026-12-10"):
        suspend_run(filed, from_on=TODAY + TEN, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="没有中止"):
        resume_run(filed, on=TODAY + 3 * TEN, actor=leader_in_charge, **WHY)


@pytest.mark.parametrize(("reason", "basis"), [(" ", "行政处罚法@2021:85"), ("下落不明", "")])
def test_every_act_on_a_case_states_reason_and_basis(
    filed: UUID, leader_in_charge: Account, reason: str, basis: str
) -> None:
    why: dict[str, Any] = {"reason": reason, "basis": basis, "actor": leader_in_charge, "at": NOON}
    acts: list[Callable[[], object]] = [
        lambda: suspend_run(filed, from_on=TODAY, **why),
        lambda: resume_run(filed, on=TODAY, **why),
        lambda: return_run(filed, place="t_file", **why),
        lambda: migrate_run(filed, release_id=filed, **why),
    ]
    for act in acts:
        with pytest.raises(ActRefusedError, match="须写明理由和法律依据"):
            act()


# -- sent back
def test_a_case_is_sent_back_to_a_task_done_before(
    investigated: Callable[..., Moved], filed: UUID, leader_in_charge: Account, handler: Account
) -> None:
    investigated(100)
    complete_task(filed, "t_publish", actor=handler, at=NOON)
    change = return_run(filed, place="t_investigate", actor=leader_in_charge, **WHY)
    assert places(filed) == {"t_investigate", "b_late"}
    assert change.marking_after == ["b_late", "t_investigate"]
    assert "t_serve" in change.marking_before
    assert due(filed, "t_investigate") == TODAY + timedelta(days=90)
    investigated(100)
    assert places(filed) == {"t_serve", "b_silent", "t_publish"}  # and it goes on from there


def test_one_branch_is_sent_back_and_the_other_stays(
    investigated: Callable[..., Moved], filed: UUID, unit_head: Account, handler: Account
) -> None:
    investigated(100)
    complete_task(filed, "t_publish", actor=handler, at=NOON)
    stays = Token.objects.get(run_id=filed, place="t_serve").pk
    return_run(filed, place="t_publish", actor=unit_head, **WHY)
    assert places(filed) == {"t_publish", "t_serve", "b_silent"}
    assert Token.objects.get(run_id=filed, place="t_serve").pk == stays


def test_a_case_is_not_sent_forward_nor_where_it_is(filed: UUID, leader_in_charge: Account) -> None:
    with pytest.raises(ActRefusedError, match="还没有办过“送达”"):
        return_run(filed, place="t_serve", actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="“调查取证”正在办理"):
        return_run(filed, place="t_investigate", actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="没有“g_filed”这一办理环节"):
        return_run(filed, place="g_filed", actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="请刷新"):
        return_run(filed, place="t_file", actor=leader_in_charge, rev=1, **WHY)


def test_a_handler_does_not_send_a_case_back(filed: UUID, handler: Account) -> None:
    with pytest.raises(ActRefusedError, match="没有退回案件的权限"):
        return_run(filed, place="t_file", actor=handler, **WHY)


# -- moved to another release
@pytest.fixture
def successor(release: Release, agency: Agency, legality_reviewer: Account, leader_in_charge: Account) -> Release:
    """The same procedure with 立案审批 under another place, and an additional task at its end."""
    drawing = penalty(approve="t_decide_filing")
    drawing = drawing.replace(flows("g_again>e_done"), "")
    drawing = drawing.replace('default="f_g_again_e_done"', 'default="f_g_again_t_archive"')
    more = task("t_archive", "归档", "archivist") + flows("g_again>t_archive", "t_archive>e_done")
    drawing = drawing.replace("</process>", f"{more}</process>").replace('name="调查取证"', 'name="调查"')
    return release_of(agency, legality_reviewer, leader_in_charge, on=TODAY + TEN, drawing=drawing)


def test_a_case_keeps_its_release_until_it_is_moved(
    filed: UUID, release: Release, successor: Release, leader_in_charge: Account
) -> None:
    assert Run.objects.get(pk=filed).release == release
    with pytest.raises(ActRefusedError, match="自 2026-11-30 起施行，此前不能适用"):
        migrate_run(filed, release_id=successor.pk, actor=leader_in_charge, **WHY)
    change = migrate_run(filed, release_id=successor.pk, actor=leader_in_charge, **LATER)
    assert (change.release_before, change.release_after) == (release, successor)
    assert change.marking_before == change.marking_after == ["b_late", "t_investigate"]
    token = Token.objects.get(run_id=filed, place="t_investigate")
    assert (token.name, token.due_on) == ("调查", TODAY + timedelta(days=90))
    assert Run.objects.get(pk=filed).release == successor


def test_a_case_that_stands_where_the_new_flow_cannot_be_stays(
    case: UUID, successor: Release, handler: Account, leader_in_charge: Account
) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="按流程图不可能停在“立案审批”"):
        migrate_run(case, release_id=successor.pk, actor=leader_in_charge, **LATER)


def test_a_proposal_says_how_many_running_cases_could_go_over(
    case: UUID,
    release: Release,
    agency: Agency,
    handler: Account,
    legality_reviewer: Account,
    leader_in_charge: Account,
) -> None:
    begin(agency, handler)
    complete_task(case, "t_file", actor=handler, at=NOON)
    drawing = penalty(approve="t_decide_filing")
    later = release_of(agency, legality_reviewer, leader_in_charge, on=TODAY + TEN, drawing=drawing)
    assert later.changes["running"] == {"total": 2, "carried": 1, "stuck": {"立案审批": 1}}
    assert later.changes["parts"] == {"files": ["修改 penalty"]}
    assert any("t_decide_filing" in line for line in later.changes["flow"])


def test_a_case_moves_to_another_release_of_its_own_agency_only(
    case: UUID, release: Release, leader_in_charge: Account, handler: Account
) -> None:
    with pytest.raises(ActRefusedError, match="已经适用这一流程版本"):
        migrate_run(case, release_id=release.pk, actor=leader_in_charge, **WHY)
    with pytest.raises(Release.DoesNotExist):
        migrate_run(case, release_id=case, actor=leader_in_charge, **WHY)
    with pytest.raises(ActRefusedError, match="没有更换案件的流程版本的权限"):
        migrate_run(case, release_id=release.pk, actor=handler, **WHY)
