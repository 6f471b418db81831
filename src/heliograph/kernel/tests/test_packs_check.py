"""The pack read as a whole: every name leads somewhere, every rule rests on something written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heliograph.kernel.packs.check import unit_by
from heliograph.kernel.packs.load import check_packs
from heliograph.kernel.packs.schema import PeriodRule
from heliograph.kernel.tests.packs_written import BASIS, agency, nation, province, register, write

Spoil = Callable[[dict[str, Any]], Any]
CLAUSE = ["WS公8"]


def faults(tmp_path: Path, spoil: Spoil, who: str = "agency") -> list[tuple[str, str]]:
    packs = {"nation": nation(), "province": province(), "agency": agency()}
    spoil(packs[who])
    found = check_packs(write(tmp_path, *packs.values()))
    assert all(fault.line > 1 for fault in found)
    return [(fault.key, fault.message) for fault in found]


def test_sound_packs_have_no_faults(tmp_path: Path) -> None:
    assert faults(tmp_path, lambda p: None) == []


@pytest.mark.parametrize(
    "citation",
    [
        "行政处罚法@2021:61",
        "行政处罚法@2021:61(2)",
        "处罚法@2021:61",
        "旧名@2021:61",
        "WS公8",
        "WS公5",
        "WS公5(一)",
        "意见@2018",
    ],
)
def test_a_citation_that_reaches_something_passes(tmp_path: Path, citation: str) -> None:
    parent = nation()
    parent["laws"][0]["aliases"] = ["处罚法", "旧名@2021"]
    parent["laws"].append({"key": "意见@2018", "title": "指导意见", "level": "normative"})
    child = agency()
    child["add"]["units"][0]["basis"] = [citation]
    assert check_packs(write(tmp_path, parent, province(), child)) == []


@pytest.mark.parametrize(
    ("citation", "message"),
    [
        ("行政处罚法@2021:99", "行政处罚法@2021 没有列出第 99 条"),
        ("行政处罚法@2021:6", "没有列出第 6 条"),
        ("行政处罚法@2021", "须写到条，如 行政处罚法@2021:1"),
        ("行政处罚法@1996:61", "laws 里没有 行政处罚法@1996"),
        ("WS公1", "clauses 里没有这一条款"),
        ("WS公5(二)", "clauses 里没有这一条款"),
        ("某公告", "clauses 里没有这一条款"),
    ],
)
def test_a_citation_that_reaches_nothing_is_a_fault(tmp_path: Path, citation: str, message: str) -> None:
    (found,) = faults(tmp_path, lambda p: p["add"]["units"][0].update(basis=["WS公8", citation]))
    assert found[0] == "add.units[legal].basis[1]"
    assert message in found[1]


def stage(**changes: Any) -> dict[str, Any]:
    return {"id": "approve", "label": "批准", "role": "release_approver", "basis": CLAUSE, **changes}


def field(**changes: Any) -> Spoil:
    return lambda p: p["replace"]["registers"][0]["fields"].append({"id": "x", "label": "某", **changes})


def added(section: str, **rule: Any) -> Spoil:
    return lambda p: p["add"].setdefault(section, []).append({"id": "x", "basis": CLAUSE, **rule})


def limit(**changes: Any) -> Spoil:
    return added("time_limits", **{"name": "某", "event": "某", "unit": "working_days", "length": 7, **changes})


def period(**changes: Any) -> Spoil:
    return added("period_rules", **{"law": "行政处罚法@2021", "working_when": "all", **changes})


POLICY = {"kind": "disclosure", "title": "某"}
ARTICLE = {"no": "1", "topic": "scope", "heading": "范围", "text": "某。", "basis": CLAUSE}
TASK = {
    "system": "review",
    "measure": "某",
    "demand": "某",
    "units": ["某"],
    "deadline": "长期执行",
    "printed_deadline": "某",
}


@pytest.mark.parametrize(
    ("spoil", "key", "message"),
    [
        (lambda p: p["add"]["units"][0].update(requirement=["D1", "S9"]), "add.units[legal].requirement[1]", "S9"),
        (
            lambda p: p["add"]["units"][0].update(effective_from="2026-11-02", effective_to="2026-11-01"),
            "add.units[legal].effective_to",
            "失效日期早于生效日期",
        ),
        (lambda p: p.update(effective_to="2026-10-01"), "effective_to", "失效日期早于生效日期"),
        (
            lambda p: p["government"].update(overseer_basis=["WS公1"]),
            "government.overseer_basis[0]",
            "clauses 里没有",
        ),
        (lambda p: p["remove"][0].update(basis=["WS公1"]), "remove[permit].basis[0]", "clauses 里没有"),
        # registers
        (
            lambda p: p["replace"]["registers"][0].update(release_chain="none"),
            "replace.registers[items].release_chain",
            "没有发布审批流程「none」",
        ),
        (field(basis=["WS公1"]), "replace.registers[items].fields[x].basis[0]", "clauses 里没有"),
        (field(type="choice"), "replace.registers[items].fields[x].choices", "其中一项"),
        (
            field(type="choice", choices=["甲"], choices_from="units"),
            "replace.registers[items].fields[x].choices",
            "其中一项",
        ),
        (field(choices=["甲"]), "replace.registers[items].fields[x].choices", "才有选项"),
        (field(type="text", choices_from="units"), "replace.registers[items].fields[x].choices", "才有选项"),
        # time limits
        (limit(applies_to=["levy"]), "add.time_limits[x].applies_to[0]", "没有执法类别「levy」"),
        (limit(counted_by="none"), "add.time_limits[x].counted_by", "没有期间计算规则「none」"),
        (limit(counted_by="short", unit="calendar_days"), "add.time_limits[x].unit", "7 日应为 working_days"),
        (limit(counted_by="short", length=15), "add.time_limits[x].unit", "15 日应为 calendar_days"),
        (limit(unit="hours", roll="forward"), "add.time_limits[x].roll", "最后一日"),
        (limit(unit="date_of_year", month=1, day=31), "add.time_limits[x].length", "不写 length"),
        (limit(month=1), "add.time_limits[x].month", "只用于 unit date_of_year"),
        (limit(day=1), "add.time_limits[x].month", "只用于 unit date_of_year"),
        # period rules
        (period(law="行政许可法@2019"), "add.period_rules[x].law", "laws 里没有 行政许可法@2019"),
        (period(working_when="listed"), "add.period_rules[x].days", "须写 days"),
        (period(days=[1]), "add.period_rules[x].days", "须写 days"),
        (period(working_when="up_to"), "add.period_rules[x].limit", "须写 limit"),
        (period(limit=1), "add.period_rules[x].limit", "须写 limit"),
        # the rest
        (
            added("release_chains", name="某", stages=[stage(basis=["WS公1"])]),
            "add.release_chains[x].stages[approve].basis[0]",
            "clauses 里没有",
        ),
        (added("release_chains", name="某", stages=[stage(), stage()]), "add.release_chains[x].stages", "出现两次"),
        (
            added("policies", **POLICY, articles=[{**ARTICLE, "basis": ["WS公1"]}]),
            "add.policies[x].articles[1].basis[0]",
            "clauses 里没有",
        ),
        (added("policies", **POLICY, articles=[ARTICLE, ARTICLE]), "add.policies[x].articles", "条号重复"),
        (
            added("review_triggers", text="某。", strength="may", categories=["levy"]),
            "add.review_triggers[x].categories[0]",
            "没有执法类别「levy」",
        ),
        (added("channels", name="某", carries=["guides"]), "add.channels[x].carries[0]", "没有登记册「guides」"),
        (added("columns", name="某", registers=["guides"]), "add.columns[x].registers[0]", "没有登记册「guides」"),
        # clauses
        (lambda p: p["clauses"][3].update(id="WS公8"), "clauses[WS公8].id", "条款 WS公8 重复"),
        (lambda p: p["clauses"][3].update(id="JH一"), "clauses[JH一].id", "开头不是 sources 里的代号"),
        (lambda p: p["clauses"][0].update(requirement=["D1", "S9"]), "clauses[WS公3].requirement[1]", "S9"),
        (lambda p: p["clauses"][0].update(served_by=["registers"]), "clauses[WS公3].served_by[0]", "应写作 rule:"),
        (
            lambda p: p["clauses"][0].update(served_by=["rule:registers/guides"]),
            "clauses[WS公3].served_by[0]",
            "没有规则 registers/guides",
        ),
    ],
)
def test_what_leads_nowhere_is_a_fault_at_its_key(tmp_path: Path, spoil: Spoil, key: str, message: str) -> None:
    (found,) = faults(tmp_path, spoil)
    assert found[0] == key
    assert message in found[1]


def test_clauses_need_a_declared_source(tmp_path: Path) -> None:
    found = faults(tmp_path, lambda p: p.update(sources=[]))
    assert len(found) == 4
    assert all("开头不是 sources 里的代号" in message for _, message in found)


def test_rollout_tasks_with_one_number_are_both_faults(tmp_path: Path) -> None:
    tasks = [{"id": name, "basis": CLAUSE, "no": 12, **TASK} for name in ("t1", "t2")]
    found = faults(tmp_path, lambda p: p["add"].update(rollout_tasks=tasks))
    assert found == [(f"add.rollout_tasks[{name}].no", "任务编号 12 重复") for name in ("t1", "t2")]


@pytest.mark.parametrize(
    "spoil",
    [
        limit(counted_by="short", unit="hours"),
        limit(counted_by="short", unit="months", length=3),
        limit(unit="promptly", length=None),
        limit(unit="date_of_year", length=None, month=1, day=31),
        limit(applies_to=["permit"]),
        limit(roll="forward"),
        period(),
        period(working_when="listed", days=[5]),
        period(working_when="up_to", limit=10),
        period(working_when="explicit"),
        field(type="choice", choices=["甲"]),
        field(type="choices", choices_from="categories"),
        added("channels", name="某", carries=["items"]),
        added("columns", name="某", registers=["items"]),
        added("policies", **POLICY, articles=[ARTICLE, {**ARTICLE, "no": "2"}]),
        added("release_chains", name="某", stages=[stage(id="legal_review"), stage()]),
        added("review_triggers", text="某。", strength="must", categories=["penalty"]),
        added("rollout_tasks", no=12, **TASK),
    ],
)
def test_what_leads_somewhere_passes(tmp_path: Path, spoil: Spoil) -> None:
    assert faults(tmp_path, spoil) == []


@pytest.mark.parametrize(
    ("rule", "length", "unit"),
    [
        ({"working_when": "listed", "days": [2, 3, 5, 7]}, 7, "working_days"),
        ({"working_when": "listed", "days": [2, 3, 5, 7]}, 10, "calendar_days"),
        ({"working_when": "all"}, 60, "working_days"),
        ({"working_when": "up_to", "limit": 10}, 10, "working_days"),
        ({"working_when": "up_to", "limit": 10}, 11, "calendar_days"),
        ({"working_when": "up_to"}, 1, "calendar_days"),
        ({"working_when": "explicit"}, 7, None),
    ],
)
def test_each_law_counts_in_its_own_way(rule: dict[str, Any], length: int, unit: str | None) -> None:
    assert unit_by(PeriodRule.model_validate({"id": "r", "basis": BASIS, "law": "某法@2021", **rule}), length) == unit


def test_a_level_pack_cannot_cite_a_clause_of_an_agency(tmp_path: Path) -> None:
    found = faults(tmp_path, lambda p: p["add"]["categories"][0].update(basis=CLAUSE), who="nation")
    assert found == [("add.categories[permit].basis[0]", "依据「WS公8」：clauses 里没有这一条款")]


def test_a_level_pack_may_leave_its_units_to_the_agencies(tmp_path: Path) -> None:
    parent, child = nation(), agency()
    parent["add"]["registers"].append(register(id="guides"))
    parent["add"]["registers"][1]["fields"].append(
        {"id": "u", "label": "科室", "type": "choice", "choices_from": "units"}
    )
    assert check_packs(write(tmp_path, parent, province(), child)) == []
    del child["add"]
    (found,) = check_packs(write(tmp_path, parent, province(), child))
    assert found.message == "上级包的 registers/guides 在本包不再成立：本包没有 units，选项将为空"


def test_removing_what_an_inherited_rule_needs_is_a_fault(tmp_path: Path) -> None:
    removal = {"section": "period_rules", "id": "short", "basis": CLAUSE, "why": "某。"}
    (found,) = faults(tmp_path, lambda p: p["remove"].append(removal))
    assert found == ("remove", "上级包的 time_limits/serve 在本包不再成立：没有期间计算规则「short」")


def noted(*, public: bool) -> dict[str, Any]:
    fields = [{"id": "name", "label": "名称"}, {"id": "note", "label": "核对说明", "public": public}]
    return register(basis=["WS公5(一)"], why="本局清单另有字段。", fields=fields)


@pytest.mark.parametrize(("parent", "child", "key"), [(True, False, "public"), (False, True, "id")])
def test_a_field_is_internal_in_every_pack_of_the_chain_or_in_none(
    tmp_path: Path, *, parent: bool, child: bool, key: str
) -> None:
    above, below = nation(), agency()
    above["add"]["registers"] = [noted(public=parent) | {"basis": BASIS}]
    below["replace"]["registers"] = [noted(public=child)]
    (found,) = check_packs(write(tmp_path, above, province(), below))
    assert found.key == f"replace.registers[items].fields[note].{key}"
    assert "items.note 在 cn@2026.11 里" in found.message
    below["replace"]["registers"] = [noted(public=parent)]
    (tmp_path / "same").mkdir()
    assert check_packs(write(tmp_path / "same", above, province(), below)) == []


def test_units_that_compile_a_register_are_units_of_the_agency(tmp_path: Path) -> None:
    def spoil(pack: dict[str, Any]) -> None:
        pack["replace"]["registers"][0]["compiled_by_units"] = ["法制科", "无此科"]

    assert faults(tmp_path, spoil) == [("replace.registers[items].compiled_by_units[1]", "没有科室「无此科」")]
