"""The benchmark of a fine by table: that of the day of the act and that of today, the lighter applies (从旧兼从轻)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Decision, Proposal
from heliograph.dossiers.tests.benchmarking import benchmark, changed_after_the_act, release
from heliograph.dossiers.tests.bureau import Bureau, fine, found_bureau, papers, step_of
from heliograph.dossiers.tests.doing import refused
from heliograph.dossiers.tests.walks import answered, answers, decided, investigated, noticed
from heliograph.procedures.tables import table_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau() -> Bureau:
    return found_bureau("jinghai-tjj", "penalty_ordinary")


def conclude(bureau: Bureau, case: Case, *, times: int | None = 1, **changes: Any) -> Proposal:
    """Propose a fine; the handler says how often the report was late."""
    place = step_of(case, "conclude_investigation")
    facts = {} if times is None else {"迟报次数": times}
    actions.conclude_investigation(
        case.pk,
        place,
        content=fine(**{"benchmark_facts": facts, **changes}),
        papers=papers(bureau, "调查终结报告"),
        facts=answers(bureau, case, place),
        actor=bureau["handler"],
        at=bureau.later(),
    )
    return Proposal.objects.filter(case=case).latest("number")


def test_a_lighter_table_of_today_applies(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (1000, 2000), (500, 900))
    proposal = conclude(bureau, case)
    found = proposal.benchmark_found
    assert found["applied"] == "now"
    assert (found["then"]["lower"], found["then"]["upper"]) == ("1000", "2000")
    assert (found["now"]["lower"], found["now"]["upper"]) == ("500", "900")
    assert (found["now"]["row"], found["now"]["basis"]) == (1, "基准第 1 条")
    assert found["facts"] == {"迟报次数": 1}
    assert (proposal.benchmark_min, proposal.benchmark_max) == (Decimal(500), Decimal(900))
    assert proposal.benchmark == "迟报裁量基准：轻微"
    assert (found["then"]["source"], found["now"]["source"]) == (
        "《行政处罚普通程序》第 2 版",
        "《行政处罚普通程序》第 3 版",
    )


def test_a_heavier_table_of_today_does_not_reach_back(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (1000, 2000))
    proposal = conclude(bureau, case)
    assert proposal.benchmark_found["applied"] == "then"
    assert (proposal.benchmark_min, proposal.benchmark_max) == (Decimal(500), Decimal(900))
    assert proposal.benchmark_found["now"]["upper"] == "2000"


def test_equal_bounds_are_those_of_the_day_of_the_act_and_a_fine_outside_needs_its_reason(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (100, 700), (100, 700))
    assert refused(lambda: conclude(bureau, case)) == "discretion.no_reason"
    assert not Proposal.objects.filter(case=case).exists()
    proposal = conclude(bureau, case, deviation_reason="拒不改正")
    assert proposal.benchmark_found["applied"] == "then"
    assert proposal.deviation_approved_by is None


def test_where_a_table_is_nothing_is_typed_and_its_questions_are_answered(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (500, 900))
    assert refused(lambda: conclude(bureau, case, benchmark_max=Decimal(9000))) == "discretion.has_table"
    assert refused(lambda: conclude(bureau, case, benchmark="自拟")) == "discretion.has_table"
    assert refused(lambda: conclude(bureau, case, benchmark_source="省基准")) == "discretion.has_table"
    assert refused(lambda: conclude(bureau, case, times=None)) == "discretion.unanswered"
    assert refused(lambda: conclude(bureau, case, times=0)) == "step.fact"
    assert refused(lambda: conclude(bureau, case, benchmark_facts={"迟报次数": 1, "罚款金额": 1})) == "step.fact"
    assert not Proposal.objects.filter(case=case).exists()


@pytest.mark.by_hand
def test_without_the_day_of_the_act_no_benchmark_is_weighed(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (500, 900))
    Case.objects.filter(pk=case.pk).update(occurred_from=None, occurred_to=None)
    assert refused(lambda: conclude(bureau, case)) == "discretion.no_day"


def test_an_act_older_than_every_release_falls_under_the_table_that_says_it_held_then(bureau: Bureau) -> None:
    old = benchmark((2000, 3000), (5000, 9000), id="late_old", effective_from=date(2020, 1, 1),
                    effective_to=date(2026, 10, 31))  # fmt: skip
    new = benchmark((500, 900), (5000, 9000), effective_from=date(2026, 11, 1))
    release(bureau, old, new)
    bureau.later(days=2)
    case = investigated(bureau)  # the act was on 2026-09-01
    found = conclude(bureau, case).benchmark_found
    assert (found["then"]["table"], found["now"]["table"], found["applied"]) == ("late_old", "late_report", "now")
    assert found["then"]["day"] == "2026-09-01"


def test_a_table_that_is_newer_than_the_act_applies_alone(bureau: Bureau) -> None:
    release(bureau, benchmark((500, 900), (5000, 9000)))
    bureau.later(days=2)
    found = conclude(bureau, investigated(bureau)).benchmark_found
    assert (found["then"], found["applied"], found["now"]["tier"]) == (None, "now", "轻微")


def test_of_several_tables_for_an_article_one_is_chosen(bureau: Bureau) -> None:
    other = benchmark((1, 2), (3, 4), id="other", name="另一基准")
    release(bureau, benchmark((500, 900), (5000, 9000)), other)
    bureau.later(days=2)
    case = investigated(bureau)
    assert refused(lambda: conclude(bureau, case)) == "discretion.which"
    assert refused(lambda: conclude(bureau, case, benchmark_table="nothing")) == "discretion.which"
    assert conclude(bureau, case, benchmark_table="late_report").benchmark_max == Decimal(900)


def test_a_table_lightened_after_the_proposal_keeps_the_fine_from_being_decided(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (500, 900))
    conclude(bureau, case)
    noticed(bureau, case)
    answered(bureau, case)
    release(bureau, benchmark((100, 300), (5000, 9000)))
    bureau.later(days=2)
    assert refused(lambda: decided(bureau, case)) == "discretion.lighter_since"
    assert not Decision.objects.filter(case=case).exists()


def test_a_table_made_heavier_after_the_proposal_changes_nothing(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (500, 900))
    conclude(bureau, case)
    noticed(bureau, case)
    answered(bureau, case)
    release(bureau, benchmark((2000, 3000), (5000, 9000)))
    bureau.later(days=2)
    decided(bureau, case)
    assert Decision.objects.get(case=case).fine == Decimal(800)


def test_a_proposal_not_to_punish_asks_no_table(bureau: Bureau) -> None:
    case = changed_after_the_act(bureau, (500, 900), (500, 900))
    nothing: dict[str, Any] = {"outcome": "minor", "kinds": [], "fine": Decimal(0), "benchmark_facts": {}}
    assert conclude(bureau, case, **nothing).benchmark_found == {}


def test_a_table_of_a_day_is_that_of_its_own_procedure(bureau: Bureau) -> None:
    first = bureau.today
    release(bureau, benchmark((500, 900), (5000, 9000)))
    agency, later = bureau.agency.pk, first + timedelta(days=1)
    assert table_on(agency, "penalty_ordinary", "late_report", first) is None
    found = table_on(agency, "penalty_ordinary", "late_report", later)
    assert found is not None
    assert found.table.outputs[1].name == "基准下限"
    assert table_on(agency, "penalty_summary", "late_report", later) is None
    packed = table_on(agency, "penalty_summary", "hearing_required", later)
    assert packed is not None
    assert packed.source.startswith("规则包 ")
