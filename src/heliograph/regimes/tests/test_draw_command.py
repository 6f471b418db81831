"""`packs draw`: what it writes into a flowchart, and what it refuses without touching anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from heliograph.kernel.bpmn import read_process
from heliograph.kernel.tests.test_packs_procedures import CALLED, FLOWCHART
from heliograph.regimes.commands import packs_draw

Output = pytest.CaptureFixture[str]


def flowchart(root: Path, text: str = FLOWCHART, name: str = "ordinary.bpmn") -> Path:
    file = root / name
    file.write_text(text, "utf-8")
    return file


def test_the_drawing_is_written_into_the_file_and_nothing_else_changes(tmp_path: Path, capsys: Output) -> None:
    file = flowchart(tmp_path)
    assert packs_draw([str(file)]) == 0
    assert capsys.readouterr().out == f"{file} 已排版。\n"
    drawn = file.read_bytes()
    assert b"BPMNDiagram" in drawn
    assert read_process(drawn) == read_process(FLOWCHART.encode())


def test_drawing_twice_gives_the_same_file(tmp_path: Path) -> None:
    file = flowchart(tmp_path)
    assert packs_draw([str(file)]) == 0
    once = file.read_bytes()
    assert packs_draw([str(file)]) == 0
    assert file.read_bytes() == once


def test_a_picture_is_saved_on_demand_only(tmp_path: Path) -> None:
    file = flowchart(tmp_path)
    packs_draw([str(file)])
    assert not file.with_suffix(".svg").exists()
    packs_draw([str(file), "--svg"])
    assert file.with_suffix(".svg").read_text("utf-8").startswith("<svg ")


def test_a_picture_is_saved_on_sheets_of_a_paper(tmp_path: Path) -> None:
    file = flowchart(tmp_path)
    assert packs_draw([str(file), "--paper", "A4"]) == 0
    part, *_ = sorted(tmp_path.glob("*-A4-*.svg"))
    assert part.name == f"{file.stem}-A4-1-1.svg"
    assert 'mm" role="img"' in part.read_text("utf-8")
    assert packs_draw([str(file), "--paper", "A5"]) == 2


def test_a_refused_flowchart_is_left_as_it_was_and_told(tmp_path: Path, capsys: Output) -> None:
    bad = flowchart(tmp_path, FLOWCHART.replace("bpmn:userTask", "bpmn:scriptTask"), "bad.bpmn")
    good = flowchart(tmp_path, CALLED, "good.bpmn")
    before = bad.read_bytes()
    assert packs_draw([str(bad), str(good)]) == 1
    assert bad.read_bytes() == before
    assert "scriptTask" in capsys.readouterr().out
    assert b"BPMNDiagram" in good.read_bytes()


@pytest.mark.parametrize("arguments", [[], ["nothing.bpmn"], ["--nonsense"]])
def test_misuse_exits_2(arguments: list[str], capsys: Output) -> None:
    assert packs_draw(arguments) == 2
    assert "命令有误" in capsys.readouterr().err


def test_nothing_is_written_when_one_of_the_files_is_not_there(tmp_path: Path) -> None:
    file = flowchart(tmp_path)
    before = file.read_bytes()
    assert packs_draw([str(file), str(tmp_path / "absent.bpmn")]) == 2
    assert packs_draw([str(file), str(flowchart(tmp_path, FLOWCHART, "ordinary.xml"))]) == 2
    assert file.read_bytes() == before


def test_a_file_of_unfair_size_is_refused_unread(tmp_path: Path) -> None:
    assert packs_draw([str(flowchart(tmp_path, " " * 500_000))]) == 2
