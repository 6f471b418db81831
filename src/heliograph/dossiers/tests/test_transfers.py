"""The transfer of a suspected crime: the head's decision, 24 hours, the police's answer, the things of the case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
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


def test_a_crime_is_reported_decided_delivered_and_followed_to_the_things(bureau: Bureau) -> None:
    case = delivered(bureau)
    transfer = Transfer.objects.get(case=case)
    assert due(case)["transfer_approve"] == due(case)["transfer_deliver"] == "fulfilled"
    assert due(case)["decide_case"] == "fulfilled"
    by: dict[str, Any] = {"actor": bureau["handler"]}
    early: dict[str, Any] = {"handed_on": bureau.today, "note": "台账"}
    assert refused(lambda: actions.hand_over_transfer_items(transfer.pk, **early, **by, at=bureau.later())) == (
        "transfer.not_accepted"
    )
    answer: dict[str, Any] = {"filed": True, "answered_on": bureau.today, "result": "已立案"}
    actions.record_police_answer(transfer.pk, **answer, **by, at=bureau.later())
    assert due(case)["transfer_items"] == "open"
    assert refused(lambda: actions.record_police_answer(transfer.pk, **answer, **by, at=bureau.later())) == (
        "transfer.answered"
    )
    actions.hand_over_transfer_items(transfer.pk, **early, **by, at=bureau.later())
    assert due(case)["transfer_items"] == "fulfilled"
    assert refused(lambda: actions.hand_over_transfer_items(transfer.pk, **early, **by, at=bureau.later())) == (
        "transfer.items_twice"
    )


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


def test_an_answer_that_the_police_do_not_file_is_kept(bureau: Bureau) -> None:
    case = delivered(bureau)
    transfer = Transfer.objects.get(case=case)
    made = actions.record_police_answer(transfer.pk, filed=False, answered_on=bureau.today, result="证据不足",
                                        actor=bureau["handler"], at=bureau.later())  # fmt: skip
    assert (made.accepted_on, made.result) == (None, "不立案：证据不足")


def test_nobody_answers_for_a_transfer_that_was_not_delivered(bureau: Bureau) -> None:
    transfer = Transfer.objects.get(case=approved(bureau))
    assert (
        refused(
            lambda: actions.record_police_answer(
                transfer.pk,
                filed=True,
                answered_on=bureau.today,
                result="立案",
                actor=bureau["handler"],
                at=bureau.later(),
            )
        )
        == "transfer.not_delivered"
    )
