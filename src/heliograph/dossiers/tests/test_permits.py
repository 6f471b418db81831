"""Applications from the window to the decision: allowed, the wrong person, the wrong stage, twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import (
    ExaminationContent,
    HearingAnswer,
    PartyContent,
    fire_due_timers,
)
from heliograph.dossiers.models import Case, CaseEvent, Decision, Hearing, Proposal, Service, Statement
from heliograph.dossiers.tasks import sweep_timers
from heliograph.dossiers.tests.bureau import Bureau, company, found_bureau, opened, served, step_of
from heliograph.dossiers.tests.doing import do, due, open_steps, refused, tick, told
from heliograph.duties.models import Duty
from heliograph.ledger.models import Record
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db
REMEDIES = "收到之日起六十日内申请行政复议，六个月内提起行政诉讼"


def permit_bureau() -> Bureau:
    made = found_bureau("wenshang-gxj", "permit", category="行政许可")
    made.category = "permit"
    return made


@pytest.fixture
def bureau() -> Bureau:
    return permit_bureau()


def received(bureau: Bureau, **changes: Any) -> Case:
    """An application handed in at the window."""
    given = {"source": "application", "title": "设立许可", "occurred_from": None, "occurred_to": None, **changes}
    return opened(bureau, "permit", **given)


def accepted(bureau: Bureau, **changes: Any) -> Case:
    case = received(bureau, **changes)
    tick(bureau, case, 收件意见="受理")
    do(bureau, case, "accept_application", note="材料齐全")
    return case


def granting(**changes: Any) -> dict[str, Any]:
    """What is decided with a permit: the certificate that is issued."""
    return {"certificate_kind": "许可证、执照或者其他许可证书", "certificate_number": "晴许 1 号", **changes}


def neighbour() -> PartyContent:
    return PartyContent("person", "相邻权利人丙", standing="third")


def said(case: Case, **kinds: str) -> dict[str, Any]:
    """What each whom the matter concerns did with the right to a hearing, by standing."""
    file_id = case.files.values_list("pk", flat=True).first()
    people = case.parties.order_by("id")
    return {"answers": {one.pk: HearingAnswer(kinds[one.standing], None, file_id) for one in people}}


def found(outcome: str = "granted", **changes: Any) -> ExaminationContent:
    basis = ("行政许可法@2019:38",)
    return ExaminationContent(outcome, "材料真实", "符合条件", **{"basis": basis, **changes})


def test_a_permit_goes_from_the_window_to_the_archive(bureau: Bureau) -> None:
    case = accepted(bureau)
    assert due(case) == {"permit_accept": "fulfilled", "permit_decide": "open"}
    do(bureau, case, "examine", content=found())
    do(bureau, case, "decide", **granting(valid_to=bureau.today + timedelta(days=365)))
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

    def turn_away(ground: str, **more: str) -> str:
        given: dict[str, Any] = {"ground": ground, "reason": "不属于职权范围", "remedies": REMEDIES, **more}
        return refused(lambda: do(bureau, case, "refuse_application", **given))

    assert turn_away("whatever") == "application.ground"
    assert turn_away("incomplete") == "application.not_told"
    assert turn_away("not_ours") == "application.competent", "who is turned away is told where to go"
    assert turn_away("not_needed", remedies=" ") == "text.no_reason"
    assert turn_away("not_needed", remedies="无") == "remedies.incomplete"
    told_of: dict[str, Any] = {
        "ground": "not_ours",
        "reason": "不属于职权范围",
        "competent": "晴川县城管局",
        "remedies": REMEDIES,
    }
    wrong = bureau["handler"]
    assert refused(lambda: do(bureau, case, "refuse_application", by=wrong, **told_of)) == "step.role"
    do(bureau, case, "refuse_application", **told_of)
    case.refresh_from_db()
    assert (case.state, case.outcome, open_steps(case)) == ("handling", "不予受理", {"t_serve_refusal"})
    do(bureau, case, "serve", content=served(bureau))
    case.refresh_from_db()
    assert (case.state, case.closed_on) == ("closed", bureau.today)
    assert Service.objects.get(case=case).paper.kind == "不予受理决定书"
    assert due(case) == {"permit_accept": "fulfilled", "archive_dossier": "open"}
    do(bureau, case, "archive_case", note="立卷")
    case.refresh_from_db()
    assert (case.state, due(case)["archive_dossier"]) == ("archived", "fulfilled")


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
    for outcome in ("denied", "granted"):
        bad = found(outcome, basis=())
        assert refused(partial(do, bureau, case, "examine", content=bad)) == "examination.no_basis"
    invented = found("denied", basis=("凭空法@2020:1",))
    assert refused(lambda: do(bureau, case, "examine", content=invented)) == "examination.unknown_basis"
    assert refused(lambda: do(bureau, case, "examine", content=found("penalty"))) == "examination.outcome"
    do(bureau, case, "examine", content=found("denied"))
    assert refused(lambda: do(bureau, case, "decide")) == "decision.remedies"
    assert refused(lambda: do(bureau, case, "decide", remedies=REMEDIES, valid_to=bureau.today)) == "decision.valid_to"
    assert refused(lambda: do(bureau, case, "decide", remedies=REMEDIES, **granting())) == "certificate.none"
    assert refused(lambda: do(bureau, case, "decide", remedies="无")) == "remedies.incomplete"
    assert refused(lambda: do(bureau, case, "decide", remedies="六十日内申请复议")) == "remedies.incomplete"
    do(bureau, case, "decide", remedies=REMEDIES)
    assert Decision.objects.get(case=case).remedies_told == REMEDIES
    assert open_steps(case) == {"t_serve_denial"}
    assert "permit_deliver" not in due(case), "there is no certificate to be handed out"


def test_examiner_and_decider_are_different_people(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found())
    assert refused(lambda: do(bureau, case, "decide", by=bureau["handler"])) == "step.role"


def test_a_period_is_extended_once_by_the_flow(bureau: Bureau) -> None:
    case = accepted(bureau)
    before = Duty.objects.get(subject_id=case.pk, kind="permit_decide").due_on
    do(bureau, case, "examine", content=found(), facts={"需要延长期限": True, "疑难复杂涉及多个法律关系": True})
    assert refused(lambda: do(bureau, case, "decide_extension", by=bureau["handler"], granted=True, reason="疑难"))
    do(bureau, case, "decide_extension", granted=True, reason="须实地核实")
    duty = Duty.objects.get(subject_id=case.pk, kind="permit_decide")
    assert before is not None
    assert duty.due_on is not None
    assert duty.due_on > before, "the period is longer from the grant, not from the letter that tells of it"
    tick(bureau, case)
    assert open_steps(case) == {"t_examine"}, "the longer period is for examining"
    again: dict[str, Any] = {"需要延长期限": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=again)) == "extension.twice"


def test_a_review_that_is_required_blocks_the_decision(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found(), facts={"疑难复杂涉及多个法律关系": True})
    assert open_steps(case) == {"t_submit"}


def test_interested_persons_are_named_and_each_answers_by_name(bureau: Bureau) -> None:
    case = accepted(bureau)
    alone = {"涉及他人重大利益": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=alone)) == "examination.no_third"
    case = accepted(bureau, parties=[company(), neighbour()])
    do(bureau, case, "examine", content=found(), facts=alone)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)

    def answer(**kinds: str) -> str:
        return refused(lambda: do(bureau, case, "end_statement", **said(case, **kinds)))

    assert answer(party="waiver", third="silence") == "statement.too_early", "one waiver ends nobody else's time"
    assert answer(party="waiver", third="whatever") == "hearing.answer"
    applicant = case.parties.get(standing="party").pk
    for kind, code in (("waiver", "waiver.no_paper"), ("hearing", "hearing.not_all")):
        alone_said = {applicant: HearingAnswer(kind)}
        assert refused(partial(do, bureau, case, "end_statement", answers=alone_said)) == code
    assert refused(lambda: do(bureau, case, "end_statement", answers={})) == "hearing.answer"
    people = case.parties.values_list("pk", flat=True)
    unsigned = {key: HearingAnswer("waiver") for key in people}
    assert refused(lambda: do(bureau, case, "end_statement", answers=unsigned)) == "waiver.no_paper"
    whole = said(case, party="waiver", third="waiver")["answers"]
    first = {applicant: whole.pop(applicant)}
    wrong = bureau["leader_in_charge"]
    assert refused(lambda: do(bureau, case, "end_statement", by=wrong, answers=first)) == "case.not_handler"
    do(bureau, case, "end_statement", answers=first)
    assert open_steps(case) == {"t_statement"}, "one who waives alone is registered, and the step waits"
    assert refused(lambda: do(bureau, case, "end_statement", answers=first)) == "hearing.answered"
    do(bureau, case, "end_statement", answers=whole)
    names = Statement.objects.filter(case=case).order_by("party__name").values_list("party__name", "kind")
    assert list(names) == [("晴川县某某有限公司", "waiver"), ("相邻权利人丙", "waiver")]
    do(bureau, case, "decide", **granting())


def test_a_hearing_asked_for_is_held_before_the_decision(bureau: Bureau) -> None:
    case = accepted(bureau, parties=[company(), neighbour()])
    do(bureau, case, "examine", content=found(), facts={"涉及他人重大利益": True})
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    early = said(case, party="silence", third="hearing")
    assert refused(lambda: do(bureau, case, "end_statement", **early)) == "statement.too_early", "its days run on"
    nobody = said(case, party="pending", third="waiver")
    assert refused(lambda: do(bureau, case, "end_statement", **nobody)) == "statement.not_pending"
    asked_on = bureau.today
    bureau.later(days=1)
    file_id = case.files.values_list("pk", flat=True).first()
    answers = {one.pk: HearingAnswer("hearing" if one.standing == "third" else "pending",
                                     asked_on if one.standing == "third" else None, file_id)
               for one in case.parties.all()}  # fmt: skip
    do(bureau, case, "end_statement", answers=answers)
    assert not Statement.objects.filter(case=case).exists(), "nobody is said to have let the days pass"
    do(bureau, case, "request_hearing", note="相邻权利人要求听证")
    hold = Duty.objects.get(subject_id=case.pk, kind="permit_hearing_hold")
    assert hold.event_on == asked_on, "the days for the hearing count from the request, not from its registration"
    assert due(case)["permit_decide"] == "suspended"
    soon = bureau.today + timedelta(days=2)
    told_of: dict[str, Any] = {"notified_on": bureau.today, "place": "会议室"}
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
    shut = {**told_of, "public": False}
    assert refused(lambda: do(bureau, case, "notify_hearing", held_on=day, chair_id=chair, **shut)) == "hearing.public"
    do(bureau, case, "notify_hearing", held_on=day, chair_id=chair, **told_of)
    bureau.later(days=14)
    do(bureau, case, "hold_hearing", held_on=bureau.today, opinion="可以准予")
    assert due(case)["permit_decide"] == "open"
    assert open_steps(case) == {"t_examine"}, "the opinion is given anew on the minutes of the hearing"
    do(
        bureau,
        case,
        "examine",
        content=replace(found(), facts="依据听证笔录，材料真实"),
        facts={"涉及他人重大利益": True},
    )
    do(bureau, case, "decide", **granting())
    assert "case.hearing_held" in told(case)
    assert Proposal.objects.filter(case=case).count() == 2


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


def test_the_clock_begins_on_the_day_the_application_came_in(bureau: Bureau) -> None:
    came = bureau.today - timedelta(days=3)
    ahead = bureau.today + timedelta(days=1)
    assert refused(lambda: received(bureau, received_on=ahead)) == "date.future"
    case = received(bureau, received_on=came)
    duty = Duty.objects.get(subject_id=case.pk, kind="permit_accept")
    assert (case.received_on, case.opened_on, duty.event_on) == (came, bureau.today, came)
    for token in standing(case.pk).tokens.values():
        assert token.due_on == duty.due_on, "task and timer end with the period, wherever they were opened"
    bureau.later(days=20)
    assert fire_due_timers(at=bureau.now) == 1
    do(bureau, case, "accept_application", note="补办受理手续")
    case.refresh_from_db()
    assert case.filed_on == came


def test_an_item_may_have_its_own_period_with_its_article(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="受理")
    own: dict[str, Any] = {"note": "齐全", "own_length": 30, "own_unit": "calendar_days"}
    assert refused(lambda: do(bureau, case, "accept_application", **own)) == "period.incomplete"
    assert refused(lambda: do(bureau, case, "accept_application", **own, own_basis="凭空法@2020:1")) == "period.unknown"
    do(bureau, case, "accept_application", **own, own_basis="行政许可法@2019:50")
    duty = Duty.objects.get(subject_id=case.pk, kind="permit_decide")
    assert (duty.due_on, duty.basis) == (bureau.today + timedelta(days=30), "行政许可法@2019:50")
    [token] = standing(case.pk).tasks
    assert token.due_on == duty.due_on
    longer: dict[str, Any] = {"需要延长期限": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=longer)) == "extension.own_period"


def test_a_permit_costs_nothing(bureau: Bureau) -> None:
    case = accepted(bureau)
    dear = found(levied=Decimal(500))
    assert refused(lambda: do(bureau, case, "examine", content=dear)) == "examination.fee"


def test_a_request_to_supplement_may_run_out_or_be_withdrawn(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="需要补正")
    do(bureau, case, "request_correction", missing="申请书未签名", until=bureau.today + timedelta(days=10))
    late: dict[str, Any] = {"outcome": "逾期未补正", "received_on": bureau.today, "note": "没有补正"}
    assert refused(lambda: do(bureau, case, "hand_in_corrections", **late)) == "correction.not_over"
    bureau.later(days=11)
    do(bureau, case, "hand_in_corrections", **{**late, "received_on": bureau.today})
    assert open_steps(case) == {"t_refuse"}
    other = received(bureau)
    tick(bureau, other, 收件意见="需要补正")
    do(bureau, other, "request_correction", missing="申请书未签名")
    do(bureau, other, "hand_in_corrections", outcome="撤回申请", received_on=bureau.today, note="申请人书面撤回")
    other.refresh_from_db()
    assert (other.state, other.outcome, open_steps(other)) == ("closed", "申请人撤回申请", {"t_archive_refused"})
    assert due(other) == {"permit_accept": "fulfilled", "archive_dossier": "open"}


def test_a_permit_comes_of_an_application_by_people_who_can_be_reached(bureau: Bureau) -> None:
    assert refused(lambda: received(bureau, source="inspection")) == "case.source"
    ahead = bureau.today + timedelta(days=2)
    codes = [
        refused(partial(received, bureau, parties=[company(**bad)]))
        for bad in (
            {"phone": "abc"},
            {"e_service_consent_on": ahead, "e_service_address": "a@b.example"},
            {"e_service_consent_on": bureau.today, "e_service_address": "x"},
        )
    ]
    assert codes == ["party.phone", "date.future", "party.short_address"]
    assert received(bureau, co_handler_id=None).co_handler is None, "only a verification takes two"


def test_whoever_handled_an_application_does_not_close_it(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found())
    do(bureau, case, "decide", **granting())
    do(bureau, case, "serve", content=served(bureau))
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    mine = bureau["handler"]
    assert refused(lambda: do(bureau, case, "close_case", by=mine, outcome="准予许可", opinion="办结")) == "step.role"
