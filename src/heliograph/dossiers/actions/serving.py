"""Service and the registration of publication (送达、公示登记)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from heliograph.dossiers import gates
from heliograph.dossiers.actions.papers import PaperContent, add_papers, file_of_case
from heliograph.dossiers.actions.rows import require_fit, write_row
from heliograph.dossiers.actions.steps import StepAct, finish_step, take_step
from heliograph.dossiers.models import Case, CaseEvent, Decision, Paper, Service
from heliograph.dossiers.queries import decision_of, served_on
from heliograph.dossiers.rules import serving
from heliograph.dossiers.rules.opening import may_happen_on
from heliograph.duties.queries import last_day
from heliograph.kernel.verdict import Allowed, Verdict, first_refusal, require
from heliograph.registers.models import Account

REFUSAL = "不予受理决定书"  # the document of an application that was turned away


@dataclass(frozen=True, slots=True)
class ServiceContent:
    """How a document was served. method: a value of Service.Method; proof_id: an uploaded file of the case."""

    method: str
    sent_on: date
    received_on: date | None
    receiver: str = ""
    relation: str = ""
    refusal_reason: str = ""
    witness: str = ""
    reason: str = ""
    proof_id: UUID | None = None


@transaction.atomic
def serve(
    case_id: UUID,
    step: str,
    *,
    content: ServiceContent,
    papers: Sequence[PaperContent],
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that the decision was served, by its method and with its proof (行政处罚法61, 民事诉讼法87 to 95).

    So is the refusal of an application, which is no decision of the case: served, it closes it.
    """
    taken = take_step(case_id, step, act="serve", actor=actor, at=at, rev=rev)
    served = _what_is_served(taken)
    require(Allowed() if served.is_refusal else gates.asked(gates.IN_EFFECT, taken.case.pk))
    service = write_service(taken, served, content)
    add_papers(taken, papers)
    text = f"{service.get_method_display()}{served.name}，{content.received_on} 送达。"
    if served.is_refusal:
        taken.case.state, taken.case.closed_on = Case.State.CLOSED, taken.on
    event = "case.refusal_served" if served.is_refusal else "case.served"
    return finish_step(taken, event=event, text=text, on=content.received_on)


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: its document, the day it was made, what it is called."""

    paper: Paper
    made_on: date
    name: str
    is_refusal: bool


def write_service(taken: StepAct, served: Served, content: ServiceContent) -> Service:
    """Write down how a document was served, checked by its method; part of the act that registers it."""
    proof = file_of_case(taken.case, content.proof_id)
    require(first_refusal(_days(taken, served, content), serving.may_serve(_state(taken, content, proved=bool(proof)))))
    service = write_row(
        Service, agency_id=taken.case.agency_id, case=taken.case, paper=served.paper, method=content.method,
        sent_on=content.sent_on, received_on=content.received_on, receiver=content.receiver.strip(),
        relation=content.relation.strip(), refusal_reason=content.refusal_reason.strip(),
        witness=content.witness.strip(), reason=content.reason.strip(), proof=proof, first_server=taken.case.handler,
        second_server=taken.case.co_handler, registered_at=taken.at,
    )  # fmt: skip
    taken.rows.append(service)
    return service


def served_how(taken: StepAct, paper: Paper, content: ServiceContent | None) -> str:
    """Write down how another document of a step reached the party (行政强制法38); return it in words."""
    if content is None:
        return ""
    service = write_service(taken, Served(paper, paper.made_on, paper.kind, is_refusal=False), content)
    return f"{service.get_method_display()}。"


def _what_is_served(taken: StepAct) -> Served:
    decision = decision_of(taken.case)
    if decision is not None:
        return Served(decision.paper, decision.decided_on, decision.number, is_refusal=False)
    refusal = Paper.objects.filter(case=taken.case, kind=REFUSAL).order_by("-registered_at").first()
    require(serving.is_decided(decided=refusal is not None))
    assert refusal is not None  # noqa: S101 - said by the rule above, for the type checker
    return Served(refusal, refusal.made_on, refusal.kind, is_refusal=True)


def _days(taken: StepAct, served: Served, content: ServiceContent) -> Verdict:
    sent = may_happen_on(content.sent_on, today=taken.on, not_before=served.made_on, what="发出日期")
    if content.received_on is None:
        return sent
    received = may_happen_on(content.received_on, today=taken.on, not_before=content.sent_on, what="送达日期")
    return first_refusal(sent, received)


def _state(taken: StepAct, content: ServiceContent, *, proved: bool) -> serving.ServiceState:
    consents = taken.case.parties.filter(e_service_consent_on__lte=content.sent_on)
    by_notice = None
    if content.method == Service.Method.PUBLIC_NOTICE:
        by_notice = last_day(taken.limit("public_notice_service"), content.sent_on)
    return serving.ServiceState(
        method=content.method,
        sent_on=content.sent_on,
        received_on=content.received_on,
        receiver=content.receiver,
        refusal_reason=content.refusal_reason,
        witness=content.witness,
        reason=content.reason,
        has_proof=proved,
        consented=consents.exists(),
        earliest_by_notice=by_notice,
        addressed=taken.case.parties.filter(standing="party").exclude(address="").exists(),
    )


@transaction.atomic
def record_publication(
    case_id: UUID,
    step: str,
    *,
    published_on: date | None,
    where: str,
    withheld_reason: str = "",
    released: bool = False,
    actor: Account,
    at: datetime,
    rev: int | None = None,
) -> CaseEvent:
    """Register that the decision was made public or why not (行政处罚法48): by hand, or `released` with approval."""
    approved = released and gates.passed(gates.RELEASED, case_id)
    taken = take_step(case_id, step, act="record_publication", actor=actor, at=at, rev=rev, authorised=approved)
    decision = decision_of(taken.case)
    require(serving.is_decided(decided=decision is not None) and gates.asked(gates.IN_EFFECT, taken.case.pk))
    assert decision is not None  # noqa: S101 - said by the rule above, for the type checker
    withheld = published_on is None
    served = served_on(decision)
    require(
        first_refusal(
            serving.may_publish(
                served=served is not None,
                published=decision.published_on is not None,
                withheld=withheld,
                withheld_reason=withheld_reason,
            ),
            serving.is_one_or_other(published=not withheld or bool(where.strip()), withheld_reason=withheld_reason),
            serving.is_place_named(withheld=withheld, where=where),
            serving.is_examined(withheld=withheld, approved=approved),
            may_happen_on(published_on or taken.on, today=taken.on, not_before=served, what="公示日期", since="送达日"),
        )
    )
    require_fit(Decision, published_where=where or withheld_reason)
    decision.published_on, decision.published_where = published_on, where.strip() or withheld_reason.strip()
    decision.save(update_fields=["published_on", "published_where"])
    taken.rows.append(decision)
    said = f"依法不公开：{withheld_reason.strip()}" if withheld else f"在{where.strip()}公示决定。"
    return finish_step(taken, event="case.published", text=said, on=published_on)
