"""What the clock does to cases, one by one: timers that ran out fire, and a new calendar moves due days."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from heliograph.kernel.bpmn import fire
from heliograph.kernel.verdict import ActRefusedError
from heliograph.ledger.actions import append
from heliograph.procedures.actions.moving import Moved, Told, answered, write
from heliograph.procedures.actions.running import TOKEN_FIELDS, pauses_of, recount
from heliograph.procedures.models import Run, Token
from heliograph.procedures.queries import compiled_of, standing

MOST = 1_000
PAGE = 500
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Follower:
    """What goes along with a fired timer: whatever a run is the flow of, which procedures do not know.

    `hold(run_id)` locks it before the timer fires, in the order in which its own acts lock; `tell(moved, at)` writes
    what follows and returns the rows, which stand in the same record.
    """

    hold: Callable[[UUID], None]
    tell: Callable[[Moved, datetime], Sequence[Model]]


def fire_due_timers(*, at: datetime, most: int = MOST, follower: Follower | None = None) -> int:
    """Fire at most `most` timers that ran out by an instant, the oldest first; return how many fired.

    Running it twice fires nothing twice: a timer that fired has lost its token. One that cannot fire, because its case
    lacks a fact, stays armed and does not hold up the others.
    """
    fired = 0
    due = Token.objects.filter(timer_at__lte=at).order_by("timer_at", "id").values_list("run_id", "place")
    for run_id, place in due.iterator(chunk_size=PAGE):
        if fired == most:
            break
        fired += fire_timer(run_id, place, at=at, follower=follower) is not None
    return fired


@transaction.atomic
def fire_timer(run_id: UUID, place: str, *, at: datetime, follower: Follower | None = None) -> Moved | None:
    """Fire one timer that ran out; None when it did not, or when its case cannot go on by itself."""
    if follower is not None:
        follower.hold(run_id)
    try:
        found = standing(run_id)
        token = found.tokens.get(place)
        if token is None or token.timer_at is None or token.timer_at > at or found.run.state != Run.State.RUNNING:
            return None
        node = found.compiled.definition.nodes[place]
        move = answered(lambda: fire(found.compiled.definition, found.marking, place, found.facts), found.compiled)
    except ActRefusedError as refused:
        logger.warning("timer %s of run %s cannot fire: %s", place, run_id, refused)
        return None
    moved = write(found, Told(place, node.shown, "timer", None, at), move, move.facts)
    if moved is not None:
        append(
            "run.fired",
            subject=moved.run,
            agency_id=moved.run.agency_id,
            actor_id=None,
            at=at,
            rows=[*moved.rows, *(follower.tell(moved, at) if follower else ())],
            removed=moved.removed,
        )
    return moved


def recount_due_days(*, at: datetime) -> int:
    """Count every due day of running cases again on the calendar as it now is; return how many cases moved."""
    return sum(recount_run(run.pk, at=at) for run in _running() if _moves(run))


def _running() -> Iterator[Run]:
    """Yield running cases with their tokens, acts and release, a page at a time."""
    found = Run.objects.filter(state=Run.State.RUNNING).select_related("release").defer("release__bundle", "facts")
    last: UUID | None = None
    while page := list((found if last is None else found.filter(pk__gt=last)).order_by("pk")[:PAGE]):
        yield from page
        last = page[-1].pk


def _moves(run: Run) -> bool:
    """Say whether the calendar gives a case other days than it has."""
    tokens = list(Token.objects.filter(agency_id=run.agency_id, run=run, due_on__isnull=False))
    return bool(_recounted(run, tokens))


def _recounted(run: Run, tokens: Sequence[Token]) -> list[Token]:
    """Count tokens anew and return those that changed; nothing is saved."""
    before = _days(tokens)
    if tokens:
        recount(tokens, compiled_of(run.release_id, run.release.sha256), pauses_of(run))
    return [token for token, former, now in zip(tokens, before, _days(tokens), strict=True) if former != now]


def _days(tokens: Iterable[Token]) -> list[tuple[object, ...]]:
    return [(token.due_on, token.alarm_on, token.provisional, token.timer_at) for token in tokens]


@transaction.atomic
def recount_run(run_id: UUID, *, at: datetime) -> bool:
    """Count the due days of one case again; say whether any moved. A suspended one is counted when it is resumed."""
    locked = Run.objects.select_for_update(of=("self",)).select_related("release").defer("release__bundle", "facts")
    run = locked.get(pk=run_id)
    if run.state != Run.State.RUNNING:
        return False
    moved = _recounted(run, list(Token.objects.filter(agency_id=run.agency_id, run=run, due_on__isnull=False)))
    if not moved:
        return False
    Token.objects.bulk_update(moved, TOKEN_FIELDS)
    append("run.recounted", subject=run, agency_id=run.agency_id, actor_id=None, at=at, rows=moved)
    return True
