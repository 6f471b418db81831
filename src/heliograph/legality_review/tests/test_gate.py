"""No major decision without its review: every way round it that anybody could try, one test each (L1, peers 39–48)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from heliograph.dossiers import actions as cases
from heliograph.dossiers import gates
from heliograph.dossiers.models import Case, Decision, Proposal
from heliograph.dossiers.tests.bureau import Bureau, fine, papers, step_of
from heliograph.dossiers.tests.doing import open_steps, refused
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed, took_evidence
from heliograph.evidence.actions import Arrival, receive
from heliograph.evidence.tests.samples import picture
from heliograph.kernel.verdict import ActRefusedError, Refused
from heliograph.ledger.actions import append
from heliograph.legality_review import actions
from heliograph.legality_review.models import Review, ReviewCall, Reviewer, ReviewOpinion
from heliograph.legality_review.queries import grounds_of, may_be_decided
from heliograph.legality_review.tests.reviewing import (
    WHY,
    checked,
    coordinated,
    opined,
    registered,
    responded,
    reviewed,
    reviewing_bureau,
    submitted,
    to_review,
)
from heliograph.procedures.actions import complete_task, migrate_run, set_facts
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return reviewing_bureau()


def ready(bureau: Bureau, **yes: bool) -> Case:
    """A case that was reviewed, approved, noticed and answered: all but its decision."""
    case = reviewed(bureau, to_review(bureau, **yes))
    return answered(bureau, noticed(bureau, case))


def told(act: Callable[[], object]) -> str:
    """Do what must be refused, and return what is said."""
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.message


def set_by_hand(bureau: Bureau, case: Case, facts: dict[str, Any]) -> None:
    """Set facts of the run past every form, as an import would."""
    moved = set_facts(case.pk, facts, actor=bureau["handler"], at=bureau.later())
    append("run.completed", subject=moved.run, agency_id=case.agency_id, actor_id=bureau["handler"].pk, at=bureau.now,
           rows=moved.rows, removed=moved.removed)  # fmt: skip


def test_a_reviewed_case_is_decided(bureau: Bureau) -> None:
    """Peers 39: the way that is open."""
    case = decided(bureau, ready(bureau))
    assert Decision.objects.filter(case=case).count() == 1
    assert gates.passed(gates.LEGALITY_REVIEW, case.pk)


def test_without_review_the_flow_opens_no_decision_and_the_raw_act_makes_none(bureau: Bureau) -> None:
    case = to_review(bureau)
    assert open_steps(case) == {"t_submit"}
    [paper] = papers(bureau, "行政处罚决定书")
    given: dict[str, Any] = {"paper": paper, "collecting_bank": "农商银行", "surcharge": True}

    def decide_at(place: str) -> object:
        return cases.decide(case.pk, place, actor=bureau["leader_in_charge"], at=bureau.later(), **given)

    assert refused(lambda: decide_at("t_decide")) == "step.not_open"
    assert refused(lambda: decide_at("c_review/t_submit")) == "step.other_act"
    assert not may_be_decided(case.pk)


def test_pushing_the_token_past_the_review_does_not_pass_it(bureau: Bureau) -> None:
    """A token moved by the engine alone leaves no opinion, and the decision asks for one."""
    case = to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    complete_task(case.pk, step_of(case, "review_opinion"), facts={"审核结论": "同意"},
                  actor=bureau["legality_reviewer"], at=bureau.later())  # fmt: skip
    answered(bureau, noticed(bureau, case))
    assert open_steps(case) == {"t_decide"}
    assert refused(lambda: decided(bureau, case)) == "review.not_passed"
    assert not Decision.objects.filter(case=case).exists()


def test_a_token_pushed_past_the_decision_leaves_nothing_to_serve(bureau: Bureau) -> None:
    case = ready(bureau)
    Review.objects.get(case=case)
    actions_before = ReviewOpinion.objects.count()
    node = standing(case.pk).node(step_of(case, "decide"))
    assert node is not None
    with pytest.raises(ActRefusedError):
        complete_task(case.pk, "t_serve", actor=bureau["handler"], at=bureau.later())
    assert not Decision.objects.filter(case=case).exists()
    assert ReviewOpinion.objects.count() == actions_before


def test_facts_set_past_the_form_bring_the_review_back(bureau: Bureau) -> None:
    """The catalogue is asked anew at the decision, whatever a step found earlier."""
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    assert may_be_decided(case.pk)
    set_by_hand(bureau, case, {WHY: True})
    assert WHY in told(lambda: decided(bureau, case))


def test_emptying_the_grounds_by_hand_does_not_help(bureau: Bureau) -> None:
    case = to_review(bureau)
    set_by_hand(bureau, case, {"审核事由": []})
    assert [one.text for one in grounds_of(case, standing(case.pk))] == [WHY]
    assert grounds_of(case, standing(case.pk))[0].basis == ("行政处罚法@2021:58", "国办发118号@2018:12")


def test_a_failed_review_passes_nothing(bureau: Bureau) -> None:
    case = reviewed(bureau, to_review(bureau), "problems")
    assert refused(lambda: require(may_be_decided(case.pk))) == "review.not_passed"
    responded(bureau, case, "not_adopted", "理由充分")
    coordinated(bureau, case)
    assert refused(lambda: require(may_be_decided(case.pk))) == "review.not_passed"
    opined(bureau, case)
    assert may_be_decided(case.pk)


def require(verdict: Any) -> None:
    if not verdict:
        raise ActRefusedError(verdict)


CHANGES: list[tuple[str, Callable[[Bureau, Case], object]]] = [
    ("认定的事实", lambda bureau, case: again(bureau, case, facts="迟报两次")),
    ("处理依据", lambda bureau, case: again(bureau, case, basis=["行政处罚法@2021:9"])),
    ("罚款金额", lambda bureau, case: again(bureau, case, fine=Decimal(900))),
    ("处罚种类", lambda bureau, case: again(bureau, case, kinds=["fine", "warning"])),
    ("理由", lambda bureau, case: again(bureau, case, reasons="从轻")),
    ("证据", took_evidence),
    (
        "案卷引用的条文",
        lambda bureau, case: cases.cite(
            case.pk, use="applied", key="行政处罚法@2021:57", actor=bureau["handler"], at=bureau.later()
        ),
    ),
]


def again(bureau: Bureau, case: Case, **changes: Any) -> None:
    """Send the case back and conclude it otherwise; its flow asks for another review, which is not waited for."""
    cases.return_case(case.pk, place="t_conclude", reason="改变处理意见", basis="行政处罚法@2021:57",
                      actor=bureau["head"], at=bureau.later())  # fmt: skip
    concluded(bureau, case, fine(**changes), 涉及重大公共利益=True)


@pytest.mark.parametrize(("field", "change"), CHANGES, ids=[name for name, _change in CHANGES])
def test_a_change_after_the_opinion_voids_it_and_is_named(
    bureau: Bureau, field: str, change: Callable[[Bureau, Case], object]
) -> None:
    """Peers 47: the opinion is bound to what was reviewed, field by field."""
    case = ready(bureau)
    assert may_be_decided(case.pk)
    change(bureau, case)
    said = told(lambda: require(may_be_decided(case.pk)))
    assert field in said
    assert "失效" in said


def test_a_voided_opinion_refuses_the_decision_and_a_new_round_heals_it(bureau: Bureau) -> None:
    case = ready(bureau)
    took_evidence(bureau, case)
    assert refused(lambda: decided(bureau, case)) == "review.void"
    cases.return_case(case.pk, place="t_conclude", reason="补充证据", basis="行政处罚法@2021:57",
                      actor=bureau["head"], at=bureau.later())  # fmt: skip
    concluded(bureau, case, 涉及重大公共利益=True)
    reviewed(bureau, case)
    decided(bureau, answered(bureau, noticed(bureau, case)))


def test_the_same_words_again_are_still_what_was_reviewed(bureau: Bureau) -> None:
    """Concluding anew without a change is no change; the flow asks for a round all the same."""
    case = ready(bureau)
    again(bureau, case)
    assert Proposal.objects.filter(case=case).count() == 2
    assert open_steps(case) == {"t_submit"}
    submitted(bureau, case)
    assert refused(lambda: require(may_be_decided(case.pk))) == "review.not_passed"  # a round is under way


def test_a_command_decides_nothing() -> None:
    """No command of the product makes, imports or alters a decision: the list of those that write cases is empty."""
    with pytest.raises(Exception, match="Unknown command"):
        call_command("decide_case")


def test_a_migrated_run_still_needs_its_review(bureau: Bureau) -> None:
    """Another release does not carry a case past its review: the gate asks the rows, not the drawing."""
    case = ready(bureau)
    opinion = ReviewOpinion.objects.get(review__case=case)
    assert opinion.seal
    took_evidence(bureau, case)
    run = standing(case.pk).run
    assert refused(lambda: move(bureau, case, run.release_id)) in {"run.same_release", "run.same", "procedure.same"}
    assert refused(lambda: decided(bureau, case)) == "review.void"


def move(bureau: Bureau, case: Case, release_id: Any) -> object:
    return migrate_run(case.pk, release_id=release_id, reason="换版", basis="行政处罚法@2021:57",
                       actor=bureau["head"], at=bureau.later())  # fmt: skip


def test_no_review_is_asked_where_the_catalogue_finds_nothing(bureau: Bureau) -> None:
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    assert grounds_of(case, standing(case.pk)) == []
    decided(bureau, case)


# -- called in
def call(bureau: Bureau, case: Case, *, by: str = "legality_reviewer", reason: str = "社会关注度高") -> ReviewCall:
    return actions.call_in(case.pk, reason=reason, actor=bureau[by], at=bureau.later())


def test_a_doubtful_no_is_called_in_and_comes_back_to_be_reviewed(bureau: Bureau) -> None:
    """Peers 40: the legal office has the last word on what is major."""
    case = answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau))))
    assert open_steps(case) == {"t_decide"}
    assert refused(lambda: call(bureau, case, by="handler")) == "role.missing"
    assert refused(lambda: call(bureau, case, reason=" ")) == "review.no_reason"
    call(bureau, case)
    assert refused(lambda: call(bureau, case)) == "review.called_twice"
    assert open_steps(case) == {"t_conclude"}
    concluded(bureau, case)
    assert open_steps(case) == {"t_submit"}
    reviewed(bureau, case)
    decided(bureau, answered(bureau, noticed(bureau, case)))


def test_what_must_be_reviewed_anyway_or_is_decided_is_not_called_in(bureau: Bureau) -> None:
    case = to_review(bureau)
    assert refused(lambda: call(bureau, case)) == "review.required_already"
    other = decided(bureau, answered(bureau, noticed(bureau, concluded(bureau, investigated(bureau)))))
    assert refused(lambda: call(bureau, other)) == "review.decided"


def test_a_call_before_the_report_waits_for_it(bureau: Bureau) -> None:
    case = investigated(bureau)
    call(bureau, case)
    concluded(bureau, case)
    assert open_steps(case) == {"t_submit"}


# -- wider scope, and who reviews
def test_rizhao_reviews_everything_but_summary_penalties() -> None:
    """L3: the pack of Rizhao widens the scope without a line of code."""
    bureau = reviewing_bureau("rizhao-rsj")
    case = concluded(bureau, investigated(bureau))
    assert [one.text for one in grounds_of(case, standing(case.pk))] == ["简易程序以外的执法决定"]
    assert open_steps(case) == {"t_submit"}


def test_whoever_handled_the_case_or_is_not_registered_does_not_review(bureau: Bureau) -> None:
    """Peers 41: the check is on the sign-in, not on a typed name."""
    case = to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    actions.end_reviewer(
        registered_one(bureau).pk, to_on=bureau.today.replace(day=1), actor=bureau["head"], at=bureau.later()
    )
    assert refused(lambda: opined(bureau, case)) == "reviewer.not_registered"
    registered(bureau, from_on=bureau.today, qualification="", qualified_on=None)
    assert refused(lambda: opined(bureau, case)) == "reviewer.not_qualified"


def registered_one(bureau: Bureau) -> Any:
    return Reviewer.objects.get(agency=bureau.agency, to_on__isnull=True)


def test_an_original_attached_after_the_review_unbinds_it(bureau: Bureau) -> None:
    case = ready(bureau)
    assert may_be_decided(case.pk)
    new = Arrival(receive([picture()]), "后补照片.jpg")
    cases.attach_original(case.evidence.get().pk, arrival=new, actor=bureau["handler"], at=bureau.later())
    verdict = may_be_decided(case.pk)
    assert isinstance(verdict, Refused)
    assert "证据" in verdict.message
