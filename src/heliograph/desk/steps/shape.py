"""What a step's form is made from and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms

from heliograph.desk.scope import Scope
from heliograph.dossiers.actions import PaperContent
from heliograph.dossiers.actions.steps import GENERIC
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.permissions import HANDLERS
from heliograph.kernel.bpmn import Node
from heliograph.kernel.feel import FactValue
from heliograph.procedures.queries import Standing
from heliograph.registers.models import Role

Fields = dict[str, forms.Field]


@dataclass(frozen=True)
class StepPlace:
    """An open step of a case and who looks at it."""

    scope: Scope
    case: Case
    standing: Standing
    place: str
    node: Node

    @property
    def act(self) -> str:
        """The act of `dossiers` that the step asks for."""
        return self.node.act or GENERIC

    @property
    def rev(self) -> int:
        """The revision of the case that the sent form was opened at."""
        return self.scope.sent_rev

    @property
    def role_label(self) -> str:
        """Who does the step, in Chinese."""
        return str(Role(self.node.role).label) if self.node.role else "任一办案人员"

    @property
    def is_mine(self) -> bool:
        """Whether the account holds the role, and is one of the two officers where the step is theirs."""
        if self.node.role and self.node.role not in self.scope.roles:
            return False
        own = self.scope.account.pk in {self.case.handler_id, self.case.co_handler_id}
        return own or self.node.role not in HANDLERS


@dataclass(frozen=True, slots=True)
class Given:
    """What a valid form holds: the act's own values, documents, answers."""

    values: Mapping[str, Any]
    papers: Sequence[PaperContent] = ()
    facts: Mapping[str, FactValue] = field(default_factory=dict)

    def key(self, name: str) -> UUID | None:
        """Return a chosen row's key."""
        chosen = self.values.get(name)
        return UUID(chosen) if chosen else None


def no_fields(_place: StepPlace) -> Fields:
    """Ask nothing beyond documents and answers."""
    return {}


Act = Callable[..., Any]  # a function of `dossiers.actions`
Call = Callable[[StepPlace, Given], CaseEvent]


@dataclass(frozen=True, slots=True)
class ActForm:
    """One row of the table: the button, what is asked, the call, the facts that the form itself gives."""

    button: str
    call: Call
    fields: Callable[[StepPlace], Fields] = no_fields
    gives: frozenset[str] = frozenset()
    asks_facts: bool = False
    papers: str = "all"  # every declared document; "some": those of what was done; "file": only the signed file; "none"
    papers_unless: str = ""  # the fact with which documents that may be left out come later; else they are due
    optional: frozenset[str] = frozenset()  # facts that need no answer, e.g. the fine of a warning
    note: str = ""  # which part is done by hand for now
    check: Callable[[StepPlace, Mapping[str, Any]], Iterable[tuple[str, str]]] | None = None  # faults by field, at once
    template: str = "case_step.html"
    beside: Callable[[StepPlace, forms.Form], Mapping[str, Any]] | None = None  # what its own template shows
