"""The case's own step of publication: ended by the release, so that one act does both and the duties follow."""

from __future__ import annotations

from datetime import date, datetime

from heliograph.dossiers.actions import act_of
from heliograph.dossiers.models import Case, CaseEvent, Decision
from heliograph.procedures.queries import standing
from heliograph.registers.models import Account

ACT = "record_publication"


def finish_publish_step(
    case: Case, *, published_on: date | None, where: str, withheld_reason: str = "", actor: Account, at: datetime
) -> CaseEvent | None:
    """End the step at which the case registers its publication, where it is open and nothing was registered by hand.

    Part of the act that releases or withholds: whoever does that has the right to this, whatever role the step names.
    """
    place = open_publish_step(case)
    if place is None or Decision.objects.filter(case=case, published_on__isnull=False).exists():
        return None
    finish = act_of(ACT, case.category)
    done: CaseEvent = finish(case.pk, place, published_on=published_on, where=where, withheld_reason=withheld_reason,
                             released=True, actor=actor, at=at)  # fmt: skip
    return done


def open_publish_step(case: Case) -> str | None:
    """Return where the case waits for its publication to be registered, None where it does not."""
    stands = standing(case.pk)
    for token in stands.tasks:
        node = stands.node(token.place)
        if node is not None and node.act == ACT:
            return token.place
    return None
