"""Reconsideration and lawsuits followed to their end, and decisions that do not stand (复议、诉讼、撤销)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.timezone import localdate

from heliograph.dossiers import gates
from heliograph.dossiers.actions.rows import write_row
from heliograph.dossiers.actions.steps import let_duties_follow, tell
from heliograph.dossiers.models import Case, CaseEvent, Decision, Remedy
from heliograph.dossiers.permissions import access_case
from heliograph.dossiers.queries import served_on
from heliograph.dossiers.rules import remedies as rules
from heliograph.dossiers.rules.opening import check_text, may_happen_on
from heliograph.duties.following import Event
from heliograph.kernel.verdict import first_refusal, require
from heliograph.ledger.actions import append
from heliograph.regimes.queries import pack_in_force
from heliograph.registers.models import Account

WITHDRAWN = "case.publication_withdrawn"
RECEIVED = {"reconsideration": "case.reconsideration_received", "litigation": "case.litigation_received"}
REPLIED = {"reconsideration": "case.reconsideration_replied", "litigation": "case.litigation_replied"}


def _happened(
    case: Case, kind: str, text: str, on: date, actor: Account, at: datetime, *rows: Model, follow: bool = True
) -> CaseEvent:
    """Tell, let the duties follow, record: of a case in any state, also one closed or archived."""
    told = tell(case, event=kind, act=kind.partition(".")[2], step="复议诉讼", text=text[:2000],
                basis=rules.PENDING, on=on, actor=actor, at=at)  # fmt: skip
    if follow:
        let_duties_follow(case, pack_in_force(case.agency_id, case.opened_on), Event(kind, on, at), actor, at)
    append(kind, subject=case, agency_id=case.agency_id, actor_id=actor.pk, at=at, rows=[told, *rows])
    return told


@transaction.atomic
def receive_remedy(
    decision_id: UUID, *, kind: str, body: str, number: str, received_on: date, actor: Account, at: datetime
) -> Remedy:
    """Register that the party asked for reconsideration or sued. The surcharge stops meanwhile (行政处罚法73)."""
    case, decision = _decision(decision_id, actor, at)
    pending = Remedy.objects.filter(decision=decision, kind=kind, outcome_on__isnull=True).exists()
    served = served_on(decision)
    require(
        first_refusal(
            rules.may_receive_remedy(kind, served=served is not None, pending=pending),
            check_text(body, what="复议机关或者人民法院", longest=120),
            may_happen_on(received_on, today=localdate(at), not_before=served, what="收到日期"),
        )
    )
    remedy = write_row(
        Remedy,
        agency_id=case.agency_id,
        case=case,
        decision=decision,
        kind=kind,
        body=body.strip(),
        number=number.strip(),
        received_on=received_on,
        registered_by=actor,
        registered_at=at,
    )
    text = f"收到{remedy.get_kind_display()}材料（{remedy.body}{remedy.number}）。"
    _happened(case, RECEIVED[kind], text, received_on, actor, at, remedy)
    return remedy


def _decision(decision_id: UUID, actor: Account, at: datetime) -> tuple[Case, Decision]:
    case_id = Decision.objects.values_list("case_id", flat=True).get(pk=decision_id)
    case, _who = access_case(actor, case_id, "track_remedy", localdate(at))
    return case, Decision.objects.select_for_update(of=("self",)).get(pk=decision_id, case=case)


def _remedy(remedy_id: UUID, actor: Account, at: datetime) -> tuple[Case, Remedy]:
    case_id = Remedy.objects.values_list("case_id", flat=True).get(pk=remedy_id)
    case, _who = access_case(actor, case_id, "track_remedy", localdate(at))
    return case, Remedy.objects.select_for_update(of=("self",)).get(pk=remedy_id, case=case)


@transaction.atomic
def reply_remedy(remedy_id: UUID, *, replied_on: date, actor: Account, at: datetime) -> Remedy:
    """Register that the agency replied or answered the suit (行政复议法48、行政诉讼法67)."""
    case, remedy = _remedy(remedy_id, actor, at)
    require(
        first_refusal(
            rules.may_reply(replied=remedy.replied_on is not None, ended=remedy.outcome_on is not None),
            may_happen_on(replied_on, today=localdate(at), not_before=remedy.received_on, what="答复或者答辩日期"),
        )
    )
    remedy.replied_on = replied_on
    remedy.save(update_fields=["replied_on"])
    text = f"就{remedy.get_kind_display()}提出答复或者答辩。"
    _happened(case, REPLIED[remedy.kind], text, replied_on, actor, at, remedy)
    return remedy


@transaction.atomic
def end_remedy(remedy_id: UUID, *, outcome: str, outcome_on: date, actor: Account, at: datetime) -> Remedy:
    """Register how a remedy ended. A decision that does not stand is annulled by an act of its own, see below."""
    case, remedy = _remedy(remedy_id, actor, at)
    require(
        first_refusal(
            rules.may_end_remedy(ended=remedy.outcome_on is not None),
            check_text(outcome, what="结果", longest=300),
            may_happen_on(outcome_on, today=localdate(at), not_before=remedy.received_on, what="结果日期"),
        )
    )
    remedy.outcome, remedy.outcome_on = outcome.strip(), outcome_on
    remedy.save(update_fields=["outcome", "outcome_on"])
    text = f"{remedy.get_kind_display()}终结：{remedy.outcome}"
    _happened(case, "case.remedy_ended", text, outcome_on, actor, at, remedy, follow=False)
    return remedy


@transaction.atomic
def annul_decision(
    decision_id: UUID,
    *,
    how: str,
    reason: str,
    annulled_on: date,
    fine_after: Decimal | None = None,
    actor: Account,
    at: datetime,
) -> Decision:
    """Mark a decision as revoked, changed, unlawful or invalid (行政处罚法48); what was published must go.

    how: see the rules; fine_after: what is left of the fine where it was changed, 元.
    """
    case, decision = _decision(decision_id, actor, at)
    require(
        first_refusal(
            rules.may_annul(how, annulled=decision.annulled_on is not None, fine=decision.fine, fine_after=fine_after),
            check_text(reason, what="理由", longest=1000),
            may_happen_on(annulled_on, today=localdate(at), not_before=decision.decided_on, what="日期"),
        )
    )
    decision.annulled_on, decision.annulled_how = annulled_on, how
    decision.annulled_reason, decision.fine_after = reason.strip(), fine_after
    decision.save()
    text = f"{decision.number}被{rules.HOW[how]}：{reason.strip()}"
    _happened(case, "case.annulled", text, annulled_on, actor, at, decision)
    if decision.published_on is None:  # nothing to take down: the duty to do so ends as it begins
        let_duties_follow(case, pack_in_force(case.agency_id, case.opened_on), Event(WITHDRAWN, annulled_on, at),
                          actor, at)  # fmt: skip
    return decision


@transaction.atomic
def record_withdrawal(decision_id: UUID, *, withdrawn_on: date, where: str, actor: Account, at: datetime) -> Decision:
    """Register that a published decision which does not stand was taken down everywhere (行政处罚法48)."""
    case, decision = _decision(decision_id, actor, at)
    require(gates.asked(gates.ON_PORTAL, decision.pk))
    return note_withdrawal(case, decision, withdrawn_on=withdrawn_on, where=where, actor=actor, at=at)


def note_withdrawal(
    case: Case, decision: Decision, *, withdrawn_on: date, where: str, actor: Account, at: datetime
) -> Decision:
    """Say of a locked decision that it was taken down; part of the act that the caller has authorised."""
    require(
        first_refusal(
            rules.may_withdraw(
                annulled_on=decision.annulled_on,
                published=decision.published_on is not None,
                withdrawn=decision.withdrawn_on is not None,
            ),
            check_text(where, what="撤下公示的渠道", longest=300),
            may_happen_on(withdrawn_on, today=localdate(at), not_before=decision.annulled_on, what="撤下公示日期"),
        )
    )
    decision.withdrawn_on = withdrawn_on
    decision.save(update_fields=["withdrawn_on"])
    _happened(case, WITHDRAWN, f"从{where.strip()}撤下{decision.number}。", withdrawn_on, actor, at, decision)
    return decision
