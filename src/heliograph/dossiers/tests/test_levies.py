"""Levies and simple matters: told, heard, reviewed, decided as told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers.actions import CompensationContent, ExaminationContent, PaperContent
from heliograph.dossiers.models import Case, Decision, Notice
from heliograph.dossiers.permissions import Reader, case_in_sight, seen_by
from heliograph.dossiers.queries import owed_on, pay_until
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened, served
from heliograph.dossiers.tests.doing import do, open_steps, refused
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Role

pytestmark = pytest.mark.django_db
LEVY = ExaminationContent("carried_out", "占用河道", "依标准核定", ["行政处罚法@2021:9"], levied=Decimal("1200.50"))


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


def waived(bureau: Bureau) -> dict[str, Any]:
    return {"kind": "waiver", "received_on": bureau.today, "content": "", "file_id": bureau.scan}


def test_a_levy_is_told_heard_decided_and_paid(bureau: Bureau) -> None:
    case = examined(bureau)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", **waived(bureau))
    assert refused(lambda: do(bureau, case, "decide", remedies="六十日内申请复议")) == "decision.no_term"
    assert refused(lambda: do(bureau, case, "decide", remedies=" ", pay_days=15)) == "text.no_reason"
    do(bureau, case, "decide", remedies="六十日内申请复议", pay_days=31)
    decision = Decision.objects.get(case=case)
    assert (decision.number, owed_on(decision)) == ("晴测征〔2026〕1号", Decimal("1200.50"))
    do(bureau, case, "serve", content=served(bureau))
    assert pay_until(decision, pack_in_force(case.agency_id, case.opened_on)) == bureau.today + timedelta(days=31)
    assert refused(lambda: do(bureau, case, "record_payment", state="未履行")) == "payment.not_due"
    assert refused(lambda: do(bureau, case, "record_payment", state="申请延期分期")) == "payment.no_deferral"
    do(bureau, case, "record_payment", state="已履行", amount=Decimal("1200.50"), paid_on=bureau.today,
       bank="晴川农商银行", receipt="Z-1")  # fmt: skip
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert open_steps(case) == {"t_close"}


def test_a_levy_is_not_decided_while_the_party_may_answer_or_its_answer_waits(bureau: Bureau) -> None:
    case = examined(bureau)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    assert Notice.objects.get(case=case).statement_until > bureau.today + timedelta(days=4), "five working days"
    silent: dict[str, Any] = {"kind": "silence", "received_on": bureau.today, "content": ""}
    assert refused(lambda: do(bureau, case, "end_statement", **silent)) == "statement.too_early"
    do(bureau, case, "end_statement", kind="statement", received_on=bureau.today, content="面积有误")
    assert open_steps(case) == {"t_defence"}
    do(bureau, case, "review_defence", adopted="partly", opinion="重新核定", keeps=False)
    do(bureau, case, "examine", content=LEVY, facts={"征收征用类型": "征收"})
    short = bureau.today + timedelta(days=1)
    with pytest.raises(ActRefusedError) as soon:
        do(bureau, case, "give_prior_notice", served_on=bureau.today, statement_until=short)
    assert soon.value.verdict.code == "levy.short_period"
    assert "待核" in soon.value.verdict.message, "no article sets these days"
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", **waived(bureau))
    wrong = bureau["handler"]
    assert refused(lambda: do(bureau, case, "decide", by=wrong, remedies="略")) == "step.role"
    do(bureau, case, "decide", remedies="六十日内申请复议", pay_days=15)


def test_nothing_is_levied_where_the_examination_says_so(bureau: Bureau) -> None:
    case = opened(bureau, "levy", title="征收某费", source="other")
    do(bureau, case, "accept_application", note="登记")
    facts = {"征收征用类型": "征收"}
    paid = replace(LEVY, outcome="denied")
    assert refused(lambda: do(bureau, case, "examine", content=paid, facts=facts)) == "levy.amount"
    do(bureau, case, "examine", content=replace(paid, levied=Decimal(0)), facts=facts)
    assert open_steps(case) == {"t_decide_not"}
    do(bureau, case, "decide", remedies="")
    do(bureau, case, "serve", content=served(bureau))
    assert open_steps(case) == {"t_publish"}, "nobody pays what was not levied"


def test_a_requisition_is_handed_over_given_back_and_paid_for(bureau: Bureau) -> None:
    case = opened(bureau, "levy", title="征用车辆", source="other")
    do(bureau, case, "accept_application", note="登记")
    taken = ExaminationContent("carried_out", "防汛需要", "依规定征用", LEVY.basis, "货车一辆，用至汛期结束")
    facts = {"征收征用类型": "征用"}
    assert refused(lambda: do(bureau, case, "examine", content=taken, facts=facts)) == "levy.kind"
    bureau.category = "levy_requisition"
    case = opened(bureau, "levy", title="征用车辆", source="other")
    do(bureau, case, "accept_application", note="登记")
    for bad, code in ((replace(taken, levied=Decimal(3000)), "levy.requisition_amount"),
                      (replace(taken, other=" "), "levy.nothing")):  # fmt: skip
        assert refused(partial(do, bureau, case, "examine", content=bad, facts=facts)) == code
    empty = replace(taken, other="")
    assert refused(lambda: do(bureau, case, "examine", content=empty, facts={"征收征用类型": "征收"})) == "levy.nothing"
    do(bureau, case, "examine", content=taken, facts=facts)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", **waived(bureau))
    do(bureau, case, "decide", remedies="六十日内申请复议", pay_days=3)
    do(bureau, case, "serve", content=served(bureau))
    assert refused(lambda: do(bureau, case, "record_payment", state="已履行")) == "levy.delivery"
    assert refused(lambda: do(bureau, case, "record_payment", state="未履行")) == "payment.not_due"
    handed = "货车一辆，当日交防汛办"
    assert refused(lambda: do(bureau, case, "record_payment", state="已履行", delivered=handed, file_id=None)) == (
        "levy.no_voucher"
    )
    do(bureau, case, "record_payment", state="已履行", delivered=handed, file_id=bureau.scan)
    assert case.papers.filter(kind="缴纳交付凭证").count() == 1
    back = CompensationContent("returned", "货车一辆，完好，车主签收", Decimal(800), "B-1", bureau.today)

    def compensate(**changes: Any) -> str:
        return refused(lambda: do(bureau, case, "register_compensation", content=replace(back, **changes)))

    assert compensate(state="") == "compensation.none", "what is not given back yet is waited for"
    assert compensate(returned=" ") == "compensation.what"
    assert compensate(voucher="") == "compensation.voucher"
    assert compensate(state="lost", amount=Decimal(0), waived="无") == "compensation.lost"
    assert compensate(amount=Decimal(0)) == "compensation.waived"
    unsigned = [PaperContent("返还补偿凭证", bureau.today)]
    assert refused(lambda: do(bureau, case, "register_compensation", content=back, papers=unsigned)) == (
        "compensation.no_paper"
    )
    do(bureau, case, "register_compensation", content=back)
    assert open_steps(case) == {"t_publish"}


def test_two_officers_open_what_two_must_examine(bureau: Bureau) -> None:
    assert (
        refused(lambda: opened(bureau, "levy", title="征收某费", source="other", co_handler_id=None)) == "officers.two"
    )


def test_an_amount_that_cannot_be_is_refused(bureau: Bureau) -> None:
    case = opened(bureau, "levy", title="征收某费", source="other")
    do(bureau, case, "accept_application", note="登记")

    def examine(amount: Decimal) -> str:
        bad = ExaminationContent("carried_out", "占用", "核定", ["行政处罚法@2021:9"], levied=amount)
        return refused(lambda: do(bureau, case, "examine", content=bad, facts={"征收征用类型": "征收"}))

    codes = [examine(amount) for amount in (Decimal(-1), Decimal("0.001"), Decimal(10) ** 20)]
    assert codes == ["terms.negative", "terms.cents", "terms.too_large"]


def test_a_simple_matter_is_accepted_examined_and_decided(bureau: Bureau) -> None:
    bureau.category = "fee"
    case = opened(bureau, "simple", title="确认", source="application", occurred_from=None, occurred_to=None)
    do(bureau, case, "accept_application", note="登记")
    free = ExaminationContent("granted", "属实", "符合条件", LEVY.basis)
    dear = replace(free, levied=Decimal(50))
    assert refused(lambda: do(bureau, case, "examine", content=dear)) == "examination.not_due", (
        "nothing would collect it"
    )
    due = {"需要缴费": True}
    assert refused(lambda: do(bureau, case, "examine", content=free, facts=due)) == "examination.no_amount"
    do(bureau, case, "examine", content=dear, facts=due)
    assert refused(lambda: do(bureau, case, "decide")) == "decision.no_term"
    do(bureau, case, "decide", pay_days=10)
    do(bureau, case, "serve", content=served(bureau))
    assert refused(lambda: do(bureau, case, "record_payment", state="未履行")) == "payment.only_paid"
    do(bureau, case, "record_payment", state="已履行", amount=Decimal(50), paid_on=bureau.today, bank="晴川农商银行",
       receipt="F-1", file_id=bureau.scan)  # fmt: skip
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    assert refused(
        lambda: do(bureau, case, "close_case", by=bureau["handler"], outcome="办理完毕", opinion="办结")
    ) == ("step.role")
    do(bureau, case, "close_case", outcome="办理完毕", opinion="办结")
    assert Decision.objects.get(case=case).number == "晴测决〔2026〕1号"


def test_the_window_sees_what_waits_for_it(bureau: Bureau) -> None:
    bureau.category = "fee"
    case = opened(bureau, "simple", title="收费", source="other", occurred_from=None, occurred_to=None)
    clerk = Reader(bureau["window_clerk"], bureau.agency.pk, frozenset({Role.WINDOW_CLERK}), None)
    assert case_in_sight(clerk, case.pk) == case
    assert case in seen_by(clerk)
    do(bureau, case, "accept_application", note="登记")
    assert case not in seen_by(clerk), "it is with its handlers now"
    with pytest.raises(Case.DoesNotExist):
        case_in_sight(clerk, case.pk)
