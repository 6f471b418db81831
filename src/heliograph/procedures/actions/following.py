"""Tasks and timers whose period is one that the case itself is under: they are due when that duty is.

A duty counts from the legal day of its event, moves when it is lengthened and may be the item's own; a task counts from
the moment it opened. Where the case has an open duty under the limit of a task, the duty is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from heliograph.duties.models import Duty
from heliograph.kernel.timelimits import LEGAL_TIME
from heliograph.procedures import rules
from heliograph.procedures.bundles import Compiled
from heliograph.procedures.models import Token

SUBJECT = "case"  # a run has the key of its case
DUE_FIELDS = ("due_on", "alarm_on", "provisional", "timer_at")


def follow_duties(tokens: Sequence[Token], compiled: Compiled) -> list[Token]:
    """Let open places of one run be due when its duties are, and save those that moved; part of the caller's record."""
    moved = due_by_duties(tokens, compiled)
    if moved:
        Token.objects.bulk_update(moved, DUE_FIELDS)
    return moved


def due_by_duties(tokens: Sequence[Token], compiled: Compiled) -> list[Token]:
    """Set when open places of one run are due by its duties, unsaved; return those that moved. One query at most."""
    nodes = compiled.definition.nodes
    limits = {token.place: nodes[token.place].limit for token in tokens if token.place in nodes}
    wanted = {limit for limit in limits.values() if limit}
    if not wanted:
        return []
    found = Duty.objects.filter(
        agency_id=tokens[0].agency_id, subject_kind=SUBJECT, subject_id=tokens[0].run_id, state=Duty.State.OPEN,
        kind__in=wanted, due_on__isnull=False,
    )  # fmt: skip
    duties = {duty.kind: duty for duty in found.order_by("opened_at")}
    pairs = ((token, duties.get(limits.get(token.place, ""))) for token in tokens)
    return [token for token, duty in pairs if duty is not None and _moves(token, duty)]


def _moves(token: Token, duty: Duty) -> bool:
    """Set when a place is due by a duty; say whether that is another day."""
    before = (token.due_on, token.alarm_on, token.provisional, token.timer_at)
    due = rules.Due(duty.due_on, duty.alarm_on, duty.provisional, duty.due_at or _end_of_day(duty))
    token.due_on, token.alarm_on, token.provisional = due.on, due.alarm_on, due.provisional
    token.timer_at = due.timer_at if token.kind == Token.Kind.TIMER else None
    return before != (token.due_on, token.alarm_on, token.provisional, token.timer_at)


def _end_of_day(duty: Duty) -> datetime | None:
    return None if duty.due_on is None else datetime.combine(duty.due_on + timedelta(days=1), time(), LEGAL_TIME)
