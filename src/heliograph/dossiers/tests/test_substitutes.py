"""Performance in the party's place, from the application to what is left to execute (行政强制法35–37、50–52)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers.actions import CoercionContent, PerformedContent, SubstituteContent
from heliograph.dossiers.actions.substitutes import earliest_day
from heliograph.dossiers.document_data import case_data
from heliograph.dossiers.executable import decisions_against, state_of_execution
from heliograph.dossiers.models import Case, Decision, Service, Substitution
from heliograph.dossiers.tests.bureau import Bureau, at, found_bureau, opened, served
from heliograph.dossiers.tests.doing import do, due, on_site, open_steps, refused, told
from heliograph.dossiers.tests.test_coercion import penalty
from heliograph.regimes.queries import pack_in_force

pytestmark = pytest.mark.django_db
REMEDIES = "六十日内申请复议，六个月内起诉"
NOTHING_SAID = "没有提出"


@pytest.fixture
def bureau() -> Bureau:
    made = found_bureau("jinghai-tjj", "coercion", "penalty_ordinary", category="综合执法")
    made.category = "coercion"
    return made


def plan(bureau: Bureau, **changes: Any) -> SubstituteContent:
    """A decision that names the first day on which it may be performed."""
    pack = pack_in_force(bureau.agency.pk, bureau.today)
    content: dict[str, Any] = {
        "performer": "某清运公司",
        "method": "机械清除",
        "object": "堆放的渣土",
        "budget": Decimal(3000),
        "planned_on": earliest_day(pack, bureau.today),
        "reasons": "逾期未履行",
        "basis": ["行政强制法@2011:50"],
        "remedies": REMEDIES,
        **changes,
    }
    return SubstituteContent(**content)


def performed(bureau: Bureau, **changes: Any) -> PerformedContent:
    content: dict[str, Any] = {
        "on_site": on_site(bureau, act="代履行"),
        "result": "清除完毕",
        "cost": Decimal(2800),
        "party_signer": "见证人李某",
        "performer_signer": "周某",
        **changes,
    }
    return PerformedContent(**content)


def urged(bureau: Bureau, case: Case, days: int) -> None:
    """The party is demanded to perform within some days, which pass."""
    demand: dict[str, Any] = {"served_on": bureau.today, "content": "自行清除", "statement": ""}
    assert refused(partial(do, bureau, case, "urge", **demand)) == "urge.no_term"
    urge = partial(do, bureau, case, "urge", perform_by=bureau.today + timedelta(days=days), **demand)
    assert refused(partial(urge, service=served(bureau, receiver=""))) == "service.no_receiver"
    urge(service=served(bureau))
    assert Service.objects.filter(case=case, paper__kind="履行催告书", receiver="王某").exists()
    assert due(case).get("coercion_court_demand") is None  # the wait of the court is no matter here
    answer = partial(do, bureau, case, "answer_demand", statement=NOTHING_SAID)
    assert refused(partial(answer, state="未履行")) == "urge.term"
    bureau.later(days=days + 1)
    assert refused(partial(answer, state="未履行", by=bureau["leader_in_charge"])) == "case.not_handler"
    answer(state="未履行")


def demanded(bureau: Bureau, decision: Decision) -> Case:
    """A case whose first demand is over, so that the decision waits for the leader."""
    case = opened(bureau, "coercion", title="代履行")
    content = CoercionContent("逾期未履行", executes_id=decision.pk, ground="pollution")
    apply = partial(do, bureau, case, "apply_coercion", facts={"强制方式": "代履行"})
    assert refused(partial(apply, content=content)) == "coercion.no_term"
    dated = replace(content, due_on=bureau.today + timedelta(days=5))
    assert refused(partial(apply, content=dated)) == "coercion.early"
    bureau.later(days=6)
    assert refused(partial(apply, content=replace(dated, ground=""))) == "coercion.no_ground"
    apply(content=dated)
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    urged(bureau, case, 10)
    return case


def test_it_is_performed_on_its_day_and_then_nothing_is_left_to_execute(bureau: Bureau) -> None:
    decision = penalty(bureau)
    case = demanded(bureau, decision)
    decide = partial(do, bureau, case, "decide")
    known = case_data(Case.objects.get(pk=case.pk), pack_in_force(case.agency_id, case.opened_on), bureau.today)
    assert known["substitute.basis"] == [f"《中华人民共和国行政强制法》第{no}条" for no in ("五十", "五十一")]
    assert refused(partial(decide, content=plan(bureau, performer=" "))) == "substitute.incomplete"
    assert refused(partial(decide, content=plan(bureau, performer="晴川县某某有限公司"))) == "substitute.performer"
    assert refused(partial(decide, content=plan(bureau, planned_on=bureau.today))) == "substitute.day_early"
    assert refused(partial(decide, content=plan(bureau, basis=[]))) == "coercion.no_basis"
    assert refused(partial(decide, content=plan(bureau), by=bureau["head"])) in {"step.role", "case.not_handler"}
    decide(content=plan(bureau))
    own = Decision.objects.get(case=case)
    do(bureau, case, "serve", content=served(bureau))
    urged(bureau, case, 1)
    perform = partial(do, bureau, case, "substitute_performance")
    bureau.later(days=1)
    assert refused(partial(perform, content=performed(bureau))) == "substitute.early"
    planned = Substitution.objects.get(case=case).planned_on
    bureau.now = at(planned, hour=23)
    assert refused(partial(perform, content=performed(bureau))) == "execution.night"
    bureau.now = at(planned + timedelta(days=1))
    assert refused(partial(perform, content=performed(bureau))) == "substitute.other_day"
    late = {"moved_reason": "大雨，已电话告知当事人"}
    assert refused(partial(perform, content=performed(bureau, **late, party_signer=""))) == "substitute.unsigned"
    perform(content=performed(bureau, **late))
    assert open_steps(case) == {"t_publish"}
    row = Substitution.objects.get(case=case)
    assert (row.performed_on, row.cost, row.party_present) == (planned + timedelta(days=1), Decimal(2800), None)
    again = opened(bureau, "coercion", title="再次申请")
    state = state_of_execution(again, decision, pack_in_force(case.agency_id, case.opened_on))
    assert (decisions_against(again), state.deed) == ([decision], False)  # its fine is owed, its deed is done
    assert own not in decisions_against(again)


def test_what_blocks_a_road_is_cleared_at_once_and_the_absent_party_told_afterwards(bureau: Bureau) -> None:
    case = opened(bureau, "coercion", title="清除道路遗洒物")
    content = CoercionContent("司机不在，遗洒物阻断道路", ground="pollution", basis=["行政强制法@2011:52"])
    apply = partial(do, bureau, case, "apply_coercion", facts={"强制方式": "立即代履行"})
    assert refused(partial(apply, content=content)) == "coercion.no_place"
    assert refused(partial(apply, content=replace(content, ground="road", basis=[]))) == "coercion.no_basis"
    apply(content=replace(content, ground="road"))
    assert open_steps(case) == {"t_approve_now"}
    do(bureau, case, "approve_coercion", granted=True, opinion="同意")
    at_once = plan(bureau, planned_on=bureau.today, basis=["行政强制法@2011:52"])
    do(bureau, case, "decide", content=at_once)
    bureau.now = at(bureau.today, hour=23)  # danger does not wait for the morning
    do(bureau, case, "substitute_performance", content=performed(bureau, party_present=False))
    assert (open_steps(case), due(case)["substitute_told"]) == ({"t_tell"}, "open")
    tell = partial(do, bureau, case, "tell_afterwards", how="电话通知王某，约定次日领取决定书")
    assert refused(partial(tell, told_on=bureau.today - timedelta(days=1))) == "substitute.told"
    tell(told_on=bureau.today)
    assert (open_steps(case), due(case)["substitute_told"]) == ({"t_serve"}, "fulfilled")
    assert "case.told_afterwards" in told(case)
    do(bureau, case, "serve", content=served(bureau))
    assert open_steps(case) == {"t_publish"}
