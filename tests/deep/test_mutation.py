"""Mutation: a rule with one comparison, constant or word turned must be noticed by the tests beside it."""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.settings import ROOT

SOURCES = {
    "heliograph/kernel/timelimits.py": "heliograph/kernel/tests/test_timelimits.py",
    "heliograph/kernel/tlog/proofs.py": "heliograph/kernel/tests/test_tlog_tree.py",
    "heliograph/duties/rules.py": "heliograph/duties/tests/test_rules.py",
}
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
TAKEN = 40  # mutants of each file, evenly spread
NOTICED = 0.8  # the least share: some mutants mean the same as the original


def places(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """Yield where something can be turned: the node's number in the walk, its field, the place in the field."""
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Compare):
            yield from ((number, "ops", at) for at, one in enumerate(node.ops) if type(one) in TURNED)
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in TURNED:
            yield number, "op", -1


def mutant(tree: ast.Module, place: tuple[int, str, int]) -> str:
    """Return the source with one thing turned."""
    changed = copy.deepcopy(tree)
    number, field, at = place
    node = list(ast.walk(changed))[number]
    found = getattr(node, field)
    if at < 0:
        setattr(node, field, TURNED[type(found)]())
    else:
        found[at] = TURNED[type(found[at])]()
    return ast.unparse(changed)


def passes(root: Path, tests: str) -> bool:
    """Run the tests on the copy of the sources; a mutant that runs for ever is noticed, too."""
    line = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", str(root / "src" / tests)]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    try:
        return subprocess.run(line, cwd=root, env=environment, capture_output=True, timeout=120).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.mark.deep
@pytest.mark.parametrize("source", SOURCES)
def test_a_turned_rule_is_noticed(source: str, tmp_path: Path) -> None:
    for name in ("src", "tests", "packs", "verifier"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    path = tmp_path / "src" / source
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert passes(tmp_path, SOURCES[source]), "the tests do not pass before anything is turned"
    found = list(places(tree))
    step = max(1, len(found) // TAKEN)
    survived = []
    for place in found[::step]:
        path.write_text(mutant(tree, place), encoding="utf-8")
        if passes(tmp_path, SOURCES[source]):
            survived.append(place)
    tried = len(found[::step])
    assert tried > 10
    assert len(survived) <= tried * (1 - NOTICED), f"{len(survived)} of {tried} mutants survived: {survived}"
