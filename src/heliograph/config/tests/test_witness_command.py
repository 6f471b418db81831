"""`heliograph witness`: setting one up, and what it refuses. How it serves is tested beside the server."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from heliograph.config import cli
from heliograph.kernel.tlog.notes import Ed25519Signer
from heliograph.ledger.witness_home import LOGS, WitnessHome

NAME = "witness.example/w1"
LOG = Ed25519Signer("log.example/public/2026", b"\x01" * 32)


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    return ["witness", "--home", str(tmp_path / "w")]


def test_the_key_is_made_with_a_name_and_printed(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*line, "--vkey"]) == 2
    assert "--name" in capsys.readouterr().err
    assert cli.main([*line, "--name", NAME, "--vkey"]) == 0
    assert cli.main([*line, "--vkey"]) == 0
    assert set(capsys.readouterr().out.splitlines()) == {WitnessHome(Path(line[2])).open().vkey}
    assert cli.main([*line, "--name", "another.example", "--vkey"]) == 2


def test_without_a_home_it_lies_beside_the_product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_HOME", str(tmp_path))
    assert cli.main(["witness", "--name", NAME, "--vkey"]) == 0
    assert WitnessHome(tmp_path / "witness").open().name == NAME


def test_a_log_is_added_once(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*line, "--add-log", LOG.vkey]) == 0
    assert cli.main([*line, "--add-log", LOG.vkey]) == 0
    assert capsys.readouterr().out == "已加入日志。\n该日志已在名单中。\n"
    assert cli.main([*line, "--add-log", "nonsense"]) == 2
    assert "日志公钥不能使用" in capsys.readouterr().err
    assert (Path(line[2]) / LOGS).read_text() == f"log {LOG.vkey}\n"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_address_that_is_none_or_taken(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*line, "--bind", "nowhere"])
    assert ended.value.code == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert cli.main([*line, "--name", NAME, "--bind", f"127.0.0.1:{taken.getsockname()[1]}"]) == 2
    assert "不能使用" in capsys.readouterr().err
