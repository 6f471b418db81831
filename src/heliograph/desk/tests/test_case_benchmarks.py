"""The step that proposes a fine shows both benchmarks with row and article; by hand only where there is no table."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from heliograph.desk.tests.casework import open_bureau, read, rev_of, step_url, url
from heliograph.desk.tests.conftest import Browser
from heliograph.dossiers import actions
from heliograph.dossiers.models import Case, Proposal
from heliograph.dossiers.tests.benchmarking import ARTICLE, changed_after_the_act
from heliograph.dossiers.tests.bureau import Bureau, step_of
from heliograph.dossiers.tests.walks import answers, concluded, investigated
from heliograph.procedures.queries import standing

pytestmark = pytest.mark.django_db
FINE = {
    "outcome": "penalty", "kinds": ["fine"], "fine": "800", "facts": "迟报一次", "reasons": "事实清楚",
    "basis": [ARTICLE], "correction": "按时报送统计资料",
}  # fmt: skip


@pytest.fixture
def bureau(monkeypatch: pytest.MonkeyPatch) -> Bureau:
    return open_bureau(monkeypatch)


def sent(bureau: Bureau, case: Case, place: str, **more: Any) -> dict[str, Any]:
    """A whole form: no to every yes-or-no question, a word to every other."""
    stands = standing(case.pk)
    asked = {f"fact-{name}": "无" for name in stands.compiled.definition.nodes[place].facts}
    facts = {f"fact-{name}": "yes" if value else "no" for name, value in answers(bureau, case, place).items()}
    why = {f"fact-审核情形判断理由-{number}": "不属于" for number in range(1, 9)}
    return {**FINE, **asked, **facts, **why, "paper-0-on": bureau.today.isoformat(), "rev": rev_of(case), **more}


def applying(bureau: Bureau, case: Case) -> str:
    actions.cite(case.pk, use="applied", key=ARTICLE, actor=bureau["handler"], at=bureau.later())
    return step_of(case, "conclude_investigation")


def post(client: Client, bureau: Bureau, case: Case, place: str, **more: Any) -> Any:
    return client.post(step_url(bureau, case, place), sent(bureau, case, place, **more))


def test_both_benchmarks_are_shown_before_and_after_the_report(bureau: Bureau, browser: Browser) -> None:
    case = changed_after_the_act(bureau, (1000, 2000), (500, 900))
    place, client = applying(bureau, case), browser(bureau["handler"])
    page = read(client, step_url(bureau, case, place))
    assert "一年内迟报了几次" in page
    assert "裁量基准：迟报裁量基准" in page
    assert "基准出处" not in page
    asked = post(client, bureau, case, place, act="weigh", **{"bench-迟报次数": "1"}).content.decode()
    assert "轻微，1000 至 2000 元" in asked
    assert '轻微，500 至 900 元 <span class="tag green">适用</span>' in asked
    assert "第 1 行（初次），依据：基准第 1 条；《行政处罚普通程序》第 3 版" in asked
    assert not Proposal.objects.filter(case=case).exists()
    away = post(client, bureau, case, place, fine="1500", **{"bench-迟报次数": "1"})
    assert away.status_code == 409
    assert "500 至 900 元" in away.content.decode()
    assert post(client, bureau, case, place, **{"bench-迟报次数": ""}).status_code == 422
    done = post(client, bureau, case, place, **{"bench-迟报次数": "1"})
    assert done.status_code == 302, done.content.decode()
    page = read(client, url(bureau, "case", case=case.pk))
    assert "轻微，1000 至 2000 元，第 1 行，依据：基准第 1 条" in page
    assert Proposal.objects.get(case=case).benchmark_found["applied"] == "now"


def test_a_benchmark_typed_by_hand_says_where_it_comes_from(bureau: Bureau, browser: Browser) -> None:
    case = investigated(bureau)
    place, client = applying(bureau, case), browser(bureau["handler"])
    assert "手工填写" in read(client, step_url(bureau, case, place))
    typed = {"benchmark": "迟报一档", "benchmark_min": "500", "benchmark_max": "900"}
    without = post(client, bureau, case, place, **typed)
    assert without.status_code == 409
    assert "须写明基准的出处" in without.content.decode()
    assert post(client, bureau, case, place, **typed, benchmark_source="省基准第 3 条").status_code == 302
    page = read(client, url(bureau, "case", case=case.pk))
    assert "500.00 至 900.00 元（手工填写，出处：省基准第 3 条）" in page


def test_other_steps_show_no_benchmark(bureau: Bureau, browser: Browser) -> None:
    case = concluded(bureau, investigated(bureau))
    page = read(browser(bureau["leader_in_charge"]), step_url(bureau, case, step_of(case, "approve_handling")))
    assert "查裁量基准" not in page
