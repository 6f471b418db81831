"""The verifier is a second reading of the formats: it shares no code with the product, and needs next to nothing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from heliograph_verify.messages import TEXTS
from tests.architecture.house_rules import FILE_LIMIT, FUNCTION_LIMIT
from tests.vectors.small_log import SmallLog

ROOT = Path(__file__).resolve().parent.parent.parent
VERIFIER = ROOT / "verifier"
SOURCES = sorted((VERIFIER / "heliograph_verify").glob("*.py"))
ALLOWED = sys.stdlib_module_names | {"cryptography", "heliograph_verify"}
NO_NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "asyncio", "subprocess", "ctypes"}


def imported(source: str) -> set[str]:
    """Return the top-level names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_imports_nothing_of_the_product_and_no_network(path: Path) -> None:
    names = imported(path.read_text(encoding="utf-8"))

    assert names <= ALLOWED
    assert not names & NO_NETWORK


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_it_is_short_enough_to_be_read(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= FILE_LIMIT
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < FUNCTION_LIMIT, node.name


def test_it_names_its_needs_and_its_command_as_the_product_does() -> None:
    alone = tomllib.loads((VERIFIER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    product = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert [need.split(">")[0] for need in alone["dependencies"]] == ["cryptography"]
    assert alone["scripts"]["heliograph-verify"] == product["scripts"]["heliograph-verify"]
    assert (alone["version"], alone["requires-python"]) == (product["version"], product["requires-python"])


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    used = {
        node.value
        for path in SOURCES
        if path.name != "messages.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    marks = {code for code in TEXTS if code.startswith("mark_")}

    assert set(TEXTS) - marks <= used
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Unreadable":
                code = node.args[0]
                assert not isinstance(code, ast.Constant) or code.value in TEXTS


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own, with nothing of the product on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "heliograph_verify", *arguments],
        env={**kept, "PYTHONPATH": str(VERIFIER), **environment},
        capture_output=True,
        check=False,
    )


def test_the_command_speaks_the_language_of_its_reader(tmp_path: Path) -> None:
    log = SmallLog([b"entry"]).write(tmp_path)

    assert "结论：".encode() in run("log", log, PYTHONUTF8="1").stdout
    assert "结论：".encode() in run("log", log, LANG="zh_CN.UTF-8", PYTHONUTF8="1").stdout
    assert b"Result: " in run("log", log, LANG="en_GB.UTF-8").stdout
    assert b"Result: " in run("--lang", "en", "log", log, LANG="zh_CN.UTF-8").stdout
    assert b"Result: " in run("log", log, "--lang", "en").stdout
    poor = run("log", log, PYTHONIOENCODING="ascii")
    assert (poor.returncode, b"\\u7ed3\\u8bba" in poor.stdout, poor.stderr) == (0, True, b"")


def test_the_exit_code_says_what_was_found(tmp_path: Path) -> None:
    log = SmallLog([b"entry", b"another"]).write(tmp_path)
    assert run("log", log).returncode == 0
    (log / "tile/0/000.p/2").write_bytes(bytes(64))
    assert run("log", log).returncode == 1
    (log / "checkpoint").unlink()
    assert run("log", log).returncode == 2
    assert run().returncode == 2
    assert run("--help").returncode == 0
