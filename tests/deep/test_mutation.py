"""Mutation: a rule with one comparison, word or sign turned must be noticed by the tests beside it.

Only modules without Django and database: their tests need nothing of the tree's own configuration.
"""

from __future__ import annotations

import ast
import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.settings import ROOT

SOURCES = {
    "heliograph/kernel/timelimits.py": ("kernel/tests/test_timelimits.py", "kernel/tests/test_timelimits_oracle.py"),
    "heliograph/kernel/tlog/proofs.py": ("kernel/tests/test_tlog_tree.py",),
    "heliograph/duties/rules.py": ("duties/tests/test_rules.py",),
}
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
TAKEN = 40  # mutants of each file, evenly spread
NOTICED = 0.9  # the least share: some mutants mean the same as the original
LIMIT_SECONDS = 120
Place = tuple[int, str, int]
PLAIN = [
    "-p", "no:django", "-p", "no:xdist", "-p", "no:cacheprovider", "--noconftest", "--import-mode=importlib",
    "--hypothesis-profile=ci",  # the same examples each time, and no deadline
]  # fmt: skip


def places(tree: ast.Module) -> Iterator[Place]:
    """Yield where something can be turned: the node's number in the walk, its field, the place in the field."""
    for number, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.Compare):
            yield from ((number, "ops", at) for at, one in enumerate(node.ops) if type(one) in TURNED)
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in TURNED:
            yield number, "op", -1


def mutant(tree: ast.Module, turned: Iterable[Place]) -> str:
    """Return the source with these things turned."""
    changed = copy.deepcopy(tree)
    nodes = list(ast.walk(changed))
    for number, field, at in turned:
        found = getattr(nodes[number], field)
        if at < 0:
            setattr(nodes[number], field, TURNED[type(found)]())
        else:
            found[at] = TURNED[type(found[at])]()
    return ast.unparse(changed)


def described(tree: ast.Module, place: Place) -> str:
    """Return the line and the words of a place, for people."""
    node = list(ast.walk(tree))[place[0]]
    return f"{getattr(node, 'lineno', 0)}: {ast.unparse(node)} [{place[2]}]"


class Copy:
    """A copy of the sources whose one module is turned and tested."""

    def __init__(self, root: Path, source: str) -> None:
        self.root, self.path = root, root / "src" / source
        self.tests = [str(root / "src" / "heliograph" / name) for name in SOURCES[source]]
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
        (root / "packs").symlink_to(ROOT / "packs")  # the calendar is read from them
        (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def passes(self, text: str) -> bool:
        """Run the tests on another text of the module; one that runs for ever is noticed, too."""
        self.path.write_text(text, encoding="utf-8")
        line = [sys.executable, "-m", "pytest", "-q", "-x", "-c", str(self.root / "pytest.ini"), *PLAIN]
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            outcome = subprocess.run(
                [*line, *self.tests], cwd=self.root, env=environment, capture_output=True, timeout=LIMIT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return False
        assert outcome.returncode in {0, 1, 2}, outcome.stdout.decode()  # passed, failed, could not be read
        return outcome.returncode == 0


@pytest.mark.deep
@pytest.mark.parametrize("source", SOURCES)
def test_a_turned_rule_is_noticed(source: str, tmp_path: Path) -> None:
    trial = Copy(tmp_path, source)
    tree = ast.parse(trial.path.read_text(encoding="utf-8"))
    found = list(places(tree))
    assert trial.passes(mutant(tree, ())), "the tests do not pass before anything is turned"
    assert not trial.passes(mutant(tree, found)), "the tests pass with everything turned: they read another copy"
    chosen = found[:: max(1, len(found) // TAKEN)]
    survived = [described(tree, place) for place in chosen if trial.passes(mutant(tree, [place]))]
    sys.stdout.write(f"{source}: {len(chosen) - len(survived)} of {len(chosen)} mutants noticed; left: {survived}\n")
    assert len(chosen) > 10
    assert len(survived) <= len(chosen) * (1 - NOTICED), survived
