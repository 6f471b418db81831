"""House rules as plain functions: source text in, complaints with advice out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

FILE_LIMIT = 400
FUNCTION_LIMIT = 40
WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create",
}  # fmt: skip
QUERYSET_WRITES = WRITES - {"save", "update", "delete"}
NEW_ROWS = "heliograph.registers.new_rows"  # writes a row by a statement of its own
CLOCK_CALLS = {"now", "today", "utcnow"}
CLOCK_OWNERS = {"datetime", "date", "timezone"}
FACES = ("portal/", "desk/", "field/", "api/")


def is_test(path: PurePosixPath) -> bool:
    """Say whether a file of the package holds tests."""
    return "tests" in path.parts


def may_write(path: PurePosixPath) -> bool:
    """Say whether a file is a place for writes: an app's actions, or the operator's machinery."""
    named = path.name in {"actions.py", "adjustments.py"} or "actions" in path.parts or "migrations" in path.parts
    return named or path.parts[0] in {"config", "outbox", "kernel"}


def may_read_clock(path: PurePosixPath) -> bool:
    """Say whether a file may ask what time it is: faces, worker tasks, commands."""
    return (
        str(path).startswith(FACES) or path.parts[0] in {"config", "outbox"} or path.name in {"commands.py", "tasks.py"}
    )


def _is_queryset(node: ast.expr) -> bool:
    """Say whether `.update()` or `.delete()` hangs on something that looks like a table's manager or a queryset."""
    return any(isinstance(part, ast.Attribute) and part.attr == "objects" for part in ast.walk(node))


def writes_outside_actions(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of rows written anywhere but in an action: one door for writes."""
    if may_write(path) or is_test(path):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == NEW_ROWS:
            yield f"{path}:{node.lineno} writes rows by {NEW_ROWS}; move it into an action"
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        target = node.func.value
        if node.func.attr == "save" and isinstance(target, ast.Name) and not node.args:
            yield f"{path}:{node.lineno} writes a row; move it into an action"
        elif _is_queryset(target):
            yield f"{path}:{node.lineno} writes rows by .{node.func.attr}(); move it into an action"


def clock_outside_faces(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of a clock read where a test could not set the time: take `at=` or `on=` instead."""
    if may_read_clock(path) or is_test(path):
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCK_CALLS
            and isinstance(node.func.value, ast.Name | ast.Attribute)
            and ast.unparse(node.func.value).rsplit(".", 1)[-1] in CLOCK_OWNERS
        ):
            yield f"{path}:{node.lineno} reads the clock; take at= or on= from the caller"


def chance_outside_draws(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of `random`: a draw must be repeatable from a published seed."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if "random" in names and not is_test(path):
            yield f"{path}:{node.lineno} imports random; chance must be repeatable"


def signals_and_stars(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of signal receivers and star imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if any(alias.name == "*" for alias in node.names):
                yield f"{path}:{node.lineno} imports a star; name what you need"
            if (node.module or "").startswith(("django.dispatch", "django.db.models.signals")):
                yield f"{path}:{node.lineno} uses signals; say the next step in the action"


def deferred_imports(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of imports inside functions: they hide a cycle."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{path}:{node.lineno} imports inside a function; import at the top or use a registry"


def size(path: PurePosixPath, source: str, tree: ast.AST) -> Iterator[str]:
    """Complain of long files and long functions."""
    lines = source.count("\n")
    if lines > FILE_LIMIT:
        yield f"{path} has {lines} lines; the limit is {FILE_LIMIT}, split by subject"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_test(path):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LIMIT:
                yield f"{path}:{node.lineno} {node.name} has {length} lines; the limit is {FUNCTION_LIMIT}"


def unpinned_law(path: PurePosixPath, tree: ast.AST) -> Iterator[str]:
    """Complain of a refusal without a basis: a refusal has a reason and an article."""
    if is_test(path):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Refused"):
            given = len(node.args) + len(node.keywords)
            empty = any(isinstance(arg, ast.Constant) and arg.value == "" for arg in node.args)
            if given < 3 or empty:
                yield f"{path}:{node.lineno} refuses without code, message and basis"


def forbidden_names(path: PurePosixPath) -> Iterator[str]:
    """Complain of module names that say nothing."""
    if path.stem in {"utils", "helpers", "common", "misc", "repositories", "services"}:
        yield f"{path} is named {path.stem}; name it after what it holds"


TREE_RULES = (
    writes_outside_actions,
    clock_outside_faces,
    chance_outside_draws,
    signals_and_stars,
    deferred_imports,
    unpinned_law,
)


def python_complaints(path: PurePosixPath, source: str) -> list[str]:
    """Return every complaint about one Python file of the package; path is relative to `src/heliograph`."""
    tree = ast.parse(source)
    complaints = [*forbidden_names(path), *size(path, source, tree)]
    for rule in TREE_RULES:
        complaints += rule(path, tree)
    return complaints


APPENDS = frozenset({"append", "append_public", "record_read"})
RECORDERS = ("ledger/", "config/", "outbox/", "kernel/")  # the ledger itself, and machinery without acts


def _called(function: ast.AST) -> set[str]:
    """Return the names that a function calls, methods by their last part left out: an act calls acts by name."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def _is_act(function: ast.FunctionDef) -> bool:
    """Say whether a function is a public act: one transaction of its own."""
    decorators = {ast.unparse(one) for one in function.decorator_list}
    return "transaction.atomic" in decorators and not function.name.startswith("_")


def acts_without_record(trees: Mapping[PurePosixPath, ast.Module]) -> list[str]:
    """Complain of acts that leave no record: neither they nor a function they call appends one to the ledger.

    That the record covers every row an act wrote is tried elsewhere, by recounting the demonstration.
    """
    functions = [
        (path, node)
        for path, tree in trees.items()
        if may_write(path) and not is_test(path) and not str(path).startswith(RECORDERS)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    ]
    called = {node.name: _called(node) for _, node in functions}
    recording = set(APPENDS)
    while more := {name for name, names in called.items() if name not in recording and names & recording}:
        recording |= more
    return [
        f"{path}:{node.lineno} {node.name} leaves no record; append one to the ledger in its transaction"
        for path, node in functions
        if _is_act(node) and node.name not in recording
    ]


INLINE = re.compile(r"<(?:script(?![^>]*\bsrc=)|style\b)[^>]*>|\s(?:style|on[a-z]+)\s*=\s*[\"']", re.IGNORECASE)
SAFE_SCRIPT = re.compile(r'<script[^>]*type="application/(?:json|ld\+json)"')


def template_complaints(path: PurePosixPath, source: str) -> list[str]:
    """Return every inline script, style or handler of a template: the content security policy forbids them."""
    return [
        f"{path}:{number} has inline script, style or handler: {found.group(0).strip()}"
        for number, line in enumerate(source.splitlines(), 1)
        for found in INLINE.finditer(line)
        if not SAFE_SCRIPT.search(line)
    ]


MACHINE = re.compile(r"(?<![A-Za-z0-9_./-])/(?:work|farm|root|home/[a-z]+)/")
REGISTRY = re.compile(r"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|debian\.org)", re.IGNORECASE)


def repository_complaints(path: PurePosixPath, source: str) -> list[str]:
    """Return paths of somebody's machine and addresses of package registries found in a file of the repository."""
    return [
        f"{path}:{number} names a machine's path or a package registry: {found.group(0)}"
        for number, line in enumerate(source.splitlines(), 1)
        for pattern in (MACHINE, REGISTRY)
        for found in pattern.finditer(line)
    ]


def read(path: Path) -> str:
    """Read a text file of the repository."""
    return path.read_text(encoding="utf-8")
