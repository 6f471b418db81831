"""Documents move with the code: glossary, decisions, readme, locks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "heliograph"
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
README_LIMIT = 150


def parsed(pattern: str) -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.glob(pattern))]


def tables() -> set[str]:
    """Return the names of all Django models of the product."""
    modules = parsed("*/models.py") + parsed("*/models/*.py")
    classes = [node for module in modules for node in module.body if isinstance(node, ast.ClassDef)]
    model_bases = {"models.Model", "AbstractBaseUser"}
    return {node.name for node in classes if model_bases & {ast.unparse(base) for base in node.bases}}


def acts() -> set[str]:
    """Return the names of all public actions: functions whose body runs in a transaction of their own."""
    modules = parsed("*/actions.py") + parsed("*/actions/*.py") + parsed("*/adjustments.py")
    functions = [node for module in modules for node in module.body if isinstance(node, ast.FunctionDef)]
    return {
        node.name
        for node in functions
        if not node.name.startswith("_") and "transaction.atomic" in {ast.unparse(each) for each in node.decorator_list}
    }


def test_every_table_and_every_act_stands_in_the_glossary() -> None:
    assert len(tables()) > 15
    assert len(acts()) > 20
    assert sorted(name for name in tables() | acts() if f"`{name}`" not in GLOSSARY) == []


def test_readmes_are_short_and_their_links_lead_somewhere() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.count("\n") <= README_LIMIT
        targets = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
        assert [link for link in targets if not (ROOT / link).exists()] == []


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    readers = [path for path in (PACKAGE / "config").rglob("*.py") if "tests" not in path.parts]
    literals = {
        node.value
        for path in readers
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    variable = re.compile(r"HELIOGRAPH_[A-Z_]+|DATABASE_URL")
    read = {text for text in literals if variable.fullmatch(text)}
    rows = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert len(read) > 8
    assert set(re.findall(r"^\| `([A-Z_]+)`", rows, re.MULTILINE)) == read


def test_decisions_are_listed_and_numbered_without_gaps() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name[:4]) for name in listed] == list(range(1, len(listed) + 1))


def test_lock_pins_names_versions_and_hashes_and_nothing_else() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    allowed = re.compile(r"[a-z0-9][a-z0-9.\-\[\]]*==\S+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|#.*|")
    assert [line for line in lines if not allowed.fullmatch(line)] == []
    assert "://" not in "\n".join(lines)
