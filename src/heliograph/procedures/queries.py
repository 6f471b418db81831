"""Reads of procedures: what is in force, where a case stands, what is to be done, and what happened."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet

from heliograph.kernel.bpmn import Kind, Node, compare_definitions
from heliograph.kernel.bpmn.definition import Way
from heliograph.kernel.feel import FactValue
from heliograph.procedures import bundles, rules
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.models import DUE_ORDER, NO_DAY, Release, Run, RunChange, Step, Token
from heliograph.registers.kept_reads import Kept
from heliograph.registers.models import Account

IN_FORCE_STATES = (Release.State.RELEASED, Release.State.SUPERSEDED)

# One statement, so one snapshot: the tokens are those of this `rev`. Nothing is locked; the write is guarded by `rev`.
_STANDING = """
SELECT r.agency_id, r.release_id, r.unit_id, r.facts::text, r.rev, r.state, r.started_at, r.ended_at, l.sha256,
  t.id, t.agency_id, t.run_id, t.place, t.kind, t.name, t.role, t.unit_id, t.due_on, t.alarm_on, t.provisional,
  t.timer_at, t.entered_at
FROM procedures_run r JOIN procedures_release l ON l.id = r.release_id
LEFT JOIN procedures_token t ON t.agency_id = r.agency_id AND t.run_id = r.id
WHERE r.id = %s ORDER BY t.entered_at, t.id
"""
# By hand, for it stands in the way of every step; who is the same person is said in registers.permissions.
HANDLER = "handler"  # who answers a fact, as packs say it
_DONE_BY = """
SELECT s.place FROM procedures_step s JOIN registers_account a ON a.id = s.actor_id
WHERE s.agency_id = %s AND s.run_id = %s AND s.place = ANY(%s) AND (a.id = %s OR a.person_id = %s)
GROUP BY s.place ORDER BY min(s.number)
"""
_RUN_FIELDS = ("agency_id", "release_id", "unit_id", "facts", "rev", "state", "started_at", "ended_at")
_TOKEN_FIELDS = tuple(str(field.attname) for field in Token._meta.concrete_fields)
_RUN_COLUMNS = len(_RUN_FIELDS) + 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands: its row, what it runs by, and its tokens by place."""

    run: Run
    compiled: Compiled
    tokens: Mapping[str, Token]

    @property
    def facts(self) -> dict[str, FactValue]:
        """The facts of the case, as expressions see them."""
        return rules.decoded(self.compiled.dictionary, self.run.facts)

    @property
    def marking(self) -> frozenset[str]:
        """The places that hold a token."""
        return frozenset(self.tokens)

    @property
    def tasks(self) -> list[Token]:
        """The open tasks."""
        return [token for token in self.tokens.values() if token.kind == Token.Kind.TASK]

    def node(self, place: str) -> Node | None:
        """Return the task or timer of a place, None for a join's arrival or an unknown place."""
        return self.compiled.definition.nodes.get(place)

    def place_of(self, act: str) -> str | None:
        """Return the open task that a named act does, None when none is open; the first entered of several."""
        found = (token.place for token in self.tasks if self.compiled.definition.nodes[token.place].act == act)
        return next(found, None)


def standing(run_id: UUID) -> Standing:
    """Return where a run stands. One query once its release is in memory. Run.DoesNotExist without such a run."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [run_id])
        rows = cursor.fetchall()
    if not rows:
        raise Run.DoesNotExist(f"no run {run_id}")
    first = dict(zip(_RUN_FIELDS, rows[0], strict=False))
    run = Run(id=run_id, **(first | {"facts": json.loads(first["facts"])}))
    run._state.adding = False
    tokens = [_token(row[_RUN_COLUMNS:]) for row in rows if row[_RUN_COLUMNS] is not None]
    compiled = compiled_of(run.release_id, rows[0][_RUN_COLUMNS - 1])
    return Standing(run, compiled, {token.place: token for token in tokens})


def _token(row: tuple[Any, ...]) -> Token:
    token = Token(**dict(zip(_TOKEN_FIELDS, row, strict=True)))
    token._state.adding = False
    return token


def compiled_of(release_id: UUID, sha256: str) -> Compiled:
    """Return what a release runs by. No query when it is in memory."""
    found = bundles.kept(sha256)
    if found is None:
        data = Release.objects.values_list("bundle", flat=True).get(pk=release_id)
        found = bundles.keep(sha256, bytes(data))
    return found


def definition_of(release: Release) -> Compiled:
    """Return what a release runs by."""
    return compiled_of(release.pk, release.sha256)


# -- releases
def releases_of(agency_id: UUID, procedure: str | None = None) -> QuerySet[Release]:
    """Return the releases of an agency without their bundles, of one procedure or of all, the newest first."""
    found = Release.objects.filter(agency_id=agency_id).defer("bundle").order_by("procedure", "-number")
    return found if procedure is None else found.filter(procedure=procedure)


def releases_in_force(agency_id: UUID, on: date) -> QuerySet[Release]:
    """Return the releases in force in an agency on a day, one of each procedure."""
    until = Q(effective_to__isnull=True) | Q(effective_to__gte=on)
    return releases_of(agency_id).filter(until, state__in=IN_FORCE_STATES, effective_from__lte=on)


def release_in_force(agency_id: UUID, procedure: str, on: date) -> Release | None:
    """Return the release of a procedure in force on a day, None without one."""
    return _IN_FORCE.first(agency=agency_id, procedure=procedure, on=on)


_IN_FORCE = Kept(
    lambda agency, procedure, on: releases_in_force(agency, on).filter(procedure=procedure)[:1],
    agency=UUID,
    procedure=str,
    on=date,
)


def latest_release(agency_id: UUID, procedure: str) -> Release | None:
    """Return the released version of a procedure that takes effect last, None before the first."""
    found = releases_of(agency_id, procedure).filter(state__in=IN_FORCE_STATES)
    return found.order_by("-effective_from").first()


def changes_to(former: Release | None, compiled: Compiled, agency_id: UUID, procedure: str) -> dict[str, Any]:
    """Return what a proposed version changes of the former one, and how many running cases could go over to it."""
    flow: list[str] = []
    parts: dict[str, list[str]] = {}
    if former is not None:
        before = definition_of(former)
        flow = [str(change) for change in compare_definitions(before.definition, compiled.definition)]
        parts = bundles.differences(before.bundle, compiled.bundle)
    return {"flow": flow, "parts": parts, "running": dry_run(agency_id, procedure, compiled)}


def dry_run(agency_id: UUID, procedure: str, compiled: Compiled) -> dict[str, Any]:
    """Return how many cases that are not ended stand where the flow can get to, and where the others stand.

    Counted by the markings, which are few, and not case by case. Two queries.
    """
    runs = Run.objects.filter(agency_id=agency_id, release__procedure=procedure).exclude(state=Run.State.ENDED)
    mine = Token.objects.filter(agency_id=agency_id, run=OuterRef("pk")).order_by("place")
    named = mine.filter(kind=Token.Kind.TASK)
    grouped = runs.annotate(marking=ArraySubquery(mine.values("place")), tasks=ArraySubquery(named.values("name")))
    total, stuck = 0, {}
    for marking, names, count in grouped.values_list("marking", "tasks").annotate(count=Count("pk")).order_by():
        total += count
        if frozenset(marking) not in compiled.proof.markings:
            stuck["、".join(sorted(names))] = count
    return {"total": total, "carried": total - sum(stuck.values()), "stuck": stuck}


# -- what is to be done
@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of open tasks ends."""

    due_on: date
    id: UUID


def next_key(token: Token) -> Key:
    """Return the key after which the next page begins."""
    return Key(token.due_on or NO_DAY, token.pk)


def open_tasks(
    agency_id: UUID,
    roles: Collection[str],
    *,
    unit_ids: Collection[UUID] | None = None,
    after: Key | None = None,
    most: int = 50,
) -> list[Token]:
    """Return the open tasks of some roles, those due first in front, those without a day last. One indexed query.

    With `unit_ids` only the tasks of these units and those of no unit.
    """
    found = Token.objects.filter(agency_id=agency_id, kind=Token.Kind.TASK, role__in=list(roles))
    if unit_ids is not None:
        found = found.filter(Q(unit_id__in=list(unit_ids)) | Q(unit_id__isnull=True))
    found = found.alias(due=DUE_ORDER)
    if after is not None:
        found = found.filter(Q(due__gt=after.due_on) | Q(due=after.due_on, id__gt=after.id))
    return list(found.select_related("run", "unit").order_by("due", "id")[:most])


# -- what happened, what may follow
def steps_of(agency_id: UUID, run_id: UUID) -> QuerySet[Step]:
    """Return the steps of a run in order."""
    return Step.objects.filter(agency_id=agency_id, run_id=run_id).select_related("actor").order_by("number")


def history(agency_id: UUID, run_id: UUID) -> list[Step | RunChange]:
    """Return the steps of a run and the acts on it as a whole, in order. Two queries."""
    changes = RunChange.objects.filter(agency_id=agency_id, run_id=run_id).select_related("by")
    every: list[Step | RunChange] = [*steps_of(agency_id, run_id), *changes]
    return sorted(every, key=lambda one: one.number)


def doers(agency_id: UUID, run_id: UUID, places: Collection[str]) -> dict[str, list[Account]]:
    """Return who did each of these places of a run, by place. One query."""
    found: dict[str, list[Account]] = {}
    for step in steps_of(agency_id, run_id).filter(place__in=list(places), actor__isnull=False):
        if step.actor is not None:
            found.setdefault(step.place, []).append(step.actor)
    return found


def done_by(agency_id: UUID, run_id: UUID, places: Collection[str], account: Account) -> list[str]:
    """Return which of these places of a run somebody did, under this account or another of the same person."""
    with connection.cursor() as cursor:
        cursor.execute(_DONE_BY, [agency_id, run_id, list(places), account.pk, account.person_id])
        return [place for (place,) in cursor.fetchall()]


def next_steps(run_id: UUID) -> tuple[str, ...]:
    """Return the names of the tasks that may be open after the next act, by the proven flow, whatever the facts."""
    found = standing(run_id)
    return following(found.compiled, found.marking)


def settled(found: Standing, places: Collection[str]) -> dict[str, FactValue]:
    """Return what the handlers answered at earlier steps and none of these open places asks again. One query."""
    asked = {one["name"] for one in found.compiled.bundle.facts if one.get("ask") == HANDLER}
    again = {name for place in places if (node := found.node(place)) for name in node.facts}
    before = steps_of(found.run.agency_id, found.run.pk).filter(place__in=list(places))
    again = again.union(*before.values_list("facts", flat=True))
    return {name: value for name, value in found.facts.items() if name in asked - again}


def following(
    compiled: Compiled, marking: frozenset[str], known: Mapping[str, FactValue] | None = None
) -> tuple[str, ...]:
    """Return the names of the tasks and ends that may follow the open tasks, in the order of the drawing.

    known: answers that will not change before then; ways that they rule out are left out.
    """
    nodes = compiled.definition.nodes
    seen: set[str] = set()
    names: dict[str, None] = {}
    waiting = [way.target for place in marking if place in nodes for way in nodes[place].ways]
    while waiting:
        place = waiting.pop(0)
        if place in seen:
            continue
        seen.add(place)
        node = nodes[place]
        if node.kind is Kind.TASK:
            names[node.shown] = None
            continue
        if node.begins:
            waiting.append(node.begins)
        elif node.kind is Kind.END and node.scope:
            waiting += [way.target for way in nodes[node.scope.removesuffix("/")].ways]
        elif node.kind is Kind.END and not node.scope:
            names[node.shown] = None
        waiting += [] if node.begins else [way.target for way in _possible(node, known or {})]
    return tuple(names)


def _possible(node: Node, known: Mapping[str, FactValue]) -> list[Way]:
    """Return the ways that may be taken out of a node as far as is known: up to the first whose condition holds."""
    if node.kind is not Kind.CHOICE:
        return list(node.ways)
    found = []
    for way in node.ways:
        unknown = way.condition is not None and bool(way.condition.names - known.keys())
        if way.id == node.default or (way.condition is not None and not unknown and not way.condition.evaluate(known)):
            continue
        found.append(way)
        if not unknown:
            return found
    return [*found, *(way for way in node.ways if way.id == node.default)]
