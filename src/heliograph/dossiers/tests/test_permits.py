"""Applications from the window to the decision: allowed, the wrong person, the wrong stage, twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import ExaminationContent, fire_due_timers
from heliograph.dossiers.models import Case, CaseEvent, Decision, Hearing
from heliograph.dossiers.tasks import sweep_timers
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, served, step_of
from heliograph.dossiers.tests.doing import do, due, open_steps, refused, tick, told
from heliograph.duties.models import Duty
from heliograph.ledger.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("wenshang-gxj", "permit", category="行政许可")
    made.category = "permit"
    return made


def received(bureau: Bureau) -> Case:
    """An application handed in at the window."""
    return opened(bureau, "permit", source="application", title="设立许可", occurred_from=None, occurred_to=None)


def accepted(bureau: Bureau) -> Case:
    case = received(bureau)
    tick(bureau, case, 收件意见="受理")
    do(bureau, case, "accept_application", note="材料齐全")
    return case


def found(outcome: str = "granted", **changes: Any) -> ExaminationContent:
    basis = ("行政许可法@2019:38",)
    return ExaminationContent(outcome, "材料真实", "符合条件", **{"basis": basis, **changes})


def test_a_permit_goes_from_the_window_to_the_archive(bureau: Bureau) -> None:
    case = accepted(bureau)
    assert due(case) == {"permit_accept": "fulfilled", "permit_decide": "open"}
    do(bureau, case, "examine", content=found())
    do(bureau, case, "decide", valid_to=bureau.today + timedelta(days=365))
    do(bureau, case, "serve", content=served(bureau))
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    do(bureau, case, "close_case", outcome="准予许可", opinion="办结")
    do(bureau, case, "archive_case", note="立卷")
    case.refresh_from_db()
    decision = Decision.objects.get(case=case)
    assert (case.state, decision.outcome, decision.number) == ("archived", "granted", "晴测许〔2026〕1号")
    assert set(due(case).values()) == {"fulfilled"}


def test_an_application_is_turned_away_in_writing_and_the_case_is_closed(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="不予受理")
    assert open_steps(case) == {"t_refuse"}

    def turn_away(ground: str) -> str:
        return refused(lambda: do(bureau, case, "refuse_application", ground=ground, reason="不属于职权范围"))

    assert turn_away("whatever") == "application.ground"
    assert turn_away("incomplete") == "application.not_told"
    wrong = bureau["handler"]
    assert refused(lambda: do(bureau, case, "refuse_application", by=wrong, ground="not_ours", reason="无权"))
    do(bureau, case, "refuse_application", ground="not_ours", reason="不属于职权范围")
    case.refresh_from_db()
    assert (case.state, case.outcome, due(case)) == ("closed", "不予受理", {"permit_accept": "fulfilled"})


def test_materials_are_asked_for_once_and_the_days_count_from_when_they_came_again(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="需要补正")
    do(bureau, case, "request_correction", missing="申请书未签名")
    bureau.later(days=20)
    fire_due_timers(at=bureau.now)
    assert open_steps(case) == {"t_resubmit"}, "the applicant's own time deems nothing accepted"
    do(bureau, case, "hand_in_corrections", received_on=bureau.today, note="已签名")
    again = Duty.objects.get(subject_id=case.pk, kind="permit_accept", state="open")
    assert again.event_on == bureau.today
    actions.return_case(case.pk, place="t_correct", reason="再核", basis="行政许可法@2019:32",
                        actor=bureau["head"], at=bureau.later())  # fmt: skip
    assert refused(lambda: do(bureau, case, "request_correction", missing="还缺一份")) == "correction.twice"


def test_whoever_is_left_without_an_answer_is_accepted_from_the_day_of_receipt(bureau: Bureau) -> None:
    case = received(bureau)
    day = bureau.today
    bureau.later(days=20)
    assert fire_due_timers(at=bureau.now) == 1
    said = CaseEvent.objects.get(case=case, kind="case.timer_fired")
    assert "期限届满" in said.text
    assert (said.made_by, said.happened_on) == (None, bureau.today)
    record = Record.objects.get(kind="run.fired", subject_id=str(case.pk))
    assert record.rows.filter(table_name="dossiers_caseevent", row_id=str(said.pk)).exists()
    do(bureau, case, "accept_application", note="补办受理手续")
    case.refresh_from_db()
    assert case.filed_on == day
    assert Duty.objects.get(subject_id=case.pk, kind="permit_decide").event_on == day


def test_a_denial_needs_its_provisions_and_the_remedies(bureau: Bureau) -> None:
    case = accepted(bureau)
    bad = found("denied", basis=())
    assert refused(lambda: do(bureau, case, "examine", content=bad)) == "examination.no_basis"
    assert refused(lambda: do(bureau, case, "examine", content=found("penalty"))) == "examination.outcome"
    do(bureau, case, "examine", content=found("denied"))
    assert refused(lambda: do(bureau, case, "decide")) == "decision.remedies"
    assert refused(lambda: do(bureau, case, "decide", remedies="略", valid_to=bureau.today)) == "decision.valid_to"
    do(bureau, case, "decide", remedies="收到之日起六十日内申请复议，六个月内起诉")
    assert Decision.objects.get(case=case).remedies_told.startswith("收到")


def test_examiner_and_decider_are_different_people(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found())
    assert refused(lambda: do(bureau, case, "decide", by=bureau["handler"])) == "step.role"


def test_a_period_is_extended_once_by_the_flow(bureau: Bureau) -> None:
    case = accepted(bureau)
    before = Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on
    do(bureau, case, "examine", content=found(), facts={"需要延长期限": True, "疑难复杂涉及多个法律关系": True})
    tick(bureau, case, 准予延长=True)
    tick(bureau, case)
    duty = Duty.objects.get(subject_id=case.pk, kind="permit_decide")
    assert before is not None
    assert duty.due_on is not None
    assert duty.due_on > before
    actions.return_case(case.pk, place="t_examine", reason="补充审查", basis="行政许可法@2019:34",
                        actor=bureau["head"], at=bureau.later())  # fmt: skip
    again: dict[str, Any] = {"需要延长期限": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=again)) == "extension.twice"


def test_a_review_that_is_required_blocks_the_decision(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found(), facts={"疑难复杂涉及多个法律关系": True})
    assert open_steps(case) == {"t_submit"}


def test_a_hearing_asked_for_is_held_before_the_decision(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found(), facts={"涉及他人重大利益": True})
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    silent: dict[str, Any] = {"kind": "silence", "received_on": bureau.today, "content": ""}
    assert refused(lambda: do(bureau, case, "end_statement", **silent)) == "statement.too_early"
    do(bureau, case, "end_statement", kind="hearing", received_on=bureau.today, content="")
    do(bureau, case, "request_hearing", note="相邻权利人要求听证")
    assert due(case)["permit_decide"] == "suspended"
    soon = bureau.today + timedelta(days=2)
    told_of: dict[str, Any] = {"notified_on": bureau.today, "place": "会议室", "public": True}
    chair = bureau["legality_reviewer"].pk
    assert refused(lambda: do(bureau, case, "notify_hearing", held_on=soon, chair_id=chair, **told_of)) == (
        "hearing.notice_short"
    )
    late = bureau.today + timedelta(days=60)
    assert refused(lambda: do(bureau, case, "notify_hearing", held_on=late, chair_id=chair, **told_of)) == (
        "hearing.too_late"
    )
    day = bureau.today + timedelta(days=14)
    mine = bureau["handler"].pk
    assert refused(lambda: do(bureau, case, "notify_hearing", held_on=day, chair_id=mine, **told_of)) == "hearing.chair"
    do(bureau, case, "notify_hearing", held_on=day, chair_id=chair, **told_of)
    bureau.later(days=14)
    do(bureau, case, "hold_hearing", held_on=bureau.today, opinion="可以准予")
    assert due(case)["permit_decide"] == "open"
    do(bureau, case, "decide")
    assert "case.hearing_held" in told(case)


def test_a_hearing_that_the_law_asks_for_is_announced_without_a_request(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found(), facts={"法定应当听证的其他情形": True})
    tick(bureau, case)
    day = bureau.today + timedelta(days=14)
    do(bureau, case, "notify_hearing", held_on=day, chair_id=bureau["legality_reviewer"].pk, place="会议室",
       notified_on=bureau.today, public=True)  # fmt: skip
    assert Hearing.objects.get(case=case).requested_on == bureau.today


def test_a_step_is_done_once(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="受理")
    place = step_of(case, "accept_application")
    do(bureau, case, "accept_application", note="齐全")
    assert (
        refused(
            lambda: actions.accept_application(
                case.pk, place, note="再来", papers=[], actor=bureau["window_clerk"], at=bureau.later()
            )
        )
        == "step.not_open"
    )


def test_the_worker_sweeps_the_timers_of_cases(bureau: Bureau) -> None:
    case = received(bureau)
    sweep_timers(0)
    assert not CaseEvent.objects.filter(case=case, kind="case.timer_fired").exists(), "its days are not over"
