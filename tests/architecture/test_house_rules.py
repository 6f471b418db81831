"""The house rules hold for the tree, and each sees the violation it is there for."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture import house_rules

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "heliograph"


def package_files(suffix: str) -> list[Path]:
    return sorted(path for path in PACKAGE.rglob(f"*{suffix}") if "__pycache__" not in path.parts)


def test_every_python_file_keeps_the_house_rules() -> None:
    complaints: list[str] = []
    for path in package_files(".py"):
        relative = PurePosixPath(path.relative_to(PACKAGE).as_posix())
        if "migrations" not in relative.parts:
            complaints += house_rules.python_complaints(relative, house_rules.read(path))
    assert complaints == []


def test_every_act_leaves_a_record() -> None:
    trees = {
        PurePosixPath(path.relative_to(PACKAGE).as_posix()): ast.parse(house_rules.read(path))
        for path in package_files(".py")
    }
    assert house_rules.acts_without_record(trees) == []


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ("    row.save()\n", 1),
        ("    row.save()\n    append('case.filed', subject=row)\n", 0),
        ("    _file(row)\n\ndef _file(row):\n    append('case.filed', subject=row)\n", 0),
        ("    rows.append(row)\n", 1),
    ],
)
def test_an_act_without_record_is_caught(body: str, complaints: int) -> None:
    source = f"@transaction.atomic\ndef file_case(*, at):\n{body}"
    trees = {PurePosixPath("dossiers/actions.py"): ast.parse(source)}
    assert len(house_rules.acts_without_record(trees)) == complaints


def test_no_template_has_inline_script_or_style() -> None:
    complaints: list[str] = []
    for path in package_files(".html"):
        relative = PurePosixPath(path.relative_to(PACKAGE).as_posix())
        complaints += house_rules.template_complaints(relative, house_rules.read(path))
    assert complaints == []


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    complaints: list[str] = []
    for name in filter(None, listed):
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".sh", ".html", ".txt", ""}
            and path.is_file()
        ):
            if name.startswith("tests/architecture/"):
                continue
            complaints += house_rules.repository_complaints(PurePosixPath(name), house_rules.read(path))
    assert complaints == []


PLANTED = {
    "a row saved in a page": ("desk/pages/home.py", "def page(entry):\n    entry.save()\n"),
    "rows updated in a query": ("registers/queries.py", "x = Entry.objects.filter(a=1).update(b=2)\n"),
    "rows created in a page": ("portal/pages.py", "Entry.objects.create(a=1)\n"),
    "a row inserted in a page": ("desk/pages/home.py", "from heliograph.registers.new_rows import insert\n"),
    "a clock in an action": ("registers/actions/people.py", "from django.utils import timezone\nx = timezone.now()\n"),
    "a clock in a rule": ("duties/rules.py", "from datetime import date\nx = date.today()\n"),
    "chance in an action": ("inspections/actions.py", "import random\n"),
    "a signal": ("registers/apps.py", "from django.db.models.signals import post_save\n"),
    "a star import": ("registers/models/x.py", "from heliograph.kernel import *\n"),
    "an import inside a function": ("registers/x.py", "def f():\n    import json\n    return json\n"),
    "a long file": ("registers/x.py", "x = 1\n" * (house_rules.FILE_LIMIT + 1)),
    "a long function": ("registers/x.py", "def f():\n" + "    x = 1\n" * house_rules.FUNCTION_LIMIT),
    "a refusal without an article": ("registers/rules.py", "x = Refused('a.b', '不行', '')\n"),
    "a file named utils": ("registers/utils.py", "x = 1\n"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_violation_is_caught(name: str) -> None:
    path, source = PLANTED[name]
    assert len(house_rules.python_complaints(PurePosixPath(path), source)) == 1


def test_clean_code_draws_no_complaint() -> None:
    source = "def file_case(*, at):\n    row.save()\n    return Refused('a', '不行，因为', '行政处罚法@2021:54')\n"
    assert house_rules.python_complaints(PurePosixPath("dossiers/actions.py"), source) == []


@pytest.mark.parametrize(
    "markup",
    ['<p style="color:red">', "<script>alert(1)</script>", '<a onclick="go()">', "<style>p{}</style>"],
)
def test_planted_inline_code_in_a_template_is_caught(markup: str) -> None:
    assert house_rules.template_complaints(PurePosixPath("a.html"), markup) != []


def test_external_script_is_not_taken_for_inline() -> None:
    assert (
        house_rules.template_complaints(PurePosixPath("a.html"), '<script src="/static/js/zf.js" defer></script>') == []
    )


@pytest.mark.parametrize("line", ["open('/" + "work/x')", "see https://" + "pypi.org/simple"])
def test_planted_machine_path_or_registry_is_caught(line: str) -> None:
    assert house_rules.repository_complaints(PurePosixPath("a.md"), line) != []
