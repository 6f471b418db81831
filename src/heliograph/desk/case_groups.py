"""What a case's page puts together of several tables: sections by group, who does the open steps, linked cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from heliograph.desk.case_reading import seen_clues
from heliograph.desk.case_sections import (
    Section,
    decision_section,
    discussion_section,
    hearing_section,
    inspection_section,
    notice_section,
    proposal_section,
    statement_section,
)
from heliograph.desk.case_sections_after import (
    court_section,
    deferral_section,
    demand_section,
    payment_section,
    remedy_section,
    service_section,
    substitution_section,
    transfer_section,
)
from heliograph.desk.scope import Scope
from heliograph.dossiers.models import Case, Citation, Clue
from heliograph.dossiers.permissions import HANDLERS, seen_by
from heliograph.procedures.models import Token
from heliograph.registers.models import Role
from heliograph.registers.queries import holders_by_role

MOST_NAMED = 3  # of the people who hold the role of a step
INSPECTION = "inspection"


@dataclass(frozen=True, slots=True)
class Group:
    """Sections under one heading of the page."""

    id: str
    title: str
    sections: Sequence[Section]


def groups_of(
    case: Case, parts: Mapping[str, Sequence[Any]], discussions: Sequence[Mapping[str, Any]], *, approving: bool
) -> list[Group]:
    """Return what was found, proposed, decided and carried out; what is over is folded."""
    found = getattr(case, "inspection", None)
    inspected = [inspection_section(found)] if found else []
    decided = bool(parts["decisions"])
    proposals = [proposal_section(one, case, parts, approving=approving) for one in parts["proposals"]]
    outcome = [
        *(decision_section(one, case) for one in reversed(parts["decisions"])),
        *(replace(one, open=not number and not decided) for number, one in enumerate(proposals)),
        *map(discussion_section, discussions),
        *map(notice_section, parts["notices"]),
        *(replace(statement_section(one), open=not decided) for one in parts["statements"]),
        *(replace(hearing_section(one), open=not decided) for one in parts["hearings"]),
    ]
    groups = (
        Group("inspected", "检查情况", inspected),
        Group("outcome", "处理意见和决定", outcome),
        Group("after", "送达和执行", _after(parts, case)),
    )
    return [one for one in groups if one.sections]


def _after(parts: Mapping[str, Sequence[Any]], case: Case) -> list[Section]:
    return [
        *map(transfer_section, parts["transfers"]),
        *map(service_section, parts["services"]),
        *map(deferral_section, parts["deferrals"]),
        *map(payment_section, parts["payments"]),
        *map(demand_section, parts["demands"]),
        *map(court_section, parts["courts"]),
        *(substitution_section(one, case) for one in parts["substitutions"]),
        *map(remedy_section, parts["remedies"]),
    ]


def cited_in(groups: Iterable[Group], citations: Iterable[Citation]) -> Iterator[str]:
    """Return the keys of the articles that a page shows with their text."""
    yield from (one.key for one in citations)
    for group in groups:
        for section in group.sections:
            for line in section.lines:
                yield from line.keys


def doers_of(scope: Scope, case: Case, tokens: Iterable[Token]) -> dict[str, str]:
    """Return who is to do each of some open steps, by role and name, by place. One query."""
    waiting = list(tokens)
    roles = {Role(token.role) for token in waiting if token.role and token.role not in HANDLERS}
    holders = holders_by_role(scope.id, roles, scope.on) if roles else {}
    return {token.place: _doer(case, token.role, holders) for token in waiting}


def _doer(case: Case, role: str, holders: Mapping[str, Sequence[str]]) -> str:
    """Return the role of a step with the names of those who may do it: 承办人李承办, 分管领导（孙分管）."""
    if not role:
        return "任一办案人员"
    if role == Role.HANDLER:
        names = [case.handler.display_name]
    elif role == Role.CO_HANDLER:
        names = [case.co_handler.display_name] if case.co_handler else []
    else:
        names = list(holders.get(role, ()))
    shown = "、".join(names[:MOST_NAMED]) + (" 等" if len(names) > MOST_NAMED else "")
    return f"{Role(role).label}（{shown or '本机关现在没有人担任'}）"


@dataclass(frozen=True, slots=True)
class Linked:
    """Another case or a clue that this case comes of, or that came of it."""

    label: str
    case: Case | None = None
    clue: Clue | None = None


def linked_to(scope: Scope, case: Case) -> list[Linked]:
    """Return the cases and clues that belong to a case: inspection, clue, penalty, execution; only those in sight."""
    found: list[Linked] = []
    seen = seen_by(scope.reader)
    if case.clue is not None:
        found.append(Linked("线索", clue=case.clue))
        if case.clue.inspection_id:
            found += [
                Linked("来自检查" if one.category == INSPECTION else "来自前案", case=one)
                for one in seen.filter(pk=case.clue.inspection_id)
            ]
    if case.executes is not None:
        found += [Linked("所执行的决定", case=one) for one in seen.filter(pk=case.executes.case_id)]
    if case.category == INSPECTION or (case.closed_on and not case.decided_on):  # e.g. too much for the spot
        clues = seen_clues(scope.reader).filter(inspection=case).order_by("pk")
        found += [Linked("移交的线索", clue=one) for one in clues]
        found += [Linked("据此立案", case=one) for one in seen.filter(clue__inspection=case).order_by("pk")]
    if case.decided_on:
        found += [Linked("强制执行", case=one) for one in seen.filter(executes__case=case).order_by("pk")]
    return found
