"""Packs under a root: found by name, read with their parents, handed out only when sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heliograph.kernel.packs.faults import PackFault, PackFaultsError
from heliograph.kernel.packs.load import (
    RequirementTitle,
    available,
    check_packs,
    load_pack,
    load_requirements,
    shipped,
)
from heliograph.kernel.tests.packs_written import AGENCY, NATION, PROVINCE, agency, nation, province, to_yaml, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, nation(), province(), agency())


def faults(action: Callable[[], Any]) -> list[PackFault]:
    with pytest.raises(PackFaultsError) as caught:
        action()
    return caught.value.faults


def test_a_pack_is_loaded_with_its_parents(root: Path) -> None:
    pack = load_pack(root, AGENCY)
    assert pack.lineage == [NATION, PROVINCE, AGENCY]
    assert pack.content_hash == load_pack(root, AGENCY).content_hash


def test_a_parent_can_be_loaded_alone(root: Path) -> None:
    assert load_pack(root, NATION).kind == "nation"


def test_packs_are_found_by_name_and_ordered_by_version(root: Path) -> None:
    newer = {**nation(), "version": "2026.9"}
    write(root, newer, {**nation(), "version": "2027.1"})
    (root / "cn" / "draft").mkdir()
    (root / "cn" / "notes.txt").write_text("无关")
    (root / "cn" / "draft" / "pack.yaml").write_text("无关")
    assert available(root) == ["cn@2026.9", "cn@2026.11", "cn@2027.1", AGENCY, PROVINCE]


def test_what_is_shipped_is_a_root_of_packs() -> None:
    assert "cn-national@2026.11" in available(shipped())
    assert load_requirements(shipped())["D17"].en


def test_a_pack_that_is_not_there_is_named(root: Path) -> None:
    assert faults(lambda: load_pack(root, "none@2026.11")) == [
        PackFault("none/2026.11/pack.yaml", 1, "", "没有这个文件")
    ]


@pytest.mark.parametrize("name", ["../cn@2026.11", "cn", "cn@../../etc", "cn@2026.11@1", "/etc/passwd", ""])
def test_a_name_cannot_lead_out_of_the_root(root: Path, name: str) -> None:
    (found,) = faults(lambda: load_pack(root, name))
    assert "包名应写作" in found.message


def test_a_file_in_the_wrong_folder_is_a_fault(root: Path) -> None:
    (root / "other" / "2026.11").mkdir(parents=True)
    (root / "other" / "2026.11" / "pack.yaml").write_bytes(to_yaml(nation()))
    (found,) = faults(lambda: load_pack(root, "other@2026.11"))
    assert (found.key, found.message) == ("pack", "文件里写的是 cn@2026.11，与所在目录不符")


def test_a_missing_parent_is_a_fault_of_the_child(root: Path) -> None:
    write(root, {**province(), "extends": "cn@2025.1"})
    (found,) = faults(lambda: load_pack(root, PROVINCE))
    assert (found.file, found.key, found.message) == ("prov/2026.11/pack.yaml", "extends", "没有上级包 cn@2025.1")


@pytest.mark.parametrize(
    ("spoil", "name", "message"),
    [
        ({"extends": PROVINCE}, PROVINCE, "省级包不能以省级包为上级"),
        ({"extends": AGENCY}, PROVINCE, "省级包不能以机关包为上级"),
        ({"extends": AGENCY}, AGENCY, "省级包不能以机关包为上级"),
    ],
)
def test_levels_only_fall_so_cycles_cannot_be(root: Path, spoil: dict[str, str], name: str, message: str) -> None:
    write(root, {**province(), **spoil})
    (found,) = faults(lambda: load_pack(root, name))
    assert (found.key, found.message) == ("extends", message)


def test_an_agency_may_stand_right_under_the_nation(root: Path) -> None:
    write(root, {**agency(), "extends": NATION})
    assert load_pack(root, AGENCY).lineage == [NATION, AGENCY]


def test_only_the_nation_stands_alone(root: Path) -> None:
    pack = province()
    del pack["extends"]
    write(root, pack)
    (found,) = faults(lambda: load_pack(root, PROVINCE))
    assert (found.key, found.message) == ("kind", "省级包和机关包须写 extends")


def test_faults_of_parents_come_with_the_child(root: Path) -> None:
    parent = nation()
    parent["add"]["categories"][0]["basis"] = ["某法@2000:1"]
    child = agency()
    child["clauses"][0]["requirement"] = ["S9"]
    write(root, parent, child)
    found = faults(lambda: load_pack(root, AGENCY))
    assert [(fault.file, fault.key) for fault in found] == [
        ("cn/2026.11/pack.yaml", "add.categories[permit].basis[0]"),
        ("office/2026.11/pack.yaml", "clauses[WS公3].requirement[0]"),
    ]


def test_each_fault_is_reported_once_and_at_its_own_file(root: Path) -> None:
    parent = nation()
    parent["title"] = ""
    write(root, parent)
    assert [(fault.file, fault.key) for fault in check_packs(root)] == [("cn/2026.11/pack.yaml", "title")]


def test_what_a_child_breaks_waits_until_its_parents_are_sound(root: Path) -> None:
    parent, child = nation(), agency()
    parent["add"]["time_limits"][0]["counted_by"] = "none"
    write(root, parent, child)
    assert [fault.file for fault in check_packs(root)] == ["cn/2026.11/pack.yaml"]


def test_requirements_have_titles_in_two_languages(root: Path) -> None:
    assert load_requirements(root)["D12"] == RequirementTitle("发布审批", "Release approval")


@pytest.mark.parametrize(
    "line",
    ["D2: 某", "D2: {zh: 某}", "D2: {zh: 某, en: 7}", "X1: {zh: 某, en: some}", "D2: {zh: 7, en: some}"],
)
def test_requirements_written_otherwise_are_a_fault_of_every_check(root: Path, line: str) -> None:
    (root / "requirements.yaml").write_text(f"D1: {{zh: 某, en: some}}\n{line}\n")
    (found,) = check_packs(root)
    assert (found.file, found.line) == ("requirements.yaml", 2)
    assert faults(lambda: load_pack(root, AGENCY)) == [found]


def test_without_requirements_nothing_is_checked(root: Path) -> None:
    (root / "requirements.yaml").unlink()
    assert [str(fault) for fault in check_packs(root)] == ["requirements.yaml:1 没有这个文件"]


def test_a_huge_file_is_refused_without_being_read_whole(root: Path) -> None:
    with (root / "cn" / "2026.11" / "pack.yaml").open("wb") as stream:
        stream.truncate(10_000_000_000)  # sparse: takes no room
    (found,) = faults(lambda: load_pack(root, NATION))
    assert "千字节" in found.message
