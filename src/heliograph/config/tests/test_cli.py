"""The command line: grammar, exit codes, and what the demonstration refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from heliograph.config import cli, installation
from heliograph.config.installation import (
    DemoAccount,
    claim_for_demo,
    read_demo_accounts,
    read_demo_mark,
    write_demo_mark,
)


def heliograph(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HELIOGRAPH_", "DJANGO_"))}
    environment |= {"HELIOGRAPH_HOME": str(home), **variables}
    line = [sys.executable, "-m", "heliograph.config.cli", *arguments]
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("line", [[], ["unknown"], ["packs"], ["restore"], ["demo-code"]])
def test_misuse_exits_with_2(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(line)
    assert ended.value.code == 2
    assert "usage: heliograph" in capsys.readouterr().err


def test_the_demo_is_refused_on_an_open_address(tmp_path: Path) -> None:
    outcome = heliograph(tmp_path, "demo", HELIOGRAPH_BIND="0.0.0.0:8000", DATABASE_URL="")
    assert outcome.returncode == 2
    assert "演示环境只能在本机地址上运行" in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_home_of_real_work_is_never_a_demo_and_never_reset(tmp_path: Path) -> None:
    (tmp_path / "postgres.json").write_text("{}")
    (tmp_path / "files").mkdir()
    for line in (["demo"], ["demo", "--reset"]):
        outcome = heliograph(tmp_path, *line)
        assert outcome.returncode == 2
        assert "不是演示数据" in outcome.stderr
    assert (tmp_path / "files").is_dir()


def test_a_named_database_is_never_a_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "uses_embedded_cluster", lambda: False)
    with pytest.raises(CommandError, match="取消 DATABASE_URL"):
        claim_for_demo(tmp_path)


def test_the_demo_mark_keeps_version_and_people(tmp_path: Path) -> None:
    assert read_demo_mark(tmp_path) is None
    claim_for_demo(tmp_path)
    assert read_demo_mark(tmp_path) == ""
    li = DemoAccount("li", "password", "SECRET", "承办人")
    write_demo_mark(tmp_path, "3", [li])
    claim_for_demo(tmp_path)
    assert (read_demo_mark(tmp_path), read_demo_accounts(tmp_path)) == ("3", [li])


def test_the_installed_packs_are_sound(capfd: pytest.CaptureFixture[str]) -> None:
    call_command("packs_check")
    assert "0 处问题" in capfd.readouterr().out


def test_the_compliance_table_of_an_unknown_agency_is_misuse() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("packs_compliance", "no-such-agency")
    assert refused.value.returncode == 2
