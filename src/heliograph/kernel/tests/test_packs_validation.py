"""A pack's form: every misfit is said in Chinese, at its line, with the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.validation import read_pack_file
from heliograph.kernel.tests.packs_written import agency, nation, register, to_yaml

Spoil = Callable[[dict[str, Any]], Any]


def faults(content: dict[str, Any]) -> list[PackFault]:
    with pytest.raises(PackFaultsError) as caught:
        read_pack_file(to_yaml(content), "p.yaml")
    return caught.value.faults


def spoiled(spoil: Spoil, content: dict[str, Any]) -> PackFault:
    spoil(content)
    (found,) = faults(content)
    return found


def test_a_sound_file_is_read_with_its_full_name() -> None:
    assert read_pack_file(to_yaml(agency()), "p.yaml").name == "office@2026.11"


def test_a_fault_of_a_file_can_be_placed_later() -> None:
    source = read_pack_file(to_yaml(nation()), "p.yaml")
    assert source.fault(("kind",), "不对") == PackFault("p.yaml", 3, "kind", "不对")


@pytest.mark.parametrize(
    ("spoil", "key", "message"),
    [
        (lambda p: p.pop("title"), "title", "缺少这一项"),
        (lambda p: p.update(titel="x"), "titel", "不认识的键「titel」，是不是 title"),
        (lambda p: p.update(qqqqq="x"), "qqqqq", "不认识的键「qqqqq」"),
        (lambda p: p.update(title=""), "title", "不能为空"),
        (lambda p: p.update(title="长" * 121), "title", "不能超过 120 个字符"),
        (lambda p: p.update(title=7), "title", '应为文字；数字和日期请加引号，如 "58"'),
        (lambda p: p.update(kind="city"), "kind", "只能写 'nation'、'province'、'agency'"),
        (lambda p: p.update(version="2026"), "version", "应为版本号，如 2026.11"),
        (lambda p: p.update(extends="cn"), "extends", "应写作「包名@版本」，如 cn-national@2026.11"),
        (lambda p: p.update(pack="CN"), "pack", "只能用小写字母"),
        (lambda p: p.update(effective_from="昨天"), "effective_from", "应为日期，如 2026-11-01"),
        (lambda p: p.update(laws="x"), "laws", "应为列表，每项以 - 开头"),
        (lambda p: p.update(add=["x"]), "add", "应为「键: 值」"),
        (lambda p: p.update(remove=[3]), "remove[0]", "应为「键: 值」"),
        (lambda p: p["laws"][0].update(key="行政处罚法"), "laws[行政处罚法].key", "应写作「法名@版本年份」"),
        (lambda p: p["laws"][0]["articles"][0].update(no=61), "laws[行政处罚法@2021].articles[61].no", "请加引号"),
        (lambda p: p["add"]["categories"][0].update(code="1"), "add.categories[permit].code", "应为两位数字"),
        (
            lambda p: p["add"]["categories"][0].update(requirement=["X1"]),
            "add.categories[permit].requirement[0]",
            "应为要求编号",
        ),
        (lambda p: p["add"]["time_limits"][0].update(basis=[]), "add.time_limits[serve].basis", "至少要有 1 项"),
        (lambda p: p["add"]["time_limits"][0].update(length=-1), "add.time_limits[serve].length", "不能小于 0"),
        (lambda p: p["add"]["time_limits"][0].update(length=99999), "add.time_limits[serve].length", "不能大于 36500"),
        (lambda p: p["add"]["time_limits"][0].update(length="七"), "add.time_limits[serve].length", "应为整数"),
        (lambda p: p["add"]["time_limits"][0].update(unit="promptly"), "add.time_limits[serve]", "及时"),
        (lambda p: p["add"]["time_limits"][0].pop("length"), "add.time_limits[serve]", "须写 length"),
        (lambda p: p["add"]["time_limits"][0].update(unit="date_of_year"), "add.time_limits[serve]", "month 与 day"),
        (
            lambda p: p["add"]["registers"][0]["fields"][0].update(required="是"),
            "add.registers[items].fields[name].required",
            "应为 true 或 false",
        ),
        (
            lambda p: p["add"]["registers"][0]["fields"][0].update(labl="x"),
            "add.registers[items].fields[name].labl",
            "不认识的键「labl」，是不是 label",
        ),
        (
            lambda p: p["add"]["registers"].__setitem__(0, register(title_field="nam")),
            "add.registers[items]",
            "引用了不存在的字段：nam",
        ),
        (
            lambda p: p["add"]["registers"][0]["fields"].append({"id": "name", "label": "又"}),
            "add.registers[items]",
            "fields 有重复的 id",
        ),
        (
            lambda p: p["add"]["registers"][0]["fields"][0].update(required_when={"nam": ["委托"]}),
            "add.registers[items]",
            "required_when 引用了不存在的字段：nam",
        ),
        (
            lambda p: p["add"]["registers"][0]["fields"][0].update(type="file"),
            "add.registers[items]",
            "title_field 不能是文件",
        ),
        (lambda p: p.update(agency=agency()["agency"]), "", "kind 为 agency 的包须写 agency 与 government"),
        (
            lambda p: p.update(clauses=[{"id": "WS公1", "summary": "某", "state": "open", "requirement": ["D1"]}]),
            "clauses[WS公1]",
            "须写 reason",
        ),
        (
            lambda p: p.update(clauses=[{"id": "WS公1", "summary": "某", "state": "served", "requirement": ["D1"]}]),
            "clauses[WS公1]",
            "须写 served_by",
        ),
        (
            lambda p: p.update(clauses=[{"id": "WS公1", "summary": "某", "state": "open", "reason": "某"}]),
            "clauses[WS公1]",
            "有要求的条款须写 requirement",
        ),
    ],
)
def test_a_misfit_is_said_at_its_key(spoil: Spoil, key: str, message: str) -> None:
    found = spoiled(spoil, nation())
    assert message in found.message
    assert found.key == key


def test_the_line_is_that_of_the_key() -> None:
    text = "pack: cn\nversion: '2026.11'\nkind: nation\ntitle: 国家\neffective_from: 2026-11-01\n\nlaws:\n- key: x\n"
    with pytest.raises(PackFaultsError) as caught:
        read_pack_file(text.encode(), "p.yaml")
    assert [(found.line, found.key) for found in caught.value.faults] == [
        (8, "laws[x].key"),
        (8, "laws[x].level"),
        (8, "laws[x].title"),
    ]


def test_alternatives_of_one_place_are_one_fault() -> None:
    content = nation()
    content["add"]["provisions"] = [{"id": "p", "basis": ["某"], "label": "某", "value": {"a": 1}}]
    (found,) = faults(content)
    assert found.key == "add.provisions[p].value"
    assert found.message.count("；或者") == 3


def test_a_deadline_may_be_a_day_or_one_of_two_phrases() -> None:
    task = {"id": "t", "basis": ["某"], "no": 1, "system": "disclosure", "measure": "某", "demand": "某"}
    content = nation()
    content["add"]["rollout_tasks"] = [task | {"units": ["某"], "printed_deadline": "某", "deadline": "不久"}]
    (found,) = faults(content)
    assert "2026-11-01；或者只能写 '长期执行'、'根据实际情况确定'" in found.message


def test_an_unforeseen_kind_of_misfit_still_has_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heliograph.kernel.packs.validation._KINDS", ())
    assert spoiled(lambda p: p.update(laws="x"), nation()).message == "写法不合规定"


def test_too_many_faults_are_cut_and_counted() -> None:
    content = nation()
    content.update({f"key{number}": 1 for number in range(700)})
    found = faults(content)
    assert len(found) == 501
    assert "共 700 处" in found[0].message
