"""SpiffWorkflow as a second opinion: the same procedure in its dialect, walked side by side with ours.

Only the movement of tokens is compared. Timers become signals, as Spiff would wait for the clock; rule tasks become
tasks that we complete with the table's answer; conditions are evaluated by our own FEEL, as Spiff would use `eval`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import SubElement, tostring

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from heliograph.kernel.bpmn import Definition, Kind, begin, complete, fire
from heliograph.kernel.bpmn.notation import DIAGRAM
from heliograph.kernel.bpmn.source import tag
from heliograph.kernel.feel import FactDef, FactValue, compile_expression

Facts = dict[str, FactValue]


def translated(xml: bytes) -> bytes:
    """Return a procedure in Spiff's dialect."""
    root = fromstring(xml)
    for diagram in root.findall(DIAGRAM):
        root.remove(diagram)
    for rule in root.iter(tag(Kind.RULE)):
        rule.tag = tag("manualTask")
    for timer in list(root.iter(tag(Kind.TIMER))):
        _as_signal(root, timer)
    written: bytes = tostring(root)
    return written


def _as_signal(root: XmlElement, timer: XmlElement) -> None:
    name = timer.get("id", "")
    definition = timer.find(tag("timerEventDefinition"))
    assert definition is not None
    timer.remove(definition)
    SubElement(timer, tag("signalEventDefinition"), {"id": f"{name}_sd", "signalRef": f"{name}_signal"})
    root.insert(0, root.makeelement(tag("signal"), {"id": f"{name}_signal", "name": f"{name}_signal"}))


class _Feel(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates conditions by our FEEL on the facts of the case, whatever the branch."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        del task, external_context
        return compile_expression(expression).evaluate(self.facts)


class Oracle:
    """One case in SpiffWorkflow."""

    def __init__(self, definition: Definition, files: Mapping[str, bytes], facts: Facts) -> None:
        self.definition, self.facts = definition, facts
        parser = BpmnParser()
        for xml in files.values():
            parser.add_bpmn_str(translated(xml))
        spec, called = parser.get_spec(definition.root), parser.get_subprocess_specs(definition.root)
        self.case = BpmnWorkflow(spec, called, script_engine=_Feel(facts))
        self.run()

    def run(self) -> None:
        """Let everything happen that needs no person; rule tasks take the table's answer."""
        while True:
            self.case.do_engine_steps()
            rules = [task for place, task in self._ready() if self.definition.nodes[place].kind is Kind.RULE]
            if not rules:
                return
            node = self.definition.nodes[self._place(rules[0])]
            self.facts.update(self.definition.tables[node.decision].decide(self.facts).outputs)  # type: ignore[arg-type]
            rules[0].run()

    def _place(self, task: Any) -> str:
        place, inside = str(task.task_spec.name), task.workflow
        while inside is not self.case:
            call = self.case.get_task_from_id(inside.parent_task_id)
            place, inside = f"{call.task_spec.name}/{place}", call.workflow
        return place

    def _ready(self) -> list[tuple[str, Any]]:
        return [(self._place(task), task) for task in self.case.get_tasks(state=TaskState.READY, manual=True)]

    def _armed(self) -> list[tuple[str, Any]]:
        waiting = self.case.get_tasks(state=TaskState.WAITING, spec_class=BoundaryEvent)
        return [(self._place(task), task) for task in waiting]

    def open(self) -> frozenset[str]:
        """Return open tasks and armed timers."""
        return frozenset(place for place, _ in (*self._ready(), *self._armed()))

    def step(self, place: str) -> None:
        """Complete a task or fire a timer."""
        ready, armed = dict(self._ready()), dict(self._armed())
        if place in ready:
            ready[place].run()
        else:
            spec = armed[place].task_spec
            spec.catch(armed[place], BpmnEvent(spec.event_definition))
            spec._update(armed[place])
        self.run()


def fact_value(fact: FactDef, chance: Any) -> FactValue:
    """Return some value of a fact; `chance` is a random source."""
    kinds: dict[str, Callable[[], FactValue]] = {
        "boolean": lambda: chance.random() < 0.5,
        "integer": lambda: chance.randrange(100),
        "number": lambda: Decimal(chance.randrange(30_000_000)) / 100,
        "choice": lambda: chance.choice(fact.choices),
        "choices": lambda: [one for one in fact.choices if chance.random() < 0.2],
        "date": lambda: datetime.date(2026, 1, 1) + datetime.timedelta(days=chance.randrange(365)),
        "text": lambda: "文字",
    }
    return kinds[fact.type]()


def facts_read(definition: Definition) -> frozenset[str]:
    """Return the facts that conditions and tables of a definition read."""
    conditions = [way.condition for node in definition.nodes.values() for way in node.ways if way.condition]
    columns = {column.name for table in definition.tables.values() for column in table.inputs}
    return frozenset(columns).union(*(condition.names for condition in conditions))


def walk_side_by_side(
    definition: Definition, files: Mapping[str, bytes], dictionary: Mapping[str, FactDef], chance: Any, most: int
) -> int:
    """Walk both at random and hold them against each other after each step; return how many steps were taken."""
    names = sorted(facts_read(definition) & set(dictionary))
    facts: Facts = {name: fact_value(dictionary[name], chance) for name in names}
    oracle = Oracle(definition, files, dict(facts))
    move = begin(definition, facts)
    facts.update(move.facts)
    for step in range(most):
        standing = {place for place in move.marking if place in definition.nodes}
        assert oracle.open() == standing
        if move.ended:
            assert oracle.case.is_completed()
            return step
        place = chance.choice(sorted(standing))
        changed = {name: fact_value(dictionary[name], chance) for name in names}
        facts.update(changed)
        oracle.facts.update(changed)
        act = fire if definition.nodes[place].kind is Kind.TIMER else complete
        move = act(definition, move.marking, place, facts)
        facts.update(move.facts)
        oracle.step(place)
        assert oracle.facts == facts
    return most
