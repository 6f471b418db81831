"""Merging a chain: nothing is overridden in silence, everything says where it came from, and a hash binds it all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heliograph.kernel.packs.faults import PackFaultsError
from heliograph.kernel.packs.merge import (
    canonical_json,
    content_hash,
    from_content,
    resolve,
    to_content,
)
from heliograph.kernel.packs.schema import Pack
from heliograph.kernel.packs.validation import PackSource, read_pack_file
from heliograph.kernel.tests.packs_written import BASIS, LAW, agency, nation, province, register, to_yaml

Spoil = Callable[[dict[str, Any]], Any]
CLAUSE = ["WS公8"]


def chain(*packs: dict[str, Any]) -> list[PackSource]:
    return [read_pack_file(to_yaml(pack), f"{pack['pack']}.yaml") for pack in packs]


def merged(*packs: dict[str, Any]) -> Pack:
    return resolve(chain(*(packs or (nation(), province(), agency()))))


def faults(*packs: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(PackFaultsError) as caught:
        resolve(chain(*packs))
    return [(found.file, found.key, found.message) for found in caught.value.faults]


def faults_of(spoil: Spoil) -> list[tuple[str, str, str]]:
    child = agency()
    spoil(child)
    return faults(nation(), province(), child)


def test_the_merged_pack_is_the_leafs_with_its_lineage() -> None:
    pack = merged()
    assert (pack.pack, pack.version, pack.kind, pack.title) == ("office", "2026.11", "agency", "某局规则")
    assert pack.lineage == ["cn@2026.11", "prov@2026.11", "office@2026.11"]
    assert pack.agency is not None
    assert pack.agency.name == "某县某局"
    assert [clause.id for clause in pack.clauses] == ["WS公3", "WS公5(一)", "WS公8", "WS公13"]
    assert [source.code for source in pack.sources] == ["WS公"]


def test_rules_are_inherited_added_replaced_and_removed() -> None:
    pack = merged()
    assert [category.id for category in pack.rules.categories] == ["penalty"]
    assert pack.rule("units", "legal").name == "法制科"
    assert pack.register("items").compiled_by == "政策法规科"
    assert pack.chain_for("items").name == "发布审批"
    assert [(removal.section, removal.id, removal.why) for removal in pack.removed] == [
        ("categories", "permit", "本局没有行政许可。")
    ]


def test_every_rule_says_which_pack_it_came_from() -> None:
    assert merged().origins == {
        "categories/penalty": "cn@2026.11",
        "period_rules/short": "cn@2026.11",
        "time_limits/serve": "cn@2026.11",
        "release_chains/default": "cn@2026.11",
        "registers/items": "office@2026.11",
        "units/legal": "office@2026.11",
    }


def test_a_missing_rule_is_named() -> None:
    with pytest.raises(KeyError, match="registers/none"):
        merged().register("none")


def test_article_keys_hold_articles_and_what_is_cited_whole() -> None:
    head = nation()
    head["laws"].append({"key": "指导意见@2018", "title": "某意见", "level": "normative"})
    assert merged(head).article_keys() == {"行政处罚法@2021:61", "行政处罚法@2021:85", "指导意见@2018"}


def test_a_replaced_rule_keeps_its_place() -> None:
    parent = nation()
    parent["add"]["registers"].append(register(id="bodies"))
    pack = merged(parent, province(), agency())
    assert [entry.id for entry in pack.rules.registers] == ["items", "bodies"]


def test_adding_what_a_parent_has_is_a_fault() -> None:
    (found,) = faults_of(lambda p: p["add"].update(registers=p.pop("replace")["registers"]))
    assert found == ("office.yaml", "add.registers[items]", "上级包已有 registers/items，要改请写在 replace")


def test_replacing_what_no_parent_has_is_a_fault() -> None:
    (found,) = faults_of(lambda p: p["replace"]["registers"][0].update(id="guides"))
    assert found == ("office.yaml", "replace.registers[guides]", "上级包没有 registers/guides，新增请写在 add")


@pytest.mark.parametrize("why", ["", "  "])
def test_replacing_without_a_reason_is_a_fault(why: str) -> None:
    (found,) = faults_of(lambda p: p["replace"]["registers"][0].update(why=why))
    assert found[1] == "replace.registers[items].why"
    assert "须写 why" in found[2]


def test_removing_what_no_parent_has_is_a_fault() -> None:
    (found,) = faults_of(lambda p: p["remove"][0].update(id="levy"))
    assert found == ("office.yaml", "remove[levy].id", "上级包没有 categories/levy，不能去掉")


def test_removing_from_an_unknown_section_is_a_fault() -> None:
    (found,) = faults_of(lambda p: p["remove"][0].update(section="category"))
    assert found == ("office.yaml", "remove[permit].section", "没有「category」这一类规则")


def test_removing_and_adding_one_id_in_one_file_is_a_fault() -> None:
    again = {"id": "permit", "basis": CLAUSE, "name": "许可", "code": "01"}
    (found,) = faults_of(lambda p: p["add"].update(categories=[again]))
    assert found == ("office.yaml", "add.categories[permit].id", "categories/permit 在本文件里出现两次")


def test_adding_one_id_twice_in_one_file_is_a_fault() -> None:
    found = faults_of(lambda p: p["add"]["units"].append(p["add"]["units"][0]))
    assert ("office.yaml", "add.units[legal].id", "units/legal 在本文件里出现两次") in found


def test_the_same_id_in_another_section_is_another_rule() -> None:
    child = agency()
    child["add"]["channels"] = [{"id": "legal", "basis": CLAUSE, "name": "网站"}]
    assert merged(nation(), province(), child).rule("channels", "legal").name == "网站"


def test_a_child_may_add_articles_and_aliases_to_a_law() -> None:
    child = province()
    child["laws"] = [
        {**LAW, "aliases": ["处罚法"], "articles": [{"no": "58", "text": "法制审核。"}]},
        {"key": "省条例@2020", "title": "省条例", "level": "local_regulation"},
    ]
    laws = merged(nation(), child).laws
    assert [law.key for law in laws] == ["行政处罚法@2021", "省条例@2020"]
    assert [article.no for article in laws[0].articles] == ["61", "85", "58"]
    assert laws[0].aliases == ["处罚法"]


def test_an_alias_named_twice_counts_once() -> None:
    parent, child = nation(), province()
    parent["laws"][0]["aliases"] = ["处罚法"]
    child["laws"] = [{**LAW, "aliases": ["处罚法"], "articles": []}]
    assert merged(parent, child).laws[0].aliases == ["处罚法"]


def test_a_law_written_differently_by_a_child_is_a_fault() -> None:
    child = province()
    child["laws"] = [{**LAW, "title": "处罚法", "articles": []}]
    (found,) = faults(nation(), child)
    assert found == ("prov.yaml", "laws[行政处罚法@2021].title", "行政处罚法@2021 已写过，两处的 title 不同")


def test_an_article_listed_twice_is_a_fault() -> None:
    child = province()
    child["laws"] = [{**LAW, "articles": [{"no": "61", "text": "另写。"}]}]
    (found,) = faults(nation(), child)
    assert found == ("prov.yaml", "laws[行政处罚法@2021].articles[61].no", "第 61 条重复")


def test_a_source_may_be_repeated_but_not_changed() -> None:
    parent, child = province(), agency()
    parent["sources"] = [dict(child["sources"][0])]
    assert len(merged(nation(), parent, child).sources) == 1
    parent["sources"][0]["title"] = "另一规定"
    (found,) = faults(nation(), parent, child)
    assert found == ("office.yaml", "sources[WS公]", "上级包已有来源 WS公，写法不同")


def test_all_faults_are_given_at_once() -> None:
    found = faults_of(lambda p: (p["remove"][0].update(id="levy"), p["replace"]["registers"][0].update(why="")))
    assert len(found) == 2


def test_the_hash_depends_on_content_and_not_on_order() -> None:
    again = dict(reversed(agency().items()))
    assert merged(nation(), province(), again).content_hash == merged().content_hash
    changed = agency()
    changed["clauses"][3]["reason"] = "另有理由。"
    assert merged(nation(), province(), changed).content_hash != merged().content_hash


def test_canonical_json_is_sorted_utf_8_without_spaces() -> None:
    assert canonical_json({"b": ["法", 1], "a": None}) == '{"a":null,"b":["法",1]}'.encode()


def test_kept_content_is_the_same_pack_again() -> None:
    pack = merged()
    content = to_content(pack)
    assert from_content(content) == pack
    assert content_hash(content) == pack.content_hash


@pytest.mark.parametrize("spoil", [{"title": "改过"}, {"content_hash": "0" * 64}])
def test_kept_content_that_was_changed_is_refused(spoil: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="哈希"):
        from_content({**to_content(merged()), **spoil})


def test_a_basis_is_kept_as_written() -> None:
    assert merged().rule("time_limits", "serve").basis == BASIS
