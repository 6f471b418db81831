"""Legality review by what each agency's document asks (L1–L10), through the public acts on the agencies' own packs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from heliograph.dossiers.models import Decision
from heliograph.dossiers.tests.bureau import fine
from heliograph.dossiers.tests.doing import open_steps, refused
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed
from heliograph.kernel.packs.load import load_pack, shipped
from heliograph.legality_review.models import OpinionItem, Review, ReviewOpinion
from heliograph.legality_review.queries import elements_of, grounds_of, may_be_decided, ratio_of
from heliograph.legality_review.statistics import figures_of
from heliograph.legality_review.tests.reviewing import (
    checked,
    coordinated,
    met,
    opined,
    responded,
    reviewed,
    reviewing_bureau,
    submitted,
    to_review,
)
from heliograph.procedures.queries import standing
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
XLT, RZ, LZ, JH = "xinglongtai-mzj", "rizhao-rsj", "luozhuang-tjj", "jinghai-tjj"
VERSION = "2026.11"


def test_l1_no_major_decision_before_it_passed_review() -> None:
    bureau = reviewing_bureau(XLT)
    case = to_review(bureau)
    assert open_steps(case) == {"t_submit"}
    assert not may_be_decided(case.pk)
    reviewed(bureau, case, "problems")
    assert not may_be_decided(case.pk)
    responded(bureau, case)
    concluded(bureau, case, 涉及重大公共利益=True)
    reviewed(bureau, case)
    decided(bureau, answered(bureau, noticed(bureau, case)))
    assert Decision.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("fact", "ground"),
    [
        ("涉及重大公共利益", "涉及重大公共利益"),
        ("可能造成重大社会影响或者社会风险", "可能造成重大社会影响或者社会风险"),
        ("直接关系重大权益", "直接关系重大权益"),
        ("疑难复杂涉及多个法律关系", "疑难复杂、涉及多个法律关系"),
    ],
)
def test_l2_xinglongtai_always_reviews_its_five_triggers(fact: str, ground: str) -> None:
    """The fifth, a hearing, is in the golden case xinglongtai_after_hearing."""
    bureau = reviewing_bureau(XLT)
    case = to_review(bureau, **{fact: True})
    found = grounds_of(case, standing(case.pk))
    assert [(one.text, one.basis) for one in found] == [(ground, ("XLT四(三)3(1)",))]


@pytest.mark.parametrize(("code", "steps"), [(RZ, {"t_submit"}), (LZ, {"t_approve"}), (JH, {"t_approve"})])
def test_l3_rizhao_reviews_all_luozhuang_may_and_the_others_do_not(code: str, steps: set[str]) -> None:
    bureau = reviewing_bureau(code)
    assert open_steps(concluded(bureau, investigated(bureau), fine(fine=Decimal(100)))) == steps


def test_l3_luozhuang_decides_to_review_one_along() -> None:
    bureau = reviewing_bureau(LZ)
    case = concluded(bureau, investigated(bureau), fine(fine=Decimal(100)), 机关决定一并审核=True)
    assert open_steps(case) == {"t_submit"}
    assert [one.text for one in grounds_of(case, standing(case.pk))] == ["简易程序以外的执法决定"]


def test_l4_the_elements_are_those_of_the_agencys_document() -> None:
    rizhao, xinglongtai = (elements_of(load_pack(shipped(), f"{code}@{VERSION}")) for code in (RZ, XLT))
    assert rizhao["other"] == "其他应当审核的内容"
    assert "other" not in xinglongtai
    assert len(rizhao) == len(xinglongtai) + 1 == 11


def test_l5_the_opinion_is_written_and_each_problem_handled_and_submitted_again() -> None:
    bureau = reviewing_bureau(XLT)
    case = reviewed(bureau, to_review(bureau), "problems")
    assert ReviewOpinion.objects.get().paper.kind == "法制审核意见书"
    responded(bureau, case)
    assert OpinionItem.objects.get().answer == "adopted"
    concluded(bureau, case, 涉及重大公共利益=True)
    submitted(bureau, case)
    assert Review.objects.filter(case=case).count() == 2


def test_l6_materials_limit_and_disagreement_have_their_steps() -> None:
    bureau = reviewing_bureau(XLT)
    case = to_review(bureau)
    submitted(bureau, case)
    checked(bureau, case)
    opined(bureau, case, "problems")
    responded(bureau, case, "not_adopted", "证据已经足够")
    met(bureau, case, "agree", "disagree")
    coordinated(bureau, case, manner="collective")
    opined(bureau, case)
    assert may_be_decided(case.pk)
    kinds = set(case.papers.values_list("kind", flat=True))
    assert {"法制审核送审表", "法制审核意见书", "法制审核协调记录"} <= kinds


def test_l7_the_share_of_reviewers_is_live() -> None:
    bureau = reviewing_bureau(XLT)
    ratio = ratio_of(bureau.agency.pk, pack_in_force(bureau.agency.pk, bureau.today), bureau.today)
    assert (ratio.reviewers, ratio.percent, ratio.short) == (1, 5, 0)


def test_l8_the_handling_unit_answers_for_what_it_hands_in() -> None:
    bureau = reviewing_bureau(XLT)
    case = to_review(bureau)
    assert refused(lambda: submitted(bureau, case, truth_stated=False)) == "review.not_answered_for"
    submitted(bureau, case)
    review = Review.objects.get(case=case)
    assert (review.truth_stated, review.submitted_by) == (True, bureau["handler"])


def test_l9_a_disagreement_is_discussed_by_people_who_sign_in() -> None:
    bureau = reviewing_bureau(JH)
    case = reviewed(bureau, to_review(bureau), "problems")
    responded(bureau, case, "not_adopted", "证据已经足够")
    assert refused(lambda: coordinated(bureau, case, manner="collective")) == "review.no_meeting"
    met(bureau, case, "agree")
    assert refused(lambda: coordinated(bureau, case, manner="collective")) == "review.meeting_empty"


def test_l10_the_policy_of_review_is_data_with_its_basis() -> None:
    for code in (XLT, RZ, LZ):
        policies = [one for one in load_pack(shipped(), f"{code}@{VERSION}").rules.policies if one.kind == "review"]
        assert policies, code
        assert all(article.basis for policy in policies for article in policy.articles)


def test_statistics_show_where_the_weak_points_are() -> None:
    bureau = reviewing_bureau(XLT)
    case = reviewed(bureau, to_review(bureau), "problems")
    responded(bureau, case)
    figures = figures_of(bureau.agency.pk, type(case).objects.all())
    assert (figures.total.rounds, figures.total.returned, figures.adopted) == (1, 1, 1)
    assert figures.elements[0][:2] == ("证据是否合法充分", 1)
    assert [line.name for line in figures.units] == ["测试执法科"]
