"""What an event does to the duties of its subject, by the rules of the pack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from heliograph.duties.actions import Subject
from heliograph.duties.following import Event, Followed, follow
from heliograph.duties.models import Duty
from heliograph.kernel.feel import FactValue
from heliograph.kernel.ids import uuid7
from heliograph.kernel.packs.schema import DutyRule
from heliograph.kernel.verdict import ActRefusedError
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Agency
from tests.cast import NOON, TODAY

SUBJECT = uuid7()
GIVEN: dict[str, Any] = {
    "id": "publish",
    "limit": "publish_decision",
    "opened_by": "case.decided",
    "fulfilled_by": ["case.published"],
    "basis": ["行政处罚法@2021:48"],
    "requirement": ["D17"],
}


def rule(**changed: Any) -> DutyRule:
    return DutyRule(**{**GIVEN, **changed})


def happens(
    agency: Agency,
    kind: str,
    *rules: DutyRule,
    facts: Mapping[str, FactValue] | None = None,
    days: int = 0,
    subject: UUID = SUBJECT,
) -> list[str]:
    """Let an event happen and return the duties it opened."""
    limits = pack_in_force(agency.pk, TODAY)
    case = Followed(
        agency.pk,
        Subject("entry", subject, "公开一份决定"),
        rules,
        lambda key: limits.rule("time_limits", key),
        None,
        NOON,
        lambda: facts or {},
    )
    return [duty.kind for duty in follow(Event(kind, TODAY + timedelta(days=days), NOON), case=case)]


def states(subject: UUID = SUBJECT) -> list[str]:
    return sorted(Duty.objects.filter(subject_id=subject).values_list("state", flat=True))


def test_an_event_opens_a_duty_and_another_fulfils_it_once(agency: Agency) -> None:
    assert happens(agency, "case.decided", rule()) == ["publish_decision"]
    assert happens(agency, "case.published", rule()) == []
    assert happens(agency, "case.published", rule()) == []
    assert states() == ["fulfilled"]


def test_the_same_event_again_replaces_the_duty_it_opened(agency: Agency) -> None:
    happens(agency, "case.decided", rule())
    happens(agency, "case.decided", rule(), days=3)
    assert states() == ["cancelled", "open"]
    assert Duty.objects.get(subject_id=SUBJECT, state="open").event_on == TODAY + timedelta(days=3)


@pytest.mark.parametrize(("fine", "opened"), [(0, []), (1, ["publish_decision"])])
def test_a_rule_opens_under_its_condition_alone(agency: Agency, fine: int, opened: list[str]) -> None:
    assert happens(agency, "case.decided", rule(when="罚款金额 > 0"), facts={"罚款金额": fine}) == opened


def test_a_condition_stops_the_opening_and_not_what_the_event_does_besides(agency: Agency) -> None:
    again = rule(opened_by="case.urged", fulfilled_by=["case.urged"], when="罚款金额 > 0")
    assert happens(agency, "case.urged", again, facts={"罚款金额": 1}) == ["publish_decision"]
    assert happens(agency, "case.urged", again, facts={"罚款金额": 0}) == []
    assert states() == ["fulfilled"]


@pytest.mark.parametrize(("facts", "code"), [({}, "step.missing_fact"), ({"罚款金额": "多"}, "duty.condition")])
def test_a_condition_that_nobody_can_answer_is_a_refusal(agency: Agency, facts: Any, code: str) -> None:
    with pytest.raises(ActRefusedError) as refused:
        happens(agency, "case.decided", rule(when="罚款金额 > 0"), facts=facts)
    assert refused.value.verdict.code == code
    assert states() == []


def test_two_rules_that_open_one_kind_at_once_open_it_once(agency: Agency) -> None:
    assert happens(agency, "case.decided", rule(), rule(id="other")) == ["publish_decision"]
    assert states() == ["open"]


def test_duties_of_another_subject_are_left_alone(agency: Agency) -> None:
    other = uuid7()
    happens(agency, "case.decided", rule(), subject=other)
    happens(agency, "case.published", rule())
    assert states(other) == ["open"]
