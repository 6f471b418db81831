"""What the legal office and the leaders do beside the steps: call a case in, lengthen the period of review."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.standing import return_case
from heliograph.dossiers.actions.steps import let_duties_follow, tell
from heliograph.dossiers.models import Case, CaseEvent
from heliograph.dossiers.rules.opening import may_work_on
from heliograph.duties.following import Event
from heliograph.duties.models import Duty, DutyChange
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.legality_review.models import ReviewCall
from heliograph.legality_review.permissions import access_review
from heliograph.legality_review.queries import CALLED_IN, grounds_of
from heliograph.legality_review.rules import reviewing as rules
from heliograph.procedures.actions import set_facts
from heliograph.procedures.models import Step
from heliograph.procedures.queries import Standing, standing
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

CONCLUDING = ("conclude_investigation", "examine", "apply_coercion")


@transaction.atomic
def call_in(case_id: UUID, *, reason: str, actor: Account, at: datetime) -> ReviewCall:
    """Call a case in for review although its handler found nothing to review (调取审核), before it is decided.

    One that has passed the catalogue already goes back to where it was concluded, and comes to review from there.
    """
    case, _who = access_review(actor, case_id, "call_in", localdate(at))
    stands = standing(case.pk)
    require(
        first_refusal(
            may_work_on(case.state),
            rules.may_call_in(
                decided=case.decided_on is not None,
                called=ReviewCall.objects.filter(case=case).exists(),
                required=bool(grounds_of(case, stands)),
                reason=reason,
            ),
        )
    )
    called = write_row(
        ReviewCall, agency_id=case.agency_id, case=case, reason=reason.strip(), called_by=actor, called_at=at
    )
    told = tell(case, event="case.review_called_in", act="call_in", step="法制审核",
                text=f"法制审核机构调取审核：{called.reason}", basis=rules.CATALOGUE, on=localdate(at), actor=actor,
                at=at)  # fmt: skip
    rows = [called, told]
    if CALLED_IN in stands.compiled.dictionary:
        rows += set_facts(case.pk, {CALLED_IN: True}, actor=actor, at=at, note=called.reason[:500]).rows
    append("case.review_called_in", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=rows)
    place = _concluded_at(case, stands)
    if place:
        return_case(
            case.pk, place=place, reason=f"调取审核：{called.reason}", basis=rules.CATALOGUE, actor=actor, at=at
        )
    return called


def _concluded_at(case: Case, stands: Standing) -> str:
    """Return the step at which the handler concluded, "" while it is still open or was never done."""
    done = Step.objects.filter(agency_id=case.agency_id, run_id=case.pk, act__in=CONCLUDING)
    place = done.order_by("-number").values_list("place", flat=True).first() or ""
    return "" if place in stands.tokens else place


@transaction.atomic
def extend_review(case_id: UUID, *, reason: str, actor: Account, at: datetime) -> CaseEvent:
    """Lengthen the period of review once by the days of the pack, on a line of the leader (国办发118号13)."""
    case, _who = access_review(actor, case_id, "extend_review", localdate(at))
    pack = pack_in_force(case.agency_id, case.opened_on)
    duty = Duty.objects.filter(
        agency_id=case.agency_id, subject_kind="case", subject_id=case.pk, kind="review_time", state=Duty.State.OPEN
    ).first()
    require(
        rules.may_extend(
            running=duty is not None,
            given=duty.limit.get("extension") if duty else None,
            extended=duty is not None and duty.changes.filter(kind=DutyChange.Kind.EXTEND).exists(),
            reason=reason,
        )
    )
    told = tell(case, event="case.review_extended", act="extend_review", step="法制审核",
                text=f"延长审核期限：{reason.strip()}", basis=rules.ELEMENTS, on=localdate(at), actor=actor,
                at=at)  # fmt: skip
    let_duties_follow(case, pack, Event("case.review_extended", localdate(at), at), actor, at)
    append("case.review_extended", subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[told])
    return told
