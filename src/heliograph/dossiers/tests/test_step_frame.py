"""What the frame of every step keeps out: answers that it does not ask, officers who approve their own case."""

from __future__ import annotations

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import CaseEvent
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, generic_step, opened, step_of
from heliograph.dossiers.tests.stages import ORDINARY, walk_to
from heliograph.dossiers.tests.walks import answers, concluded, investigated
from heliograph.kernel.verdict import ActRefusedError
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account
from tests.cast import Office, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def office_of(bureau: Bureau) -> Office:
    return Office(bureau.agency, Account.objects.get(username="安全"), Account.objects.get(username="系统"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("审核结论", "同意"), ("经过听证", True), ("听证事由", []), ("罚款金额", 1), ("准予立案", True), ("没有的", True)],
)
def test_a_form_answers_only_what_its_step_asks(bureau: Bureau, name: str, value: object) -> None:
    case = opened(bureau)
    facts = {"线索核查结论": "建议立案", name: value}
    with pytest.raises(ActRefusedError, match=f"不填“{name}”"):
        actions.complete_step(case.pk, generic_step(case), note="线索属实", papers=[], facts=facts,  # type: ignore[arg-type]
                              actor=bureau["handler"], at=bureau.later())  # fmt: skip
    assert CaseEvent.objects.filter(case=case).count() == 1
    assert name not in standing(case.pk).facts or standing(case.pk).facts[name] is False


def test_a_step_that_comes_again_may_answer_again_what_it_answered(bureau: Bureau) -> None:
    case = investigated(bureau)
    place = step_of(case, "conclude_investigation")
    first = answers(bureau, case, place)
    concluded(bureau, case)
    actions.return_case(case.pk, place=place, reason="罚款数额有误", basis="行政处罚法@2021:57",
                        actor=bureau["leader_in_charge"], at=bureau.later())  # fmt: skip
    changed = next(name for name in first if name != "经过听证" and not standing(case.pk).facts[name])
    concluded(bureau, case, **{changed: True})
    assert standing(case.pk).facts[changed] is True


def test_neither_officer_approves_the_case_they_handle(bureau: Bureau) -> None:
    """The co-handler pressed no button before, and is excluded all the same."""
    office = office_of(bureau)
    for role in ("handler", "co_handler"):
        grant(office, bureau[role], "leader_in_charge")
    case = opened(bureau)
    stage = walk_to(bureau, case, "decide_filing")
    for role in ("co_handler", "handler"):
        with pytest.raises(ActRefusedError) as refused:
            stage.call(bureau, case, stage.place(case), bureau[role])
        assert refused.value.verdict.code == "step.excluded"
    stage.do(bureau, case)
    assert stage in ORDINARY
