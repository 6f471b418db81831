"""Performance in the party's place by its rules: who, on which day, after which demand, signed by whom (50–52)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from heliograph.dossiers.rules import substituting as rules
from heliograph.kernel.verdict import Refused, Verdict

DAY = date(2026, 11, 20)
NEXT, BEFORE = DAY + timedelta(days=1), DAY - timedelta(days=1)
PLAN = rules.Plan("某清运公司", "机械清除", "占道的渣土", Decimal(3000), NEXT)
DONE = rules.Done("李某", "周某", Decimal(2800), Decimal(3000))


def code(verdict: Verdict) -> str:
    if isinstance(verdict, Refused):
        assert verdict.basis
        return verdict.code
    return ""


@pytest.mark.parametrize(
    ("changes", "executes", "expected"),
    [
        ({}, True, ""),
        ({}, False, "substitute.no_decision"),
        ({"at_once": True}, False, ""),
        ({"performer": " "}, True, "substitute.incomplete"),
        ({"method": ""}, True, "substitute.incomplete"),
        ({"object": ""}, True, "substitute.incomplete"),
        ({"budget": Decimal(-1)}, True, "substitute.incomplete"),
        ({"performer": "晴川县某某有限公司"}, True, "substitute.performer"),
    ],
)
def test_a_decision_names_who_how_and_on_what(changes: dict[str, Any], expected: str, *, executes: bool) -> None:
    parties = {"晴川县某某有限公司"}
    assert code(rules.may_decide_substitute(replace(PLAN, **changes), executes=executes, parties=parties)) == expected


def test_the_day_leaves_time_for_the_demand_and_is_kept() -> None:
    assert code(rules.may_plan(DAY, earliest=NEXT)) == "substitute.day_early"
    assert code(rules.may_plan(NEXT, earliest=NEXT)) == ""
    assert code(rules.is_on_its_day(DAY, planned_on=None, reason="")) == ""
    assert code(rules.is_on_its_day(DAY, planned_on=DAY, reason="")) == ""
    assert code(rules.is_on_its_day(DAY, planned_on=NEXT, reason="提前")) == "substitute.before_day"
    assert code(rules.is_on_its_day(NEXT, planned_on=DAY, reason=" ")) == "substitute.other_day"
    assert code(rules.is_on_its_day(NEXT, planned_on=DAY, reason="大雨，已通知当事人")) == ""


def test_nothing_done_is_said_only_when_the_days_of_the_demand_are_over() -> None:
    offered = ("已履行", "未履行")
    assert code(rules.is_term_given(None)) == "urge.no_term"
    assert code(rules.is_term_given(DAY)) == ""
    assert code(rules.may_say_after_demand("拒绝", offered=offered, perform_by=DAY, on=NEXT)) == "urge.state"
    assert code(rules.may_say_after_demand("未履行", offered=offered, perform_by=DAY, on=DAY)) == "urge.term"
    assert code(rules.may_say_after_demand("未履行", offered=offered, perform_by=DAY, on=NEXT)) == ""
    assert code(rules.may_say_after_demand("已履行", offered=offered, perform_by=DAY, on=DAY)) == ""


def test_it_is_performed_after_the_demand_and_not_at_night() -> None:
    assert code(rules.may_substitute(demanded_on=None, earliest=None, on=DAY)) == "substitute.no_demand"
    assert code(rules.may_substitute(demanded_on=DAY, earliest=NEXT, on=DAY)) == "substitute.early"
    assert code(rules.may_substitute(demanded_on=DAY, earliest=NEXT, on=NEXT)) == ""
    calm: dict[str, Any] = {"holiday": False, "night": (time(22), time(6)), "urgent_reason": ""}
    assert code(rules.may_execute_at(time(10), **calm)) == ""
    assert code(rules.may_execute_at(time(10), **{**calm, "night": None})) == ""
    assert code(rules.may_execute_at(time(22), **calm)) == "execution.night"
    assert code(rules.may_execute_at(time(5, 59), **calm)) == "execution.night"
    assert code(rules.may_execute_at(time(10), **{**calm, "holiday": True})) == "execution.holiday"
    assert code(rules.may_execute_at(time(23), **{**calm, "urgent_reason": "危及安全"})) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"party_signer": " "}, "substitute.unsigned"),
        ({"performer_signer": ""}, "substitute.unsigned"),
        ({"cost": Decimal(-1)}, "substitute.cost"),
        ({"cost": Decimal(3001)}, "substitute.over_budget"),
        ({"cost": Decimal(3001), "cost_note": "另有清洗费"}, ""),
        ({"cost": Decimal(3001), "budget": None}, ""),
    ],
)
def test_the_record_is_signed_and_its_cost_explained(changes: dict[str, Any], expected: str) -> None:
    assert code(rules.is_signed_off(replace(DONE, **changes))) == expected


def test_at_once_only_where_everybody_passes_and_the_absent_are_told_afterwards() -> None:
    assert code(rules.may_ask_at_once("pollution")) == "coercion.no_place"
    assert code(rules.may_ask_at_once("road")) == ""
    assert code(rules.may_tell_afterwards(told_on=BEFORE, done_on=DAY, on=NEXT)) == "substitute.told"
    assert code(rules.may_tell_afterwards(told_on=NEXT, done_on=DAY, on=DAY)) == "substitute.told"
    assert code(rules.may_tell_afterwards(told_on=DAY, done_on=DAY, on=NEXT)) == ""


def test_at_once_means_today_and_rests_on_its_own_article() -> None:
    today = date(2026, 11, 23)
    assert code(rules.may_plan(today, earliest=today, at_once=True)) == ""
    assert code(rules.may_plan(today + timedelta(days=2), earliest=today, at_once=True)) == "substitute.not_at_once"
    assert code(rules.is_article_of_course(["行政强制法@2011:52"], at_once=True)) == ""
    assert code(rules.is_article_of_course(["行政强制法@2011:50"], at_once=True)) == "substitute.article"
    assert code(rules.is_article_of_course(["行政强制法@2011:52"], at_once=False)) == "substitute.article"


def test_a_party_does_not_perform_under_a_part_of_its_name() -> None:
    def plan(performer: str) -> rules.Plan:
        return rules.Plan(performer, "清运", "堆放物", Decimal(0), date(2026, 11, 23))

    decide = partial(rules.may_decide_substitute, executes=True, parties={"兴隆台区云水寺管理组织"})
    assert code(decide(plan("云水寺管理组织"))) == "substitute.performer"
    assert code(decide(plan("兴隆台区云水寺管理组织"))) == "substitute.performer"
    assert code(decide(plan("环卫公司"))) == ""
    assert code(decide(plan("组织"))) == ""
