"""Pure rules: what is refused with which code, how facts are kept, when the clock of a place runs out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.duties.rules import Change
from heliograph.kernel.feel import FactDef, FactType, FactValue
from heliograph.kernel.verdict import Allowed, Refused, Verdict
from heliograph.kernel.workdays import WorkCalendar
from heliograph.procedures import rules
from heliograph.procedures.tests.flows import DAYS

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NUMBER, TEXT = FactDef("金额", "number"), FactDef("案情", "text")


def code(verdict: Verdict) -> str:
    return verdict.code if isinstance(verdict, Refused) else ""


VALUES: list[tuple[FactType, st.SearchStrategy[Any]]] = [
    ("boolean", st.booleans()),
    ("integer", st.integers(-(10**18), 10**18)),
    ("number", st.decimals(-(10**15), 10**15, places=4)),
    ("text", st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50)),
    ("date", st.dates()),
    ("choice", st.sampled_from(["甲", "乙"])),
    ("choices", st.lists(st.sampled_from(["甲", "乙"]), unique=True)),
]


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=[kind for kind, _ in VALUES])
def test_a_fact_survives_being_kept(kind: FactType, values: st.SearchStrategy[Any]) -> None:
    definition = FactDef("事实", kind, choices=("甲", "乙") if kind.startswith("choice") else ())

    @given(values)
    def survives(value: FactValue) -> None:
        assert isinstance(rules.may_set({"事实": definition}, {"事实": value}), Allowed)
        back = rules.decode(definition, rules.encode(value))
        assert (back, type(back)) == (value, type(value))

    survives()


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        (NUMBER, Decimal("1E-999999999")),  # written out it would fill the memory
        (NUMBER, Decimal("NaN")),
        (NUMBER, Decimal("-Infinity")),
        (NUMBER, Decimal("1E+19")),
        (FactDef("金额", "number", minimum=Decimal(0)), Decimal("-0.01")),
        (TEXT, "迟报\x00"),
        (TEXT, "迟报\ud800"),
        (TEXT, "长" * 4_001),
        (FactDef("种类", "choices", ("甲", "乙")), ["甲", "甲"]),
        (FactDef("份数", "integer"), Decimal("1.5")),
        (FactDef("立案日期", "date"), NOON),
    ],
    ids=str,
)
def test_what_no_database_keeps_is_no_fact(definition: FactDef, value: Any) -> None:
    assert code(rules.may_set({definition.name: definition}, {definition.name: value})) == "step.fact"


def test_what_a_table_answered_is_kept_as_its_fact() -> None:
    known = {"份数": FactDef("份数", "integer"), "种类": FactDef("种类", "choices", ("甲", "乙"))}
    found = rules.settled(known, {"份数": Decimal("2.0"), "种类": ["乙", "甲", "乙"], "别的": Decimal("2.0")})
    assert found == {"份数": 2, "种类": ["乙", "甲"], "别的": Decimal("2.0")}
    assert type(found["份数"]) is int
    assert type(found["别的"]) is Decimal


def test_a_fact_that_the_dictionary_forgot_is_left_out() -> None:
    assert rules.decoded({"金额": NUMBER}, {"金额": "1.5", "旧事实": 1}) == {"金额": Decimal("1.5")}


@pytest.mark.parametrize(
    ("kept", "carried"), [({"金额": "1.5"}, True), ({"金额": "一"}, False), ({"案情": 3}, False), ({"别的": 1}, False)]
)
def test_facts_are_carried_where_they_can_be_read(kept: dict[str, Any], carried: bool) -> None:
    assert bool(rules.may_carry({"金额": NUMBER, "案情": TEXT}, kept)) is carried


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (rules.may_move("running"), ""),
        (rules.may_move("suspended"), "run.not_running"),
        (rules.may_move("ended"), "run.not_running"),
        (rules.may_be_fresh(3, None), ""),
        (rules.may_be_fresh(3, 3), ""),
        (rules.may_be_fresh(3, 2), "run.stale"),
        (rules.has_ground("有", "有"), ""),
        (rules.has_ground("", "有"), "run.ground"),
        (rules.may_suspend("running", from_on=DAY, started_on=DAY, resumed_on=None), ""),
        (rules.may_suspend("running", from_on=DAY, started_on=DAY, resumed_on=DAY + timedelta(1)), "run.suspend_date"),
        (rules.may_suspend("ended", from_on=DAY, started_on=DAY, resumed_on=None), "run.not_running"),
        (rules.may_resume("suspended", suspended_from=DAY, on=DAY + timedelta(1)), ""),
        (rules.may_resume("suspended", suspended_from=DAY, on=DAY), ""),
        (rules.may_resume("suspended", suspended_from=DAY, on=DAY - timedelta(1)), "run.resume_date"),
        (rules.may_resume("suspended", suspended_from=None, on=DAY), "run.not_suspended"),
        (rules.has_ground("有" * 301, "有"), "text.too_long"),
        (rules.has_ground("有", "有\x00"), "text.control"),
        (rules.may_migrate(same=False, other_procedure=False), ""),
        (rules.may_migrate(same=True, other_procedure=False), "run.same_release"),
        (rules.may_migrate(same=False, other_procedure=True), "run.other_procedure"),
        (rules.may_run_by("released", effective_from=DAY, on=DAY), ""),
        (rules.may_run_by("superseded", effective_from=DAY, on=DAY), ""),
        (rules.may_run_by("proposed", effective_from=DAY, on=DAY), "run.not_released"),
        (rules.may_run_by("returned", effective_from=DAY, on=DAY), "run.not_released"),
        (rules.may_run_by("released", effective_from=DAY + timedelta(1), on=DAY), "run.not_effective"),
        (rules.may_settle("proposed", own=False, opinion="好" * 301, passed=True), "text.too_long"),
        (rules.may_propose(effective_from=DAY, on=DAY, former_from=None, reason="有" * 301), "text.too_long"),
        (rules.may_keep("名", "penalty", [{"penalty": "<x/>"}]), ""),
        (rules.may_keep(" ", "penalty", []), "procedure.title"),
        (rules.may_keep("名" * 121, "penalty", []), "text.too_long"),
        (rules.may_keep("名", "penalty", [{"penalty": "\x00"}]), "procedure.too_large"),
        (rules.may_keep("名", "penalty", [{"penalty": "\ud800"}]), "procedure.text"),
        (rules.may_keep("名", "penalty", [{"penalty": "x" * 8_000_000}]), "procedure.too_large"),
        (rules.may_reach(None, set(), "此处"), "run.unreachable"),
        (rules.may_reach(frozenset("a"), {frozenset("b")}, "此处"), "run.unreachable"),
        (rules.may_reach(frozenset("a"), {frozenset("a")}, "此处"), ""),
        (rules.may_settle("proposed", own=True, opinion="收回", passed=False), ""),
        (rules.may_save(1, 1), ""),
    ],
)
def test_verdicts(verdict: Verdict, expected: str) -> None:
    assert code(verdict) == expected


CALENDAR = WorkCalendar([], announced_years=[2026, 2027])


def test_a_period_of_days_runs_out_when_its_last_day_is_over() -> None:
    due = rules.due_at(DAYS | {"length": 10}, NOON, CALENDAR)
    assert (due.on, due.timer_at) == (date(2026, 11, 30), datetime(2026, 12, 1, tzinfo=NOON.tzinfo))


def test_a_period_of_hours_runs_out_at_its_instant() -> None:
    due = rules.due_at(DAYS | {"unit": "hours", "length": 24}, NOON, CALENDAR)
    assert (due.on, due.timer_at) == (date(2026, 11, 21), NOON + timedelta(hours=24))


def test_what_is_prompt_or_suspended_has_no_day() -> None:
    assert rules.due_at(DAYS | {"unit": "promptly", "length": None}, NOON, CALENDAR) == rules.Due()
    away = rules.pauses([rules.Pause("suspended", date(2026, 11, 25))])
    assert rules.due_at(DAYS, NOON, CALENDAR, away).timer_at is None


def test_pauses_are_paired_in_order_and_the_last_may_last() -> None:
    acts = [rules.Pause("suspended", date(2026, 12, day)) for day in (1, 10)]
    acts.insert(1, rules.Pause("resumed", date(2026, 12, 5)))
    assert rules.pauses(acts) == [
        Change("suspend", date(2026, 12, 1), date(2026, 12, 4)),
        Change("suspend", date(2026, 12, 10)),
    ]
    assert rules.pauses([rules.Pause("resumed", DAY)]) == []
    assert rules.pauses([rules.Pause("suspended", DAY), rules.Pause("resumed", DAY)]) == []
