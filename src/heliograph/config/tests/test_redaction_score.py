"""`heliograph redaction score`: figures in Chinese, and a clear word for what cannot be measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heliograph.config.cli import main
from heliograph.config.redaction_score import MAX_BYTES
from heliograph.kernel.redaction.scoring import half_of

Output = pytest.CaptureFixture[str]
TEXT = "证人王丽丽的电话13853901234，又称阿某。"


def file(root: Path, *, cue: bool | None = True) -> Path:
    spans = [{"start": 2, "end": 5, "kind": "name", "cue": cue}, {"start": 0, "end": 1, "kind": "plate"}]
    path = root / "marked.jsonl"
    path.write_text(json.dumps({"text": TEXT, "spans": spans}) + "\n", "utf-8")
    return path


def test_figures_misses_and_false_hits_are_printed(tmp_path: Path, capsys: Output) -> None:
    assert main(["redaction", "score", str(file(tmp_path))]) == 0
    out = capsys.readouterr().out
    assert "全部：1 句，其中 0 句没有遗漏。" in out
    assert "姓名　1　1　1　1　1.000　1.000" in out
    assert "车牌号　1　0　0　0　0.000　—" in out
    assert "姓名旁有称谓：1 处，召回率 1.000\n姓名旁无称谓：0 处，召回率 —" in out
    assert "遗漏：1 处\n  车牌号　【证】人王丽丽的电话1" in out
    assert "误报：1 处\n  电话号码" in out
    assert main(["redaction", "score", str(file(tmp_path, cue=None)), "--half", half_of(TEXT)]) == 0
    assert "姓名旁" not in capsys.readouterr().out


def test_what_cannot_be_measured_is_misuse(tmp_path: Path, capsys: Output) -> None:
    good = file(tmp_path)
    other = "tune" if half_of(TEXT) == "held-out" else "held-out"
    latin, large, wrong = tmp_path / "latin", tmp_path / "large", tmp_path / "wrong"
    latin.write_bytes("证人".encode("gbk"))
    wrong.write_text("{}")
    with large.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    for arguments, message in (
        ([str(tmp_path / "none")], "没有这个文件"),
        ([str(tmp_path)], "这是一个目录"),
        ([str(good) + "/x"], "没有权限或者读取失败"),
        ([str(latin)], "不是 UTF-8 文本"),
        ([str(large)], "文件超过 50 MB"),
        ([str(wrong)], "第 1 行不是要求的格式"),
        ([str(good), "--pack", "nobody@2026.11"], "nobody"),
        ([str(good), "--half", other], "没有句子"),
    ):
        assert main(["redaction", "score", *arguments]) == 2
        assert message in capsys.readouterr().err
