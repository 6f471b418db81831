"""A case moves by the right person, from an open task, once; what follows is opened with its role, unit and due day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from heliograph.kernel.feel import FactValue
from heliograph.kernel.ids import uuid7
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import append
from heliograph.procedures.actions import Moved, complete_task, set_facts, start
from heliograph.procedures.models import Release, Run, Step, Token
from heliograph.procedures.queries import doers, done_by, history, next_steps, standing
from heliograph.procedures.tests.conftest import begin
from heliograph.registers.models import Account, Agency, Unit
from tests.cast import NOON, TODAY, Office, grant


def places(run_id: UUID) -> set[str]:
    return set(Token.objects.filter(run_id=run_id).values_list("place", flat=True))


# -- start
def test_a_case_starts_on_the_release_in_force_with_its_first_task(
    release: Release, agency: Agency, handler: Account, handling_unit: Unit
) -> None:
    moved = begin(agency, handler, handling_unit, 案情="迟报")
    assert (moved.run.release_id, moved.run.rev, moved.run.facts) == (
        release.pk,
        1,
        {"重新办理": False, "案情": "迟报"},
    )
    (token,) = Token.objects.filter(run=moved.run)
    assert (token.place, token.kind, token.name, token.role) == ("t_file", "task", "填报立案审批表", "handler")
    assert (token.unit, token.due_on) == (handling_unit, None)
    assert (moved.step.number, moved.step.act, moved.ended) == (1, "start", False)


def test_a_case_cannot_start_before_its_procedure_is_in_force(
    release: Release, agency: Agency, handler: Account
) -> None:
    yesterday = NOON - timedelta(days=1)
    with pytest.raises(ActRefusedError, match="没有施行中的流程") as refused:
        start(uuid7(), agency_id=agency.pk, procedure="penalty", facts={}, actor=handler, at=yesterday)
    assert refused.value.verdict.code == "procedure.none"


def test_a_case_cannot_start_on_another_agencys_release(release: Release, next_door: Office, outsider: Account) -> None:
    with pytest.raises(Release.DoesNotExist):
        start(
            uuid7(),
            agency_id=next_door.agency.pk,
            procedure="penalty",
            facts={},
            actor=outsider,
            at=NOON,
            release_id=release.pk,
        )


# -- moving on
def test_completing_a_task_opens_the_next(case: UUID, handler: Account) -> None:
    moved = complete_task(case, "t_file", actor=handler, at=NOON, note="材料齐全")
    assert [token.place for token in moved.opened] == ["t_approve"]
    assert [token.place for token in moved.closed] == ["t_file"]
    assert places(case) == {"t_approve"}
    step = Step.objects.get(run_id=case, number=2)
    assert (step.place, step.name, step.act) == ("t_file", "填报立案审批表", "propose_filing")
    assert (step.actor, step.at, step.note) == (handler, NOON, "材料齐全")
    assert step.passed == [["t_file", "f_t_file_t_approve"]]


def test_the_record_of_a_step_covers_what_it_wrote_and_removed(case: UUID, handler: Account) -> None:
    moved = complete_task(case, "t_file", actor=handler, at=NOON)
    assert {type(row) for row in moved.rows} == {Run, Step, Token}
    assert [token.place for token in moved.removed] == ["t_file"]  # type: ignore[attr-defined]


def test_facts_choose_the_way_and_stay_on_the_case(case: UUID, handler: Account, leader_in_charge: Account) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    moved = complete_task(case, "t_approve", facts={"准予立案": False}, actor=leader_in_charge, at=NOON)
    assert moved.ended
    run = Run.objects.get(pk=case)
    assert (run.state, run.ended_at, run.facts) == ("ended", NOON, {"重新办理": False, "准予立案": False})
    assert places(case) == set()


def test_a_rule_task_sets_facts_and_tells_which_row_fired(investigated: Callable[..., Moved]) -> None:
    moved = investigated(Decimal("12000.50"))
    assert moved.changed == {"罚款金额": Decimal("12000.50"), "重大案件": True}
    step = Step.objects.get(pk=moved.step.pk)
    assert step.fired == {"r_major": ["r_big"]}
    assert step.facts == {"罚款金额": "12000.50", "重大案件": True}
    assert standing(moved.run.pk).facts["罚款金额"] == Decimal("12000.50")


def test_a_called_process_runs_under_its_path_at_its_own_unit(
    investigated: Callable[..., Moved], legal_unit: Unit, legality_reviewer: Account, filed: UUID
) -> None:
    investigated(20_000)
    token = Token.objects.get(run_id=filed)
    assert (token.place, token.unit) == ("c_review/t_opinion", legal_unit)
    complete_task(filed, "c_review/t_opinion", actor=legality_reviewer, at=NOON)
    assert places(filed) == {"t_serve", "b_silent", "t_publish"}


def test_two_branches_wait_for_each_other_and_meet(
    investigated: Callable[..., Moved], filed: UUID, handler: Account
) -> None:
    investigated(100)
    complete_task(filed, "t_publish", actor=handler, at=NOON)
    assert Token.objects.get(run_id=filed, kind="join").name == "汇合"
    complete_task(filed, "t_serve", actor=handler, at=NOON)
    assert places(filed) == {"t_close"}


def test_a_task_may_loop_back_to_itself(investigated: Callable[..., Moved], filed: UUID, handler: Account) -> None:
    investigated(100)
    for place in ("t_publish", "t_serve"):
        complete_task(filed, place, actor=handler, at=NOON)
    first = Token.objects.get(run_id=filed)
    complete_task(filed, "t_close", facts={"重新办理": True}, actor=handler, at=NOON)
    second = Token.objects.get(run_id=filed)
    assert (first.place, second.place) == ("t_close", "t_close")
    assert first.pk != second.pk
    assert complete_task(filed, "t_close", facts={"重新办理": False}, actor=handler, at=NOON).ended


def test_a_task_is_due_by_its_limit_and_arms_its_timer(filed: UUID) -> None:
    task = Token.objects.get(run_id=filed, place="t_investigate")
    timer = Token.objects.get(run_id=filed, place="b_late")
    assert task.due_on == TODAY + timedelta(days=90)
    assert task.timer_at is None
    assert (timer.kind, timer.due_on) == ("timer", task.due_on)
    assert timer.timer_at is not None
    assert timer.timer_at.astimezone(NOON.tzinfo).date() == TODAY + timedelta(days=91)


def test_working_days_are_counted_on_the_calendar(investigated: Callable[..., Moved], filed: UUID) -> None:
    investigated(100)
    assert Token.objects.get(run_id=filed, place="t_publish").due_on == date(2026, 12, 1)


def test_a_task_without_such_a_unit_stays_with_the_unit_of_the_case(
    investigated: Callable[..., Moved], filed: UUID, handling_unit: Unit
) -> None:
    investigated(100)
    assert Token.objects.get(run_id=filed, place="t_publish").unit == handling_unit  # nobody opened a window


# -- refused
def test_a_task_is_done_once(case: UUID, handler: Account) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="“填报立案审批表”不是当前待办的环节，可能已经办过"):
        complete_task(case, "t_file", actor=handler, at=NOON)


@pytest.mark.parametrize("place", ["t_nowhere", "g_filed", "b_late"])
def test_only_tasks_are_done(filed: UUID, handler: Account, place: str) -> None:
    with pytest.raises(ActRefusedError, match=r"没有“.*”这一办理环节") as refused:
        complete_task(filed, place, actor=handler, at=NOON)
    assert refused.value.verdict.code == "run.place"


def test_a_task_is_done_by_its_role(case: UUID, unit_head: Account) -> None:
    with pytest.raises(ActRefusedError, match="由承办人办理，您在本机关没有这一角色") as refused:
        complete_task(case, "t_file", actor=unit_head, at=NOON)
    assert refused.value.verdict.code == "step.role"
    assert places(case) == {"t_file"}


def test_the_right_role_in_another_agency_is_none(case: UUID, outsider: Account) -> None:
    with pytest.raises(ActRefusedError, match="不是本机关人员"):
        complete_task(case, "t_file", actor=outsider, at=NOON)


def test_whoever_did_one_task_may_not_do_the_one_that_excludes_it(office: Office, case: UUID, handler: Account) -> None:
    grant(office, handler, "leader_in_charge")
    complete_task(case, "t_file", actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match=r"您办理过本案的“填报立案审批表”.*晴公3") as refused:
        complete_task(case, "t_approve", facts={"准予立案": True}, actor=handler, at=NOON)
    assert refused.value.verdict.code == "step.excluded"


def test_a_reviewer_who_investigated_is_excluded_in_the_called_process(
    office: Office, investigated: Callable[..., Moved], filed: UUID, handler: Account
) -> None:
    grant(office, handler, "legality_reviewer")
    investigated(20_000)
    with pytest.raises(ActRefusedError, match="“填报立案审批表”、“调查取证”"):
        complete_task(filed, "c_review/t_opinion", actor=handler, at=NOON)


def test_another_account_of_the_same_person_is_the_same_person(
    office: Office, case: UUID, handler: Account, leader_in_charge: Account
) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    assert done_by(office.agency.pk, case, ["t_file", "t_approve"], handler) == ["t_file"]
    assert done_by(office.agency.pk, case, ["t_file"], leader_in_charge) == []
    leader_in_charge.person_id = handler.person_id
    assert done_by(office.agency.pk, case, ["t_file"], leader_in_charge) == ["t_file"]
    assert doers(office.agency.pk, case, ["t_file", "t_approve"]) == {"t_file": [handler]}


def test_a_missing_fact_is_named_and_nothing_moves(case: UUID, handler: Account, leader_in_charge: Account) -> None:
    complete_task(case, "t_file", actor=handler, at=NOON)
    with pytest.raises(ActRefusedError, match="缺少事实“准予立案”") as refused:
        complete_task(case, "t_approve", actor=leader_in_charge, at=NOON)
    assert refused.value.verdict.code == "step.missing_fact"
    assert places(case) == {"t_approve"}


WRONG: list[tuple[str, Any, str]] = [
    ("没有的事实", 1, "没有“没有的事实”"),
    ("准予立案", "是", "应填是或否"),
    ("罚款金额", "100", "应填数"),
    ("罚款金额", True, "应填数"),
    ("罚款金额", Decimal(-1), "不小于 0"),
    ("罚款金额", Decimal("NaN"), "应填数"),
    ("罚款金额", Decimal("1e30"), "应填数"),
    ("处罚种类", ["警告", "拘留"], "应填所列选项中的若干项（警告、罚款）"),
    ("当事人类型", "其他", "应填所列选项之一"),
    ("份数", 0, "不小于 1"),
    ("份数", Decimal(2), "应填整数"),
    ("立案日期", "2026-11-20", "应填日期"),
    ("立案日期", NOON, "应填日期"),
    ("案情", "字" * 4001, "应填文字"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_fact_is_of_its_type(case: UUID, handler: Account, name: str, value: Any, message: str) -> None:
    with pytest.raises(ActRefusedError, match=message):
        complete_task(case, "t_file", facts={name: value}, actor=handler, at=NOON)


# -- facts by themselves
def record(moved: Moved, actor: Account) -> None:
    run = moved.run
    append("run.facts", subject=run, agency_id=run.agency_id, actor_id=actor.pk, at=NOON, rows=moved.rows)


def test_facts_are_set_without_moving(case: UUID, handler: Account) -> None:
    given: dict[str, FactValue] = {"立案日期": TODAY, "处罚种类": ["警告"], "份数": 2, "罚款金额": Decimal("0.10")}
    record(set_facts(case, given, actor=handler, at=NOON), handler)
    found = standing(case)
    assert found.facts == {"重新办理": False, **given}
    assert found.run.facts["罚款金额"] == "0.10"
    assert (found.run.rev, found.marking) == (2, frozenset({"t_file"}))
    assert Step.objects.get(run_id=case, number=2).facts["罚款金额"] == "0.10"


# -- somebody else was there
def test_an_act_on_what_was_seen_before_somebody_elses_is_refused(case: UUID, handler: Account) -> None:
    seen = Run.objects.get(pk=case).rev
    record(set_facts(case, {"案情": "补充"}, actor=handler, at=NOON), handler)
    with pytest.raises(ActRefusedError, match=r"该案件刚被他人办理.*请刷新") as refused:
        complete_task(case, "t_file", actor=handler, at=NOON, rev=seen)
    assert refused.value.verdict.code == "run.stale"


def test_every_act_raises_the_rev_and_is_told_in_order(
    investigated: Callable[..., Moved], filed: UUID, handler: Account
) -> None:
    investigated(100)
    numbers = [step.number for step in history(standing(filed).run.agency_id, filed)]
    assert numbers == [1, 2, 3, 4]


def test_what_may_follow_is_told_by_name(filed: UUID) -> None:
    assert next_steps(filed) == ("督办", "出具审核意见", "送达", "公示")
    found = standing(filed)
    assert [token.name for token in found.tasks] == ["调查取证"]
    assert found.place_of("decide_filing") is None
