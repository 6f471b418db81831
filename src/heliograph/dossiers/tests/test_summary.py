"""The summary procedure: told and heard on the spot, within its limits, by two officers, and closed like any other."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, CaseEvent, Decision, Notice
from heliograph.dossiers.tests.bureau import (
    Bureau,
    fine,
    found_bureau,
    generic_step,
    opened,
    papers,
    served,
    step_of,
)
from heliograph.dossiers.tests.stages import archive, pay, publish
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_summary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def identified(bureau: Bureau, amount: int = 800, kind: str = "罚款") -> Case:
    case = opened(bureau, "penalty_summary")
    facts: dict[str, Any] = {
        "违法事实确凿并有法定依据": True,
        "当事人类型": "法人或者其他组织",
        "当场处罚种类": kind,
        "罚款金额": Decimal(amount),
    }
    actions.complete_step(case.pk, generic_step(case), note="出示证件，查明事实", papers=[], facts=facts,
                          actor=bureau["handler"], at=bureau.later())  # fmt: skip
    return case


def told(bureau: Bureau, case: Case, *, statement: str = "没有意见", waived: bool = False, **changes: Any) -> object:
    return actions.notify_on_the_spot(case.pk, step_of(case, "give_prior_notice"), content=fine(**changes),
                                      statement=statement, waived=waived, actor=bureau["handler"],
                                      at=bureau.later())  # fmt: skip


def decided(bureau: Bureau, case: Case, kind: str = "当场行政处罚决定书") -> object:
    return actions.decide(case.pk, step_of(case, "decide"), paper=papers(bureau, kind)[0], actor=bureau["handler"],
                          collecting_bank="晴川农商银行", surcharge=True, at=bureau.later())  # fmt: skip


def test_a_small_fine_goes_from_the_spot_to_the_archive(bureau: Bureau) -> None:
    case = identified(bureau)
    assert refusal(lambda: told(bureau, case, fine=Decimal(900))) == "summary.changed"
    assert refusal(lambda: told(bureau, case, statement=" ")) == "statement.no_reason"
    place = step_of(case, "give_prior_notice")
    assert refusal(lambda: actions.give_prior_notice(
        case.pk, place, served_on=bureau.today, papers=[], actor=bureau["handler"], at=bureau.later()
    )) == "proposal.missing"  # fmt: skip
    told(bureau, case)
    assert Notice.objects.get(case=case).paper is None
    assert refusal(lambda: decided(bureau, case, "行政处罚决定书")) == "papers.missing"
    decided(bureau, case)
    actions.serve(case.pk, step_of(case, "serve"), content=served(bureau), papers=papers(bureau, "送达回证"),
                  actor=bureau["handler"], at=bureau.later())  # fmt: skip
    actions.complete_step(case.pk, generic_step(case), note="已报备案", papers=[], facts={}, actor=bureau["handler"],
                          at=bureau.later())  # fmt: skip
    publish(bureau, case, step_of(case, "record_publication"), bureau["handler"])
    pay(bureau, case, step_of(case, "record_payment"), bureau["handler"])
    actions.close_case(case.pk, step_of(case, "close_case"), outcome="执行完毕", opinion="同意", papers=[],
                       actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    archive(bureau, case, step_of(case, "archive_case"), bureau["handler"])
    case.refresh_from_db()
    decision = Decision.objects.get(case=case)
    assert (case.state, decision.on_the_spot, decision.fine) == (Case.State.ARCHIVED, True, Decimal(800))
    kinds = list(CaseEvent.objects.filter(case=case).values_list("kind", flat=True))
    assert kinds[:5] == ["case.received", "case.step_completed", "case.notified", "case.decided", "case.served"]


def test_what_is_too_large_for_the_spot_goes_the_ordinary_way(bureau: Bureau) -> None:
    case = identified(bureau, 3001)
    case.refresh_from_db()
    assert standing(case.pk).tasks == []
    assert (case.state, case.outcome) == (Case.State.CLOSED, "转普通程序")


def test_a_departure_from_the_benchmark_is_nothing_for_the_spot(bureau: Bureau) -> None:
    case = identified(bureau)
    told(bureau, case, benchmark="一档", benchmark_min=Decimal(900), deviation_reason="轻微")
    assert refusal(lambda: decided(bureau, case)) == "discretion.not_approved"
