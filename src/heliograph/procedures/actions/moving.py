"""Moving a case along its flow. For callers with a transaction and a record of their own: nothing here appends one.

A run is read with its tokens by one statement, without a lock, and written by one statement guarded by `rev`. Reading
tokens beside `FOR UPDATE` would give them as they were before the lock was waited for, and lose a join for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q
from django.utils.timezone import localdate

from heliograph.duties.rules import Change
from heliograph.kernel.bpmn import Kind, Move, StuckError, begin, complete
from heliograph.kernel.feel import FactValue, FeelError, MissingFact
from heliograph.kernel.verdict import ActRefusedError, Refused, require
from heliograph.procedures import rules
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.models import Release, Run, Step, Token
from heliograph.procedures.queries import Standing, definition_of, done_by, release_in_force, standing
from heliograph.regimes.queries import work_calendar
from heliograph.registers.models import Account, Role, Unit
from heliograph.registers.new_rows import insert
from heliograph.registers.permissions import raise_outsider, roles_of

TRIES: Final = 3
LONGEST_NOTE: Final = 500
NO_FACTS: Final[Mapping[str, FactValue]] = {}
WRITTEN: Final = (
    "id", "place", "kind", "name", "role", "unit_id", "due_on", "alarm_on", "provisional", "timer_at",
)  # fmt: skip
KINDS: Final = {Kind.TASK: Token.Kind.TASK, Kind.TIMER: Token.Kind.TIMER}

# Tokens go before tokens come, although nothing else orders the parts: a task that loops back to itself is in both.
_WRITE = """
WITH moved AS (
  UPDATE procedures_run SET rev = rev + 1, facts = %(facts)s::jsonb, state = %(state)s, ended_at = %(ended_at)s
  WHERE id = %(run)s AND rev = %(rev)s RETURNING id, agency_id, rev
), gone AS (
  DELETE FROM procedures_token t USING moved WHERE t.agency_id = moved.agency_id AND t.run_id = moved.id
    AND t.place = ANY(%(closed)s::text[]) RETURNING t.id
), entered AS (
  INSERT INTO procedures_token (id, agency_id, run_id, place, kind, name, role, unit_id, due_on, alarm_on, provisional,
    timer_at, entered_at)
  SELECT o.id, moved.agency_id, moved.id, o.place, o.kind, o.name, o.role, o.unit_id, o.due_on, o.alarm_on,
    o.provisional, o.timer_at, %(at)s
  FROM (SELECT count(*) FROM gone) AS first, moved, jsonb_to_recordset(%(opened)s::jsonb)
    AS o(id uuid, place text, kind text, name text, role text, unit_id uuid, due_on date, alarm_on date,
      provisional boolean, timer_at timestamptz)
), told AS (
  INSERT INTO procedures_step (id, agency_id, run_id, number, place, name, act, actor_id, at, facts, passed, fired,
    note)
  SELECT %(step)s, moved.agency_id, moved.id, moved.rev, %(place)s, %(name)s, %(act)s, %(actor)s, %(at)s,
    %(changed)s::jsonb, %(passed)s::jsonb, %(fired)s::jsonb, %(note)s FROM moved
)
SELECT count(*) FROM moved
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What an act did to a run: the run as it is now, the step, and the tokens that came and went."""

    run: Run
    step: Step
    opened: tuple[Token, ...] = ()
    closed: tuple[Token, ...] = ()
    changed: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def rows(self) -> list[Model]:
        """The rows written, for the record."""
        return [self.run, self.step, *self.opened]

    @property
    def removed(self) -> list[Model]:
        """The rows removed, for the record."""
        return list(self.closed)

    @property
    def ended(self) -> bool:
        """Whether the case is through its flow."""
        return self.run.state == Run.State.ENDED


@dataclass(frozen=True, slots=True)
class Told:
    """What a step says of itself: where, under which name and act, by whom, when, and why."""

    place: str
    name: str
    act: str
    actor: Account | None
    at: datetime
    note: str = ""


def start(
    run_id: UUID,
    *,
    agency_id: UUID,
    procedure: str,
    facts: Mapping[str, FactValue],
    actor: Account,
    at: datetime,
    unit_id: UUID | None = None,
    release_id: UUID | None = None,
) -> Moved:
    """Start a case on the release in force that day, or on a given one of the agency. The caller has authorised it.

    `run_id` is the case's own key; `unit_id` is the unit that its tasks go to. ActRefusedError `procedure.none`.
    """
    release = _release(agency_id, procedure, release_id, at)
    compiled = definition_of(release)
    known = {**compiled.initial, **facts}
    require(rules.may_set(compiled.dictionary, known))
    move = answered(lambda: begin(compiled.definition, known), compiled)
    changed = {**known, **move.facts}
    run = insert(
        Run(
            id=run_id,
            agency_id=agency_id,
            release=release,
            unit_id=unit_id,
            facts={name: rules.encode(value) for name, value in changed.items()},
            rev=1,
            state=Run.State.ENDED if move.ended else Run.State.RUNNING,
            started_at=at,
            ended_at=at if move.ended else None,
        )
    )
    opened = tokens_of(run, compiled, move.opened, at)
    for token in opened:
        insert(token)
    step = _step(run, Told("", "开始", "start", actor, at), move, changed)
    insert(step)
    return Moved(run, step, tuple(opened), (), changed)


def _release(agency_id: UUID, procedure: str, release_id: UUID | None, at: datetime) -> Release:
    on = localdate(at)
    if release_id is not None:
        given = Release.objects.defer("bundle").get(pk=release_id, agency_id=agency_id, procedure=procedure)
        require(rules.may_run_by(given.state, effective_from=given.effective_from, on=on))
        return given
    release = release_in_force(agency_id, procedure, on)
    if release is None:
        message = f"本机关在 {on.isoformat()} 没有施行中的流程“{procedure}”，请先由法制审核人提出、负责人批准。"
        raise ActRefusedError(Refused("procedure.none", message, rules.BASIS))
    return release


def advance(
    run_id: UUID,
    place: str,
    *,
    facts: Mapping[str, FactValue] = NO_FACTS,
    actor: Account,
    at: datetime,
    rev: int | None = None,
    note: str = "",
    found: Standing | None = None,
    roles: frozenset[Role] | None = None,
) -> Moved:
    """Complete an open task and open what follows. ActRefusedError says what stands against it.

    Checked here: the agency, the state of the run, that the task is open, its role, whom it excludes, the facts' types.
    With `rev` a run that was moved since is refused; without, it is read again while the task is still open. `found` is
    where the run stands, when the act has read it: it is tried first, and read again when it is no longer so. `roles`
    are those of the actor in the agency of the run that day, when the act has asked for them.
    """

    def step(found: Standing) -> Moved | None:
        node = found.node(place)
        require(rules.may_do(node, place, found.marking))
        assert node is not None  # noqa: S101 - for the type checker: may_do refused it
        _require_doer(found, place, actor, at, roles)
        require(rules.may_set(found.compiled.dictionary, facts))
        require(rules.fits(note, what="说明", longest=LONGEST_NOTE))
        known = {**found.facts, **facts}
        move = answered(lambda: complete(found.compiled.definition, found.marking, place, known), found.compiled)
        return write(found, Told(place, node.shown, node.act, actor, at, note), move, {**facts, **move.facts})

    return _tried(run_id, step, rev, found)


def set_facts(
    run_id: UUID,
    facts: Mapping[str, FactValue],
    *,
    actor: Account,
    at: datetime,
    rev: int | None = None,
    note: str = "",
) -> Moved:
    """Set facts of a running case without moving it. The caller has authorised it."""

    def step(found: Standing) -> Moved | None:
        require(rules.may_set(found.compiled.dictionary, facts))
        still = Move(found.marking, (), (), (), {}, ended=False)
        return write(found, Told("", "登记事实", "set_facts", actor, at, note), still, facts)

    return _tried(run_id, step, rev)


def end(run_id: UUID, *, actor: Account, at: datetime, note: str) -> Moved:
    """End a run before its flow does, running or suspended: every token goes. The caller has authorised it.

    Refused for one that has ended, and when somebody else moves it at the same moment.
    """
    found = standing(run_id)
    require(rules.may_end(found.run.state))
    nowhere = Move(frozenset(), (), tuple(found.tokens), (), {}, ended=True)
    moved = write(found, Told("", "终止", "terminate", actor, at, note), nowhere, {})
    if moved is None:
        raise ActRefusedError(rules.stale())
    return moved


def _tried(
    run_id: UUID, step: Callable[[Standing], Moved | None], rev: int | None, read: Standing | None = None
) -> Moved:
    for _ in range(TRIES):
        found, read = read or standing(run_id), None
        require(rules.may_be_fresh(found.run.rev, rev))
        require(rules.may_move(found.run.state))
        moved = step(found)
        if moved is not None:
            return moved
    raise ActRefusedError(rules.stale())


def _require_doer(
    found: Standing, place: str, actor: Account, at: datetime, asked: frozenset[Role] | None = None
) -> None:
    """Refuse outsiders, those without the task's role, and those who did a task that it excludes."""
    node = found.compiled.definition.nodes[place]
    agency_id = found.run.agency_id
    roles = roles_of(actor, agency_id, localdate(at)) if asked is None else asked
    if not roles:
        raise_outsider()
    require(rules.may_act_as(node, roles, Role(node.role).label if node.role else ""))
    if node.exclude:
        own = done_by(agency_id, found.run.pk, node.exclude, actor)
        require(rules.may_not_have_done(node, [found.compiled.shown(one) for one in own]))


def answered(step: Callable[[], Move], compiled: Compiled) -> Move:
    """Move in memory; what the flow or its tables cannot answer, or answer with what is no fact, is a refusal."""
    try:
        move = step()
    except MissingFact as missing:
        message = f"缺少事实“{missing.name}”，请先补充后再办理。"
        raise ActRefusedError(Refused("step.missing_fact", message, rules.BASIS)) from missing
    except (StuckError, FeelError) as error:
        raise ActRefusedError(Refused("step.stuck", f"{error}。", rules.BASIS)) from error
    facts = rules.settled(compiled.dictionary, move.facts)
    require(rules.may_set(compiled.dictionary, facts))
    return replace(move, facts=facts)


def tokens_of(run: Run, compiled: Compiled, places: Iterable[str], at: datetime) -> list[Token]:
    """Return new tokens of a run for places entered at an instant, due by their limits, at the units they go to."""
    entered = list(places)
    nodes = compiled.definition.nodes
    dues = due_days(compiled, dict.fromkeys(entered, at))
    units = _units(run, {nodes[place].unit for place in entered if place in nodes})
    found = []
    for place in entered:
        node, due = nodes.get(place), dues.get(place, rules.Due())
        timer = node is not None and node.kind is Kind.TIMER
        found.append(
            Token(
                agency_id=run.agency_id,
                run_id=run.pk,
                place=place,
                kind=KINDS[node.kind] if node else Token.Kind.JOIN,
                name=compiled.shown(place),
                role=node.role if node and not timer else "",
                unit_id=units[node.unit] if node and not timer else None,
                due_on=due.on,
                alarm_on=due.alarm_on,
                provisional=due.provisional,
                timer_at=due.timer_at if timer else None,
                entered_at=at,
            )
        )
    return found


def due_days(compiled: Compiled, entered: Mapping[str, datetime], away: Sequence[Change] = ()) -> dict[str, rules.Due]:
    """Return when each place with a limit is due. Two queries, none when no place has a limit."""
    limits = {place: limit for place in entered if (limit := compiled.limit_of(place)) is not None}
    if not limits:
        return {}
    calendar = work_calendar()
    return {place: rules.due_at(limit, entered[place], calendar, away) for place, limit in limits.items()}


def _units(run: Run, functions: Iterable[str]) -> dict[str, UUID | None]:
    """Return the unit of each function that a task names, the run's own where none is named or none has it."""
    found: dict[str, UUID | None] = {"": run.unit_id}
    for function in functions:
        if function:
            open_ones = Unit.objects.filter(
                Q(closed_on__isnull=True), agency_id=run.agency_id, functions__contains=[function]
            )
            found[function] = open_ones.order_by("name").values_list("pk", flat=True).first() or run.unit_id
    return found


def _step(run: Run, told: Told, move: Move, changed: Mapping[str, FactValue]) -> Step:
    return Step(
        agency_id=run.agency_id,
        run_id=run.pk,
        number=run.rev,
        place=told.place,
        name=told.name,
        act=told.act,
        actor=told.actor,
        at=told.at,
        facts={name: rules.encode(value) for name, value in changed.items()},
        passed=[[one.node, one.flow] for one in move.passed],
        fired={one.node: list(one.rows) for one in move.passed if one.rows},
        note=told.note,
    )


def write(found: Standing, told: Told, move: Move, changed: Mapping[str, FactValue]) -> Moved | None:
    """Write a move of a run, by one statement; None when somebody else moved the run since it was read."""
    run = found.run
    before = run.rev
    run.rev += 1
    run.facts = run.facts | {name: rules.encode(value) for name, value in changed.items()}
    if move.ended:
        run.state, run.ended_at = Run.State.ENDED, told.at
    closed = [token for place, token in found.tokens.items() if place in move.closed or place not in move.marking]
    opened = tokens_of(run, found.compiled, move.opened, told.at)
    step = _step(run, told, move, changed)
    values = {
        "rev": before,
        "closed": [token.place for token in closed],
        "opened": _columns(opened),
        **_row_values(run, step),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        written = cursor.fetchone()[0] == 1
    return Moved(run, step, tuple(opened), tuple(closed), changed) if written else None


def _row_values(run: Run, step: Step) -> dict[str, Any]:
    return {
        "run": run.pk,
        "facts": json.dumps(run.facts, ensure_ascii=False),
        "state": run.state,
        "ended_at": run.ended_at,
        "step": step.pk,
        "place": step.place,
        "name": step.name,
        "act": step.act,
        "actor": step.actor_id,
        "at": step.at,
        "changed": json.dumps(step.facts, ensure_ascii=False),
        "passed": json.dumps(step.passed),
        "fired": json.dumps(step.fired),
        "note": step.note,
    }


def _columns(tokens: Sequence[Token]) -> str:
    """Return tokens as one JSON value: ten arrays would take longer to write than the rest of the step."""
    return json.dumps([{name: getattr(token, name) for name in WRITTEN} for token in tokens], default=str)
