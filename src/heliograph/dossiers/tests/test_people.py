"""Recusal, handover and messages: allowed, the wrong person, twice, out of sight."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Handover, Message, Recusal
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, opened
from heliograph.dossiers.tests.doing import refused
from heliograph.registers.actions import add_person, add_unit, appoint
from heliograph.registers.models import Account
from tests.cast import new_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


@pytest.fixture
def case(bureau: Bureau) -> Case:
    return opened(bureau)


def ask(bureau: Bureau, case: Case, who: str = "handler") -> Recusal:
    return actions.ask_recusal(case.pk, officer_id=bureau[who].pk, asked_by="当事人王某", asked_on=bureau.today,
                               reason="系近亲属", actor=bureau["co_handler"], at=bureau.later())  # fmt: skip


def settle(bureau: Bureau, one: Recusal, by: str = "head", *, granted: bool = True) -> Recusal:
    return actions.decide_recusal(one.pk, granted=granted, reason="情况属实", actor=bureau[by], at=bureau.later())


def test_a_recusal_is_asked_for_decided_once_and_told(bureau: Bureau, case: Case) -> None:
    one = ask(bureau, case)
    assert refused(lambda: ask(bureau, case)) == "recusal.waiting"
    assert refused(lambda: settle(bureau, one, by="handler")) == "role.missing"
    settle(bureau, one)
    assert refused(lambda: settle(bureau, one)) == "recusal.decided"
    assert refused(lambda: ask(bureau, case)) == "recusal.granted_before"
    assert Message.objects.get(case=case).to_account == bureau["handler"]


def test_nobody_decides_about_oneself_and_a_refused_request_may_be_made_again(bureau: Bureau, case: Case) -> None:
    own = ask(bureau, case, "head")
    assert refused(lambda: settle(bureau, own)) == "recusal.own"
    settle(bureau, own, by="leader_in_charge", granted=False)
    ask(bureau, case, "head")


def hand(bureau: Bureau, case: Case, to: str, by: str = "unit_head", **changes: Any) -> Handover:
    given: dict[str, Any] = {"place": "handler", "reason": "岗位调整", **changes}
    return actions.hand_over_case(case.pk, to_id=bureau[to].pk, **given, actor=bureau[by], at=bureau.later())


def test_a_case_is_handed_to_a_certified_officer_and_both_are_told(bureau: Bureau, case: Case) -> None:
    assert refused(lambda: hand(bureau, case, "unit_head", by="handler")) == "role.missing"
    assert refused(lambda: hand(bureau, case, "handler")) == "handover.same"
    assert refused(lambda: hand(bureau, case, "co_handler")) == "handover.other_place"
    assert refused(lambda: hand(bureau, case, "legality_reviewer")) == "certificate.none"
    hand(bureau, case, "unit_head")
    case.refresh_from_db()
    assert case.handler == bureau["unit_head"]
    told = Message.objects.filter(case=case).values_list("to_account", flat=True)
    assert set(told) == {bureau["handler"].pk, bureau["unit_head"].pk}
    hand(bureau, case, "handler", place="co_handler")


def test_a_recused_officer_gets_no_case_and_an_ended_one_goes_nowhere(bureau: Bureau, case: Case) -> None:
    settle(bureau, ask(bureau, case, "unit_head"))
    assert refused(lambda: hand(bureau, case, "unit_head", by="head")) == "handover.recused"
    actions.terminate_case(case.pk, reason="撤案", basis="行政处罚法@2021:57", actor=bureau["head"], at=bureau.later())
    assert refused(lambda: hand(bureau, case, "archivist", by="head")) == "handover.ended"


def send(bureau: Bureau, case: Case, to: Account, text: str = "请补证据") -> Message:
    return actions.send_message(case.pk, to_id=to.pk, text=text, actor=bureau["head"], at=bureau.later())


def test_a_message_goes_to_who_may_see_the_case_and_is_read_by_nobody_else(bureau: Bureau, case: Case) -> None:
    sent = send(bureau, case, bureau["handler"])
    assert refused(lambda: send(bureau, case, bureau["head"])) == "message.self"
    assert refused(lambda: send(bureau, case, bureau["handler"], " ")) == "text.no_reason"
    assert refused(lambda: actions.read_message(sent.pk, actor=bureau["co_handler"], at=bureau.later())) == (
        "message.other"
    )
    first = actions.read_message(sent.pk, actor=bureau["handler"], at=bureau.later()).read_at
    again = actions.read_message(sent.pk, actor=bureau["handler"], at=bureau.later()).read_at
    assert first == again


def test_a_message_does_not_tell_of_a_case_to_who_may_not_see_it(bureau: Bureau, case: Case) -> None:
    outside = stranger(bureau)
    assert refused(lambda: send(bureau, case, outside)) == "message.scope"


def stranger(bureau: Bureau) -> Account:
    """A colleague of another unit who holds no role in cases."""
    person = add_person(bureau.agency.pk, name="旁人", gender="男", actor=bureau["legality_reviewer"], at=bureau.now)
    unit = add_unit(bureau.agency.pk, name="另一科", functions=[], actor=bureau["legality_reviewer"], at=bureau.now)
    appoint(person.pk, unit_id=unit.pk, position="科员", duty_post="其他", from_on=date(2026, 1, 5),
            actor=bureau["legality_reviewer"], at=bureau.now)  # fmt: skip
    return new_account("旁人", "case", bureau.agency, person)
