"""Collective discussion: who sits, who may be called, and that what the party said is before those who discuss."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Decision, Discussion, Proposal
from heliograph.dossiers.tests.bureau import Bureau, found_bureau, papers, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.test_deciding import open_steps, reviewed
from heliograph.dossiers.tests.walks import answered, concluded, decided, investigated

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


GRAVE = {"重大违法行为": True}


def call(bureau: Bureau, case: Case, *members: str, chair: str = "head", on: date | None = None) -> Discussion:
    return actions.call_discussion(case.pk, held_on=on or bureau.today, place="会议室", chair_id=bureau[chair].pk,
                                   member_ids=[bureau[one].pk for one in members], actor=bureau["handler"],
                                   at=bureau.later())  # fmt: skip


def vote(bureau: Bureau, discussion: Discussion, who: str, said: str = "agree", opinion: str = "") -> object:
    return actions.take_seat(discussion.pk, vote=said, opinion=opinion, actor=bureau[who], at=bureau.later())


def discuss(bureau: Bureau, case: Case) -> object:
    return actions.discuss_collectively(case.pk, step_of(case, "discuss_collectively"), conclusion="一致同意",
                                        papers=papers(bureau, "集体讨论记录"), actor=bureau["head"],
                                        at=bureau.later())  # fmt: skip


def test_a_grave_case_is_discussed_by_those_in_charge_in_person(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), **GRAVE)
    assert refused(lambda: discuss(bureau, case)) == "discussion.none"
    assert refused(lambda: call(bureau, case)) == "discussion.members"
    assert refused(lambda: call(bureau, case, "unit_head")) == "discussion.not_in_charge"
    early = call(bureau, case, "leader_in_charge", on=bureau.today + timedelta(days=1))
    assert refused(lambda: vote(bureau, early, "head")) == "discussion.too_early"
    called = call(bureau, case, "leader_in_charge")
    assert refused(lambda: discuss(bureau, case)) == "discussion.empty"
    vote(bureau, called, "head")
    assert refused(lambda: vote(bureau, called, "head")) == "discussion.confirmed"
    assert refused(lambda: discuss(bureau, case)) == "discussion.empty"
    assert refused(lambda: vote(bureau, called, "leader_in_charge", "disagree")) == "discussion.dissent"
    vote(bureau, called, "leader_in_charge")
    discuss(bureau, case)
    called.refresh_from_db()
    assert called.agreed is True
    place = step_of(case, "give_prior_notice")
    actions.give_prior_notice(case.pk, place, served_on=bureau.today, papers=papers(bureau, "行政处罚事先告知书"),
                              actor=bureau["handler"], at=bureau.later())  # fmt: skip
    answered(bureau, case)
    decided(bureau, case)
    assert Decision.objects.get(case=case).discussion == called


def test_what_the_party_said_is_before_those_who_discuss(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), **GRAVE)
    told = agreed_together(bureau, case)
    place = step_of(case, "give_prior_notice")
    actions.give_prior_notice(case.pk, place, served_on=bureau.today, papers=papers(bureau, "行政处罚事先告知书"),
                              actor=bureau["handler"], at=bureau.later())  # fmt: skip
    answered(bureau, case, "statement", "请求从轻")
    bureau.later(days=9)
    reviewed(bureau, case, keeps=True)
    assert open_steps(case) == ["听取意见后集体讨论"]
    assert refused(lambda: discuss(bureau, case)) == "discussion.twice"
    again = agreed_together(bureau, case)
    decided(bureau, case)
    assert told != again
    assert Discussion.objects.filter(case=case, agreed=True).count() == 2


def agreed_together(bureau: Bureau, case: Case) -> Discussion:
    called = call(bureau, case, "leader_in_charge")
    for who in ("head", "leader_in_charge"):
        vote(bureau, called, who)
    discuss(bureau, case)
    return called


def test_a_discussion_that_does_not_agree_sends_the_proposal_back(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), **GRAVE)
    called = call(bureau, case, "leader_in_charge")
    vote(bureau, called, "head", "disagree", "证据不足")
    vote(bureau, called, "leader_in_charge", "abstain")
    discuss(bureau, case)
    assert open_steps(case) == ["填写调查终结报告"]
    assert Proposal.objects.get(case=case).approved_by is None


def test_the_handler_is_not_called_and_a_chair_must_be_of_the_agency(bureau: Bureau) -> None:
    case = concluded(bureau, investigated(bureau), **GRAVE)
    called = call(bureau, case, "leader_in_charge")
    assert refused(lambda: vote(bureau, called, "handler")) == "role.missing"
    assert refused(lambda: call(bureau, case, "leader_in_charge", chair="handler")) == "discussion.not_in_charge"
