"""The import contracts hold, and each sees the planted import it is there for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PLANTED = {
    "floors": ("kernel/planted.py", "import heliograph.registers.rules\n", "Floors"),
    "a room on the same floor": ("portal/planted.py", "import heliograph.desk\n", "Floors"),
    "pure kernel": ("kernel/planted.py", "import django\n", "Kernel and rules are pure"),
    "pure rules": ("registers/rules.py", "import heliograph.registers.models\n", "Kernel and rules are pure"),
    "rooms inside an app": ("registers/queries.py", "import heliograph.registers.actions\n", "Rooms inside an app"),
    "a portal that writes": ("portal/planted.py", "import heliograph.disclosure.actions\n", "The portal reads"),
    "a cycle": ("kernel/verdict.py", "def late():\n    import heliograph.kernel.ids\n", "No cycles"),
    "an app that nobody placed": ("newcomer/__init__.py", "", "Floors"),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on a tree that holds `heliograph` and `.importlinter`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", ".importlinter", "--no-cache"]
    return subprocess.run(
        command,
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin"},
    )


def copy_of_the_tree(target: Path) -> Path:
    shutil.copytree(
        ROOT / "src" / "heliograph",
        target / "heliograph",
        ignore=shutil.ignore_patterns("__pycache__", "static", "*.html"),
    )
    shutil.copy(ROOT / ".importlinter", target / ".importlinter")
    return target


def test_contracts_hold_for_the_tree(tmp_path: Path) -> None:
    result = lint(copy_of_the_tree(tmp_path))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", PLANTED)
def test_planted_import_is_caught(name: str, tmp_path: Path) -> None:
    path, source, contract = PLANTED[name]
    tree = copy_of_the_tree(tmp_path)
    planted = tree / "heliograph" / path
    planted.parent.mkdir(exist_ok=True)
    former = planted.read_text() if planted.exists() else '"""Planted."""\n'
    planted.write_text(former + "\n" + source)
    result = lint(tree)
    assert result.returncode != 0
    assert contract in result.stdout
