"""Two people at once on one case, and forms older than the case: one act is done, the other is told what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, Decision, Handover, IssuedNumber, Suspension
from heliograph.dossiers.tests.bureau import Bureau, fine, found_bureau, generic_step, opened, papers, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.stages import check, walk_to
from heliograph.dossiers.tests.walks import concluded, investigated
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.models import Run
from heliograph.procedures.queries import standing
from heliograph.procedures.tests.test_races import at_once
from heliograph.registers.models import Account

WHY = {"reason": "等待相关案件结果", "basis": "行政处罚法@2021:60"}
Act = Callable[[], object]


@pytest.fixture
def bureau(transactional_db: None) -> Iterator[Bureau]:
    yield found_bureau("jinghai-tjj", "penalty_ordinary")
    connection.close()


def rev_of(case: Case) -> int:
    return standing(case.pk).run.rev


def checking(bureau: Bureau, case: Case, rev: int | None) -> Act:
    return partial(actions.complete_step, case.pk, generic_step(case), note="属实", papers=[], actor=bureau["handler"],
                   facts={"线索核查结论": "建议立案"}, at=bureau.later(), rev=rev)  # fmt: skip


def deciding(bureau: Bureau, case: Case, by: Account, rev: int | None) -> Act:
    bureau.scan = bureau.files[case.pk]
    [paper] = papers(bureau, "行政处罚决定书")
    return partial(actions.decide, case.pk, step_of(case, "decide"), paper=paper, collecting_bank="晴川农商银行",
                   surcharge=True, actor=by, at=bureau.later(), rev=rev)  # fmt: skip


def suspending(bureau: Bureau, case: Case, rev: int | None) -> Act:
    return partial(actions.suspend_case, case.pk, from_on=bureau.today, actor=bureau["leader_in_charge"],
                   at=bureau.later(), rev=rev, **WHY)  # fmt: skip


@pytest.mark.parametrize("with_form", [True, False])
def test_one_step_finished_twice_at_once_is_done_once(bureau: Bureau, *, with_form: bool) -> None:
    case = opened(bureau)
    act = checking(bureau, case, rev_of(case) if with_form else None)
    assert sorted(at_once([act, act])) == ["done", "step.not_open"]
    assert CaseEvent.objects.filter(case=case, kind="case.step_completed").count() == 1
    assert Run.objects.get(pk=case.pk).rev == 2


def test_two_people_deciding_at_once_make_one_decision_under_one_number(bureau: Bureau) -> None:
    case = opened(bureau)
    walk_to(bureau, case, "decide")
    rev = rev_of(case)
    leader = bureau["leader_in_charge"]
    found = at_once([deciding(bureau, case, leader, rev), deciding(bureau, case, leader, rev)])
    assert sorted(found) == ["done", "step.not_open"]
    assert Decision.objects.filter(case=case).count() == 1
    assert IssuedNumber.objects.filter(series__kind="行政处罚决定书").count() == 1


def test_two_cases_decided_at_once_take_two_numbers_in_a_row(bureau: Bureau) -> None:
    cases = [opened(bureau, title=f"迟报资料案之{number}") for number in (1, 2)]
    for case in cases:
        bureau.scan = bureau.files[case.pk]
        walk_to(bureau, case, "decide")
    leader = bureau["leader_in_charge"]
    assert at_once([deciding(bureau, case, leader, rev_of(case)) for case in cases]) == ["done", "done"]
    taken = IssuedNumber.objects.filter(series__kind="行政处罚决定书").order_by("value")
    assert list(taken.values_list("value", flat=True)) == [1, 2]
    assert {one.number for one in Decision.objects.all()} == {one.text for one in taken}


def test_a_case_is_suspended_or_its_step_done_and_never_both_at_once(bureau: Bureau) -> None:
    case = opened(bureau)
    rev = rev_of(case)
    step, pause = at_once([checking(bureau, case, rev), suspending(bureau, case, rev)])
    case.refresh_from_db()
    if step == "done":
        assert (pause, case.state) == ("run.stale", Case.State.HANDLING)
        assert not Suspension.objects.exists()
    else:
        assert (step, pause, case.state) == ("case.suspended", "done", Case.State.SUSPENDED)
        assert not CaseEvent.objects.filter(case=case, kind="case.step_completed").exists()
    assert Run.objects.get(pk=case.pk).rev == rev + 1


def test_a_form_of_a_step_that_came_again_is_too_old(bureau: Bureau) -> None:
    """The step is open when the form arrives, and yet it was opened for what the case was before it was sent back."""
    case = investigated(bureau)
    place, seen = step_of(case, "conclude_investigation"), rev_of(case)
    concluded(bureau, case)
    actions.return_case(case.pk, place=place, reason="数额有误", basis="行政处罚法@2021:57",
                        actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    with pytest.raises(ActRefusedError) as stale:
        concluded_at(bureau, case, place, seen)
    assert stale.value.verdict.code == "run.stale"
    assert bureau["leader_in_charge"].display_name in stale.value.verdict.message
    concluded_at(bureau, case, place, rev_of(case))


def concluded_at(bureau: Bureau, case: Case, place: str, rev: int) -> None:
    actions.conclude_investigation(case.pk, place, content=fine(), papers=papers(bureau, "调查终结报告"), facts={},
                                   actor=bureau["handler"], at=bureau.later(), rev=rev)  # fmt: skip


def test_acts_on_a_whole_case_refuse_a_form_that_is_too_old(bureau: Bureau) -> None:
    case = opened(bureau)
    seen = rev_of(case)
    check(bureau, case, generic_step(case), bureau["handler"])
    leader = bureau["leader_in_charge"]
    said = {"actor": leader, "at": bureau.later(), "rev": seen}
    acts: list[Act] = [
        lambda: actions.suspend_case(case.pk, from_on=bureau.today, **WHY, **said),  # type: ignore[arg-type]
        lambda: actions.resume_case(case.pk, **WHY, **said),  # type: ignore[arg-type]
        lambda: actions.record_interval(case.pk, kind="testing", from_on=bureau.today, **WHY, **said),  # type: ignore[arg-type]
        lambda: actions.terminate_case(case.pk, **WHY, **said),  # type: ignore[arg-type]
        lambda: actions.return_case(case.pk, place="t_check", **WHY, **said),  # type: ignore[arg-type]
        lambda: actions.hand_over_case(case.pk, place="handler", to_id=leader.pk, reason="换人", **said),  # type: ignore[arg-type]
    ]
    assert [refused(act) for act in acts] == ["run.stale"] * len(acts)
    assert not Handover.objects.exists()
    case.refresh_from_db()
    assert case.state == Case.State.HANDLING
