"""Acts on running cases that leave a record of their own: a generic task, and acts on a run as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.kernel.feel import FactValue
from heliograph.kernel.verdict import require
from heliograph.ledger.actions import append
from heliograph.procedures import rules
from heliograph.procedures.actions.following import due_by_duties
from heliograph.procedures.actions.moving import NO_FACTS, Moved, advance, due_days, tokens_of
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.models import Release, Run, RunChange, Step, Token
from heliograph.procedures.permissions import access_run
from heliograph.procedures.queries import compiled_of, definition_of
from heliograph.registers.models import Account


@transaction.atomic
def complete_task(
    run_id: UUID,
    place: str,
    *,
    facts: Mapping[str, FactValue] = NO_FACTS,
    actor: Account,
    at: datetime,
    rev: int | None = None,
    note: str = "",
) -> Moved:
    """Complete an open task that no act of a higher floor does; see `advance`."""
    moved = advance(run_id, place, facts=facts, actor=actor, at=at, rev=rev, note=note)
    run = moved.run
    append(
        "run.completed",
        subject=run,
        agency_id=run.agency_id,
        actor_id=actor.pk,
        at=at,
        rows=moved.rows,
        removed=moved.removed,
    )
    return moved


@transaction.atomic
def suspend_run(run_id: UUID, *, from_on: date, reason: str, basis: str, actor: Account, at: datetime) -> RunChange:
    """Suspend a case from a day (中止): nothing is due and no timer runs until it is resumed."""
    run = access_run(actor, run_id, "suspend_run", localdate(at))
    require(rules.has_ground(reason, basis))
    acts = pauses_of(run)
    resumed_on = acts[-1].on if acts and acts[-1].kind == "resumed" else None
    started_on = localdate(run.started_at)
    require(rules.may_suspend(run.state, from_on=from_on, started_on=started_on, resumed_on=resumed_on))
    tokens = _tokens(run)
    for token in tokens:
        _set_due(token, rules.Due())
    run.state = Run.State.SUSPENDED
    change = RunChange(kind=RunChange.Kind.SUSPENDED, from_on=from_on, reason=reason, basis=basis, by=actor, at=at)
    return _change(run, change, tokens)


@transaction.atomic
def resume_run(run_id: UUID, *, on: date, reason: str, basis: str, actor: Account, at: datetime) -> RunChange:
    """Let a suspended case go on from a day (恢复): the day before is the last one that is not counted."""
    run = access_run(actor, run_id, "suspend_run", localdate(at))
    require(rules.has_ground(reason, basis))
    acts = pauses_of(run)
    since = acts[-1].on if acts else None
    require(rules.may_resume(run.state, suspended_from=since, on=on))
    tokens = _tokens(run)
    compiled = compiled_of(run.release_id, run.release.sha256)
    recount(tokens, compiled, [*acts, rules.Pause(RunChange.Kind.RESUMED, on)])
    run.state = Run.State.RUNNING
    change = RunChange(kind=RunChange.Kind.RESUMED, from_on=on, reason=reason, basis=basis, by=actor, at=at)
    return _change(run, change, tokens)


@transaction.atomic
def return_run(
    run_id: UUID, *, place: str, reason: str, basis: str, actor: Account, at: datetime, rev: int | None = None
) -> RunChange:
    """Send a case back to a task that was done before (退回); only into a marking that the flow can reach."""
    run = access_run(actor, run_id, "return_run", localdate(at))
    require(rules.has_ground(reason, basis))
    require(rules.may_be_fresh(run.rev, rev))
    require(rules.may_move(run.state))
    compiled = compiled_of(run.release_id, run.release.sha256)
    tokens = _tokens(run)
    current = frozenset(token.place for token in tokens)
    done = Step.objects.filter(agency_id=run.agency_id, run=run, place=place).values_list("place", flat=True)
    require(rules.may_return(compiled.definition.nodes.get(place), place, current=current, done=set(done)))
    proven = compiled.proof.markings
    target = rules.return_marking(compiled.definition, proven, current, place)
    require(rules.may_reach(target, proven, f"“{compiled.shown(place)}”"))
    change = RunChange(kind=RunChange.Kind.RETURNED, reason=reason, basis=basis, by=actor, at=at)
    return _put(run, change, compiled, tokens, target or current)


def _put(run: Run, change: RunChange, compiled: Compiled, tokens: Sequence[Token], target: rules.Marking) -> RunChange:
    """Put a run into a marking: tokens of other places go, those of new ones come."""
    gone = [token for token in tokens if token.place not in target]
    stay = [token for token in tokens if token.place in target]
    come = sorted(target - {token.place for token in stay})
    removed = [(token, token.pk) for token in gone]
    Token.objects.filter(pk__in=[key for _, key in removed]).delete()
    opened = tokens_of(run, compiled, come, change.at)
    Token.objects.bulk_create(opened)
    return _change(run, change, opened, removed=gone, before=tokens, after=[*stay, *opened])


@transaction.atomic
def migrate_run(run_id: UUID, *, release_id: UUID, reason: str, basis: str, actor: Account, at: datetime) -> RunChange:
    """Move a running case to another release of its procedure, where its marking can be reached there too."""
    run = access_run(actor, run_id, "migrate_run", localdate(at))
    require(rules.has_ground(reason, basis))
    require(rules.may_move(run.state))
    target = Release.objects.defer("bundle").get(pk=release_id, agency_id=run.agency_id)
    former = run.release
    require(rules.may_migrate(same=target.pk == former.pk, other_procedure=target.procedure != former.procedure))
    require(rules.may_run_by(target.state, effective_from=target.effective_from, on=localdate(at)))
    compiled = definition_of(target)
    tokens = _tokens(run)
    current = frozenset(token.place for token in tokens)
    shown = "、".join(f"“{token.name}”" for token in tokens if token.kind == Token.Kind.TASK)
    require(rules.may_reach(current, compiled.proof.markings, shown))
    require(rules.may_carry(compiled.dictionary, run.facts))
    _renew(run, tokens, compiled)
    run.release = target
    change = RunChange(kind=RunChange.Kind.MIGRATED, reason=reason, basis=basis, by=actor, at=at)
    return _change(run, change, tokens, former=former)


def _renew(run: Run, tokens: Sequence[Token], compiled: Compiled) -> None:
    """Give tokens the names, roles, units and limits of another release; when they were entered stays."""
    anew = {token.place: token for token in tokens_of(run, compiled, [token.place for token in tokens], run.started_at)}
    for token in tokens:
        token.name, token.role = anew[token.place].name, anew[token.place].role
        token.unit_id, token.kind = anew[token.place].unit_id, anew[token.place].kind
    recount(tokens, compiled, pauses_of(run))


def recount(tokens: Sequence[Token], compiled: Compiled, acts: Sequence[rules.Pause]) -> None:
    """Count the due days of tokens anew, over the suspensions of their run or by its duties; they are not saved."""
    dues = due_days(compiled, {token.place: token.entered_at for token in tokens}, rules.pauses(acts))
    for token in tokens:
        _set_due(token, dues.get(token.place, rules.Due()))
    due_by_duties(tokens, compiled)


def _set_due(token: Token, due: rules.Due) -> None:
    token.due_on, token.alarm_on, token.provisional = due.on, due.alarm_on, due.provisional
    token.timer_at = due.timer_at if token.kind == Token.Kind.TIMER else None


def _tokens(run: Run) -> list[Token]:
    return list(Token.objects.filter(agency_id=run.agency_id, run=run).order_by("entered_at", "id"))


def pauses_of(run: Run) -> list[rules.Pause]:
    """Return when a run was suspended and resumed, in order. One query."""
    kinds = (RunChange.Kind.SUSPENDED, RunChange.Kind.RESUMED)
    found = RunChange.objects.filter(agency_id=run.agency_id, run=run, kind__in=kinds, from_on__isnull=False)
    rows = found.order_by("number").values_list("kind", "from_on")
    return [rules.Pause(kind, on) for kind, on in rows if on is not None]


TOKEN_FIELDS = ("name", "role", "unit", "kind", "due_on", "alarm_on", "provisional", "timer_at")


def _change(
    run: Run,
    change: RunChange,
    tokens: Sequence[Token],
    *,
    removed: Sequence[Token] = (),
    before: Sequence[Token] | None = None,
    after: Sequence[Token] | None = None,
    former: Release | None = None,
) -> RunChange:
    """Save a locked run with the tokens that changed, and record the act; `before` and `after` are its markings."""
    run.rev += 1
    run.save(update_fields=["rev", "state", "release"])
    Token.objects.bulk_update(tokens, TOKEN_FIELDS)
    change.agency_id, change.run, change.number = run.agency_id, run, run.rev
    change.release_before, change.release_after = former or run.release, run.release
    change.marking_before = sorted(token.place for token in (tokens if before is None else before))
    change.marking_after = sorted(token.place for token in (tokens if after is None else after))
    change.save(force_insert=True)
    rows: list[Model] = [run, change, *tokens]
    append(
        f"run.{change.kind}",
        subject=run,
        agency_id=run.agency_id,
        actor_id=change.by_id,
        at=change.at,
        rows=rows,
        removed=removed,
    )
    return change
