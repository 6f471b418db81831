"""What a fired timer means for its case: the history says so, duties follow, and an ended flow closes the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers.actions.dated import await_court
from heliograph.dossiers.actions.steps import close_ended, let_duties_follow, tell
from heliograph.dossiers.models import Case
from heliograph.duties.following import Event
from heliograph.kernel.bpmn import Node
from heliograph.procedures.actions import Follower, Moved, follow_duties
from heliograph.procedures.actions import fire_due_timers as fire
from heliograph.procedures.queries import Standing, standing
from heliograph.regimes.queries import pack_in_force

FIRED = "case.timer_fired"


def hold_case(run_id: UUID) -> None:
    """Lock the case of a run first, as every act of a case does; a run without one is nobody's case."""
    Case.objects.select_for_update(of=("self",)).filter(pk=run_id).first()


def tell_of_timer(moved: Moved, at: datetime) -> Sequence[Model]:
    """Tell in the case's history that a period ran out and the flow went on by itself; return the rows written."""
    case = Case.objects.filter(pk=moved.run.pk).first()
    if case is None:
        return []
    stands, day, step = standing(case.pk), localdate(at), moved.step
    node = stands.compiled.definition.nodes[step.place]
    text = f"{step.name}：期限届满，流程自动进入下一环节。"
    event = tell(case, event=FIRED, act="timer", step=step.name, text=text, basis=node.basis,
                 on=day, actor=None, at=at)  # fmt: skip
    changed = close_ended(case, moved, stands.compiled, day)
    if changed:
        case.save(update_fields=changed)
    pack = pack_in_force(case.agency_id, case.opened_on)
    name = step.place.rpartition("/")[2]
    let_duties_follow(case, pack, Event(f"step.{name}", day, at), None, at, stands.facts)
    if any(node.act == "urge" for node in _opened(moved, stands)):
        await_court(case, pack, actor=None, at=at)
    due = follow_duties(list(stands.tokens.values()), stands.compiled)
    return [case, event, *due]


def _opened(moved: Moved, stands: Standing) -> list[Node]:
    """Return the steps that the timer opened."""
    found = (stands.node(token.place) for token in moved.opened)
    return [node for node in found if node is not None]


FOLLOWER = Follower(hold_case, tell_of_timer)


def fire_due_timers(*, at: datetime) -> int:
    """Fire the timers that ran out by an instant, each with what it means for its case; return how many fired."""
    return fire(at=at, follower=FOLLOWER)
