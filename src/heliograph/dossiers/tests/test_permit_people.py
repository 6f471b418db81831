"""Whom an application concerns: registered late, told each on a day of its own, heard; the days for an answer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.actions import PaperContent, PartyContent, SaidContent, fire_due_timers
from heliograph.dossiers.models import CaseEvent, Notice, Party, Statement
from heliograph.dossiers.tests.bureau import Bureau, company, served
from heliograph.dossiers.tests.doing import do, open_steps, refused, tick
from heliograph.dossiers.tests.test_permits import (
    REMEDIES,
    accepted,
    found,
    granting,
    neighbour,
    permit_bureau,
    received,
    said,
)
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.models import Record

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return permit_bureau()


def test_somebody_whom_the_matter_turns_out_to_concern_is_registered_while_it_is_examined(bureau: Bureau) -> None:
    case = accepted(bureau)
    alone = {"涉及他人重大利益": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=alone)) == "examination.no_third"

    def add(content: PartyContent, who: str = "handler", reason: str = "与申请人相邻") -> Party:
        return actions.add_party(case.pk, content=content, reason=reason, actor=bureau[who], at=bureau.later())

    assert refused(lambda: add(company())) == "party.standing"
    assert refused(lambda: add(neighbour(), reason=" ")) == "text.no_reason"
    assert refused(lambda: add(neighbour(), who="leader_in_charge")) == "role.missing"
    assert (
        refused(lambda: add(PartyContent("person", "某", "1", "居民身份证", standing="third"))) == "resident_id.length"
    )
    third = add(neighbour())
    assert refused(lambda: add(neighbour())) == "party.twice"
    assert Record.objects.get(kind="case.party_added").rows.filter(row_id=str(third.pk)).exists()
    do(bureau, case, "examine", content=found(), facts=alone)
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    late = add(PartyContent("person", "相邻权利人丁", standing="third"), who="window_clerk")
    waivers = said(case, party="waiver", third="waiver")
    assert refused(lambda: do(bureau, case, "end_statement", **waivers)) == "hearing.not_told"
    actions.return_case(case.pk, place="t_notice", reason="新增第三人", basis="行政许可法@2019:47",
                        actor=bureau["head"], at=bureau.later())  # fmt: skip
    do(bureau, case, "give_prior_notice", served_on=bureau.today)
    do(bureau, case, "end_statement", **waivers)
    do(bureau, case, "decide", **granting())
    assert late.case_id == case.pk
    assert refused(lambda: add(PartyContent("person", "戊", standing="third"))) == "party.decided"


def test_each_has_the_days_from_when_it_was_told_itself(bureau: Bureau) -> None:
    other = accepted(bureau)
    case = accepted(bureau, parties=[company(), neighbour()])
    do(bureau, case, "examine", content=found(), facts={"涉及他人重大利益": True})
    early, third = bureau.today, case.parties.get(standing="third")
    bureau.later(days=3)
    stranger = {other.parties.get().pk: early}
    given: dict[str, Any] = {"served_on": bureau.today}
    assert refused(lambda: do(bureau, case, "give_prior_notice", **given, served_each=stranger)) == "hearing.not_all"
    ahead = {third.pk: bureau.today + timedelta(days=1)}
    assert refused(lambda: do(bureau, case, "give_prior_notice", **given, served_each=ahead)) == "date.future"
    do(bureau, case, "give_prior_notice", **given, served_each={third.pk: early})
    notice = Notice.objects.get(case=case)
    assert (notice.served_on, notice.told_on[str(third.pk)]) == (bureau.today, early.isoformat())
    bureau.later(days=6)
    late = said(case, party="waiver", third="hearing")
    assert refused(lambda: do(bureau, case, "end_statement", **late)) == "hearing.late", "its own days are over"
    do(bureau, case, "end_statement", **said(case, party="waiver", third="silence"))
    assert open_steps(case) == {"t_decide"}


def test_what_is_said_during_the_examination_is_answered_before_the_decision(bureau: Bureau) -> None:
    case = received(bureau)
    party = case.parties.get()

    def hear(adopted: str, who: str = "handler") -> Statement:
        content = SaidContent(party.pk, bureau.today, "场地符合条件", adopted, "经核实属实", bureau.scan)
        return actions.hear_party(case.pk, content=content, actor=bureau[who], at=bureau.later())

    assert refused(lambda: hear("no")) == "statement.own_step", "nothing is examined yet"
    tick(bureau, case, 收件意见="受理")
    do(bureau, case, "accept_application", note="材料齐全")
    assert refused(lambda: hear("maybe")) == "statement.unanswered"
    assert refused(lambda: hear("no", who="window_clerk")) == "case.not_handler"
    assert hear("no").notice is None
    do(bureau, case, "examine", content=found("denied"))
    hear("yes")
    assert case.papers.filter(kind="陈述申辩材料").count() == 2
    assert refused(lambda: do(bureau, case, "decide", remedies=REMEDIES)) == "statement.adopted"
    actions.return_case(case.pk, place="t_examine", reason="采纳意见", basis="行政许可法@2019:36",
                        actor=bureau["head"], at=bureau.later())  # fmt: skip
    do(bureau, case, "examine", content=found())
    do(bureau, case, "decide", **granting())
    assert "作出决定：准予许可。" in CaseEvent.objects.get(case=case, kind="case.decided").text
    assert refused(lambda: hear("no")) == "statement.decided"


def test_nobody_asks_for_more_when_the_days_for_it_are_over(bureau: Bureau) -> None:
    late, asked = received(bureau), received(bureau)
    tick(bureau, asked, 收件意见="需要补正")
    bureau.later(days=20)
    assert refused(lambda: tick(bureau, late, 收件意见="需要补正")) == "correction.late"
    assert refused(lambda: do(bureau, asked, "request_correction", missing="申请书未签名")) == "correction.late"
    assert fire_due_timers(at=bureau.now) == 2
    assert open_steps(late) == open_steps(asked) == {"t_accept"}
    do(bureau, asked, "accept_application", note="补办受理手续")
    asked.refresh_from_db()
    assert asked.filed_on == asked.began_on


def test_an_acceptance_is_not_older_than_what_it_accepts(bureau: Bureau) -> None:
    case = received(bureau)
    tick(bureau, case, 收件意见="需要补正")
    do(bureau, case, "request_correction", missing="申请书未签名")
    before = bureau.today
    bureau.later(days=1)
    do(bureau, case, "hand_in_corrections", received_on=bureau.today, note="已签名")
    tick(bureau, case, 补正后意见="受理")
    early = [PaperContent("受理通知书", before, file_id=bureau.scan)]
    assert refused(lambda: do(bureau, case, "accept_application", note="齐全", papers=early)) == (
        "application.paper_early"
    )
    do(bureau, case, "accept_application", note="齐全")


def test_two_are_wanted_only_where_the_substance_is_verified(bureau: Bureau) -> None:
    case = accepted(bureau, co_handler_id=None)
    verified = {"须核实实质内容": True}
    assert refused(lambda: do(bureau, case, "examine", content=found(), facts=verified)) == "examination.two"
    do(bureau, case, "examine", content=found())
    with pytest.raises(ActRefusedError) as same:
        received(bureau, co_handler_id=bureau["handler"].pk)
    assert (same.value.verdict.code, same.value.verdict.basis) == ("officers.two", "行政许可法@2019:34")


def test_a_decided_application_is_closed_as_it_was_decided(bureau: Bureau) -> None:
    case = accepted(bureau)
    do(bureau, case, "examine", content=found("denied"))
    do(bureau, case, "decide", remedies=REMEDIES)
    do(bureau, case, "serve", content=served(bureau))
    do(bureau, case, "record_publication", published_on=bureau.today, where="机关网站")
    for wrong in ("不予受理", "办理完毕", "准予许可"):
        assert refused(partial(do, bureau, case, "close_case", outcome=wrong, opinion="办结")) == "closing.outcome"
    do(bureau, case, "close_case", outcome="不予许可", opinion="办结")
