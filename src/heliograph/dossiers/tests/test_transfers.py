"""The transfer of a suspected crime: the head's decision, 24 hours, the police's answer, the things of the case."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers.models import Case, Transfer
from heliograph.dossiers.tests.bureau import Bureau, fine, found_bureau
from heliograph.dossiers.tests.doing import do, due, open_steps, refused
from heliograph.dossiers.tests.walks import concluded, investigated

pytestmark = pytest.mark.django_db
CRIME: dict[str, Any] = {"outcome": "crime", "kinds": [], "fine": Decimal(0), "basis": []}


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def reported(bureau: Bureau) -> Case:
    case = investigated(bureau)
    concluded(bureau, case, fine(**CRIME))
    do(bureau, case, "report_transfer", to_body="晴川县公安局", reason="涉嫌犯罪")
    return case


def approved(bureau: Bureau) -> Case:
    case = reported(bureau)
    do(bureau, case, "approve_transfer", granted=True, opinion="同意移送")
    return case


def delivered(bureau: Bureau) -> Case:
    case = approved(bureau)
    do(bureau, case, "transfer_case", delivered_at=bureau.later(), receipt="回执 1 号")
    return case


def answer(bureau: Bureau, case: Case, *, filed: bool = True, **changes: Any) -> object:
    given: dict[str, Any] = {"filed": filed, "answered_on": bureau.today, "result": "通知书 1 号", **changes}
    return do(bureau, case, "record_police_answer", **given)


def test_a_crime_is_reported_decided_delivered_and_followed_to_the_things(bureau: Bureau) -> None:
    case = delivered(bureau)
    assert due(case)["transfer_approve"] == due(case)["transfer_deliver"] == "fulfilled"
    assert due(case)["decide_case"] == "fulfilled"
    assert open_steps(case) == {"t_answer"}
    before = bureau.today - timedelta(days=1)
    assert refused(lambda: answer(bureau, case, answered_on=before)) == "date.too_early"
    wrong = bureau["head"]
    assert refused(lambda: answer(bureau, case, by=wrong)) == "case.not_handler"
    answer(bureau, case)
    assert (due(case)["transfer_items"], open_steps(case)) == ("open", {"t_items"})
    assert "transfer_reconsider" not in due(case)
    assert refused(lambda: do(bureau, case, "hand_over_transfer_items", handed_on=bureau.today, note=" ")) == (
        "text.no_reason"
    )
    do(bureau, case, "hand_over_transfer_items", handed_on=bureau.today, note="台账三册")
    assert (due(case)["transfer_items"], open_steps(case)) == ("fulfilled", {"t_close"})
    made = Transfer.objects.get(case=case)
    assert (made.accepted_on, made.items_delivered_on) == (bureau.today, bureau.today)


def test_a_case_that_the_police_do_not_file_comes_back_after_a_second_look(bureau: Bureau) -> None:
    case = delivered(bureau)
    answer(bureau, case, filed=False, result="证据不足")
    assert (due(case)["transfer_reconsider"], open_steps(case)) == ("open", {"t_refused"})
    assert Transfer.objects.get(case=case).result == "不予立案：证据不足"

    def take(how: str) -> object:
        return do(bureau, case, "answer_police_refusal", how=how, reason="证据已经补充")

    assert refused(lambda: take("搁置")) == "transfer.refusal"
    take("提请复议")
    assert (due(case)["transfer_reconsider"], open_steps(case)) == ("fulfilled", {"t_answer"})
    answer(bureau, case, filed=False, result="维持")
    take("接受")
    assert open_steps(case) == {"t_conclude"}
    assert due(case)["decide_case"] == "open"  # counted anew; the one before was fulfilled by the transfer
    concluded(bureau, case, fine(**CRIME))
    do(bureau, case, "report_transfer", to_body="晴川县公安局", reason="发现新的证据")


def test_the_head_alone_decides_and_a_refusal_sends_the_case_back(bureau: Bureau) -> None:
    case = reported(bureau)
    wrong = bureau["leader_in_charge"]
    assert refused(lambda: do(bureau, case, "approve_transfer", by=wrong, granted=True, opinion="同意")) == "step.role"
    do(bureau, case, "approve_transfer", granted=False, opinion="不构成犯罪")
    assert open_steps(case) == {"t_conclude"}
    assert due(case)["transfer_approve"] == "fulfilled"
    concluded(bureau, case, fine(**CRIME))
    do(bureau, case, "report_transfer", to_body="晴川县公安局", reason="补充证据后再报")


def test_after_twenty_four_hours_the_delivery_says_why_it_is_late(bureau: Bureau) -> None:
    case = approved(bureau)
    before = Transfer.objects.get(case=case).reported_on
    bureau.later(hours=30)
    when = bureau.later()

    def deliver(**changes: Any) -> object:
        given: dict[str, Any] = {"delivered_at": when, "receipt": "回执", **changes}
        return do(bureau, case, "transfer_case", **given)

    assert refused(deliver) == "transfer.late"
    assert refused(lambda: deliver(delivered_at=bureau.now.replace(year=2025))) == "transfer.time"
    assert refused(lambda: deliver(late_reason="节假日", receipt=" ")) == "text.no_reason"
    deliver(late_reason="公安机关节假日不收件")
    assert Transfer.objects.get(case=case).reported_on == before
