"""A case suspended, resumed, lengthened, sent back, ended: its flow, its duties, and the days that do not count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import fire_due_timers
from heliograph.dossiers.models import Case, Suspension
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, step_of
from heliograph.dossiers.tests.doing import do, due, refused, tick, told
from heliograph.dossiers.tests.test_permits import found as examination
from heliograph.dossiers.tests.walks import answered, concluded, decided, filed, investigated, noticed, preserved
from heliograph.duties.models import Duty, DutyChange
from heliograph.procedures.models import Run, Token
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

pytestmark = pytest.mark.django_db
WHY: dict[str, Any] = {"reason": "等待鉴定结论", "basis": "行政处罚法@2021:85"}


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def permits() -> Bureau:
    made = found_bureau("wenshang-gxj", "permit", category="行政许可")
    made.category = "permit"
    return made


def accepted(bureau: Bureau) -> Case:
    case = opened(bureau, "permit", source="application", title="许可", occurred_from=None, occurred_to=None)
    tick(bureau, case, 收件意见="受理")
    do(bureau, case, "accept_application", note="齐全")
    return case


def duty_of(case: Case, kind: str) -> Duty:
    return Duty.objects.get(subject_kind="case", subject_id=case.pk, kind=kind)


def suspend(bureau: Bureau, case: Case, by: Account | None = None, **changes: Any) -> Suspension:
    given = {"from_on": bureau.today, **WHY, **changes}
    return actions.suspend_case(case.pk, **given, actor=by or bureau["head"], at=bureau.later())


def test_a_suspended_case_rests_with_its_duties_and_goes_on_where_it_was(bureau: Bureau) -> None:
    case = filed(bureau)
    before = duty_of(case, "decide_case").due_on
    bureau.later(days=3)  # the day of the event does not count anyway
    suspend(bureau, case)
    case.refresh_from_db()
    assert (case.state, duty_of(case, "decide_case").state) == ("suspended", "suspended")
    assert refused(lambda: do(bureau, case, "investigate", summary="调查")) == "case.suspended"
    assert refused(lambda: suspend(bureau, case)) == "suspension.state"
    bureau.later(days=10)
    assert refused(lambda: actions.resume_case(case.pk, **WHY, actor=bureau["handler"], at=bureau.later())) == (
        "role.missing"
    )
    actions.resume_case(case.pk, **WHY, actor=bureau["head"], at=bureau.later())
    duty = duty_of(case, "decide_case")
    assert before is not None
    assert (duty.state, duty.due_on) == ("open", before + timedelta(days=10))
    assert refused(lambda: actions.resume_case(case.pk, **WHY, actor=bureau["head"], at=bureau.later())) == (
        "suspension.none"
    )
    assert told(case)[-2:] == ["case.suspended", "case.resumed"]


def test_a_suspension_is_taken_back_the_same_day_and_no_day_rests(bureau: Bureau) -> None:
    case = filed(bureau)
    before, step = duty_of(case, "decide_case").due_on, [one.due_on for one in standing(case.pk).tasks]
    suspend(bureau, case)
    actions.resume_case(case.pk, **WHY, actor=bureau["head"], at=bureau.later())
    duty = duty_of(case, "decide_case")
    assert (duty.state, duty.due_on) == ("open", before)
    assert [one.due_on for one in standing(case.pk).tasks] == step
    assert "当日恢复" in Suspension.objects.get(case=case).reason
    bureau.later(days=1)
    suspend(bureau, case)
    bureau.later(days=10)
    actions.resume_case(case.pk, **WHY, actor=bureau["head"], at=bureau.later())
    assert before is not None
    assert duty_of(case, "decide_case").due_on == before + timedelta(days=10)


def test_only_leaders_suspend_and_only_from_today(bureau: Bureau) -> None:
    case = filed(bureau)
    assert refused(lambda: suspend(bureau, case, by=bureau["handler"])) == "role.missing"
    yesterday, tomorrow = bureau.today - timedelta(days=1), bureau.today + timedelta(days=1)
    assert refused(lambda: suspend(bureau, case, from_on=yesterday)) == "interval.day"
    assert refused(lambda: suspend(bureau, case, from_on=tomorrow)) == "interval.day"
    assert refused(lambda: suspend(bureau, case, reason=" ")) == "text.no_reason"
    assert refused(lambda: suspend(bureau, case, basis=" ")) == "text.no_reason"


def test_what_is_held_keeps_a_case_from_resting(bureau: Bureau) -> None:
    case = filed(bureau)
    measure = preserved(bureau, case)
    assert refused(lambda: suspend(bureau, case)) == "suspension.measures"
    assert (
        refused(lambda: actions.terminate_case(case.pk, **WHY, actor=bureau["head"], at=bureau.later()))
        == "termination.measures"
    )
    actions.end_measure(measure.pk, how="发还", ended_on=bureau.today, actor=bureau["handler"], at=bureau.later())
    suspend(bureau, case)


def interval(bureau: Bureau, case: Case, kind: str, **changes: Any) -> Suspension:
    given = {"from_on": bureau.today, "reason": "委托专家", "basis": "行政许可法@2019:45", **changes}
    return actions.record_interval(case.pk, kind=kind, **given, actor=bureau["head"], at=bureau.later())


def end(bureau: Bureau, one: Suspension) -> Suspension:
    return actions.end_interval(one.pk, result="已出具意见", actor=bureau["handler"], at=bureau.later())


def test_overlapping_intervals_are_merged_and_each_day_is_left_out_once(permits: Bureau) -> None:
    case = accepted(permits)
    before = duty_of(case, "permit_decide").due_on
    permits.later(days=3)
    expert = interval(permits, case, "expert")
    assert refused(lambda: interval(permits, case, "expert")) == "interval.open"
    permits.later(days=7)
    testing = interval(permits, case, "testing")
    permits.later(days=7)
    end(permits, expert)
    assert duty_of(case, "permit_decide").state == "suspended", "the test still runs"
    permits.later(days=7)
    end(permits, testing)
    duty = duty_of(case, "permit_decide")
    assert before is not None
    assert (duty.state, duty.due_on) == ("open", before + timedelta(days=21))
    assert duty.changes.filter(kind=DutyChange.Kind.SUSPEND).count() == 1
    assert refused(lambda: end(permits, testing)) == "interval.ended"


def test_an_interval_goes_on_when_a_hearing_in_it_ends(permits: Bureau) -> None:
    case = accepted(permits)
    do(permits, case, "examine", content=examination(), facts={"法定应当听证的其他情形": True})
    tick(permits, case)
    assert duty_of(case, "permit_decide").state == "suspended"
    testing = interval(permits, case, "testing")
    day = permits.today + timedelta(days=14)
    do(permits, case, "notify_hearing", held_on=day, chair_id=permits["legality_reviewer"].pk, place="会议室",
       notified_on=permits.today, public=True)  # fmt: skip
    permits.later(days=14)
    do(permits, case, "hold_hearing", held_on=permits.today, opinion="可以准予")
    assert duty_of(case, "permit_decide").state == "suspended"
    permits.later(days=2)
    end(permits, testing)
    assert duty_of(case, "permit_decide").state == "open"


def test_an_interval_that_no_rule_knows_stops_nothing(bureau: Bureau) -> None:
    case = filed(bureau)
    assert refused(lambda: interval(bureau, case, "expert")) == "interval.no_rule"
    assert refused(lambda: interval(bureau, case, "hearing")) == "interval.no_rule"


def test_an_interval_ends_after_the_day_it_began(permits: Bureau) -> None:
    one = interval(permits, accepted(permits), "testing")
    assert refused(lambda: end(permits, one)) == "interval.same_day"


def extend(bureau: Bureau, duty: Duty, **changes: Any) -> object:
    given: dict[str, Any] = {"length": 10, "reason": "案情复杂", "basis": "行政许可法@2019:42", **changes}
    by = given.pop("by", bureau["leader_in_charge"])
    return actions.extend_limit(duty.subject_id, duty_id=duty.pk, **given, actor=by, at=bureau.later())


def test_a_period_with_an_extension_is_lengthened_once_within_it(permits: Bureau) -> None:
    duty = duty_of(accepted(permits), "permit_decide")
    before = duty.due_on
    assert refused(lambda: extend(permits, duty, length=11)) == "extension.too_long"
    assert refused(lambda: extend(permits, duty, length=0)) == "extension.length"
    assert refused(lambda: extend(permits, duty, basis="某法@2000:1")) == "extension.basis"
    assert refused(lambda: extend(permits, duty, by=permits["handler"])) == "role.missing"
    extend(permits, duty)
    duty.refresh_from_db()
    assert before is not None
    assert duty.due_on is not None
    assert duty.due_on > before
    assert refused(lambda: extend(permits, duty)) == "extension.twice"


def test_the_ninety_days_are_lengthened_only_by_the_head_on_another_law(bureau: Bureau) -> None:
    duty = duty_of(filed(bureau), "decide_case")
    assert refused(lambda: extend(bureau, duty, basis="行政处罚法@2021:60")) == "extension.head"
    extend(bureau, duty, basis="行政处罚法@2021:60", by=bureau["head"])


def test_a_case_is_sent_back_but_not_behind_its_decision(bureau: Bureau) -> None:
    case = investigated(bureau)
    concluded(bureau, case)

    def back(by: str, place: str = "t_conclude") -> object:
        return actions.return_case(case.pk, place=place, reason="事实不清", basis="行政处罚法@2021:57",
                                   actor=bureau[by], at=bureau.later())  # fmt: skip

    assert refused(lambda: back("handler")) == "role.missing"
    assert refused(lambda: back("head", "t_decide")) != ""
    back("unit_head")
    assert step_of(case, "conclude_investigation") == "t_conclude"
    concluded(bureau, case)
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    assert refused(lambda: back("head")) == "return.decided"
    assert case.proposals.count() == 2


def test_a_case_is_ended_with_its_flow_and_everything_due(bureau: Bureau) -> None:
    case = filed(bureau)
    why: dict[str, Any] = {"reason": "当事人死亡", "basis": "行政处罚法@2021:57"}
    assert refused(lambda: actions.terminate_case(case.pk, **why, actor=bureau["handler"], at=bureau.later())) == (
        "role.missing"
    )
    suspend(bureau, case)
    actions.terminate_case(case.pk, **why, actor=bureau["head"], at=bureau.later())
    case.refresh_from_db()
    assert (case.state, Run.objects.get(pk=case.pk).state) == ("terminated", "ended")
    assert not Token.objects.filter(run_id=case.pk).exists()
    left = due(case)
    assert left.pop("archive_dossier") == "open"
    assert set(left.values()) == {"cancelled"}
    assert Suspension.objects.get(case=case).to_on is not None
    assert refused(lambda: actions.terminate_case(case.pk, **why, actor=bureau["head"], at=bureau.later())) == (
        "termination.state"
    )
    archive: dict[str, Any] = {"note": "一案一卷"}
    outsider = bureau["unit_head"]
    assert refused(lambda: actions.archive_terminated(case.pk, **archive, actor=outsider, at=bureau.later())) == (
        "role.missing"
    )
    actions.archive_terminated(case.pk, **archive, actor=bureau["handler"], at=bureau.later())
    case.refresh_from_db()
    assert (case.state, bool(case.archive_number), due(case)["archive_dossier"]) == ("archived", True, "fulfilled")
    again = bureau["archivist"]
    assert refused(lambda: actions.archive_terminated(case.pk, **archive, actor=again, at=bureau.later())) == (
        "archive.state"
    )


def test_no_timer_fires_while_a_case_rests(permits: Bureau) -> None:
    case = opened(permits, "permit", source="application", title="许可", occurred_from=None, occurred_to=None)
    suspend(permits, case)
    permits.later(days=30)
    assert fire_due_timers(at=permits.now) == 0
