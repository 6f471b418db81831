"""Levies and simple matters: told, heard, reviewed, decided as told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from heliograph.dossiers.actions import ExaminationContent
from heliograph.dossiers.models import Case, Decision
from heliograph.dossiers.queries import owed_on
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, served
from heliograph.dossiers.tests.doing import do, open_steps, refused

pytestmark = pytest.mark.django_db
LEVY = ExaminationContent("carried_out", "占用河道", "依标准核定", ["行政处罚法@2021:4"], levied=Decimal("1200.50"))


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("xinglongtai-mzj", "levy", "simple", category="综合执法")
    made.category = "levy"
    return made


def examined(bureau: Bureau) -> Case:
    case = opened(bureau, "levy", title="征收某费", source="other")
    do(bureau, case, "accept_application", note="登记")
    do(bureau, case, "examine", content=LEVY, facts={"征收征用类型": "征收"})
    return case


def test_a_levy_is_told_heard_decided_and_paid(bureau: Bureau) -> None:
    case = examined(bureau)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", kind="waiver", received_on=bureau.today, content="")
    do(bureau, case, "decide", remedies="六十日内申请复议")
    decision = Decision.objects.get(case=case)
    assert (decision.number, owed_on(decision)) == ("晴测征〔2026〕1号", Decimal("1200.50"))
    do(bureau, case, "serve", content=served(bureau))
    do(bureau, case, "record_payment", state="已履行", amount=Decimal("1200.50"), paid_on=bureau.today,
       bank="晴川农商银行", receipt="Z-1")  # fmt: skip
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert open_steps(case) == {"t_close"}


def test_a_levy_is_not_decided_while_the_party_may_answer_or_its_answer_waits(bureau: Bureau) -> None:
    case = examined(bureau)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", kind="statement", received_on=bureau.today, content="面积有误")
    assert open_steps(case) == {"t_defence"}
    do(bureau, case, "review_defence", adopted="partly", opinion="重新核定", keeps=False)
    do(bureau, case, "examine", content=LEVY, facts={"征收征用类型": "征收"})
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", kind="waiver", received_on=bureau.today, content="")
    wrong = bureau["handler"]
    assert refused(lambda: do(bureau, case, "decide", by=wrong, remedies="略")) == "step.role"
    do(bureau, case, "decide", remedies="六十日内申请复议")


def test_an_amount_that_cannot_be_is_refused(bureau: Bureau) -> None:
    case = opened(bureau, "levy", title="征收某费", source="other")
    do(bureau, case, "accept_application", note="登记")

    def examine(amount: Decimal) -> str:
        bad = ExaminationContent("carried_out", "占用", "核定", ["行政处罚法@2021:4"], levied=amount)
        return refused(lambda: do(bureau, case, "examine", content=bad, facts={"征收征用类型": "征收"}))

    codes = [examine(amount) for amount in (Decimal(-1), Decimal("0.001"), Decimal(10) ** 20)]
    assert codes == ["terms.negative", "terms.cents", "terms.too_large"]


def test_a_simple_matter_is_accepted_examined_and_decided(bureau: Bureau) -> None:
    bureau.category = "fee"
    case = opened(bureau, "simple", title="确认", source="application", occurred_from=None, occurred_to=None)
    do(bureau, case, "accept_application", note="登记")
    content = ExaminationContent("granted", "属实", "符合条件")
    do(bureau, case, "examine", content=content)
    do(bureau, case, "decide")
    do(bureau, case, "serve", content=served(bureau))
    assert Decision.objects.get(case=case).number == "晴测决〔2026〕1号"
