"""An ordinary penalty from its source to the archive."""

from __future__ import annotations

from decimal import Decimal

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, Decision
from heliograph.dossiers.tests.bureau import Bureau, corrected, found_bureau, papers, step_of
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated, noticed, served_on_party
from heliograph.duties.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def test_r1_a_penalty_goes_from_its_source_to_the_archive(bureau: Bureau) -> None:
    case = investigated(bureau)
    concluded(bureau, case)
    noticed(bureau, case)
    answered(bureau, case)
    decided(bureau, case)
    served_on_party(bureau, case)
    actions.record_publication(case.pk, step_of(case, "record_publication"), published_on=bureau.today,
                               where="机关网站", actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.record_payment(case.pk, step_of(case, "record_payment"), state="已履行", amount=Decimal(800),
                           file_id=bureau.files[case.pk],
                           paid_on=bureau.today, bank="晴川农商银行", receipt="P-1",
                           actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.close_case(case.pk, step_of(case, "close_case"), outcome="执行完毕", opinion="同意结案",
                       **corrected(bureau), papers=papers(bureau, "结案审批表"), actor=bureau["leader_in_charge"],
                       at=bureau.later())  # fmt: skip
    actions.archive_case(case.pk, step_of(case, "archive_case"), note="一案一卷", papers=papers(bureau, "卷内目录"),
                         actor=bureau["handler"], at=bureau.later())  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.archive_number) == (Case.State.ARCHIVED, "晴测案卷〔2026〕1号")
    assert Decision.objects.get(case=case).number == "晴测罚〔2026〕1号"
    told = list(CaseEvent.objects.filter(case=case).values_list("kind", flat=True))
    assert told[0] == "case.received"
    assert told[-3:] == ["case.paid", "case.closed", "case.archived"]
    left = Duty.objects.filter(subject_kind="case", subject_id=case.pk, state=Duty.State.OPEN)
    assert [duty.kind for duty in left] == []
