"""From the report to the decision: notice, hearing, defence, discussion, review, discretion, time, no penalty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from heliograph.dossiers import actions, gates
from heliograph.dossiers.models import Case, Decision, Hearing, Notice, Paper, Proposal, Statement
from heliograph.dossiers.tests.bureau import Bureau, at, fine, found_bureau, papers, step_of
from heliograph.dossiers.tests.stages import approve
from heliograph.dossiers.tests.walks import answered, answers, concluded, decided, investigated, noticed
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import append
from heliograph.procedures.actions import set_facts
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def open_steps(case: Case) -> list[str]:
    return [token.name for token in standing(case.pk).tasks]


def due(case: Case, kind: str) -> date | None:
    return (
        Duty.objects.filter(subject_id=case.pk, kind=kind, state=Duty.State.OPEN).values_list("due_on", flat=True).get()
    )


def conclude(bureau: Bureau, case: Case, **changes: Any) -> object:
    place = step_of(case, "conclude_investigation")
    return actions.conclude_investigation(
        case.pk,
        place,
        content=fine(**changes),
        papers=papers(bureau, "调查终结报告"),
        facts=answers(bureau, case, place),
        actor=bureau["handler"],
        at=bureau.later(),
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fine": Decimal("NaN")}, "terms.negative"),
        ({"basis": ["没有的法@2020:1"]}, "citation.unknown"),
        ({"outcome": "granted"}, "terms.no_penalty"),
        ({"kinds": ["fine", "beating"]}, "choice.unknown"),
        ({"benchmark_min": Decimal(900)}, "discretion.no_source"),
        ({"benchmark_min": Decimal(900), "benchmark_source": "省基准"}, "discretion.no_reason"),
        ({"benchmark_min": Decimal(9), "benchmark_max": Decimal(1), "benchmark_source": "省基准"}, "discretion.order"),
        ({"reasons": " "}, "text.no_reason"),
        ({"benchmark": "长" * 301, "benchmark_source": "省基准"}, "text.too_long"),
    ],
)
def test_a_report_out_of_order_changes_nothing(bureau: Bureau, changes: dict[str, Any], code: str) -> None:
    case = investigated(bureau)
    assert refusal(lambda: conclude(bureau, case, **changes)) == code
    assert open_steps(case) == ["填写调查终结报告"]
    assert not Proposal.objects.filter(case=case).exists()


def test_a_fine_outside_its_benchmark_is_decided_once_somebody_in_charge_approved_it(bureau: Bureau) -> None:
    case = investigated(bureau)
    conclude(bureau, case, benchmark="迟报一档", benchmark_min=Decimal(900), deviation_reason="主动改正",
             benchmark_source="省统计局裁量基准第 3 条")  # fmt: skip
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    proposal = Proposal.objects.get(case=case)
    assert proposal.deviation_approved_by == bureau["leader_in_charge"]
    assert Decision.objects.get(case=case).proposal == proposal


def test_a_proposal_sent_back_comes_again_as_a_new_version(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau))
    actions.approve_handling(case.pk, step_of(case, "approve_handling"), agreed=False, opinion="金额偏高",
                             papers=papers(bureau, "行政处罚审批表"), actor=bureau["leader_in_charge"],
                             at=bureau.later())  # fmt: skip
    conclude(bureau, case, fine=Decimal(500))
    noticed(bureau, case)
    assert [one.fine for one in Proposal.objects.filter(case=case)] == [Decimal(800), Decimal(500)]
    assert Notice.objects.get(case=case).proposal.fine == Decimal(500)


def test_a_notice_is_not_backdated_before_its_approval(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau))
    bureau.later(days=3)
    actions.approve_handling(case.pk, step_of(case, "approve_handling"), agreed=True, opinion="同意",
                             papers=papers(bureau, "行政处罚审批表"), actor=bureau["leader_in_charge"],
                             at=bureau.later())  # fmt: skip

    def give(on: date) -> object:
        return actions.give_prior_notice(case.pk, step_of(case, "give_prior_notice"), served_on=on,
                                         papers=papers(bureau, "行政处罚事先告知书"), actor=bureau["handler"],
                                         at=bureau.later())  # fmt: skip

    assert refusal(lambda: give(bureau.today - timedelta(days=1))) == "date.too_early"
    assert refusal(lambda: give(bureau.today + timedelta(days=1))) == "date.future"
    give(bureau.today)


def test_silence_is_waited_for_and_a_defence_reviewed(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    assert refusal(lambda: answered(bureau, case, "silence")) == "statement.too_early"
    assert refusal(lambda: answered(bureau, case, "hearing")) == "hearing.no_right"
    assert refusal(lambda: answered(bureau, case, "statement", " ")) == "statement.no_reason"
    bureau.now = at(date(2026, 11, 27))  # the fifth working day after the notice
    assert refusal(lambda: answered(bureau, case, "silence")) == "statement.too_early"
    bureau.now = at(date(2026, 11, 30))
    answered(bureau, case, "silence")
    assert open_steps(case) == ["作出处罚决定"]


def test_a_notice_gives_days_its_own_or_those_of_the_pack(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau))
    approve(bureau, case, step_of(case, "approve_handling"), bureau["leader_in_charge"])
    place, day = step_of(case, "give_prior_notice"), bureau.today

    def give(until: date) -> object:
        return actions.give_prior_notice(case.pk, place, served_on=day, statement_until=until,
                                         papers=papers(bureau, "行政处罚事先告知书"), actor=bureau["handler"],
                                         at=bureau.later())  # fmt: skip

    assert refusal(lambda: give(day)) == "statement.no_days"
    give(date(2026, 12, 4))
    assert Notice.objects.get(case=case).statement_until == date(2026, 12, 4)


def test_rights_are_waived_on_paper_only(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    place = step_of(case, "end_statement")
    assert refusal(lambda: actions.end_statement(
        case.pk, place, kind="waiver", received_on=bureau.today, content="", actor=bureau["handler"], at=bureau.later()
    )) == "waiver.no_paper"  # fmt: skip
    answered(bureau, case)
    assert Paper.objects.get(case=case, kind="放弃陈述申辩、听证权利声明").file_id == bureau.files[case.pk]


def reviewed(bureau: Bureau, case: Case, *, keeps: bool) -> None:
    place = step_of(case, "review_defence")
    node = standing(case.pk).node(place)
    assert node is not None
    actions.review_defence(case.pk, place, adopted="partly", opinion="部分成立", keeps=keeps,
                           papers=papers(bureau, *node.documents), actor=bureau["handler"],
                           at=bureau.later())  # fmt: skip


def test_a_changed_proposal_is_noticed_anew_and_never_heavier(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    answered(bureau, case, "statement", "请求从轻")
    reviewed(bureau, case, keeps=False)
    assert Statement.objects.get(case=case).adopted == "partly"
    conclude(bureau, case, fine=Decimal(900))
    noticed(bureau, case)
    answered(bureau, case)
    assert refusal(lambda: decided(bureau, case)) == "defence.heavier"
    actions.return_case(case.pk, place="t_conclude", reason="不得加重", basis="行政处罚法@2021:45",
                        actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    conclude(bureau, case, fine=Decimal(500))
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    decision = Decision.objects.get(case=case)
    assert (decision.fine, decision.notice and decision.notice.number) == (Decimal(500), 3)


HEARD = {"罚款数额较大": True}


def notify(bureau: Bureau, case: Case, held_on: date, chair: str = "legality_reviewer") -> object:
    return actions.notify_hearing(case.pk, step_of(case, "notify_hearing"), notified_on=bureau.today, held_on=held_on,
                                  place="二楼会议室", chair_id=bureau[chair].pk, public=True,
                                  papers=papers(bureau, "听证通知书"), actor=bureau["legality_reviewer"]
                                  if "legality" in role_of(case, "notify_hearing") else bureau["handler"],
                                  at=bureau.later())  # fmt: skip


def role_of(case: Case, act: str) -> str:
    node = standing(case.pk).node(step_of(case, act))
    assert node is not None
    return node.role


def hold(bureau: Bureau, case: Case, held_on: date) -> object:
    return actions.hold_hearing(case.pk, step_of(case, "hold_hearing"), held_on=held_on, opinion="事实清楚",
                                papers=papers(bureau, "听证笔录"), actor=bureau["legality_reviewer"],
                                at=bureau.later())  # fmt: skip


def asked_for_hearing(bureau: Bureau) -> Case:
    case = noticed(bureau, concluded(bureau, investigated(bureau), **HEARD))
    answered(bureau, case, "hearing")
    place = step_of(case, "request_hearing")
    actor = bureau["legality_reviewer" if role_of(case, "request_hearing") == "legality_reviewer" else "handler"]
    actions.request_hearing(case.pk, place, note="要求公开听证", actor=actor, at=bureau.later())
    return case


def test_a_hearing_is_announced_chaired_and_held_before_the_decision(bureau: Bureau) -> None:
    case = asked_for_hearing(bureau)
    # Friday 20 November: seven working days lie between, so Wednesday 2 December is the first day
    assert refusal(lambda: notify(bureau, case, date(2026, 12, 1))) == "hearing.notice_short"
    assert refusal(lambda: notify(bureau, case, date(2026, 12, 2), "handler")) == "hearing.chair"
    assert refusal(lambda: notify(bureau, case, date(2026, 12, 2), "head")) == "hearing.chair_role"
    notify(bureau, case, date(2026, 12, 2))
    bureau.now = at(date(2026, 12, 1))
    assert refusal(lambda: hold(bureau, case, date(2026, 12, 2))) == "date.future"
    assert refusal(lambda: hold(bureau, case, date(2026, 12, 1))) == "hearing.other_day"
    bureau.now = at(date(2026, 12, 2))
    hold(bureau, case, date(2026, 12, 2))
    reviewed(bureau, case, keeps=True)
    decided(bureau, case)
    hearing = Hearing.objects.get(case=case)
    assert (hearing.held_on, hearing.chair) == (date(2026, 12, 2), bureau["legality_reviewer"])
    assert hearing.paper is not None
    assert hearing.paper.kind == "听证笔录"


def test_a_changed_proposal_after_a_hearing_gives_the_full_periods_again(bureau: Bureau) -> None:
    case = asked_for_hearing(bureau)
    notify(bureau, case, date(2026, 12, 2))
    bureau.now = at(date(2026, 12, 2))
    hold(bureau, case, date(2026, 12, 2))
    reviewed(bureau, case, keeps=False)
    conclude(bureau, case, fine=Decimal(500), other="")
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    assert Decision.objects.get(case=case).fine == Decimal(500)


def test_a_statement_does_not_end_the_period_in_which_a_hearing_may_be_asked_for(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau), **HEARD))
    assert due(case, "hearing_request") == date(2026, 11, 27)  # five working days after Friday the 20th
    answered(bureau, case, "statement", "请求从轻")
    assert open_steps(case) == ["等候是否要求听证"]
    assert due(case, "hearing_request") == date(2026, 11, 27)  # the clock of the party runs on
    assert refusal(lambda: answered(bureau, case, "silence")) == "statement.too_early"
    answered(bureau, case, "statement", "再补充一点")
    assert open_steps(case) == ["等候是否要求听证"]
    bureau.now = at(date(2026, 11, 26))
    answered(bureau, case, "hearing")
    assert open_steps(case) == ["登记听证申请"]
    assert Hearing.objects.get(case=case).requested_on == date(2026, 11, 26)


def test_whoever_keeps_silent_about_a_hearing_has_its_statement_reviewed(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau), **HEARD))
    answered(bureau, case, "statement", "请求从轻")
    bureau.now = at(date(2026, 11, 30))
    answered(bureau, case, "silence")
    reviewed(bureau, case, keeps=True)
    decided(bureau, case)


def test_whoever_decides_may_send_back_or_acquit(bureau: Bureau) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    leader = bureau["leader_in_charge"]

    def say(verdict: str, reason: str) -> object:
        return actions.decide(case.pk, step_of(case, "decide"), verdict=verdict, reason=reason, actor=leader,
                              at=bureau.later())  # fmt: skip

    assert refusal(lambda: say("退回", " ")) == "decision.why"
    assert refusal(lambda: say("也许", "略")) == "decision.verdict"
    assert refusal(lambda: decided(bureau, case, surcharge=None)) == "decision.surcharge"
    say("退回", "金额偏高")
    sent_back = Proposal.objects.get(case=case)
    assert (sent_back.returned_by, sent_back.returned_reason) == (leader, "金额偏高")
    assert open_steps(case) == ["填写调查终结报告"]
    conclude(bureau, case, fine=Decimal(500))
    answered(bureau, noticed(bureau, case))
    say("不予处罚", "情节轻微并及时改正")
    assert open_steps(case) == ["决定不予处罚"]
    assert not Decision.objects.filter(case=case).exists()


@pytest.fixture
def reviewed_cases(monkeypatch: pytest.MonkeyPatch) -> set[Any]:
    through: set[Any] = set()
    monkeypatch.setattr(gates, "_gates", {})
    gates.register_gate(gates.LEGALITY_REVIEW, through.__contains__)
    return through


def test_a_gate_that_nobody_keeps_is_shut(monkeypatch: pytest.MonkeyPatch, bureau: Bureau) -> None:
    monkeypatch.setattr(gates, "_gates", {})
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    assert not gates.passed(gates.LEGALITY_REVIEW, case.pk)


def test_a_reviewed_case_is_decided_through_its_gate_alone(bureau: Bureau, reviewed_cases: set[Any]) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    answered(bureau, case)
    stands = standing(case.pk)
    need_review(case, bureau)
    assert refusal(lambda: decided(bureau, case)) == "review.not_passed"
    assert stands.tasks
    reviewed_cases.add(case.pk)
    with pytest.raises(IntegrityError, match="no opinion that agrees"), transaction.atomic():
        decided(bureau, case)  # a gate that lies is not enough: the database asks for the opinion itself


def need_review(case: Case, bureau: Bureau) -> None:
    """The catalogue asks for a review, as its table would have found."""
    from_table = {"审核事由": ["涉及重大公共利益"]}
    moved = set_facts(case.pk, from_table, actor=bureau["handler"], at=bureau.later())
    append("run.completed", subject=moved.run, agency_id=case.agency_id, actor_id=bureau["handler"].pk, at=bureau.now,
           rows=moved.rows, removed=moved.removed)  # fmt: skip


def test_a_late_decision_needs_its_reason_and_is_told(bureau: Bureau) -> None:
    case = noticed(bureau, concluded(bureau, investigated(bureau)))
    answered(bureau, case)
    assert due(case, "decide_case") == date(2027, 2, 18)  # ninety days from filing
    bureau.now = at(date(2027, 2, 18))
    assert refusal(lambda: decided(bureau, case, collecting_bank="")) == "decision.no_reason"
    bureau.now = at(date(2027, 2, 19))
    assert refusal(lambda: decided(bureau, case)) == "decision.late"
    decided(bureau, case, late_reason="当事人下落不明")
    assert "超期说明：当事人下落不明" in case.events.get(kind="case.decided").text


def test_no_penalty_is_decided_served_and_closed(bureau: Bureau) -> None:
    case = investigated(bureau)
    conclude(bureau, case, outcome="minor", kinds=[], fine=Decimal(0), basis=[])
    [paper] = papers(bureau, "不予行政处罚决定书")

    def settle(**changes: Any) -> object:
        given = {"outcome": "first", "reason": "初次违法并及时改正", "paper": paper, **changes}
        return actions.decide_no_penalty(case.pk, step_of(case, "decide_no_penalty"), actor=bureau["leader_in_charge"],
                                         at=bureau.later(), **given)  # fmt: skip

    assert refusal(lambda: settle(outcome="penalty")) == "no_penalty.ground"
    assert refusal(lambda: settle(reason=" ")) == "no_penalty.no_reason"
    assert refusal(lambda: settle(paper=papers(bureau, "行政处罚决定书")[0])) == "papers.missing"
    settle()
    decision = Decision.objects.get(case=case)
    assert (decision.outcome, decision.fine, decision.number) == ("first", Decimal(0), "晴测不罚〔2026〕1号")
    assert due(case, "serve_decision") == date(2026, 12, 1)  # seven working days from Friday the 20th
    assert not Duty.objects.filter(subject_id=case.pk, kind="decide_case", state=Duty.State.OPEN).exists()
