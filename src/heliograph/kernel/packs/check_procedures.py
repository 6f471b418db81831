"""Checks over the procedures of a merged pack: every flowchart, table, fact and duty rule means something that exists.

A procedure passes only when it can be read, every name in it is known, every marking it can reach leads to an end and
every gateway always has a way out; a table only when it has neither gaps nor overlaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from heliograph.kernel.bpmn import (
    BpmnRefusedError,
    Definition,
    Element,
    Fault,
    Kind,
    Process,
    gateway_faults,
    prove_flow,
)
from heliograph.kernel.dmn import Table, TableRefusedError, prove_table
from heliograph.kernel.feel import FactDef, FeelError, check_expression, compile_expression
from heliograph.kernel.packs.compiling import definition_of, dictionary_of, procedures_for, process_of, table_of
from heliograph.kernel.packs.discretion import discretion_faults
from heliograph.kernel.packs.procedure_rules import (
    ACTS,
    CASE_EVENTS,
    ROLES,
    ClosingOutcome,
    DecisionTable,
    DutyRule,
    Fact,
    Procedure,
)
from heliograph.kernel.packs.references import Finding, References, known

_STEP: Final = "step."


def _of_fact(fact: Fact, refs: References) -> Iterator[Finding]:
    if any(other.name == fact.name and other.id != fact.id for other in refs.pack.rules.facts):
        yield ("name",), f"事实「{fact.name}」重复"


def _of_table(rule: DecisionTable, refs: References) -> Iterator[Finding]:
    dictionary = dictionary_of(refs.pack.rules)
    try:
        table = table_of(rule.source)
        faults = _table_proof(table, tuple(dictionary.values()))
    except TableRefusedError as error:
        yield from ((("file",), f"{rule.file} {fault}") for fault in error.faults)
        return
    if table.id != rule.id:
        yield ("id",), f"{rule.file} 里的编号是 {table.id}，应与 id 相同"
    yield from ((("file",), f"{rule.file} {fault}") for fault in faults)
    for fault in (*discretion_faults(table, dictionary), *_bad_articles(table, refs)):
        yield ("file",), f"{rule.file} {fault}"
    for column in table.outputs:
        if column.name not in dictionary:
            yield ("file",), f"{rule.file} 没有事实「{column.name}」"
    for number, row in enumerate(table.rows, 1):
        for message in _bad_citations(row.basis, refs):
            yield ("file",), f"{rule.file} 第 {number} 行{message}"


def _bad_articles(table: Table, refs: References) -> Iterator[str]:
    yield from (fault for article in table.articles for fault in _bad_citations(article, refs))


@lru_cache(maxsize=256)
def _table_proof(table: Table, facts: tuple[FactDef, ...]) -> tuple[str, ...]:
    """Return the overlaps, gaps and open ends of a table in words. Raises TableRefusedError."""
    proof = prove_table(table, {fact.name: fact for fact in facts})
    return tuple(str(finding) for finding in (*proof.overlaps, *proof.dead, *proof.gaps, *proof.notes))


def _bad_citations(basis: str, refs: References) -> Iterator[str]:
    for citation in _listed(basis):
        fault = refs.citation_fault(citation)
        if fault:
            yield fault


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]


def _of_procedure(rule: Procedure, refs: References) -> Iterator[Finding]:
    yield from known("categories", rule.categories, refs.categories, "执法类别")
    called = frozenset(one.id for one in refs.pack.rules.procedures if one.kind == "called")
    yield from known("calls", rule.calls, called, "可供调用的程序")
    try:
        process = process_of(rule.source)
    except (BpmnRefusedError, FeelError) as error:
        yield from ((("file",), f"{rule.file} {message}") for message in _refusals(error))
        return
    if process.id != rule.id:
        yield ("id",), f"{rule.file} 里的流程编号是 {process.id}，应与 id 相同"
    used = {element.called for element in process.elements.values() if element.called}
    for name in sorted(used ^ set(rule.calls)):
        yield ("calls",), f"流程图里调用的程序与 calls 不一致：{name}"
    yield from ((("file",), f"{rule.file} {fault}") for fault in _names(process, refs))
    yield from ((("file",), f"{rule.file} {fault}") for fault in _misspelt(process, rule, refs))
    if rule.kind != "called":
        yield from ((("file",), f"{rule.file} {fault}") for fault in _proof(rule, refs))
    elif not any(rule.id in one.calls for one in refs.pack.rules.procedures):
        yield ("kind",), "没有程序调用它"


def _refusals(error: BpmnRefusedError | FeelError | TableRefusedError) -> list[str]:
    return [str(error)] if isinstance(error, FeelError) else [str(fault) for fault in error.faults]


def _names(process: Process, refs: References) -> Iterator[Fault]:
    """Yield what the elements of a flowchart name and the pack does not have."""
    for message in _bad_citations(process.basis, refs):
        yield Fault(process.id, process.name, message)
    limits, facts = refs.ids("time_limits"), refs.names("facts")
    for lane in process.lanes:
        if lane.role not in ROLES:
            yield Fault(lane.id, lane.name, f"没有角色「{lane.role}」")
    for element in process.elements.values():
        yield from (Fault(element.id, element.name, message) for message in _unknown(element, limits, facts))
        yield from (Fault(element.id, element.name, message) for message in _bad_citations(element.basis, refs))


def _misspelt(process: Process, rule: Procedure, refs: References) -> Iterator[Fault]:
    """Yield the names of excluded tasks that neither this flowchart has nor any that calls it.

    In the place of one call a name may be missing, for callers differ; one that no caller has would exclude nobody.
    """
    excluding = [element for element in process.elements.values() if element.exclude]
    drawn = [_tasks_of(one) for one in _around(rule, refs)] if excluding else []
    if None in drawn:  # what cannot be read is reported there, and might have the name
        return
    for element in excluding:
        for name in element.exclude:
            if not any(tasks and name in tasks for tasks in drawn):
                yield Fault(element.id, element.name, f"回避所列的办理环节 {name} 在本流程和调用它的流程里都不存在")


def _around(rule: Procedure, refs: References) -> list[Procedure]:
    """Return a procedure and those that call it, directly or through others."""
    found = [rule]
    for inner in found:
        found += [one for one in refs.pack.rules.procedures if inner.id in one.calls and one not in found]
    return found


def _tasks_of(rule: Procedure) -> frozenset[str] | None:
    """Return the tasks of a flowchart, None where it cannot be read."""
    try:
        process = process_of(rule.source)
    except (BpmnRefusedError, FeelError):
        return None
    return frozenset(element.id for element in process.elements.values() if element.kind is Kind.TASK)


def _unknown(element: Element, limits: frozenset[str], facts: frozenset[str]) -> Iterator[str]:
    if element.role and element.role not in ROLES:
        yield f"没有角色「{element.role}」"
    if element.act and element.act not in ACTS:
        yield f"没有办理行为「{element.act}」"
    if element.limit and element.limit not in limits:
        yield f"没有期限「{element.limit}」"
    yield from (f"没有事实「{name}」" for name in element.facts if name not in facts)


def _proof(rule: Procedure, refs: References) -> Iterator[str]:
    """Yield why a procedure might get stuck. One that is called is proved in the place of each call."""
    rules = refs.pack.rules
    dictionary = dictionary_of(rules)
    try:
        definition = definition_of(rules, rule.id)
    except (BpmnRefusedError, FeelError, TableRefusedError) as error:
        yield from _refusals(error)
        return
    yield from (str(fault) for fault in _flow_faults(_Proved(definition)))
    yield from (str(fault) for fault in gateway_faults(definition, dictionary))


class _Proved:
    """A definition as a key: the same compiled object is proved once."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Proved) and other.definition is self.definition


@lru_cache(maxsize=256)
def _flow_faults(proved: _Proved) -> tuple[Fault, ...]:
    return prove_flow(proved.definition).faults


def _of_duty(rule: DutyRule, refs: References) -> Iterator[Finding]:
    rules = refs.pack.rules
    yield from known("categories", rule.categories, refs.categories, "执法类别")
    yield from known("procedures", rule.procedures, refs.ids("procedures"), "程序")
    limit = next((one for one in rules.time_limits if one.id == rule.limit), None)
    if limit is None:
        yield ("limit",), f"没有期限「{rule.limit}」"
    elif rule.extended_by and limit.extension is None:
        yield ("extended_by",), f"期限「{rule.limit}」没有写可以延长多久（extension）"
    events = CASE_EVENTS | _steps(rule, refs)
    for key, event in rule.events:
        if event not in events:
            yield (key,), f"没有事件「{event}」"
    if rule.when:
        yield from ((("when",), message) for message in _condition_faults(rule.when, dictionary_of(rules)))


def _of_outcome(rule: ClosingOutcome, refs: References) -> Iterator[Finding]:
    yield from known("categories", rule.categories, refs.categories, "执法类别")
    if rule.when:
        dictionary = dictionary_of(refs.pack.rules)
        yield from ((("when",), message) for message in _condition_faults(rule.when, dictionary))


def _steps(rule: DutyRule, refs: References) -> set[str]:
    """Return the completion events of the tasks in the procedures that a duty rule is for."""
    found: set[str] = set()
    for procedure in refs.pack.rules.procedures:
        if not rule.procedures or procedure.id in rule.procedures or procedure.kind == "called":
            try:
                process = process_of(procedure.source)
            except BpmnRefusedError:
                continue
            found |= {f"{_STEP}{name}" for name in process.elements}
    return found


def _condition_faults(text: str, dictionary: Mapping[str, FactDef]) -> Iterator[str]:
    try:
        yield from check_expression(compile_expression(text), dictionary, wants="boolean")
    except FeelError as error:
        yield str(error)


def categories_served(refs: References) -> Iterator[Finding]:
    """Yield the categories of an agency for which its pack has no procedure (S23)."""
    rules = refs.pack.rules
    if refs.pack.kind != "agency" or not rules.procedures:
        return
    for category in rules.categories:
        if not procedures_for(rules, category.id):
            yield (), f"执法类别「{category.name}」没有程序"


PROCEDURE_CHECKS: Final[Mapping[str, Callable[[Any, References], Iterator[Finding]]]] = {
    "facts": _of_fact,
    "tables": _of_table,
    "procedures": _of_procedure,
    "duty_rules": _of_duty,
    "closing_outcomes": _of_outcome,
}
