"""Every act of a review: done by whom it is for, refused for others, at another stage and twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from heliograph.dossiers import actions as cases
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.tests.bureau import Bureau, fine, papers, step_of
from heliograph.dossiers.tests.doing import due, open_steps, refused
from heliograph.dossiers.tests.walks import answers, concluded, investigated
from heliograph.duties.models import Duty
from heliograph.kernel.verdict import ActRefusedError
from heliograph.legality_review import actions
from heliograph.legality_review.actions import MaterialContent
from heliograph.legality_review.models import Coordination, OpinionItem, Review, ReviewOpinion
from heliograph.legality_review.tests.reviewing import (
    checked,
    coordinated,
    elements,
    met,
    opined,
    responded,
    reviewed,
    reviewing_bureau,
    round_of,
    submitted,
    to_review,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return reviewing_bureau()


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return to_review(bureau)


def test_a_package_is_handed_in_whole_and_answered_for(bureau: Bureau, case: Case) -> None:
    assert refused(lambda: submitted(bureau, case, truth_stated=False)) == "review.not_answered_for"
    assert refused(lambda: submitted(bureau, case, papers=[])) == "papers.missing"
    submitted(bureau, case)
    review = round_of(case)
    assert (review.number, review.state, review.submitted_by) == (1, "submitted", bureau["handler"])
    assert review.grounds == [{"ground": "涉及重大公共利益", "basis": ["行政处罚法@2021:58", "国办发118号@2018:12"]}]
    held = {one.material: one for one in review.materials.all()}
    assert set(held) == {"proposal", "report", "evidence", "legal_basis"}
    assert held["report"].signed
    assert all(len(one.sha256) == 64 for one in held.values())


def test_an_incomplete_package_is_refused_with_what_is_missing(bureau: Bureau) -> None:
    """Peers 43: no other system knows what a package must hold."""
    case = investigated(bureau)
    place = step_of(case, "conclude_investigation")
    report = [PaperContent("调查终结报告", bureau.today)]
    cases.conclude_investigation(case.pk, place, content=fine(), papers=report, actor=bureau["handler"],
                                 facts=answers(bureau, case, place, 涉及重大公共利益=True),
                                 at=bureau.later())  # fmt: skip
    with pytest.raises(ActRefusedError, match="调查终结报告（没有签章后的文件）"):
        submitted(bureau, case)
    assert not Review.objects.filter(case=case).exists()
    strange = [MaterialContent("novel", bureau.files[case.pk])]
    assert refused(lambda: submitted(bureau, case, materials=strange)) == "review.unknown"
    unsigned = [MaterialContent("report", bureau.files[case.pk])]
    assert refused(lambda: submitted(bureau, case, materials=unsigned)) == "review.materials"
    submitted(bureau, case, materials=[MaterialContent("report", bureau.files[case.pk], signed=True)])
    assert round_of(case).materials.get(material="report").signed


def test_what_is_lacking_is_named_supplied_and_checked_again(bureau: Bureau, case: Case) -> None:
    submitted(bureau, case)
    checked(bureau, case, report="第三页没有签名")
    assert round_of(case).state == Review.State.INCOMPLETE
    assert open_steps(case) == {"t_supplement"}
    place = step_of(case, "supplement_review")

    def supply(*sent: MaterialContent, note: str = "已补签", by: str = "handler") -> CaseEvent:
        return actions.supplement_review(case.pk, place, materials=sent, note=note, actor=bureau[by], at=bureau.later())

    assert refused(supply) == "review.materials"
    assert refused(lambda: supply(MaterialContent("report", bureau.files[case.pk]), note=" ")) == "review.no_note"
    assert refused(lambda: supply(by="head")) == "case.not_handler"
    supply(MaterialContent("report", bureau.files[case.pk], signed=True))
    assert refused(lambda: supply(note="再补")) == "step.not_open"
    assert round_of(case).materials.filter(material="report").count() == 2
    checked(bureau, case)
    assert round_of(case).complete_on == bureau.today


@pytest.mark.parametrize(
    ("act", "ready", "do", "stranger"),
    [
        ("submit_review", [], submitted, "head"),
        ("check_submission", [submitted], checked, "head"),
        ("review_opinion", [submitted, checked], opined, "head"),
    ],
)
def test_each_step_is_for_its_own_people_and_once(
    bureau: Bureau, case: Case, act: str, ready: list[Callable[..., Any]], do: Callable[..., Any], stranger: str
) -> None:
    for one in ready:
        one(bureau, case)
    assert refused(lambda: do(bureau, case, by=bureau[stranger])) in {"step.role", "case.not_handler"}
    before = CaseEvent.objects.filter(case=case).count()
    do(bureau, case)
    assert CaseEvent.objects.filter(case=case).count() == before + 1
    with pytest.raises(AssertionError):
        step_of(case, act)


def test_a_recused_reviewer_does_nothing_in_the_review(bureau: Bureau, case: Case) -> None:
    submitted(bureau, case)
    checked(bureau, case)
    asked = cases.ask_recusal(case.pk, officer_id=bureau["legality_reviewer"].pk, asked_by="当事人",
                              asked_on=bureau.today, reason="亲属", actor=bureau["unit_head"],
                              at=bureau.later())  # fmt: skip
    cases.decide_recusal(asked.pk, granted=True, reason="属实", actor=bureau["leader_in_charge"], at=bureau.later())
    said: dict[str, Any] = {"actor": bureau["legality_reviewer"], "at": bureau.later()}
    assert refused(lambda: actions.ask_supplement(case.pk, text="鉴定意见", **said)) == "recusal.granted"
    assert refused(lambda: actions.call_in(case.pk, reason="影响大", **said)) == "recusal.granted"
    assert refused(lambda: opined(bureau, case, "agree")) == "recusal.granted"


def test_a_step_that_is_not_open_is_refused(bureau: Bureau, case: Case) -> None:
    place = step_of(case, "submit_review")
    submitted(bureau, case)
    again: dict[str, Any] = {"materials": [], "note": "", "truth_stated": True, "papers": [], "at": bureau.later()}
    assert refused(lambda: actions.submit_review(case.pk, place, actor=bureau["handler"], **again)) == "step.not_open"
    other = step_of(case, "check_submission")
    assert refused(lambda: actions.submit_review(case.pk, other, actor=bureau["handler"], **again)) == "step.other_act"


def test_an_opinion_goes_through_every_element(bureau: Bureau, case: Case) -> None:
    """Peers 42: a list of elements, not a free text."""
    submitted(bureau, case)
    checked(bureau, case)
    found = elements(bureau)
    problem = elements(bureau, evidence="problem")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"findings": found[:-1]}, "review.elements"),
        ({"findings": problem}, "review.agree_with_problems"),
        ({"conclusion": "problems", "findings": problem, "items": []}, "review.no_items"),
        ({"text": " "}, "review.no_note"),
        ({"findings": [*found, *[type(found[0])("novel", "ok")]]}, "review.unknown"),
        ({"conclusion": "problems", "items": [("evidence", " ")]}, "review.no_items"),
    ]
    for changes, code in cases:
        assert refused(lambda changes=changes: opined(bureau, case, **changes)) == code  # type: ignore[misc]
    opined(bureau, case)
    opinion = ReviewOpinion.objects.get(review__case=case)
    assert opinion.findings.count() == len(found)
    assert opinion.qualification == "专职；法律职业资格 A2020-0001"
    assert round_of(case).state == Review.State.PASSED


def test_problems_are_answered_each_and_all_rounds_stay(bureau: Bureau, case: Case) -> None:
    """Peers 44: returned, mended, submitted again; nothing of a round is written over."""
    reviewed(bureau, case, "problems")
    place = step_of(case, "respond_to_opinion")
    answer: dict[str, Any] = {"actor": bureau["handler"], "at": bureau.later()}
    assert refused(lambda: actions.respond_to_opinion(case.pk, place, answers={}, **answer)) == (
        "review.not_all_answered"
    )
    assert refused(lambda: responded(bureau, case, "maybe")) == "review.no_answer"
    assert refused(lambda: responded(bureau, case, "not_adopted", " ")) == "review.no_reason"
    responded(bureau, case)
    assert open_steps(case) == {"t_conclude"}
    item = OpinionItem.objects.get()
    assert (item.number, item.answer, item.reason, item.answered_by) == (1, "adopted", "已补充证据", bureau["handler"])
    from_first = round_of(case)
    conclude_again(bureau, case)
    reviewed(bureau, case)
    assert [one.number for one in Review.objects.filter(case=case)] == [1, 2]
    from_first.refresh_from_db()
    assert from_first.state == Review.State.RETURNED


def conclude_again(bureau: Bureau, case: Case) -> None:
    concluded(bureau, case, 涉及重大公共利益=True)


def test_a_disagreement_is_settled_by_people_who_met(bureau: Bureau, case: Case) -> None:
    """Peers 45: minutes, attendance, votes; and the reviewing body looks again, nobody passes over its head."""
    reviewed(bureau, case, "problems")
    responded(bureau, case, "not_adopted", "证据已经足够")
    assert open_steps(case) == {"t_coordinate"}
    assert refused(lambda: coordinated(bureau, case, manner="collective")) == "review.no_meeting"
    met(bureau, case, "agree")
    assert refused(lambda: coordinated(bureau, case, manner="collective")) == "review.meeting_empty"
    met(bureau, case, "agree", "disagree")
    assert refused(lambda: coordinated(bureau, case, manner="collective", minutes=" ")) == "review.no_minutes"
    assert refused(lambda: coordinated(bureau, case, by=bureau["leader_in_charge"])) == "step.role"
    assert refused(lambda: coordinated(bureau, case, held_on=date(2026, 1, 1))) == "date.too_early"
    coordinated(bureau, case, manner="collective")
    made = Coordination.objects.get()
    assert made.discussion is not None
    assert sorted(made.discussion.seats.values_list("vote", flat=True)) == ["agree", "disagree"]
    assert open_steps(case) == {"t_opinion"}
    opined(bureau, case)
    assert round_of(case).state == Review.State.PASSED
    assert ReviewOpinion.objects.filter(review=round_of(case)).count() == 2


def test_following_the_opinion_goes_back_to_the_report(bureau: Bureau, case: Case) -> None:
    reviewed(bureau, case, "problems")
    responded(bureau, case, "not_adopted", "证据已经足够")
    coordinated(bureau, case, result="follow")
    assert open_steps(case) == {"t_conclude"}
    assert round_of(case).state == Review.State.RETURNED


def test_the_clock_begins_when_complete_and_stands_still_for_supplements() -> None:
    """Peers 46: complete → seven working days of Liaoning; a supplement stops it by its real days."""
    bureau = reviewing_bureau("xinglongtai-mzj")
    case = to_review(bureau)
    submitted(bureau, case)
    assert "review_time" not in due(case)
    checked(bureau, case)
    duty = duty_of(case)
    first = duty.due_on
    asked = "提供鉴定意见"
    ask: dict[str, Any] = {"actor": bureau["legality_reviewer"]}
    assert refused(lambda: actions.ask_supplement(case.pk, text=" ", at=bureau.later(), **ask)) == "review.no_note"
    assert refused(
        lambda: actions.ask_supplement(case.pk, text=asked, actor=bureau["head"], at=bureau.later())
    ) == "role.missing"  # fmt: skip
    actions.ask_supplement(case.pk, text=asked, at=bureau.later(), **ask)
    assert refused(
        lambda: actions.ask_supplement(case.pk, text=asked, at=bureau.later(), **ask)
    ) == "review.supplement_waiting"  # fmt: skip
    assert refused(lambda: opined(bureau, case)) == "review.supplement_waiting"
    assert duty_of(case).state == "suspended"
    bureau.later(days=14)
    answer: dict[str, Any] = {"note": "已提供", "actor": bureau["handler"]}
    actions.answer_supplement(case.pk, at=bureau.later(), **answer)
    assert refused(
        lambda: actions.answer_supplement(case.pk, at=bureau.later(), **answer)
    ) == "review.supplement_none"  # fmt: skip
    assert duty_of(case).state == "open"
    assert duty_of(case).due_on > first
    opined(bureau, case)
    assert due(case)["review_time"] == "fulfilled"


def duty_of(case: Case) -> Any:
    return Duty.objects.filter(subject_id=case.pk, kind="review_time").latest("opened_at")


def test_the_period_is_lengthened_once_by_a_leader_where_the_pack_gives_days() -> None:
    bureau = reviewing_bureau("xinglongtai-mzj")
    case = to_review(bureau)
    lengthen: dict[str, Any] = {"reason": "案情复杂", "actor": bureau["head"]}
    assert refused(lambda: actions.extend_review(case.pk, at=bureau.later(), **lengthen)) == "review.not_running"
    submitted(bureau, case)
    checked(bureau, case)
    first = duty_of(case).due_on
    assert refused(
        lambda: actions.extend_review(case.pk, at=bureau.later(), **{**lengthen, "reason": ""})
    ) == "review.no_reason"  # fmt: skip
    assert refused(
        lambda: actions.extend_review(case.pk, at=bureau.later(), **{**lengthen, "actor": bureau["handler"]})
    ) == "role.missing"  # fmt: skip
    actions.extend_review(case.pk, at=bureau.later(), **lengthen)
    assert duty_of(case).due_on > first
    assert refused(lambda: actions.extend_review(case.pk, at=bureau.later(), **lengthen)) == "review.extended"


def test_the_nation_alone_gives_no_days_to_lengthen_by(bureau: Bureau, case: Case) -> None:
    submitted(bureau, case)
    checked(bureau, case)
    act = lambda: actions.extend_review(case.pk, reason="复杂", actor=bureau["head"], at=bureau.later())  # noqa: E731
    assert refused(act) == "review.no_extension"


def test_papers_of_a_review_are_registered(bureau: Bureau, case: Case) -> None:
    reviewed(bureau, case)
    kinds = set(case.papers.values_list("kind", flat=True))
    assert {"法制审核送审表", "法制审核意见书"} <= kinds
    assert papers(bureau, "法制审核意见书")[0].file_id is not None
