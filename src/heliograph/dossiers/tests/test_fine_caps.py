"""How high a fine may be: by whom it is for and by the circumstance that the article names, as the pack says it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case
from heliograph.dossiers.rules.terms import Bound, may_apply
from heliograph.dossiers.tests.bureau import Bureau, company, fine, found_bureau, papers, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.walks import answers, investigated
from heliograph.kernel.verdict import Refused
from heliograph.procedures.queries import standing

GRAVE = "统计法@2024:44"
TIERED = Bound(GRAVE, 500_000, (), ordinary=100_000, graver="情节严重")


@pytest.mark.parametrize(
    ("bounds", "amount", "code"),
    [
        ([TIERED], 100_000, ""),
        ([TIERED], 100_001, "terms.not_graver"),
        ([TIERED], 500_001, "terms.above_article"),
        ([Bound(GRAVE, 500_000, (), 100_000, "情节严重", is_graver=True)], 500_000, ""),
        ([TIERED, Bound("甲@2020:1", 200_000, ())], 200_000, ""),
        ([TIERED, Bound("甲@2020:1", None, ())], 300_000, ""),
    ],
)
def test_more_than_ordinarily_only_under_the_circumstance(bounds: list[Bound], amount: int, code: str) -> None:
    verdict = may_apply(bounds, fine=Decimal(amount), kinds=["罚款"], punished=True)
    assert (verdict.code if isinstance(verdict, Refused) else "") == code


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def conclude(bureau: Bureau, case: Case, amount: int, **changes: Any) -> object:
    place = step_of(case, "conclude_investigation")
    content = fine(kinds=["warning", "fine"], fine=Decimal(amount), basis=[GRAVE], **changes)
    return actions.conclude_investigation(case.pk, place, content=content, papers=papers(bureau, "调查终结报告"),
                                          facts=answers(bureau, case, place), actor=bureau["handler"],
                                          at=bureau.later())  # fmt: skip


@pytest.mark.django_db
def test_a_fine_beyond_the_ordinary_waits_for_the_answer(bureau: Bureau) -> None:
    case = investigated(bureau)
    assert refused(lambda: conclude(bureau, case, 300_000)) == "terms.not_graver"
    assert refused(lambda: conclude(bureau, case, 500_001, graver=True)) == "terms.above_article"
    conclude(bureau, case, 300_000, graver=True)
    assert standing(case.pk).facts["情节严重"] is True


@pytest.mark.django_db
def test_a_small_business_has_a_cap_of_its_own(bureau: Bureau) -> None:
    case = investigated(bureau, parties=[company(kind="business", name="某某小卖部")])
    assert refused(lambda: conclude(bureau, case, 10_001)) == "terms.above_article"
    conclude(bureau, case, 10_000)
    assert standing(case.pk).facts["罚款金额"] == 10_000
