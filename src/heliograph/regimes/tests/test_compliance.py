"""The compliance table: a target counts only when the rule, the page or the act is really there."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from heliograph.kernel.packs.merge import resolve
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.packs.validation import read_pack_file
from heliograph.kernel.tests.packs_written import agency, nation, province, to_yaml
from heliograph.regimes.compliance import ComplianceRow, Target, compliance_table, summary


def page(*_arguments: object, **_named: object) -> HttpResponse:
    return HttpResponse()


Urls = tuple[list[URLPattern | URLResolver], str]
_government: Urls = (
    [
        path("", page, name="government"),
        path("<slug:agency>/", page, name="agency"),
        path("<slug:agency>/<slug:register>/", page, name="register"),
        path("<slug:agency>/policy/<slug:kind>/", page, name="policy"),
        path("<int:agency>/number/", page, name="numbered"),
    ],
    "gov",
)
_portal: Urls = ([path("", page, name="index"), path("<slug:government>/", include(_government))], "portal")
urlpatterns = [path("sitemap/", page, name="sitemap"), path("p/", include(_portal))]

pytestmark = pytest.mark.urls(__name__)


ARTICLE = {"no": "1", "topic": "scope", "heading": "范围", "text": "某。", "basis": ["WS公8"]}


def pack(*targets: str, **rules: Any) -> Pack:
    child = agency()
    child["clauses"][0].update(served_by=list(targets) or ["rule:categories/penalty"])
    child["add"].update(rules)
    chain = [read_pack_file(to_yaml(one), one["pack"]) for one in (nation(), province(), child)]
    return resolve(chain)


def target(written: str) -> Target:
    (found,) = compliance_table(pack(written))[0].targets
    return found


def test_every_clause_is_a_row_in_the_order_of_the_document() -> None:
    rows = compliance_table(pack())
    assert [(row.clause_id, row.state_label) for row in rows] == [
        ("WS公3", "已落实"),
        ("WS公5(一)", "已落实"),
        ("WS公8", "已落实"),
        ("WS公13", "不涉及系统"),
    ]
    assert rows[0] == ComplianceRow(
        clause_id="WS公3",
        summary="适用类别",
        requirements=("D1",),
        targets=(Target("rule", "categories/penalty", resolved=True, url=None, label="行政处罚"),),
        state="served",
        reason="",
    )
    assert rows[3].reason == "不涉及系统。"


def test_states_are_counted_with_those_that_are_empty() -> None:
    assert summary(compliance_table(pack())) == {"served": 3, "partly": 0, "open": 0, "asks_nothing": 1}


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("page:sitemap", "/sitemap/"),
        ("page:portal:index", "/p/"),
        ("page:portal:gov:government", "/p/county/"),
        ("page:portal:gov:agency", "/p/county/office/"),
        ("page:portal:gov:register", None),
        ("page:portal:gov:policy", None),
        ("page:portal:gov:numbered", None),
    ],
)
def test_a_page_that_exists_is_linked_when_the_agency_is_all_it_needs(written: str, url: str | None) -> None:
    found = target(written)
    assert found.resolved
    assert found.url == url


def test_a_page_of_a_register_or_policy_is_linked_to_the_one_the_clause_names() -> None:
    policy = {"id": "rules", "basis": ["WS公8"], "kind": "disclosure", "title": "公示规定", "articles": [ARTICLE]}
    targets = ["rule:registers/items", "rule:policies/rules", "page:portal:gov:register", "page:portal:gov:policy"]
    row = compliance_table(pack(*targets, policies=[policy]))[0]
    assert [found.url for found in row.targets] == [
        None,
        None,
        "/p/county/office/items/",
        "/p/county/office/policy/disclosure/",
    ]


def test_a_policy_that_is_not_there_leads_nowhere() -> None:
    row = compliance_table(pack("rule:policies/none", "page:portal:gov:policy"))[0]
    assert [(found.resolved, found.url) for found in row.targets] == [(False, None), (True, None)]


@pytest.mark.parametrize(
    "written",
    [
        "page:none",
        "page:none:index",
        "page:portal:none",
        "act:disclosure.no_such_act",
        "act:nowhere.decide_stage",
        "rule:registers/guides",
    ],
)
def test_what_is_not_there_is_broken(written: str) -> None:
    row = compliance_table(pack(written))[0]
    assert [(found.name, found.resolved, found.url) for found in row.broken] == [
        (written.partition(":")[2], False, None)
    ]


def test_an_act_that_exists_is_resolved() -> None:
    assert target("act:regimes.install_pack").resolved
    assert compliance_table(pack("act:regimes.install_pack"))[0].broken == ()


def test_a_name_in_actions_that_is_no_function_is_no_act() -> None:
    assert not target("act:regimes.__name__").resolved


@pytest.mark.parametrize(
    ("section", "rule_id", "label"),
    [("registers", "items", "执法事项清单"), ("time_limits", "serve", "送达"), ("period_rules", "short", "short")],
)
def test_a_rule_is_called_by_its_name_or_else_by_its_id(section: str, rule_id: str, label: str) -> None:
    assert target(f"rule:{section}/{rule_id}").label.endswith(label)


def test_a_page_of_a_level_pack_has_no_address_of_an_agency() -> None:
    level = resolve([read_pack_file(to_yaml(nation()), "cn")])
    clause = pack("page:portal:gov:agency").clauses[:1]
    (row,) = compliance_table(level.model_copy(update={"clauses": clause}))
    assert [(found.resolved, found.url) for found in row.targets] == [(True, None)]
