"""Opening and filing a case: parties, officers, area, order of days, limitation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import ClueContent, PartyContent
from heliograph.dossiers.models import Case, Clue
from heliograph.dossiers.tests.bureau import Bureau, company, found_bureau, generic_step, opened
from heliograph.dossiers.tests.stages import walk_to
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ActRefusedError) as caught:
        act()
    return caught.value.verdict.code


def clue(bureau: Bureau, who: str = "handler", **changes: Any) -> Clue:
    content = ClueContent(**{"source": "report", "received_on": bureau.today, "target": "某某公司", "content": "迟报",
                             **changes})  # fmt: skip
    return actions.register_clue(bureau.agency.pk, unit_id=bureau.unit.pk, content=content, actor=bureau[who],
                                 at=bureau.later())  # fmt: skip


def test_a_clue_becomes_one_case_or_none(bureau: Bureau) -> None:
    first = clue(bureau)
    assert refusal(lambda: clue(bureau)) == "clue.duplicate"
    assert refusal(lambda: clue(bureau, "archivist")) == "role.missing"
    assert refusal(lambda: clue(bureau, target="另一公司", source="rumour")) == "choice.unknown"
    case = opened(bureau, clue_id=first.pk)
    assert case.clue == first
    assert refusal(lambda: opened(bureau, clue_id=first.pk)) == "clue.used"
    other = clue(bureau, target="另一公司")

    def drop(**changes: Any) -> Clue:
        given = {"reason": "不属实", "same_as_id": None, **changes}
        return actions.close_clue(other.pk, actor=bureau["handler"], at=bureau.later(), **given)

    assert refusal(lambda: drop(reason=" ")) == "text.no_reason"
    assert drop().state == Clue.State.CLOSED
    assert refusal(drop) == "clue.closed"
    assert refusal(lambda: opened(bureau, clue_id=other.pk)) == "clue.closed"


def test_parties_are_checked_before_a_case_is_opened(bureau: Bureau) -> None:
    assert refusal(lambda: opened(bureau, parties=[])) == "party.none"
    assert refusal(lambda: opened(bureau, parties=[PartyContent("club", "某某")])) == "choice.unknown"
    assert refusal(lambda: opened(bureau, parties=[company(name=" ")])) == "text.no_reason"
    assert refusal(lambda: opened(bureau, parties=[company(address="长" * 301)])) == "text.too_long"
    assert refusal(lambda: opened(bureau, parties=[company(number="12")])) != ""
    assert refusal(lambda: opened(bureau, co_handler_id=None)) == "officers.two"
    assert refusal(lambda: opened(bureau, source="application", co_handler_id=None)) == "officers.two"
    assert refusal(lambda: opened(bureau, handler_id=bureau["archivist"].pk)) == "case.no_handler"
    assert refusal(lambda: opened(bureau, occurred_to=date(2026, 8, 1))) == "date.order"
    assert refusal(lambda: opened(bureau, area="远山县")) == "certificate.area"
    assert not Case.objects.exists()


def test_a_refused_filing_closes_the_case(bureau: Bureau) -> None:
    case = opened(bureau)
    stage = walk_to(bureau, case, "decide_filing")
    actions.decide_filing(case.pk, stage.place(case), granted=False, opinion="情节轻微",
                          actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.outcome, case.filed_on) == (Case.State.CLOSED, "不予立案", None)


def test_an_act_long_over_is_filed_on_its_ground_alone(bureau: Bureau) -> None:
    case = opened(bureau, occurred_from=date(2024, 1, 1), occurred_to=date(2024, 6, 30))
    stage = walk_to(bureau, case, "decide_filing")

    def decide(**changes: Any) -> object:
        return actions.decide_filing(case.pk, stage.place(case), granted=True, opinion="同意", at=bureau.later(),
                                     actor=bureau["leader_in_charge"], **changes)  # fmt: skip

    assert refusal(decide) == "filing.barred"
    decide(long_ground="涉及金融安全且有危害后果")
    assert standing(case.pk).place_of("investigate")
    with pytest.raises(StopIteration):
        generic_step(case)
