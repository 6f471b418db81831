"""`packs check` and `packs compliance`: what they print, and how they exit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heliograph.kernel.tests.packs_written import agency, nation, province, write
from heliograph.regimes.commands import packs_check, packs_compliance

Output = pytest.CaptureFixture[str]


def sound(root: Path, **changes: object) -> list[str]:
    child = agency()
    child["clauses"] = [
        {"id": "WS公3", "summary": "适用类别", "requirement": ["D1"], "state": "served"}
        | {"served_by": ["rule:categories/penalty"]},
        {"id": "WS公5(一)", "summary": "公开事项", "requirement": ["D1"], "state": "partly"}
        | {"served_by": ["act:regimes.install_pack"], "reason": "部分功能尚未交付"},
        {"id": "WS公8", "summary": "某", "state": "asks_nothing", "reason": "不涉及系统"},
    ]
    return ["--root", str(write(root, nation(), province(), {**child, **changes}))]


def test_sound_packs_exit_0(tmp_path: Path, capsys: Output) -> None:
    assert packs_check(sound(tmp_path)) == 0
    assert capsys.readouterr().out == "共检查 3 个规则包，0 处问题。\n"


def test_faults_are_printed_with_file_line_and_key_and_exit_1(tmp_path: Path, capsys: Output) -> None:
    assert packs_check(sound(tmp_path, titel="x")) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("office/2026.11/pack.yaml:")
    assert first.endswith(" titel 不认识的键「titel」，是不是 title")
    assert last == "共检查 3 个规则包，1 处问题。"


def test_faults_can_be_had_as_json(tmp_path: Path, capsys: Output) -> None:
    assert packs_check([*sound(tmp_path, titel="x"), "--json"]) == 1
    (fault,) = json.loads(capsys.readouterr().out)
    assert (fault["file"], fault["key"]) == ("office/2026.11/pack.yaml", "titel")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--root"], ["--root", "/nowhere"], ["extra"]])
def test_misuse_of_check_exits_2(arguments: list[str], capsys: Output) -> None:
    assert packs_check(arguments) == 2
    assert "命令有误" in capsys.readouterr().err


def test_the_table_of_an_agency_is_printed(tmp_path: Path, capsys: Output) -> None:
    assert packs_compliance([*sound(tmp_path), "office"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "某局规则",
        "WS公3  已落实  D1  适用类别",
        "    rule:categories/penalty",
        "WS公5(一)  部分落实  D1  公开事项",
        "    act:regimes.install_pack",
        "    部分功能尚未交付",
        "WS公8  不涉及系统  —  某",
        "    不涉及系统",
        "已落实 1 条，部分落实 1 条，未落实 0 条，不涉及系统 1 条。",
    ]


def test_the_latest_version_is_taken_unless_one_is_named(tmp_path: Path, capsys: Output) -> None:
    sound(tmp_path)
    root = sound(tmp_path, version="2027.1", title="新规则")
    packs_compliance([*root, "office"])
    packs_compliance([*root, "office@2026.11"])
    titles = [line for line in capsys.readouterr().out.splitlines() if line.endswith("规则")]
    assert titles == ["新规则", "某局规则"]


def test_a_clause_that_points_to_nothing_exits_1(tmp_path: Path, capsys: Output) -> None:
    clause = {"id": "WS公8", "summary": "某", "requirement": ["D1"], "state": "served", "served_by": ["page:none"]}
    clauses = [clause, {**clause, "id": "WS公3"}, {**clause, "id": "WS公5(一)"}]
    assert packs_compliance([*sound(tmp_path, clauses=clauses), "office"]) == 1
    assert "page:none（不存在）" in capsys.readouterr().out


def test_the_table_can_be_had_as_json(tmp_path: Path, capsys: Output) -> None:
    assert packs_compliance([*sound(tmp_path), "office", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert (table["pack"], table["summary"]["partly"], len(table["rows"])) == ("office@2026.11", 1, 3)
    assert table["rows"][0]["targets"][0]["resolved"] is True


def test_a_pack_with_faults_has_no_table(tmp_path: Path, capsys: Output) -> None:
    assert packs_compliance([*sound(tmp_path, titel="x"), "office"]) == 1
    assert "titel" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["none"], ["office", "--nonsense"]])
def test_misuse_of_compliance_exits_2(tmp_path: Path, arguments: list[str], capsys: Output) -> None:
    assert packs_compliance([*sound(tmp_path), *arguments]) == 2
    assert "命令有误" in capsys.readouterr().err


def test_an_unknown_agency_is_answered_with_those_there_are(tmp_path: Path, capsys: Output) -> None:
    packs_compliance([*sound(tmp_path), "none"])
    assert "没有机关 none 的规则包；现有：cn、office、prov" in capsys.readouterr().err


def test_without_a_root_the_shipped_packs_are_checked(capsys: Output) -> None:
    packs_check([])
    assert "个规则包" in capsys.readouterr().out
