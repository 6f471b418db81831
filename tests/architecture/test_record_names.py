"""Every kind of record that the code writes has a Chinese name, and every name is of a kind that is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from heliograph.duties.models import DutyChange
from heliograph.ledger.record_names import FACTS, KINDS, READS, name_of
from heliograph.procedures.models import RunChange
from heliograph.registers.models import AccountChange, ErasureRequest, LawImport

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "heliograph"
KIND = re.compile(r"[a-z]+\.[a-z_]+")
NO_KINDS = {
    "calendar.csv", "log.entry", "log.root", "log.tile", "registers.import_entries", "dossiers.stamp_document",
    "dossiers.compare_scan",
}  # fmt: skip  # files, faults, tasks
OPEN_ENDS = {"kind", "what", "act", "state"}  # names that stand for the second half of a kind
# the halves that come from a table of choices
CHOICES = {
    "account": AccountChange.Act.values,
    "duty": DutyChange.Kind.values,
    "run": RunChange.Kind.values,
    "law": [state for state in LawImport.State.values if state != "pending"],
    "erasure": [state for state in ErasureRequest.State.values if state != "pending"],
}


def actions() -> Iterator[ast.Module]:
    for path in sorted(PACKAGE.rglob("*.py")):
        named = path.name in {"actions.py", "adjustments.py", "publications.py", "salts.py"} or "actions" in path.parts
        if named and not {"tests", "desk", "portal"} & set(path.parts):
            yield ast.parse(path.read_text(encoding="utf-8"))


def words_of(call: ast.Call) -> list[str]:
    return [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]


def words_outside_refusals(node: ast.AST) -> Iterator[str]:
    """Yield the texts of a module; a refusal has a code, which may read like a kind."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Refused"):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from words_outside_refusals(inner)


def kinds_of(module: ast.Module) -> set[str]:
    """Return the kinds that a module writes: whole ones, and halves put together with what they are called with."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    found = {word for word in words_outside_refusals(module) if KIND.fullmatch(word)}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) and len(node.values) == 2 and isinstance(node.values[0], ast.Constant):
            start, end = str(node.values[0].value), ast.unparse(node.values[1]).strip("f'\"{}")
            if re.fullmatch(r"[a-z]+\.", start) and end.rpartition(".")[2] in OPEN_ENDS:
                called = {word for call in calls if ast.unparse(call.func) == "_append" for word in words_of(call)}
                ends = CHOICES.get(start[:-1]) or [word for word in called if re.fullmatch(r"[a-z_]+", word)]
                assert ends, f"{start} has no known ends"
                found |= {f"{start}{word}" for word in ends}
    return found - NO_KINDS


def test_every_kind_that_is_written_has_a_name_and_every_name_a_kind() -> None:
    written = {kind for module in actions() for kind in kinds_of(module)}
    assert {"entry.drafted", "unit.closed", "duty.suspend", "import.done", "law.refused", "records.read"} <= written
    assert sorted(written - set(KINDS)) == []
    assert sorted(set(KINDS) - written) == []


def test_names_are_chinese_and_differ() -> None:
    names = [*KINDS.values()]
    assert len(set(names)) == len(names)
    assert all("\u4e00" <= name[0] <= "\u9fff" for name in [*names, *FACTS.values()])
    assert set(READS) <= set(KINDS)
    assert name_of("entry.drafted") == "编制条目"
    assert name_of("not.yet_named") == "not.yet_named"
